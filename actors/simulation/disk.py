"""The journal of the simulated machine: in memory, and a process can die in the middle of it.

What was committed stays over a crash, as WAL with synchronous=FULL has it; a transaction under
way is undone. A disk that refuses undoes it, too; where a sync has failed, nobody knows at first.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from actors.ledger import ORDER, OrderTable
from actors.simulation.agenda import Act
from actors.simulation.trouble import Crash
from runtime.errors import DiskRefusesError
from runtime.journal import Entry, Journal, Written

if TYPE_CHECKING:
    from actors.simulation.world import World

NO_ROOM = "simulated: database or disk is full: make room"
UNKNOWN = "simulated: disk I/O error: whether it was written is unknown"


class _Tripwire:
    """A projection without a table, which fails within the transaction once it is armed."""

    schema = ""
    armed = False

    def apply(self, connection: Any, written: Written) -> None:  # noqa: ARG002 - the protocol's
        if self.armed:
            self.armed = False
            raise Crash


class Disk(Journal):
    """A journal that notes, by the true time, when each order moved."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._wire = _Tripwire()
        self.moves: dict[str, dict[str, int]] = {}
        self._seen = Counter[str]()
        self._planned: dict[tuple[str, int], Act] = {}
        self.full_until = 0
        super().__init__(None, [OrderTable(), self._wire])

    def plan_at(self, state: str, number: int, act: Act) -> None:
        """Do something right after the n-th order from now on that gets into a state."""
        self._planned[state, self._seen[state] + number] = act

    def calm(self) -> None:
        """Forget what was planned."""
        self._planned.clear()
        self.full_until = 0

    def fill(self, milliseconds: int) -> None:
        """Leave no room for so long."""
        self._world.counts.faults["disk full for minutes"] += 1
        self.full_until = self._world.now + milliseconds

    def claim(self, writer: str) -> int:
        """Hand out a pen as a journal does, unless the disk is full."""
        self._want_room()
        return super().claim(writer)

    def append(self, writer: str, pen: int, entries: Sequence[Entry], now: int) -> None:
        """Write entries as a journal does, unless the process dies or the disk is full."""
        world, trouble = self._world, self._world.trouble
        if world.crashed:
            raise Crash
        self._want_room()
        if world.luck.strikes(trouble.refused_writes, "disk full"):
            raise DiskRefusesError(NO_ROOM, undone=True)
        sync_fails = world.luck.strikes(trouble.failed_syncs, "sync failed")
        if sync_fails and world.chance.randrange(0, 2):
            raise DiskRefusesError(UNKNOWN, undone=False)
        self._wire.armed = world.luck.strikes(trouble.torn_writes, "crash within a write")
        try:
            super().append(writer, pen, entries, now)
        except Crash:
            world.crash()
            raise
        finally:
            self._wire.armed = False
        self._note(entries)
        if sync_fails:
            raise DiskRefusesError(UNKNOWN, undone=False)
        if world.luck.strikes(trouble.cut_off_writes, "crash after a write"):
            world.crash()
        if world.crashed:
            raise Crash

    def _want_room(self) -> None:
        if self.full_until and self._world.now < self.full_until:
            raise DiskRefusesError(NO_ROOM, undone=True)

    def _note(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.kind.startswith(ORDER):
                state = entry.kind.removeprefix(ORDER)
                self.moves.setdefault(entry.key, {})[state] = self._world.now
                self._seen[state] += 1
                self._planned.pop((state, self._seen[state]), lambda: None)()
