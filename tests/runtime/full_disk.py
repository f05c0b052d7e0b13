"""A disk that refuses the journal as long as a test wants it to."""

from collections.abc import Sequence

from runtime.errors import DiskRefusesError
from runtime.journal import Entry, Journal, Projection


class FullDisk(Journal):
    """A journal in memory, on a disk that can be full, or write and not say so (`unknown`)."""

    def __init__(self, *projections: Projection) -> None:
        super().__init__(None, projections)
        self.begin_term(0)
        self.full = False
        self.unknown = False

    def claim(self, writer: str) -> int:
        self._want_room()
        return super().claim(writer)

    def append(self, writer: str, pen: int, entries: Sequence[Entry], now: int) -> None:
        self._want_room()
        super().append(writer, pen, entries, now)
        if self.unknown:
            raise DiskRefusesError("failed: unknown", undone=False)

    def _want_room(self) -> None:
        if self.full:
            raise DiskRefusesError("full: make room", undone=True)
