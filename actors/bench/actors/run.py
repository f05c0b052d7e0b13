"""Every contender, one process for each measurement, and what they found side by side."""

import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from actors.bench.actors.entrants import ENTRANTS, FULL, Entrant, Plan
from actors.bench.actors.environment import ROOT, BenchEnvironmentError, prepare
from actors.bench.actors.goals import goals

CONTENDERS = "actors.bench.actors.contenders"
GRACE_SECONDS = 5.0
METHOD = (
    "Each take of each measurement of each contender runs in a process of its own; the contenders "
    "take turns, so that a slow minute of the machine strikes all of them.",
    "The collector is the same for all: full collection and freeze at the start, thresholds as in "
    "runtime.collector, a full collection before each timed part.",
    "tell: messages a second until the last one was handled, counted by the receivers; a warm-up "
    "sizes the floods; at most 10,000 messages are on their way.",
    "Ways to tell: the main thread one by one (outside), and an actor 64 a turn (actor); for "
    "xoscar also an awaited call of the method (call).",
    "hop: half of a round trip between two actors, or two threads for the raw ones; threads "
    "placed by the system, or all on one core, or each side kept on a core of its own.",
    "crowd: until the last actor has started, the growth of resident memory, and until the last "
    "one is gone; measured once.",
    "Ours are children of one Supervisor, given as a list; those of a crowd are children of its "
    "template, which their first message brings to life, and started when they have handled it.",
    "The message is a Message of an int and "
    "a short str; for pykka and Thespian a dataclass of these, for xoscar the arguments of a "
    "method, for raw inproc 40 bytes.",
)

Say = Callable[[str], None]


def bench_actors(
    state: Path,
    plan: Plan = FULL,
    entrants: tuple[Entrant, ...] = ENTRANTS,
    say: Say = lambda _: None,
    install: Callable[[Path, Say], Path] = prepare,
) -> dict[str, Any]:
    """Measure the entrants by the plan. Who cannot be measured is reported with the reason."""
    guests, refused = Path(), ""
    if any(entrant.guest for entrant in entrants):
        try:
            guests = install((state / "bench-env").resolve(), say)
        except BenchEnvironmentError as error:
            refused = str(error)
    contenders: dict[str, dict[str, Any]] = {
        entrant.name: {"title": entrant.title, "ours": entrant.ours, "versions": {}}
        for entrant in entrants
    }
    for name, request in plan.measurements():
        say(f"{name} ...")
        for _ in range(plan.takes(request)):  # by turns: the machine may be slow for a minute
            for entrant in entrants:
                python = guests if entrant.guest else Path(sys.executable)
                reason = refused if entrant.guest else ""
                found = contenders[entrant.name]
                _measure(entrant, found, name, request, plan, reason or python)
    for found in contenders.values():
        found.pop("overrun", None)
    summed = {name: summary(found) for name, found in contenders.items()}
    return {
        "machine": machine(),
        "method": METHOD,
        "contenders": summed,
        "goals": goals(summed),
    }


def _measure(
    entrant: Entrant,
    found: dict[str, Any],
    name: str,
    request: dict[str, Any],
    plan: Plan,
    python: Path | str,
) -> None:
    """Add to what was found; a text in the place of the interpreter says why there is none."""
    crowd = request["measurement"] == "crowd"
    reason = python if isinstance(python, str) else entrant.refusal(request)
    if crowd and not reason:
        reason = found.get("overrun", "")
    if reason:
        found[name] = {"not_measured": reason}
        return
    assert isinstance(python, Path)
    answer = ask(python, {"contender": entrant.name, **request}, plan.limit_seconds)
    found["versions"] |= answer.pop("versions", {})
    if crowd and "not_measured" in answer:
        found["overrun"] = f"not attempted: {request['actors']:,} failed"
    found[name] = together(found.get(name, {}), answer)


def together(before: Any, now: Any) -> Any:
    """Return two takes of a measurement as one: what is a list in both is one list."""
    if isinstance(before, dict) and isinstance(now, dict):
        return {**before, **{key: together(before.get(key), now[key]) for key in now}}
    if isinstance(before, list) and isinstance(now, list):
        return before + now
    return now


def ask(python: Path, request: dict[str, Any], limit_seconds: float) -> dict[str, Any]:
    """Return what a contender's process answers, or why it does not."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if python == Path(sys.executable):
        environment["PYTHONPATH"] = str(ROOT)
    process = subprocess.Popen(
        [python, "-P", "-m", CONTENDERS, json.dumps(request)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    limit = ""
    try:
        out, err = process.communicate(timeout=limit_seconds)
    except subprocess.TimeoutExpired:
        out, err, limit = *_end(process), f"more than {limit_seconds:g} s"
    except BaseException:
        _end(process)
        raise
    try:
        answer: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    except (ValueError, IndexError):
        last = (err.strip().splitlines() or ["it said nothing"])[-1]
        return {"not_measured": limit or f"ended with code {process.returncode}: {last}"}
    if limit and "not_measured" in answer:
        answer["not_measured"] += f": {limit}"
    return answer


def _end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Let it say how far it came and clean up what it began, then end it."""
    process.terminate()
    try:
        return process.communicate(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()


def summary(found: Any) -> Any:
    """Return the same with each list of repeated values as median, minimum and maximum."""
    match found:
        case dict():
            return {key: summary(value) for key, value in found.items()}
        case list():
            values = {"median": statistics.median(found), "min": min(found), "max": max(found)}
            return {key: round(value, 3) for key, value in values.items()}
        case float():
            return round(found, 3)
        case _:
            return found


def machine() -> dict[str, Any]:
    """Return what the figures were taken on."""
    affinity = getattr(os, "sched_getaffinity", None)
    libraries = ("pykka", "pyzmq", "msgspec")
    return {
        "cores": os.cpu_count(),
        "cores_usable": len(affinity(0)) if affinity else os.cpu_count(),
        "load_average_1_minute": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in libraries},
    }
