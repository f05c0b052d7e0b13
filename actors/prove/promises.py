"""The promises, and how each is proven: a name, what it means, and what to run in which tier."""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from actors.prove.journal import crash_points, power_losses
from actors.prove.kill_nine import kill_nine
from actors.prove.kills import kills
from actors.simulation.run import outcomes

MACHINES_A_CORE = 2
"""A machine of `kill -9` waits for most of its time."""

Tell = Callable[[int], object]
Proof = Callable[[int, int, Tell], dict[str, Any]]
"""Takes how many, the first seed, and whom to tell of progress; returns counts and violations."""


@dataclass(frozen=True)
class Promise:
    """What is promised, and how often each tier tries to break it."""

    says: str
    counts: str
    ci: int
    full: int
    prove: Proof


def _simulated(runs: int, seed: int, tell: Tell) -> dict[str, Any]:
    faults: Counter[str] = Counter()
    seconds, placements, doubts = 0.0, 0, 0
    violations: list[str] = []
    for outcome in outcomes(seed, runs, os.cpu_count() or 1):
        faults.update(outcome.faults)
        seconds += outcome.virtual_seconds
        placements += outcome.placements
        doubts += outcome.in_doubt
        violations += [f"seed {outcome.seed}: {what}" for what in outcome.violations]
        tell(1)
    return {
        "runs": runs,
        "virtual_hours": round(seconds / 3600, 1),
        "faults": faults.total(),
        "placements": placements,
        "in_doubt": doubts,
        "violations": violations,
    }


def _killed_nine(count: int, seed: int, tell: Tell) -> dict[str, Any]:
    found = kill_nine(count, seed, MACHINES_A_CORE * (os.cpu_count() or 1), tell)
    del found["reached"]
    return found


def _stopped(count: int, seed: int, tell: Tell) -> dict[str, Any]:
    return kills(count, seed, tell)


def _crashed(count: int, seed: int, _tell: Tell) -> dict[str, Any]:
    return _of_the_journal(crash_points(count, seed))


def _lost_power(count: int, seed: int, _tell: Tell) -> dict[str, Any]:
    return _of_the_journal(power_losses(count, seed))


def _of_the_journal(found: dict[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in found.items() if isinstance(value, int)}
    return plain | {"violations": list(found["violations"])}


def _stepped(steps: int, _seed: int, _tell: Tell) -> dict[str, Any]:
    """Let Hypothesis lead Risk through its states; it needs the tests, which lie beside us.

    Some sequences end before their time, so more are asked for, to have run as many steps as said.
    """
    tests = Path(__file__).parents[2] / "tests" / "actors" / "risk" / "test_reservations.py"
    asked = steps * 115 // 100
    with tempfile.TemporaryDirectory() as folder:
        done = Path(folder) / "steps"
        ended = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)),
                *("-k", "TestAnySequence", "--show-capture=no", "-o", "timeout=0"),
            ],
            env={**os.environ, "TICTAC_RISK_STEPS": str(asked), "TICTAC_STEPS_DONE": str(done)},
            capture_output=True,
            text=True,
            check=False,
            cwd=tests.parents[3],
        )
        taken = int(done.read_text() or "0") if done.exists() else 0
    fault = ended.stdout.strip().splitlines()[-1:] or [ended.stderr[-300:]]
    return {"steps": taken, "violations": [] if ended.returncode == 0 else fault}


PROMISES: Mapping[str, Promise] = {
    "simulation": Promise(
        "never twice, never stale, never past a limit, never after a stop, nothing lost, whatever"
        " goes wrong",
        "runs",
        60,
        100_000,
        _simulated,
    ),
    "kill -9": Promise(
        "whenever the real core dies, its next start finds every bet and sends none again",
        "kills",
        6,
        2_000,
        _killed_nine,
    ),
    "crash points": Promise(
        "whatever dies in the middle of a write, the journal keeps what it acknowledged",
        "points",
        100,
        10_000,
        _crashed,
    ),
    "power losses": Promise(
        "whatever of the unsynced is lost with the power, the journal keeps what it acknowledged",
        "losses",
        500,
        10_000,
        _lost_power,
    ),
    "kill gate": Promise(
        "no bet leaves later than 250 ms after the gate gets the kill, under full load",
        "activations",
        10,
        1_000,
        _stopped,
    ),
    "Risk": Promise(
        "no sequence of wishes, moves and restarts gets Risk past a limit",
        "steps",
        3_000,
        500_000,
        _stepped,
    ),
}


class Result(msgspec.Struct, frozen=True):
    """What one proof ran and found."""

    promise: str
    says: str
    counts: dict[str, Any]
    violations: list[str]
    not_run: str
    seconds: float
