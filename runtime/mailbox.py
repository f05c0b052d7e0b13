"""Mailboxes: a ZeroMQ inproc socket on a thread, a plain queue in the simulation.

Both hand pykka's loop one frame at a time, control before timers before data, in each
sender's order. A closed mailbox refuses, so that no frame is lost without being noticed.
"""

import itertools
import sys
import threading
from collections import deque
from typing import Protocol

import zmq
from pykka._envelope import Envelope as PykkaEnvelope

from runtime.clock import Clock
from runtime.timers import Timers

CAPACITY = 20_000
DRAIN_AT_MOST = 1_000

_endpoints = itertools.count(1)


class MailboxClosedError(Exception):
    """The actor is gone or going."""


class MailboxFullError(Exception):
    """The actor cannot keep up: its bound is reached."""


class Mailbox(Protocol):
    """What a host and the post office need of a mailbox, beside pykka's get and empty."""

    timers: Timers

    def deliver(self, frame: bytes, *, control: bool) -> None:
        """Queue a frame. Raises MailboxClosedError or MailboxFullError."""

    def close(self) -> list[bytes]:
        """Refuse from now on and return what was not handled."""

    def depth(self) -> int:
        """Return how many frames are known to wait."""

    def put(self, envelope: PykkaEnvelope[bytes]) -> None: ...
    def get(self) -> PykkaEnvelope[bytes]: ...
    def empty(self) -> bool: ...


class SortedQueues:
    """What all kinds share: the two queues behind a socket, and the timers."""

    def __init__(self, clock: Clock) -> None:
        self.timers = Timers()
        self._clock = clock
        self._control: deque[bytes] = deque()
        self._data: deque[bytes] = deque()

    def _next(self) -> bytes | None:
        if self._control:
            return self._control.popleft()
        timer = self.timers.pop_due(self._clock.monotonic())
        if timer is not None:
            return timer
        return self._data.popleft() if self._data else None

    def _left(self) -> list[bytes]:
        left = [*self._control, *self._data]
        self._control.clear()
        self._data.clear()
        self.timers.clear()
        return left

    def depth(self) -> int:
        return len(self._control) + len(self._data)

    def empty(self) -> bool:
        return True  # pykka drains by this at the end; ours is drained by close()

    def put(self, envelope: PykkaEnvelope[bytes]) -> None:
        raise TypeError(f"an actor is reached by address, not by a pykka ref: {envelope.message!r}")


class ZmqMailbox(SortedQueues):
    """A PULL socket of the actor's thread and a PUSH socket that senders share.

    The gate is held for one non-blocking send at a time, by senders only; it makes closing
    and sending exclusive, so a frame is either handled, returned by `close`, or refused.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], clock: Clock) -> None:
        super().__init__(clock)
        endpoint = f"inproc://mailbox-{next(_endpoints)}"
        self._pull = context.socket(zmq.PULL)
        self._pull.set_hwm(1)
        self._pull.linger = 0
        self._pull.bind(endpoint)
        self._push = context.socket(zmq.PUSH)
        self._push.set_hwm(CAPACITY)
        self._push.linger = 0
        self._push.connect(endpoint)
        self._gate = threading.Lock()
        self._closed = False

    def deliver(self, frame: bytes, *, control: bool) -> None:
        with self._gate:
            if self._closed:
                raise MailboxClosedError
            try:
                self._push.send(b"\x01" + frame if control else b"\x00" + frame, zmq.NOBLOCK)
            except zmq.Again:
                raise MailboxFullError from None

    def get(self) -> PykkaEnvelope[bytes]:
        while True:
            self._drain()
            frame = self._next()
            if frame is not None:
                return PykkaEnvelope(frame)
            due = self.timers.next_due()
            wait = None if due is None else max(0, int((due - self._clock.monotonic()) * 1000) + 1)
            self._pull.poll(wait)

    def close(self) -> list[bytes]:
        with self._gate:
            self._closed = True
            self._drain(sys.maxsize)
            self._push.close()
            self._pull.close()
        return self._left()

    def _drain(self, at_most: int = DRAIN_AT_MOST) -> None:
        while len(self._data) < at_most:
            try:
                frame = self._pull.recv(zmq.NOBLOCK)
            except zmq.Again:
                return
            queue = self._control if frame[0] else self._data
            queue.append(frame[1:])


class NothingToDo(Exception):  # noqa: N818 - leaves pykka's loop, it is no error
    """The simulated mailbox has nothing for this step."""


class SimMailbox(SortedQueues):
    """A queue that hands out one frame for each grant of the simulation."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.granted = False
        self._closed = False

    def deliver(self, frame: bytes, *, control: bool) -> None:
        if self._closed:
            raise MailboxClosedError
        if len(self._data) >= CAPACITY:
            raise MailboxFullError
        (self._control if control else self._data).append(frame)

    def get(self) -> PykkaEnvelope[bytes]:
        frame = self._next() if self.granted else None
        self.granted = False
        if frame is None:
            raise NothingToDo  # pykka calls get() outside its try, so this leaves the loop
        return PykkaEnvelope(frame)

    def ready(self) -> bool:
        """Tell whether a step would find something to do."""
        due = self.timers.next_due()
        return self.depth() > 0 or (due is not None and due <= self._clock.monotonic())

    def close(self) -> list[bytes]:
        self._closed = True
        return self._left()
