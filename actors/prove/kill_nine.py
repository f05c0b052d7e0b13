"""`kill -9` of the real core at named points, against the real paper book over HTTP."""

import os
import signal
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from actors.prove.machine import Machine
from actors.prove.points import ONCE, POINTS
from runtime.chance import Chance, seeded

REACHED_WITHIN = 20.0
"""Seconds after which a core that has not come to its point is killed where it is."""

KILLS_BETWEEN_RESTS = 50
HITS = (1, 1, 1, 2, 3)


def kill_nine(
    kills: int, seed: int = 1, jobs: int = 1, tell: Callable[[int], object] = lambda _: None
) -> dict[str, Any]:
    """Kill so many cores and return what was reached and what was wrong.

    Each core recovers from the death of the one before it. `tell` hears of each that died.
    """
    shares = [kills // jobs + (number < kills % jobs) for number in range(jobs)]
    with ThreadPoolExecutor(jobs) as pool:
        found = list(
            pool.map(lambda part: _on_one_machine(part[1], seed + part[0], tell), enumerate(shares))
        )
    reached: Counter[str] = sum((one["reached"] for one in found), Counter())
    return {
        "kills": sum(one["kills"] for one in found),
        "points": len(POINTS),
        "points_reached": len([name for name in POINTS if reached[name]]),
        "placements": sum(one["placements"] for one in found),
        "reached": {name: reached[name] for name in (*POINTS, "anywhere")},
        "violations": [fault for one in found for fault in one["violations"]],
    }


def _on_one_machine(kills: int, seed: int, tell: Callable[[int], object]) -> dict[str, Any]:
    chance = seeded(seed)
    reached: Counter[str] = Counter()
    violations: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder), seed)
        try:
            for number in range(1, kills + 1):
                reached[_kill_one(machine, chance)] += 1
                tell(1)
                if number % KILLS_BETWEEN_RESTS == 0 or number == kills:
                    machine.come_to_rest()
                    violations += machine.verdict()
            placements = machine.placements()
        finally:
            machine.close()
    return {
        "kills": kills,
        "reached": reached,
        "placements": placements,
        "violations": violations,
    }


def _kill_one(machine: Machine, chance: Chance) -> str:
    point = chance.choice(POINTS)
    hit = 1 if point in ONCE else chance.choice(HITS)
    core = machine.core(point, hit)
    try:
        if machine.ended(core, REACHED_WITHIN):
            code = core.exit_code()
            if code != -signal.SIGKILL:
                raise RuntimeError(f"a core ended with {code} on its way to {point!r}")
            return point
        os.kill(core.pid, signal.SIGKILL)
        return "anywhere"
    finally:
        core.kill()
        core.close()
