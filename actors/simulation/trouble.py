"""What goes wrong beside the book's own faults, and the count of what went wrong."""

from collections import Counter
from dataclasses import dataclass, field

from actors import paper
from runtime.chance import Chance


class Crash(BaseException):
    """The process ends in the middle of a call or of a write."""


@dataclass
class Trouble:
    """In thousandths of all calls, writes or frames; the book's own faults have their own."""

    faults: tuple[paper.Fault, ...] = ()
    refused: int = 0  # no connection comes about
    broken: int = 0  # the caller fails with an error nobody foresaw, before or after the effect
    broken_placements: int = 0  # the same, of placements
    crashed_placements: int = 0  # the process dies in a placement, before or after the effect
    late_placements: int = 0  # the book gets it when the client has long given up
    latest: int = 50_000  # milliseconds: at most so late
    twice_placements: int = 0  # the book gets it twice, and either answer comes back
    lost_frames: int = 0  # between feed and core, as ZeroMQ may lose them
    torn_writes: int = 0  # the process dies within a transaction of the journal
    cut_off_writes: int = 0  # it dies after the commit, before anybody is told
    refused_writes: int = 0  # the disk is full


@dataclass
class Counts:
    """What happened, for the report and against runs that test nothing."""

    calls: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    pauses: int = 0
    steps: int = 0
    boots: int = 0


class Luck:
    """Decide by a seed whether something strikes, and count what did."""

    def __init__(self, chance: Chance, counts: Counts) -> None:
        self.chance, self.counts = chance, counts

    def strikes(self, permille: int, name: str) -> bool:
        """Say yes in so many of 1000 times."""
        struck = permille > 0 and self.chance.randrange(0, 1000) < permille
        if struck:
            self.counts.faults[name] += 1
        return struck
