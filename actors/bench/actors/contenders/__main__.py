"""One measurement of one contender: a request in JSON as argument, the result on stdout."""

import gc
import importlib
import importlib.metadata
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

from actors.bench.actors.contenders import gauge
from actors.bench.actors.contenders.gauge import Contender, Tally

COLLECTOR_THRESHOLDS = (20_000, 20, 50)
"""As in `runtime.collector`, for every contender alike."""

WARM_UP_EACH = 10
MOST_MESSAGES = 1_000_000


class Overrun(SystemExit):
    """The time for this measurement is over; an event loop lets a SystemExit through."""


def main(request: dict[str, Any]) -> None:
    """Print what was measured, or what prevented it, then clean up."""
    contender: Contender | None = None
    try:
        if request.get("cores"):
            _pin(request["cores"])
        module = importlib.import_module(f"{__package__}.{request['contender']}")
        contender = module.CONTENDER()
        answer = _measured(contender, request)
    except Overrun:
        answer = {"not_measured": "took too long"}
    except Exception as error:  # noqa: BLE001 - whatever ends it is what was found
        answer = {"not_measured": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)  # before a cleaning up that may take too long
    if contender is not None:
        contender.close()


def _measured(contender: Contender, request: dict[str, Any]) -> dict[str, Any]:
    _calm()
    found = _MEASUREMENTS[request["measurement"]](contender, request)
    versions = {library: importlib.metadata.version(library) for library in contender.libraries}
    return {**found, "versions": versions}


def _pin(count: int) -> None:
    """Keep all on one core, or the two sides of a hop on a core each. Raises OSError."""
    if not hasattr(os, "sched_setaffinity"):
        raise OSError("this system cannot keep a thread on a core")
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < count:
        raise OSError(f"there is no core but {cores[0]}")
    if count == 1:
        os.sched_setaffinity(0, {cores[-1]})
    else:
        gauge.seats = (cores[0], cores[-1])


def _calm() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


def _tell(contender: Contender, request: dict[str, Any]) -> dict[str, Any]:
    """Time floods of about `seconds` each, sized by a warm-up."""
    receivers, seconds = request["receivers"], request["seconds"]
    tally = Tally(receivers)
    contender.receive(tally)
    found: dict[str, Any] = {}
    for way in contender.ways:
        warm_up = max(request["warm_up"], WARM_UP_EACH * receivers)
        each = round(warm_up / _flood(contender, tally, way, warm_up) * seconds / receivers)
        messages = receivers * min(max(each, 1), MOST_MESSAGES // receivers)
        taken = [_flood(contender, tally, way, messages) for _ in range(request["repeats"])]
        rates = [messages / one for one in taken]
        found[way] = {"messages": messages, "messages_per_second": rates}
    return found


def _flood(contender: Contender, tally: Tally, way: str, messages: int) -> float:
    gc.collect()
    tally.begin(messages)
    began = time.perf_counter_ns()
    contender.flood(way, messages)
    return (tally.ended_ns - began) / 1e9


def _hop(contender: Contender, request: dict[str, Any]) -> dict[str, Any]:
    """Time round trips; a hop is half of one."""
    runs, warm_up = [], request["warm_up"]
    for _ in range(request["repeats"]):
        gc.collect()
        taken = contender.ping_pong(warm_up + request["rounds"])[warm_up:]
        runs.append(sorted(one / 2_000 for one in taken))
    return {
        "rounds": request["rounds"],
        "p50_microseconds": [run[len(run) // 2] for run in runs],
        "p99_microseconds": [run[len(run) * 99 // 100] for run in runs],
    }


def _crowd(contender: Contender, request: dict[str, Any]) -> dict[str, Any]:
    """Start very many actors, see what they occupy, stop them."""
    count = request["actors"]
    tally = Tally(count)
    tally.begin(count)
    gc.collect()
    before, began = _resident_bytes(), time.perf_counter_ns()
    found: dict[str, Any] = {}
    try:
        contender.populate(tally)
        found["start_seconds"] = (time.perf_counter_ns() - began) / 1e9
        gc.collect()
        growth = _resident_bytes() - before
        found["rss_growth_mebibytes"] = growth / 2**20
        found["rss_growth_per_actor_kibibytes"] = growth / 2**10 / count
        began = time.perf_counter_ns()
        contender.depopulate()
        found["stop_seconds"] = (time.perf_counter_ns() - began) / 1e9
    except Overrun:
        what = "stopping" if found else "starting"
        found["not_measured"] = f"{what} took too long"
    return found


def _resident_bytes() -> int:
    """Return the memory of this process; where /proc is not, the most it has ever had."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


_MEASUREMENTS = {"tell": _tell, "hop": _hop, "crowd": _crowd}


def _leave(*_: object) -> None:
    raise Overrun


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    try:
        main(json.loads(sys.argv[1]))
    finally:
        os._exit(0)  # the threads of a flood that failed would hold up a tidy end
