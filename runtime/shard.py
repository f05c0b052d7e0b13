"""A shard: one thread, one ZeroMQ inproc socket, and the queues of the actors behind it."""

import heapq
import itertools
import math
import threading
from collections import deque
from collections.abc import Iterator, Sequence

import zmq
from pykka._envelope import Envelope as PykkaEnvelope

from runtime.actor import Actor
from runtime.cell import Cell
from runtime.clock import Clock
from runtime.codec import Letter, Message, Overflow, Sealed, decode, frames
from runtime.errors import described
from runtime.logs import logger
from runtime.mailbox import CAPACITY, Fate, Lane, Mailbox, Outcome
from runtime.messages import Held
from runtime.post import PostOffice
from runtime.work import Work

TURNS_IN_A_ROW = 64
TURNS_PER_DRAIN = 256
FRAMES_PER_DRAIN = 4_096
SLOW_TURN = 0.1
KEPT_BACK = 0.001

log = logger("shard")


class ShardSlot(Mailbox):
    """The mailbox of one actor on a shard; all slots of a shard share its socket."""

    __slots__ = ("address", "cell", "noted", "queued", "shard")

    def __init__(self, shard: "Shard", address: str, clock: Clock) -> None:
        super().__init__(clock)
        self.shard = shard
        self.address = address
        self.queued = False
        self.noted = math.inf  # the moment at which its shard looks after its timers
        self.cell: Cell | None = None

    @property
    def lane(self) -> Lane:
        return self.shard

    def get(self) -> PykkaEnvelope[Letter[Message] | None]:
        raise TypeError("a shard hands its actors their letters itself")

    def next(self) -> Letter[Message] | None:
        """Return the next letter."""
        return self._next()

    def has_work(self) -> bool:
        """Tell whether a turn would find something to do."""
        if self._control or self._data:
            return True
        due = self.timers.next_due() if self.timers else None
        return due is not None and due <= self._clock.monotonic()

    def close(self) -> list[Sealed]:
        self.shard.shut(self)
        return self._left()

    def seize(self) -> list[Sealed]:
        with self.shard.gate:
            self.closed = True
        left = self._left()
        self.shard.begin(self)  # so that the shard ends it, once it can
        return left

    def _redeem(self, place: Held) -> bytes:
        with self.shard.gate:
            return super()._redeem(place)


class Shard:
    """Let the actors of one thread work in turns; what they tell leaves in few frames."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        name: str,
        clock: Clock,
        post: PostOffice,
    ) -> None:
        self.name = name
        self.gate = threading.Lock()
        self.outbox: list[Sealed] = []
        self.slow_turns = 0
        self.work = Work(clock.monotonic())
        self._post = post
        self._clock = clock
        self._pull = context.socket(zmq.PULL)
        self._pull.set_hwm(0)
        self._pull.linger = 0
        self._pull.bind(f"inproc://{name}")
        self._push = context.socket(zmq.PUSH)
        self._push.set_hwm(0)
        self._push.linger = 0
        self._push.connect(f"inproc://{name}")
        self._slots: dict[str, ShardSlot] = {}
        self._unborn: deque[ShardSlot] = deque()
        self._ready: deque[ShardSlot] = deque()
        self._dues: list[tuple[float, int, ShardSlot]] = []
        self._numbers = 0
        self._outbox_since = 0.0
        self._closing = False
        self.current: ShardSlot | None = None
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def slot(self, address: str) -> ShardSlot:
        """Make the mailbox of an address on this shard; it takes the place of an older one."""
        slot = ShardSlot(self, address, self._clock)
        with self.gate:
            self._slots[address] = slot
        return slot

    def begin(self, slot: ShardSlot) -> None:
        """Let the slot's actor start on the shard's thread."""
        self._unborn.append(slot)
        self._wake()

    def stop(self) -> None:
        """Let the thread end once it has handled what is queued."""
        self._closing = True
        self._wake()

    def deliver(self, letters: Sequence[Sealed]) -> Sequence[Outcome]:
        outcomes: list[Outcome] = []
        queued: list[bytes] = []
        slots = self._slots
        with self.gate:
            if self._push.closed:
                return [(letter, Fate.CLOSED) for letter in letters]
            for letter in letters:
                slot = slots.get(letter.to)
                if slot is None:
                    outcomes.append((letter, Fate.CLOSED))
                elif (
                    letter.kind.overflow is Overflow.REFUSE
                    and slot.admitted - slot.taken < CAPACITY
                    and not slot.closed
                ):
                    slot.admitted += 1
                    queued.append(letter.data)
                else:
                    data = slot.admit(letter, outcomes)
                    if data is not None:
                        queued.append(data)
            if queued:
                for frame in frames(queued):
                    self._push.send(frame, zmq.NOBLOCK)
        return outcomes

    def keep_back(self, letters: list[Sealed]) -> None:
        """Send these when the actor has no more to do for now."""
        if not self.outbox:
            self._outbox_since = self._clock.monotonic()
        self.outbox += letters

    def let_go(self) -> None:
        """Send what the actors of this thread have told."""
        outbox, self.outbox = self.outbox, []
        self._post.send(outbox)

    def let_go_if_late(self) -> None:
        """Send it if the first of it has waited long enough for company."""
        if self._clock.monotonic() - self._outbox_since > KEPT_BACK:
            self.let_go()

    def shut(self, slot: ShardSlot) -> None:
        """Refuse for this slot from now on, with all that was accepted in its queues."""
        on_the_way: list[bytes] = []
        with self.gate:
            slot.closed = True
            if threading.current_thread() is self.thread:
                on_the_way = list(self._received(None))
        for frame in on_the_way:
            self._sort(frame)
        if self._slots.get(slot.address) is slot:
            del self._slots[slot.address]

    def _wake(self) -> None:
        with self.gate:
            if not self._push.closed:
                self._push.send(b"", zmq.NOBLOCK)

    def _run(self) -> None:
        ready, work, clock = self._ready, self.work, self._clock.monotonic
        while not (self._closing and not ready):
            if not ready:
                work.end(clock(), 0)
                self._pull.poll(self._patience())
                work.begin(clock())
            self._drain(FRAMES_PER_DRAIN)
            if self._dues:
                self._wake_due()
            for _ in range(min(len(ready), TURNS_PER_DRAIN)):
                self._guarded_turn(ready.popleft())
            if self.outbox:
                self.let_go()
        with self.gate:
            self._push.close()
            self._pull.close()

    def _patience(self) -> int | None:
        if not self._dues:
            return None
        return max(0, int((self._dues[0][0] - self._clock.monotonic()) * 1000) + 1)

    def _drain(self, at_most: int) -> None:
        for frame in self._received(at_most):
            self._sort(frame)
        while self._unborn:
            self._queue(self._unborn.popleft())

    def _received(self, at_most: int | None) -> Iterator[bytes]:
        for _ in itertools.count() if at_most is None else range(at_most):
            try:
                frame = self._pull.recv(zmq.NOBLOCK)
            except zmq.Again:
                return
            if frame:
                yield frame

    def _sort(self, frame: bytes) -> None:
        slots, ready = self._slots, self._ready
        letters, unreadable = decode(frame)
        for letter in letters:
            slot = slots.get(letter.to)
            if slot is None:  # it was shut, or given up, with this on the way
                self._post.resend(letter)
                continue
            slot.take_in(letter)
            if not slot.queued:
                slot.queued = True
                ready.append(slot)
        for fault in unreadable:
            slot = slots.get(fault.to)
            if slot is not None:
                slot.taken += 1
        if unreadable:
            self._post.bury_unreadable(unreadable)

    def _queue(self, slot: ShardSlot) -> None:
        if not slot.queued:
            slot.queued = True
            self._ready.append(slot)

    def _wake_due(self) -> None:
        now = self._clock.monotonic()
        while self._dues and self._dues[0][0] <= now:
            slot = heapq.heappop(self._dues)[2]
            slot.noted = math.inf
            if not slot.closed:
                self._queue(slot)

    def _guarded_turn(self, slot: ShardSlot) -> None:
        try:
            self._turn(slot)
        except BaseException as error:
            self.current = None
            log.error("turn failed outside its actor", address=slot.address, exc_info=error)
            if slot.cell is not None and not slot.closed:
                slot.cell.failure = described(error)
                slot.cell.host.loop_ended(slot.cell)

    def _turn(self, slot: ShardSlot) -> None:
        slot.queued = False
        cell = slot.cell
        if cell is None or cell.actor is None:
            return
        if slot.closed:
            if cell.abandoned:
                cell.host.loop_ended(cell)
            return
        work, actor, clock = slot.work, cell.actor, self._clock.monotonic
        self.current = slot
        work.began = began = clock()
        if not cell.started:
            cell.started = True
            actor._actor_loop_setup()
        turns = self._turns(slot, actor)
        work.end(now := clock(), turns)
        self.current = None
        if now - began > SLOW_TURN:
            self.slow_turns += 1
            log.warning("slow turn", address=cell.address, seconds=round(now - began, 3))
        if self.outbox and now - self._outbox_since > KEPT_BACK:
            self.let_go()
        if actor.actor_stopped.is_set():
            self.let_go()
            cell.host.loop_ended(cell)
        else:
            if slot.has_work():
                self._queue(slot)
            if slot.timers:
                self._note_due(slot)

    def _turns(self, slot: ShardSlot, actor: Actor) -> int:
        """Let an actor handle what waits for it, as pykka's loop does; return how much it was."""
        stopped = actor.actor_stopped.is_set
        for turn in range(TURNS_IN_A_ROW):
            if stopped():
                return turn
            letter = slot.next()
            if letter is None:
                return turn
            actor._handle_receive(letter)
            if self.outbox:
                self.let_go_if_late()
        return TURNS_IN_A_ROW

    def _note_due(self, slot: ShardSlot) -> None:
        """Wake for a slot's next timer; one that moved later is looked at when it was due."""
        due = slot.timers.next_due()
        if due is not None and due < slot.noted:
            slot.noted = due
            self._numbers += 1
            heapq.heappush(self._dues, (due, self._numbers, slot))
