"""The census of a host: who lives, and what all did who ever lived, by supervisor and class.

An actor that ends hands its figures over in the same step in which it leaves, so that a sum
over the living and the gone never goes back.
"""

import threading
from dataclasses import dataclass, replace

from runtime.cell import Cell, Group

MOST_GROUPS = 1_000
OTHERS: Group = ("", "other")
"""The group of those whose supervisors are too many to be told apart."""


@dataclass(slots=True)
class Tally:
    """Sums over one group. `busy` is in whole nanoseconds, so that no sum is rounded."""

    starts: int = 0
    failures: int = 0
    given_up: int = 0
    turns: int = 0
    slow: int = 0
    busy: int = 0


class Census:
    """Keep `cells`, who lives by address, and the sums; safe from every thread."""

    def __init__(self) -> None:
        self.cells: dict[str, Cell] = {}
        self._gone: dict[Group, Tally] = {}
        self._gate = threading.Lock()

    def enter(self, cell: Cell) -> None:
        """Note that an incarnation begins; an older one at its address is not listed any more."""
        group = cell.parent, cell.actor_class.__name__
        with self._gate:
            if group not in self._gone:
                group = group if len(self._gone) < MOST_GROUPS else OTHERS
                self._gone.setdefault(group, Tally())
            cell.group = group
            self._gone[group].starts += 1
            self.cells[cell.address] = cell

    def leave(self, cell: Cell, failure: str) -> None:
        """Note that the loop of an incarnation has ended."""
        work = cell.mailbox.work
        if work.began is not None and not cell.abandoned:  # pykka's loop ends within a turn
            work.end(cell.ports.clock.monotonic())
        with self._gate:
            if self.cells.get(cell.address) is cell:
                del self.cells[cell.address]
            if not cell.abandoned:
                self._gone[cell.group].failures += failure != ""
                self._hand_over(cell)

    def give_up(self, address: str) -> Cell | None:
        """Take an incarnation off the list; what it still does counts no more."""
        with self._gate:
            cell = self.cells.pop(address, None)
            if cell is not None:
                cell.abandoned = True
                tally = self._gone[cell.group]
                tally.given_up += 1
                tally.failures += 1
                self._hand_over(cell)
            return cell

    def taken(self) -> tuple[list[Cell], dict[Group, Tally]]:
        """Return who lives, and copies of the sums of those who do not, as of one moment."""
        with self._gate:
            gone = {group: replace(tally) for group, tally in self._gone.items()}
            return list(self.cells.values()), gone

    def _hand_over(self, cell: Cell) -> None:
        tally, work = self._gone[cell.group], cell.mailbox.work
        tally.turns += work.turns
        tally.slow += work.slow
        tally.busy += nanoseconds(work.busy)


def nanoseconds(seconds: float) -> int:
    """Return seconds as whole nanoseconds."""
    return int(seconds * 1e9)
