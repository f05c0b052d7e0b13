"""The mailbox of an actor with a thread of its own: a ZeroMQ inproc socket."""

import itertools
import threading
from collections.abc import Sequence

import zmq
from pykka._envelope import Envelope as PykkaEnvelope

from runtime.clock import Clock
from runtime.codec import Letter, Message, Sealed, parcels, unwrap
from runtime.mailbox import Lane, Mailbox, NothingToDo, Outcome, Report
from runtime.messages import Held
from runtime.pipe import Pipe

_names = itertools.count(1)


class ZmqMailbox(Mailbox):
    """A pipe to the actor's thread, whose way in all senders share.

    The gate is held for one non-blocking step at a time; it makes closing and sending
    exclusive, so a letter is either handled, returned by `close` or `seize`, or refused.
    The bound is counted in letters and kept by `admit`; the pipe has none of its own.
    """

    __slots__ = ("_gate", "_pipe")

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], clock: Clock, report: Report
    ) -> None:
        super().__init__(clock, report)
        self._pipe = Pipe(context, f"mailbox-{next(_names)}")
        self._gate = threading.RLock()

    @property
    def lane(self) -> Lane:
        return self

    def deliver_one(self, letter: Sealed) -> Sequence[Outcome]:
        return self.deliver([letter])

    def deliver(self, letters: Sequence[Sealed]) -> Sequence[Outcome]:
        outcomes: list[Outcome] = []
        with self._gate:
            queued = [
                data for letter in letters if (data := self.admit(letter, outcomes)) is not None
            ]
            if queued:
                for parcel in parcels(queued):
                    self._pipe.send(parcel)
        return outcomes

    def get(self) -> PykkaEnvelope[Letter[Message] | None]:
        work = self.work
        if work.began is not None:
            work.end(self._clock.monotonic())
        while True:
            with self._gate:
                if self.closed:
                    raise NothingToDo
                self._drain()
            letter = self.next()
            if letter is not None:
                work.begin(self._clock.monotonic())
                self._envelope.message = letter
                return self._envelope
            self._wait()

    def _wait(self) -> None:
        due = self.timers.next_due()
        if due is not None:
            self._pipe.wait_until(due - self._clock.monotonic())
        elif parcel := self._pipe.wait():
            self._sort(parcel)

    def seize(self) -> list[Sealed]:
        with self._gate:
            self.closed = True
            if self.work.began is not None:  # so its owner does not wait in the socket
                self._drain()
                return self._left()
            self._pipe.send(b"")
            return []

    def close(self) -> list[Sealed]:
        with self._gate:
            self.closed = True
            self._drain()
            self._pipe.close()
        return self._left()

    def _drain(self) -> None:
        while (parcel := self._pipe.receive()) is not None:
            if parcel:  # an empty one is to wake the owner
                self._sort(parcel)

    def _sort(self, parcel: bytes) -> None:
        letters, unreadable = unwrap(parcel)
        for letter in letters:
            self.take_in(letter)
        if unreadable:
            self.taken += len(unreadable)
            self._report(unreadable)

    def _redeem(self, place: Held) -> bytes:
        with self._gate:
            return super()._redeem(place)
