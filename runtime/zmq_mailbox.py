"""The mailbox of an actor with a thread of its own: a ZeroMQ inproc socket."""

import itertools
import threading
from collections.abc import Sequence

import zmq
from pykka._envelope import Envelope as PykkaEnvelope

from runtime.clock import Clock
from runtime.codec import Letter, Message, Sealed, decode, frames
from runtime.mailbox import Lane, Mailbox, NothingToDo, Outcome, Report
from runtime.messages import Held

_endpoints = itertools.count(1)


class ZmqMailbox(Mailbox):
    """A PULL socket of the actor's thread and a PUSH socket that senders share.

    The gate is held for one non-blocking step at a time; it makes closing and sending
    exclusive, so a letter is either handled, returned by `close` or `seize`, or refused.
    The bound is counted in letters and kept by `admit`; the sockets have none of their own.
    """

    __slots__ = ("_frames_in", "_frames_out", "_gate", "_pull", "_push", "_send")

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], clock: Clock, report: Report
    ) -> None:
        super().__init__(clock, report)
        endpoint = f"inproc://mailbox-{next(_endpoints)}"
        self._pull = context.socket(zmq.PULL)
        self._pull.set_hwm(0)
        self._pull.linger = 0
        self._pull.bind(endpoint)
        self._push = context.socket(zmq.PUSH)
        self._push.set_hwm(0)
        self._push.linger = 0
        self._push.connect(endpoint)
        self._send = super(zmq.Socket, self._push).send  # past the Python layer: a third of it
        self._gate = threading.RLock()
        self._frames_in = 0  # written under the gate
        self._frames_out = 0  # written by the owner

    @property
    def lane(self) -> Lane:
        return self

    def deliver(self, letters: Sequence[Sealed]) -> Sequence[Outcome]:
        outcomes: list[Outcome] = []
        with self._gate:
            queued = [
                data for letter in letters if (data := self.admit(letter, outcomes)) is not None
            ]
            if queued:
                for frame in frames(queued):
                    self._frames_in += 1  # first, so that who has it can count it
                    self._send(frame, zmq.NOBLOCK)
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
        if due is None:  # the shortest way to the next frame
            self._take(self._pull.recv())
        else:
            wait = max(0, int((due - self._clock.monotonic()) * 1000) + 1)
            zmq.zmq_poll([(self._pull, zmq.POLLIN)], wait)

    def _take(self, frame: bytes) -> None:
        self._frames_out += 1
        if frame:  # an empty one is to wake the owner
            self._sort(frame)

    def seize(self) -> list[Sealed]:
        with self._gate:
            self.closed = True
            if self.work.began is not None:  # so its owner does not wait in the socket
                self._drain()
                return self._left()
            self._frames_in += 1
            self._send(b"", zmq.NOBLOCK)
            return []

    def close(self) -> list[Sealed]:
        with self._gate:
            self.closed = True
            self._drain()
            self._push.close()
            self._pull.close()
        return self._left()

    def _drain(self) -> None:
        while self._frames_out != self._frames_in:  # asking an empty socket costs far more
            try:
                frame = self._pull.recv(zmq.NOBLOCK)
            except zmq.Again:
                return
            self._take(frame)

    def _sort(self, frame: bytes) -> None:
        letters, unreadable = decode(frame)
        for letter in letters:
            self.take_in(letter)
        if unreadable:
            self.taken += len(unreadable)
            self._report(unreadable)

    def _redeem(self, place: Held) -> bytes:
        with self._gate:
            return super()._redeem(place)
