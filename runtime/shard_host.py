"""Shards: a few threads that carry very many actors, each actor always on the same one.

A shard is one ZeroMQ inproc socket, the queues of its actors behind it, and one thread that
lets them work in turns. An actor that waits for the world outside, or has to stay responsive
while others work (`own_thread`), gets a thread instead.
"""

import contextlib
import heapq
import itertools
import struct
import threading
from collections import deque
from zlib import crc32

import zmq
from pykka._envelope import Envelope as PykkaEnvelope

from runtime.actor import Actor
from runtime.cell import Cell, Ports
from runtime.clock import Clock
from runtime.logs import logger
from runtime.mailbox import (
    CAPACITY,
    Mailbox,
    MailboxClosedError,
    MailboxFullError,
    NothingToDo,
    SortedQueues,
)
from runtime.post import PostOffice
from runtime.thread_host import ThreadHost

SHARD_CAPACITY = 500_000
TURNS_IN_A_ROW = 64
FRAMES_PER_DRAIN = 4_096
SLOW_TURN = 0.1

STOP = 0
_HEAD = struct.Struct("<Q?")

log = logger("shard")


class ShardSlot(SortedQueues):
    """The mailbox of one actor on a shard; all slots of a shard share its socket."""

    def __init__(self, shard: "Shard", number: int, clock: Clock) -> None:
        super().__init__(clock)
        self.number = number
        self.granted = 0
        self.closed = False
        self.queued = False
        self.cell: Cell | None = None
        self.shard = shard

    def deliver(self, frame: bytes, *, control: bool) -> None:
        self.shard.deliver(self, frame, control=control)

    def take_in(self, frame: bytes, *, control: bool) -> None:
        """Queue a frame that came out of the shard's socket."""
        (self._control if control else self._data).append(frame)

    def get(self) -> PykkaEnvelope[bytes]:
        """Return the next frame. Raises NothingToDo, which leaves pykka's loop."""
        frame = self._next() if self.granted > 0 else None
        if frame is None:
            raise NothingToDo
        self.granted -= 1
        return PykkaEnvelope(frame)

    def has_work(self) -> bool:
        """Tell whether a turn would find something to do."""
        due = self.timers.next_due()
        return self.depth() > 0 or (due is not None and due <= self._clock.monotonic())

    def close(self) -> list[bytes]:
        self.shard.shut(self)
        return self._left()


class Shard:
    """One thread, one socket, many actors."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        name: str,
        clock: Clock,
        post: PostOffice,
    ) -> None:
        self.name = name
        self._post = post
        self._clock = clock
        self._pull = context.socket(zmq.PULL)
        self._pull.set_hwm(1)
        self._pull.linger = 0
        self._pull.bind(f"inproc://{name}")
        self._push = context.socket(zmq.PUSH)
        self._push.set_hwm(SHARD_CAPACITY)
        self._push.linger = 0
        self._push.connect(f"inproc://{name}")
        self._gate = threading.Lock()
        self._numbers = itertools.count(1)
        self._slots: dict[int, ShardSlot] = {}
        self._ready: deque[ShardSlot] = deque()
        self._dues: list[tuple[float, int]] = []
        self._closing = False
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def slot(self) -> ShardSlot:
        """Make a mailbox on this shard."""
        slot = ShardSlot(self, next(self._numbers), self._clock)
        self._slots[slot.number] = slot
        return slot

    def begin(self, slot: ShardSlot) -> None:
        """Let the slot's actor start on the shard's thread."""
        self._push_frame(slot.number, b"", control=True)

    def deliver(self, slot: ShardSlot, frame: bytes, *, control: bool) -> None:
        """Queue a frame for a slot. Raises MailboxClosedError or MailboxFullError."""
        if slot.depth() >= CAPACITY and not control:
            raise MailboxFullError
        with self._gate:
            if slot.closed:
                raise MailboxClosedError
            self._send(slot.number, frame, control)

    def shut(self, slot: ShardSlot) -> None:
        """Refuse for this slot from now on, with all that was accepted in its queues."""
        with self._gate:
            slot.closed = True
            if threading.current_thread() is self.thread:
                self._drain(None)
            self._slots.pop(slot.number, None)

    def stop(self) -> None:
        """Let the thread end once it has handled what is queued."""
        self._push_frame(STOP, b"", control=True)

    def _push_frame(self, number: int, frame: bytes, *, control: bool) -> None:
        with self._gate:
            self._send(number, frame, control)

    def _send(self, number: int, frame: bytes, control: bool) -> None:
        try:
            self._push.send(_HEAD.pack(number, control) + frame, zmq.NOBLOCK)
        except zmq.Again:
            raise MailboxFullError from None

    def _run(self) -> None:
        while not self._closing:
            if not self._ready:
                self._pull.poll(self._patience())
            self._drain(FRAMES_PER_DRAIN)
            self._wake_due()
            if self._ready:
                self._turn(self._ready.popleft())
        with self._gate:
            self._push.close()
            self._pull.close()

    def _patience(self) -> int | None:
        if not self._dues:
            return None
        return max(0, int((self._dues[0][0] - self._clock.monotonic()) * 1000) + 1)

    def _drain(self, at_most: int | None) -> None:
        for _ in itertools.count() if at_most is None else range(at_most):
            try:
                frame = self._pull.recv(zmq.NOBLOCK)
            except zmq.Again:
                return
            number, control = _HEAD.unpack_from(frame)
            slot = self._slots.get(number)
            if slot is not None:
                if len(frame) > _HEAD.size:
                    slot.take_in(frame[_HEAD.size :], control=control)
                self._queue(slot)
            elif number == STOP:
                self._closing = True
            else:
                self._post.send(frame[_HEAD.size :])

    def _queue(self, slot: ShardSlot) -> None:
        if not slot.queued:
            slot.queued = True
            self._ready.append(slot)

    def _wake_due(self) -> None:
        now = self._clock.monotonic()
        while self._dues and self._dues[0][0] <= now:
            _, number = heapq.heappop(self._dues)
            slot = self._slots.get(number)
            if slot is not None:
                self._queue(slot)

    def _turn(self, slot: ShardSlot) -> None:
        slot.queued = False
        cell = slot.cell
        if cell is None or slot.closed or not isinstance(cell.actor, Actor):
            return
        began = self._clock.monotonic()
        if not cell.started:
            cell.started = True
            cell.actor._actor_loop_setup()
        if not cell.actor.actor_stopped.is_set():
            slot.granted = TURNS_IN_A_ROW
            with contextlib.suppress(NothingToDo):
                cell.actor._actor_loop_running()
        taken = self._clock.monotonic() - began
        if taken > SLOW_TURN:
            log.warning("slow turn", address=cell.address, seconds=round(taken, 3))
        if cell.actor.actor_stopped.is_set():
            cell.host.loop_ended(cell)
        elif slot.has_work():
            self._queue(slot)
        self._note_due(slot)

    def _note_due(self, slot: ShardSlot) -> None:
        due = slot.timers.next_due()
        if due is not None:
            heapq.heappush(self._dues, (due, slot.number))


class ShardHost(ThreadHost):
    """Carry actors on shards, and those that ask for it on threads of their own."""

    def __init__(self, ports: Ports, post: PostOffice | None = None, shards: int = 1) -> None:
        super().__init__(ports, post)
        self._shards = [
            Shard(self.context, f"shard-{number}", ports.clock, self.post)
            for number in range(shards)
        ]
        for shard in self._shards:
            shard.thread.start()

    def close(self, seconds: float = 10.0) -> list[str]:
        self.stop_roots()
        deadline = self.ports.clock.monotonic() + seconds
        pause = threading.Event()
        while self.cells and self.ports.clock.monotonic() < deadline:
            pause.wait(0.005)
        for shard in self._shards:
            shard.stop()
        for shard in self._shards:
            shard.thread.join(max(0.1, deadline - self.ports.clock.monotonic()))
        stuck = [shard.name for shard in self._shards if shard.thread.is_alive()]
        return stuck or self._join(deadline)

    def _mailbox(self, actor_class: type[Actor], address: str) -> Mailbox:
        if actor_class.own_thread:
            return super()._mailbox(actor_class, address)
        return self._shards[crc32(address.encode()) % len(self._shards)].slot()

    def _run(self, cell: Cell, actor: Actor) -> None:
        slot = cell.mailbox
        if isinstance(slot, ShardSlot):
            slot.cell = cell
            slot.shard.begin(slot)
        else:
            super()._run(cell, actor)
