"""A shard: one thread, one ZeroMQ inproc socket, and the queues of the actors behind it."""

import heapq
import math
import threading
from collections import deque
from collections.abc import Sequence
from threading import get_ident

import zmq
from pykka._envelope import Envelope as PykkaEnvelope

from runtime.actor import Actor
from runtime.cell import Cell
from runtime.clock import Clock
from runtime.codec import Letter, Message, Overflow, Sealed, decode, frames
from runtime.errors import described
from runtime.logs import logger
from runtime.mailbox import CAPACITY, NO_TIMERS, Fate, Lane, Mailbox, Outcome, Report
from runtime.messages import Held
from runtime.pipe import Pipe
from runtime.post import PostOffice
from runtime.work import Work

TURNS_IN_A_ROW = 64
TURNS_PER_DRAIN = 256
FRAMES_PER_DRAIN = 4_096
SLOW_TURN = 0.1
KEPT_BACK = 0.001

REFUSE = Overflow.REFUSE

log = logger("shard")


class ShardSlot(Mailbox):
    """The mailbox of one actor on a shard; all slots of a shard share its socket."""

    __slots__ = ("actor", "address", "cell", "noted", "queued", "shard")

    def __init__(self, shard: "Shard", address: str, clock: Clock, report: Report) -> None:
        super().__init__(clock, report)
        self.shard = shard
        self.address = address
        self.queued = False
        self.noted = math.inf  # the moment at which its shard looks after its timers
        self.cell: Cell | None = None
        self.actor: Actor | None = None  # from its start

    @property
    def lane(self) -> Lane:
        return self.shard

    def get(self) -> PykkaEnvelope[Letter[Message] | None]:
        raise TypeError("a shard hands its actors their letters itself")

    def has_due(self, now: float) -> bool:
        """Tell whether a timer has come due."""
        if self.timers is NO_TIMERS:
            return False
        due = self.timers.next_due()
        return due is not None and due <= now

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
        self._pipe = Pipe(context, name)
        self._slots: dict[str, ShardSlot] = {}
        self._unborn: deque[ShardSlot] = deque()
        self._ready: deque[ShardSlot] = deque()
        self._dues: list[tuple[float, int, ShardSlot]] = []
        self._numbers = 0
        self._outbox_since = 0.0
        self._closing = False
        self._ident = 0
        self._asleep = False
        self._late = False
        self.current: ShardSlot | None = None
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def slot(self, address: str) -> ShardSlot:
        """Make the mailbox of an address on this shard; it takes the place of an older one."""
        slot = ShardSlot(self, address, self._clock, self._post.bury_unreadable)
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
            if self._pipe.closed:
                return [(letter, Fate.CLOSED) for letter in letters]
            for letter in letters:
                slot = slots.get(letter.to)
                if slot is None:
                    outcomes.append((letter, Fate.CLOSED))
                elif (
                    letter.kind.overflow is REFUSE
                    and slot.admitted - slot.taken < CAPACITY
                    and not slot.closed
                ):  # as `admit` does, without the call: every message comes by here
                    slot.admitted += 1
                    queued.append(letter.data)
                else:
                    data = slot.admit(letter, outcomes)
                    if data is not None:
                        queued.append(data)
            if queued:
                for frame in frames(queued):
                    self._pipe.send(frame)
        return outcomes

    def is_here(self) -> bool:
        """Tell whether the caller is this shard's thread."""
        return get_ident() == self._ident

    def keep_back(self, letters: list[Sealed], at_once: bool) -> None:
        """Send these when the actor has no more to do for now."""
        if get_ident() != self._ident:  # its maker tells of an actor that never began
            self._post.send(letters)
            return
        if self.outbox:
            self.outbox += letters
        else:
            self.outbox = letters
            self._outbox_since = self._clock.monotonic()
        if at_once:
            self.let_go()

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
        with self.gate:
            slot.closed = True
            accepted = self._pipe.sent
        if self.is_here():
            while self._pipe.received < accepted:
                self._drain(FRAMES_PER_DRAIN)
        if self._slots.get(slot.address) is slot:
            del self._slots[slot.address]

    def _wake(self) -> None:
        """Send an empty frame, if the thread waits: whatever else it looks at was set before."""
        with self.gate:
            if self._asleep and not self._pipe.closed:
                self._asleep = False
                self._pipe.send(b"")

    def _run(self) -> None:
        self._ident = get_ident()
        ready, pipe, clock = self._ready, self._pipe, self._clock.monotonic
        while ready or not self._closing or pipe.sent != pipe.received:
            if not ready:
                self._rest()
            self._drain(FRAMES_PER_DRAIN)
            now = clock()
            if self._dues:
                self._wake_due(now)
            for _ in range(min(len(ready), TURNS_PER_DRAIN)):
                now = self._turn(ready.popleft(), now)
            if self.outbox:
                self.let_go()
        with self.gate:
            pipe.close()

    def _rest(self) -> None:
        """Wait for a frame or the next timer, unless something came in the meantime."""
        self._asleep = True
        awaited = self._late or self._pipe.sent == self._pipe.received
        if awaited and not self._unborn and not self._closing:
            work, clock, frame = self.work, self._clock.monotonic, b""
            work.end(now := clock(), 0)
            if self._dues:
                self._pipe.wait_until(self._dues[0][0] - now)
            else:
                frame = self._pipe.wait()
            work.began = clock()
            if frame:
                self._sort(frame)
        self._asleep = False

    def _drain(self, at_most: int) -> None:
        pipe, frame = self._pipe, None
        for _ in range(at_most):
            frame = pipe.receive()
            if frame is None:
                break
            if frame:  # an empty one is to wake this thread
                self._sort(frame)
        self._late = frame is None and pipe.sent != pipe.received
        while self._unborn:
            self._queue(self._unborn.popleft())

    def _sort(self, frame: bytes) -> None:
        slots, ready = self._slots, self._ready
        letters, unreadable = decode(frame)
        for letter in letters:
            slot = slots.get(letter.to)
            if slot is None:  # it was shut, or given up, with this on the way
                self._post.resend(letter)
                continue
            if letter.message.control:
                slot.take_in(letter)
            else:
                slot.data.append(letter)
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

    def _wake_due(self, now: float) -> None:
        while self._dues and self._dues[0][0] <= now:
            slot = heapq.heappop(self._dues)[2]
            slot.noted = math.inf
            if not slot.closed:
                self._queue(slot)

    def _turn(self, slot: ShardSlot, now: float) -> float:
        """Let one actor work, and return when it was done."""
        slot.queued = False
        if slot.closed or slot.cell is None:
            self._bury_given_up(slot.cell)
            return now
        self.current = slot
        slot.began = now
        try:
            turns = self._turns(slot)
        except BaseException as error:  # noqa: BLE001 - one actor may not end all of a shard
            turns = 1
            self._end(slot, error)
        done = self._clock.monotonic()
        self.current = slot.began = None
        slot.busy += done - now
        slot.turns += turns
        slot.last = done
        if done - now > SLOW_TURN:
            self.slow_turns += 1
            slot.slow += 1
            log.warning("slow turn", address=slot.address, seconds=round(done - now, 3))
        if self.outbox and done - self._outbox_since > KEPT_BACK:
            self.let_go()
        if slot.over:
            slot.cell.host.loop_ended(slot.cell)
            return done
        if slot.data or slot.control or slot.has_due(done):
            self._queue(slot)
        if slot.timers is not NO_TIMERS:
            self._note_due(slot)
        return done

    def _turns(self, slot: ShardSlot) -> int:
        """Let an actor handle what waits for it, as pykka's loop does; return how much it was."""
        actor = slot.actor or self._start(slot)
        for turn in range(TURNS_IN_A_ROW):
            if slot.over:
                return turn
            letter = slot.next()
            if letter is None:
                return turn
            actor._handle_receive(letter)
            if self.outbox and slot.data:  # with no more to do it goes at once
                self.let_go_if_late()
        return TURNS_IN_A_ROW

    def _start(self, slot: ShardSlot) -> Actor:
        assert slot.cell is not None
        assert slot.cell.actor is not None
        slot.cell.started = True
        slot.actor = slot.cell.actor
        slot.actor._actor_loop_setup()
        return slot.actor

    def _end(self, slot: ShardSlot, error: BaseException) -> None:
        """End an actor whose own way to end has failed."""
        assert slot.cell is not None
        slot.cell.failure, slot.over = described(error), True
        log.error("turn failed outside its actor", address=slot.address, exc_info=error)

    def _bury_given_up(self, cell: Cell | None) -> None:
        if cell is not None and cell.abandoned:
            cell.host.loop_ended(cell)

    def _note_due(self, slot: ShardSlot) -> None:
        """Wake for a slot's next timer; one that moved later is looked at when it was due."""
        due = slot.timers.next_due()
        if due is not None and due < slot.noted:
            slot.noted = due
            self._numbers += 1
            heapq.heappush(self._dues, (due, self._numbers, slot))
