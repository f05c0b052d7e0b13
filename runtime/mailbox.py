"""Mailboxes: two queues and the timers behind a ZeroMQ socket, or behind none in a simulation.

A mailbox hands pykka's loop one letter at a time, control before timers before data, in each
sender's order. It is bounded: what becomes of a message without room is its type's policy
(`Overflow`). A closed mailbox refuses, so that no letter is lost without being noticed.
"""

from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol

from pykka._envelope import Envelope as PykkaEnvelope

from runtime.clock import Clock
from runtime.codec import (
    Letter,
    Message,
    Overflow,
    Sealed,
    Unreadable,
    seal,
    unwrap,
)
from runtime.messages import Held, HeldControl
from runtime.timers import Timers
from runtime.work import Work

CAPACITY = 20_000

Report = Callable[[Sequence[Unreadable]], None]
"""Hears of letters that were none."""


class Fate(Enum):
    """What became of a letter that was not simply taken in."""

    CLOSED = "closed"  # the actor is gone or going
    FULL = "mailbox full"
    REPLACED = "replaced by a newer one"
    DROPPED = "dropped for a newer one"


Outcome = tuple[Sealed, Fate]


class NothingToDo(Exception):  # noqa: N818 - leaves pykka's loop, it is no error
    """There is nothing for this step."""


class Lane(Protocol):
    """One way in for the letters of one or of many mailboxes."""

    def deliver(self, letters: Sequence[Sealed]) -> Sequence[Outcome]:
        """Queue letters, and say which were not simply taken in. Never blocks."""

    def deliver_one(self, letter: Sealed) -> Sequence[Outcome]:
        """Queue one."""


_NONE_YET: deque[Letter[Message]] = deque(maxlen=0)
"""The control queue of an actor that was never sent control: most of very many."""


NO_TIMERS = Timers()
"""The timers of an actor that has never armed one: most of very many."""


class Mailbox(Work):
    """One actor's queues, and what its loop notes of its work.

    Senders call `admit` under their lane's gate, the owner the rest. It is one object, because
    where very many actors take turns, it is memory that a turn waits for.
    """

    __slots__ = (
        "_clock",
        "_envelope",
        "_report",
        "admitted",
        "closed",
        "control",
        "data",
        "held",
        "over",
        "taken",
        "timers",
    )

    def __init__(self, clock: Clock, report: Report) -> None:
        super().__init__(clock.monotonic())
        self.over = False  # the actor's loop ends after this turn
        self.timers = NO_TIMERS
        self.admitted = 0  # written by senders only
        self.taken = 0  # written by the owner only
        self.closed = False
        self._clock = clock
        self._report = report
        self.control: deque[Letter[Message]] = _NONE_YET
        self.data: deque[Letter[Message]] = deque()
        self.held: dict[tuple[str, str], deque[bytes]] | None = None  # from the first such message
        self._envelope: PykkaEnvelope[Letter[Message] | None] = PykkaEnvelope(None)

    @property
    def lane(self) -> Lane:
        """Return the way in."""
        raise NotImplementedError

    @property
    def work(self) -> Work:
        """Return what the actor's loop notes of its work."""
        return self

    def depth(self) -> int:
        """Return how many letters wait, wherever they are on the way to the actor."""
        return self.admitted - self.taken

    def ready_at(self, now: float) -> bool:
        """Tell whether there is something to do; a simulation asks everybody before each step."""
        if self.admitted > self.taken:
            return True
        if self.timers is NO_TIMERS:
            return False
        due = self.timers.next_due()
        return due is not None and due <= now

    # The senders' side.

    def admit(self, letter: Sealed, outcomes: list[Outcome]) -> bytes | None:
        """Return what to queue for a letter; None when nothing is, or no more than is already."""
        if self.closed:
            outcomes.append((letter, Fate.CLOSED))
            return None
        kind = letter.kind
        if kind.overflow is Overflow.CONFLATE or kind.overflow is Overflow.DROP_OLDEST:
            return self._hold(letter, outcomes)
        full = self.admitted - self.taken >= CAPACITY
        if full and kind.overflow is Overflow.REFUSE and not kind.control:
            outcomes.append((letter, Fate.FULL))
            return None
        self.admitted += 1
        return letter.data

    def _hold(self, letter: Sealed, outcomes: list[Outcome]) -> bytes | None:
        kind = letter.kind
        newest_only = kind.overflow is Overflow.CONFLATE
        sender = letter.sender if newest_only else ""
        if self.held is None:
            self.held = {}
        held = self.held.setdefault((kind.__name__, sender), deque())
        held.append(letter.data)
        if len(held) > (1 if newest_only else kind.most_waiting):
            held.popleft()
            outcomes.append((letter, Fate.REPLACED if newest_only else Fate.DROPPED))
            return None
        self.admitted += 1
        place = (HeldControl if kind.control else Held)(kind.__name__, sender)
        return seal(place, letter.to, letter.sender).data

    # The owner's side.

    def arm(self, due: float, letter: Letter[Message], name: str = "") -> None:
        """Arm a timer, at a moment of the monotonic clock; a name replaces its earlier one."""
        if self.timers is NO_TIMERS:
            self.timers = Timers()
        self.timers.set(due, letter, name)

    def take_in(self, letter: Letter[Message]) -> None:
        """Queue a letter that came out of the lane."""
        if not letter.message.control:
            self.data.append(letter)
            return
        if self.control is _NONE_YET:
            self.control = deque()
        self.control.append(letter)

    def empty(self) -> bool:
        return True  # pykka drains by this at the end; ours is drained by close()

    def put(self, envelope: PykkaEnvelope[bytes]) -> None:
        raise TypeError(f"an actor is reached by address, not by a pykka ref: {envelope.message!r}")

    def get(self) -> PykkaEnvelope[Letter[Message] | None]:
        """Return the next letter to pykka's loop; it ends the turn before."""
        raise NotImplementedError

    def close(self) -> list[Sealed]:
        """Refuse from now on and return what was not handled."""
        raise NotImplementedError

    def seize(self) -> list[Sealed]:
        """Refuse from now on; take what waits away from an owner that is wedged in a turn.

        Called by another thread. What cannot be had safely is left for the owner's `close`.
        """
        self.closed = True
        return self._left()

    def next(self) -> Letter[Message] | None:
        """Return the next letter: control before timers before data."""
        if self.control:
            letter = self.control.popleft()
        else:
            if self.timers is not NO_TIMERS:
                timer = self.timers.pop_due(self._clock.monotonic())
                if timer is not None:
                    return timer
            if not self.data:
                return None
            letter = self.data.popleft()
        self.taken += 1
        if self.held and isinstance(letter.message, Held):
            return self._opened(letter.message) or self.next()
        return letter

    def _opened(self, place: Held) -> Letter[Message] | None:
        letters, unreadable = unwrap(self._redeem(place))
        if unreadable:
            self._report(unreadable)
        return letters[0] if letters else None

    def _redeem(self, place: Held) -> bytes:
        """Take what is held at a place; a subclass with senders in other threads bars them."""
        assert self.held is not None
        key = (place.of, place.sender)
        held = self.held[key]
        data = held.popleft()
        if not held:
            del self.held[key]
        return data

    def _left(self) -> list[Sealed]:
        left: list[Sealed] = []
        for queue in (self.control, self.data):
            while queue:
                try:
                    letter = queue.popleft()
                except IndexError:
                    break  # the owner took the last one at this moment
                found: Letter[Message] | None = letter
                if isinstance(letter.message, Held):
                    found = self._opened(letter.message)
                if found is not None:
                    left.append(seal(found.message, found.to, found.sender))
        self.timers = NO_TIMERS
        self.taken = self.admitted
        return left


class SimMailbox(Mailbox):
    """A mailbox that hands out one letter for each grant of the simulation."""

    __slots__ = ("granted",)

    def __init__(self, clock: Clock, report: Report) -> None:
        super().__init__(clock, report)
        self.granted = False

    @property
    def lane(self) -> Lane:
        return self

    def deliver_one(self, letter: Sealed) -> Sequence[Outcome]:
        return self.deliver([letter])

    def deliver(self, letters: Sequence[Sealed]) -> Sequence[Outcome]:
        outcomes: list[Outcome] = []
        for letter in letters:
            data = self.admit(letter, outcomes)
            if data is not None:
                taken_in, unreadable = unwrap(data)
                self._report(unreadable)
                self.taken += len(unreadable)
                for one in taken_in:
                    self.take_in(one)
        return outcomes

    def get(self) -> PykkaEnvelope[Letter[Message] | None]:
        letter = self.next() if self.granted else None
        self.granted = False
        if letter is None:
            raise NothingToDo  # pykka calls get() outside its try, so this leaves the loop
        self._envelope.message = letter
        return self._envelope

    def ready(self) -> bool:
        """Tell whether a step would find something to do."""
        return self.ready_at(self._clock.monotonic())

    def close(self) -> list[Sealed]:
        self.closed = True
        return self._left()
