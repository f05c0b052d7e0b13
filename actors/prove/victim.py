"""The core of a proof: the real node, which ends itself at a named point.

`python -m actors.prove.victim POINT HIT CONFIG STATE PORT`; without a point it is the plain node.
"""

import os
import sys
from pathlib import Path

from actors import nodes, rate_budget
from actors.prove.points import install
from actors.selections import Phase
from actors.state_folder import StateFolder
from runtime.ending import end_now

HURRIED = 0.4


def main(arguments: list[str]) -> None:
    """Be the core until the point, or until SIGTERM."""
    point, hit, config, state, port = arguments
    _print_into(Path(state) / "printed")
    _hurry()
    if point:
        install(point, int(hit))
    end_now(nodes.run_core(Path(config), StateFolder(Path(state)), int(port), "paper"))


def _hurry() -> None:
    """Ask for prices more often than a bookmaker allows: the proof's own one does not mind."""
    vars(rate_budget).update(
        BETWEEN_ANY_TWO=HURRIED, MINIMUM_INTERVAL_SECONDS=dict.fromkeys(Phase, HURRIED)
    )


def _print_into(path: Path) -> None:
    """Keep what the core says of its bets and faults out of the proof's own output."""
    printed = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(printed, stream.fileno())
    os.close(printed)


if __name__ == "__main__":
    main(sys.argv[1:])
