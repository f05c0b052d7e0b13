"""The watch over actors that are alive and do not work, by what their own loops note."""

from collections.abc import Iterable

from runtime.cell import Cell

FREE_WITHIN = 30.0
"""How long an actor that was given up may still hold its thread, in seconds."""


class Watch:
    """Pure: who is seen to stand still, and whose thread cannot be freed. Times in seconds."""

    def __init__(self) -> None:
        self._seen: dict[Cell, tuple[int, float]] = {}
        self._told: set[Cell] = set()
        self._given_up: dict[Cell, float] = {}

    def look(self, cells: Iterable[Cell], now: float) -> list[tuple[Cell, float]]:
        """Return who has been in one turn, or had work and began none, for too long; once each."""
        seen, self._seen = self._seen, {}
        found = []
        for cell in cells:
            stalled = self._stalled(cell, seen, now)
            deadline = cell.actor_class.turn_deadline
            if deadline and stalled > deadline and cell not in self._told:
                self._told.add(cell)
                found.append((cell, stalled))
        self._told &= {*self._seen, *self._given_up}
        return found

    def give_up(self, cell: Cell, now: float) -> None:
        """Note that nobody waits for this incarnation any more."""
        self._given_up[cell] = now

    def ended(self, cell: Cell) -> None:
        """Note that the loop of an incarnation has ended."""
        self._given_up.pop(cell, None)
        self._told.discard(cell)

    def held(self) -> int:
        """Return how many that were given up still hold their threads."""
        return len(self._given_up)

    def unfreed(self, now: float) -> Cell | None:
        """Return one that was given up so long ago that its thread will not come back."""
        for cell, since in list(self._given_up.items()):
            if now - since > FREE_WITHIN:
                return cell
        return None

    def _stalled(self, cell: Cell, seen: dict[Cell, tuple[int, float]], now: float) -> float:
        work = cell.mailbox.work
        began, turns = work.began, work.turns
        if began is not None:
            self._seen[cell] = turns, began
            return now - began
        if not cell.mailbox.depth():
            return 0.0
        before = seen.get(cell)
        since = before[1] if before is not None and before[0] == turns else now
        self._seen[cell] = turns, since
        return now - since
