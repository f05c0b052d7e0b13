"""A replay: recorded letters are told again, at their times, to actors on a virtual clock.

What the actors told then and now can be compared, byte for byte. They are equal when an actor
does the same with the same letters: its ids come from the recording, its timers from the clock.
Not recorded are the journal, chance, calls to the outside, and the moment at which an actor
handled a letter: here it does so at the moment at which it was sent.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

from runtime import messages
from runtime.cell import Ports
from runtime.codec import Sealed
from runtime.errors import OurError
from runtime.identity import CountedIdentity
from runtime.journal import Journal
from runtime.post import PostOffice
from runtime.sim_host import SimHost
from runtime.supervision import Child
from runtime.tape import AnyRecord, Began, Drawn, Lost, Sent, Started

Cast = Callable[[str], Child | None]
"""How the actor at an address is started in a replay; None for those that do not play."""


class Replay:
    """Play a recording to the actors of a cast; `run` does, once.

    `recorded` and `replayed` are what those actors told, by sender; `fed` counts the letters
    they were told. A letter from one of them to another is told by them, not by the tape.
    `lost` counts records that the tape lacks: with some, nothing has to be equal. Nor has it
    where the tape begins in the middle of an actor's life; the actor begins anew there.
    """

    def __init__(
        self,
        records: Iterable[AnyRecord],
        cast: Cast,
        seed: int = 0,
        journal: Journal | None = None,
    ) -> None:
        self._records = list(records)
        if not self._records or not isinstance(self._records[0], Began):
            raise OurError("a recording begins with its beginning")
        self._began = self._records[0]
        self._cast = cast
        self._ids: dict[str, deque[str]] = {}
        self._waiting: dict[str, list[Sealed]] = {}
        self.lost = sum(one.records for one in self._records if isinstance(one, Lost))
        self.fed = 0
        self.recorded: dict[str, list[bytes]] = {}
        self.replayed: dict[str, list[bytes]] = {}
        for record in self._records:
            if isinstance(record, Drawn):
                self._ids.setdefault(record.address, deque()).append(record.id)
        self.host = SimHost(seed, journal, self._began.at)
        self.host.post = _Stage()
        self.host.post.add_tap(lambda letter: self._note(self.replayed, letter))
        self.host.lend = self._lend

    def run(self) -> None:
        """Start the actors and tell the letters of the recording, each at its time."""
        for address in self._alive_before():
            self._start(address, kept=False)
        for record in self._records:
            match record:
                case Started(_, moment, address, kept) if self._cast(address):
                    self._pass_until(moment)
                    self._start(address, kept)
                case Sent(_, moment):
                    self._follow(record.letter(), moment)
        self._pass_until(self._records[-1].moment)

    def different(self) -> list[str]:
        """Return the addresses of those that did not tell the same, in the same order."""
        addresses = sorted({*self.recorded, *self.replayed})
        return [one for one in addresses if self.recorded.get(one) != self.replayed.get(one)]

    def _alive_before(self) -> list[str]:
        """Return who speaks without having started: the tape does not have its beginning."""
        started: set[str] = set()
        found: dict[str, None] = {}
        for record in self._records:
            if isinstance(record, Started):
                started.add(record.address)
            elif isinstance(record, Sent):
                sender = record.letter().sender
                if sender not in started and self._cast(sender):
                    found[sender] = None
        return list(found)

    def _follow(self, letter: Sealed, moment: float) -> None:
        self._note(self.recorded, letter)
        if self._cast(letter.to) and not self._cast(letter.sender):
            self._pass_until(moment)
            self.fed += 1
            self._feed(letter)

    def _feed(self, letter: Sealed) -> None:
        if letter.to in self.host.cells:
            self.host.post.send([letter])
            self.host.run(0)
        else:
            self._waiting.setdefault(letter.to, []).append(letter)

    def _start(self, address: str, kept: bool) -> None:
        """Start an actor as its supervisor did; what waited for an earlier one was buried."""
        child = self._cast(address)
        assert child is not None
        waiting = self._waiting.pop(address, [])
        self.host.abandon(address)
        self.host.spawn(child.actor_class, address, **child.arguments)
        self.host.run(0)
        for letter in waiting if kept else ():
            self._feed(letter)

    def _pass_until(self, moment: float) -> None:
        self.host.run_until(moment - self._began.moment)

    def _note(self, told: dict[str, list[bytes]], letter: Sealed) -> None:
        runtimes = letter.kind.__module__ == messages.__name__  # a host speaks for its actors
        if not runtimes and self._cast(letter.sender):
            told.setdefault(letter.sender, []).append(letter.data)

    def _lend(self, address: str) -> Ports:
        ids = self._ids.setdefault(address, deque())
        return replace(self.host.ports, identity=_RecordedIds(ids))


class _RecordedIds:
    """The ids of the recording, then others; an actor's incarnations share them."""

    def __init__(self, ids: deque[str]) -> None:
        self._ids = ids
        self._others = CountedIdentity()

    def new(self, prefix: str) -> str:
        if self._ids and self._ids[0].startswith(f"{prefix}-"):
            return self._ids.popleft()
        return self._others.new(f"{prefix}-new")


class _Stage(PostOffice):
    """A post office where most addresses are nobody's, and that is no news."""

    def bury(self, kind: str, to: str, sender: str, reason: str) -> None:
        pass
