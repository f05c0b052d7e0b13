"""A replay: actors live the turns of a recording again, and are to tell the same, byte for byte.

What an actor hears, and what its clock and its identity say to it, comes from the recording, turn
by turn; its timers do, too. Not recorded is the journal.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

from runtime.actor import Actor
from runtime.cell import Ports
from runtime.codec import Letter, Message, Sealed
from runtime.errors import OurError
from runtime.journal import Journal
from runtime.mailbox import Mailbox, SimMailbox
from runtime.messages import is_the_hosts
from runtime.post import PostOffice
from runtime.sim_host import SimHost
from runtime.supervision import Child
from runtime.tape_records import BEGINNING, AnyRecord, Began, LeftOut, Lost, Turn

Cast = Callable[[str], Child | None]
"""How the actor at an address is started in a replay; None for those that do not play."""


class Replay:
    """Live the turns of a cast again; `run` does, once.

    `recorded` and `replayed` are what those actors told, by sender; `turns` counts the turns.
    `lost` counts what the recording lacks: with some, nothing has to be equal. Nor has it where
    the recording begins in the middle of an actor's life; the actor begins anew there.
    """

    def __init__(
        self, records: Iterable[AnyRecord], cast: Cast, journal: Journal | None = None
    ) -> None:
        self._cast = cast
        self._records = list(records)
        began = beginning_of(self._records)
        self.lost = lost(self._records, cast)
        self.turns = 0
        self.recorded: dict[str, list[bytes]] = {}
        self.replayed: dict[str, list[bytes]] = {}
        self._host = _Stage(began.at, journal, self._note)

    def run(self) -> None:
        """Give the actors their turns, in the order of the recording."""
        for record in self._records:
            if isinstance(record, Turn) and self._cast(record.address):
                self.turns += 1
                self.recorded.setdefault(record.address, []).extend(record.told)
                self._live(record)

    def different(self) -> list[str]:
        """Return the addresses of those that did not tell the same, in the same order."""
        return different(self.recorded, self.replayed)

    def _live(self, turn: Turn) -> None:
        if turn.kind == BEGINNING:
            self._host.abandon(turn.address)
        if turn.address not in self._host.cells:
            child = self._cast(turn.address)
            assert child is not None
            self._host.begin(child, turn)
        if turn.kind != BEGINNING:
            letter = turn.letter()
            if letter is not None:
                self._host.live(turn, letter)

    def _note(self, letter: Sealed) -> None:
        self.replayed.setdefault(letter.sender, []).append(letter.data)


def different(recorded: dict[str, list[bytes]], replayed: dict[str, list[bytes]]) -> list[str]:
    """Return the addresses at which two tellings differ."""
    addresses = sorted({*recorded, *replayed})
    return [one for one in addresses if recorded.get(one, []) != replayed.get(one, [])]


def lost(records: Iterable[AnyRecord], cast: Cast) -> int:
    """Count what a recording lacks of what a cast heard."""
    found = 0
    for record in records:
        if isinstance(record, Lost):
            found += record.records
        elif isinstance(record, LeftOut) and cast(record.to):
            found += 1
    return found


def beginning_of(records: list[AnyRecord]) -> Began:
    """Return how a recording began. Raises OurError when it lacks that."""
    if not records or not isinstance(records[0], Began):
        raise OurError("a recording begins with its beginning")
    return records[0]


class _Stage(SimHost):
    """A host whose clock stands still: each actor's own says what it said in the recording."""

    def __init__(self, start: int, journal: Journal | None, note: Callable[[Sealed], None]) -> None:
        super().__init__(0, journal, start)
        self.post = _Unsent(note)
        self.lend = self._lend
        self._again: dict[str, _Again] = {}

    def begin(self, child: Child, turn: Turn) -> None:
        """Start an actor, with the turn in which it did."""
        self._readings(child.address).take(turn)
        self.spawn(child.actor_class, child.address, **child.arguments)
        while self.step():
            pass

    def live(self, turn: Turn, letter: Letter[Message]) -> None:
        """Give an actor one turn; nothing when it could not be started."""
        cell = self.cells.get(turn.address)
        if cell is None or cell.actor is None:
            return
        self._readings(turn.address).take(turn)
        with self.standstill:
            cell.actor._handle_receive(letter)
        if cell.actor.actor_stopped.is_set():
            self.loop_ended(cell)

    def _readings(self, address: str) -> "_Again":
        return self._again.setdefault(address, _Again())

    def _mailbox(self, actor_class: type[Actor], address: str) -> Mailbox:  # noqa: ARG002
        return _NoTimers(self.ports.clock, self.post.bury_unreadable)

    def _lend(self, actor_class: type[Actor], address: str) -> Ports:  # noqa: ARG002
        again = self._readings(address)
        return replace(self.ports, clock=again, identity=again)


class _Again:
    """Clock and identity that say what they said in a turn; then the turn's time, and no id."""

    def __init__(self) -> None:
        self._at, self._moment = 0, 0.0
        self._times: deque[int] = deque()
        self._moments: deque[float] = deque()
        self._ids: deque[str] = deque()

    def take(self, turn: Turn) -> None:
        """Say from now on what was said in this turn."""
        self._at, self._moment = turn.at, turn.moment
        self._times = deque(turn.times)
        self._moments = deque(turn.moments)
        self._ids = deque(turn.ids)

    def now(self) -> int:
        return self._times.popleft() if self._times else self._at

    def monotonic(self) -> float:
        return self._moments.popleft() if self._moments else self._moment

    def new(self, prefix: str) -> str:
        return self._ids.popleft() if self._ids else f"{prefix}-not-in-the-recording"


class _NoTimers(SimMailbox):
    """A mailbox whose timers never come due: what a timer told is in the recording."""

    __slots__ = ()

    def arm(self, due: float, letter: Letter[Message], name: str = "") -> None:
        pass


class _Unsent(PostOffice):
    """A post office that only shows what the actors told; who heard it is in the recording."""

    def __init__(self, note: Callable[[Sealed], None]) -> None:
        super().__init__()
        self._note = note

    def send(self, letters: Iterable[Sealed], again: bool = False) -> None:
        for letter in letters:
            if not again and not is_the_hosts(letter.kind):
                self._note(letter)

    def bury(self, kind: str, to: str, sender: str, reason: str) -> None:
        pass
