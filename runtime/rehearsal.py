"""A rehearsal: other actors hear what those of a recording heard, at the same times.

Use it to see what another configuration would have told. Clock and timers are virtual, so what
comes of a timer comes when it is due and not, as in a real run, a little later. An actor that is
as it was in the recording is better asked by a replay, which is exact.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from runtime.actor import Actor
from runtime.cell import Ports
from runtime.codec import Sealed
from runtime.identity import CountedIdentity
from runtime.journal import Journal
from runtime.messages import is_the_hosts
from runtime.post import PostOffice
from runtime.replay import Cast, beginning_of, different, lost
from runtime.sim_host import SimHost
from runtime.tape_records import BEGINNING, AnyRecord, Turn


class Rehearsal:
    """Tell a cast what it was told in a recording; `run` does, once.

    `recorded` and `replayed` are what those actors told, by sender; `fed` counts the letters
    they were told. A letter from one of them to another is told by them, not by the recording;
    each begins when it began there.
    `lost` counts what the recording lacks.
    """

    def __init__(
        self, records: Iterable[AnyRecord], cast: Cast, journal: Journal | None = None
    ) -> None:
        self._cast = cast
        self._records = list(records)
        self._turns = [
            record for record in self._records if isinstance(record, Turn) and cast(record.address)
        ]
        self._began = beginning_of(self._records)
        self.lost = lost(self._records, cast)
        self.fed = 0
        self.recorded: dict[str, list[bytes]] = {}
        self.replayed: dict[str, list[bytes]] = {}
        self._ids: dict[str, deque[str]] = {}
        for turn in self._turns:
            self.recorded.setdefault(turn.address, []).extend(turn.told)
            self._ids.setdefault(turn.address, deque()).extend(turn.ids)
        self.host = SimHost(0, journal, self._began.at)
        self.host.post = _Stage()
        self.host.post.add_tap(self._note)
        self.host.lend = self._lend

    def run(self) -> None:
        """Start the actors and tell them what was heard, each at its time."""
        for turn in self._turns:
            self.host.run_until(turn.moment - self._began.moment)
            if turn.kind == BEGINNING:
                self._start(turn.address)
            else:
                self._feed(turn)
        self.host.run_until(self._records[-1].moment - self._began.moment)

    def different(self) -> list[str]:
        """Return the addresses of those that did not tell the same, in the same order."""
        return different(self.recorded, self.replayed)

    def _feed(self, turn: Turn) -> None:
        if turn.address not in self.host.cells:
            self._start(turn.address)
        letter = turn.letter()
        if letter is None or turn.sender == turn.address or self._cast(turn.sender):
            return
        self.fed += 1
        self.host.tell(letter.to, letter.message, letter.sender)
        self.host.run(0)

    def _start(self, address: str) -> None:
        child = self._cast(address)
        assert child is not None
        self.host.abandon(address)
        self.host.spawn(child.actor_class, address, **child.arguments)
        self.host.run(0)

    def _note(self, letter: Sealed) -> None:
        if not is_the_hosts(letter.kind) and self._cast(letter.sender):
            self.replayed.setdefault(letter.sender, []).append(letter.data)

    def _lend(self, actor_class: type[Actor], address: str) -> Ports:  # noqa: ARG002
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
