"""Try one mutant: does its proof find it? `python -m actors.prove.planted NAME`."""

import os
import subprocess
import sys
from typing import NamedTuple

from actors.prove.journal import NotRunError, power_losses
from actors.prove.mutants import MUTANTS
from actors.simulation.run import outcomes

MOST_SEEDS = 300
LOSSES = 200
NAME = "TICTAC_MUTANT"
"""The environment variable in which the tests get the name of a mutant to plant."""

NORMAL_SYNC = "writes the journal with synchronous=NORMAL"
NAMES = (*MUTANTS, NORMAL_SYNC)


class Found(NamedTuple):
    """Whether a mutant was found, and where."""

    mutant: str
    caught: bool
    by: str


def tried(name: str) -> Found:
    """Plant a mutant in a process of its own and let its proof look for it."""
    done = subprocess.run(
        [sys.executable, "-m", "actors.prove.planted", name],
        capture_output=True,
        text=True,
        check=False,
    )
    last = (done.stdout.strip().splitlines() or [done.stderr.strip()[-200:]])[-1]
    return Found(name, done.returncode == 0, last)


def look_for(name: str) -> str:
    """Plant a mutant here and return where it was found; empty when it was not."""
    if name == NORMAL_SYNC:
        try:
            failed = power_losses(LOSSES, 7, normal_sync=True)["failed"]
        except NotRunError as error:
            return f"not run: {error}"
        return f"{failed} of {LOSSES} simulated power losses" if failed else ""
    mutant = MUTANTS[name]
    if mutant.tests:
        return _by_tests(name, mutant.tests)
    mutant.plant(setattr)
    for outcome in outcomes(1, MOST_SEEDS):
        for violation in outcome.violations:
            if mutant.words in violation:
                return f"simulation, seed {outcome.seed}: {violation}"
    return ""


def _by_tests(name: str, tests: str) -> str:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider"),
            *("--show-capture=no", *tests.split()),
        ],
        env={**os.environ, NAME: name},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    return failed[0].removeprefix("FAILED ") if done.returncode == 1 and failed else ""


def main() -> int:
    """Print where the mutant was found."""
    where = look_for(sys.argv[1])
    print(where or "not found")
    return 0 if where and not where.startswith("not run") else 1


if __name__ == "__main__":
    sys.exit(main())
