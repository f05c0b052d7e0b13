"""The paper bookmaker of a proof: the real node over HTTP, with placements that go wrong.

`python -m actors.prove.troubled_book SEED CONFIG STATE PORT`
"""

import sys
from pathlib import Path

from actors import nodes, paper
from actors.paper.faults import Fault, Kind
from actors.state_folder import StateFolder
from runtime.ending import end_now

TROUBLE = (
    Fault(Kind.ANSWER_LOST, "placebet", permille=120),
    Fault(Kind.ERROR_AFTER, "placebet", permille=60),
    Fault(Kind.ERROR_BEFORE, "placebet", permille=150),
)
"""So that orders come into doubt, and out of it both ways."""


def main(arguments: list[str]) -> None:
    """Be the bookmaker until SIGTERM."""
    seed, config, state, port = arguments
    faults = paper.Faults(TROUBLE, int(seed))
    where = Path(config), StateFolder(Path(state)), int(port)
    end_now(nodes.run_paper(*where, "paper", faults=faults, throttle=False))


if __name__ == "__main__":
    main(sys.argv[1:])
