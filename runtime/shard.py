"""A shard: one thread, one pipe, and the slots of the actors that take turns on it.

Its way from a frame to the next one is what a hop costs, so it makes fewer calls than it might:
where it does what another method does, a comment names that.
"""

import heapq
import math
import threading
from collections import deque
from collections.abc import Sequence
from threading import get_ident

import zmq

from runtime import codec
from runtime.actor import Actor
from runtime.cell import Cell
from runtime.clock import Clock
from runtime.codec import (
    LETTER,
    UNREADABLE,
    Message,
    Overflow,
    Sealed,
    Unreadable,
    parcels,
    unwrap,
)
from runtime.errors import described
from runtime.logs import logger
from runtime.mailbox import CAPACITY, NO_TIMERS, Fate, Outcome
from runtime.pipe import NOBLOCK, Pipe
from runtime.post import PostOffice
from runtime.shard_slot import ShardSlot
from runtime.work import Work

TURNS_IN_A_ROW = 64
TURNS_PER_DRAIN = 256
PARCELS_PER_DRAIN = 4_096
SLOW_TURN = 0.1
KEPT_BACK = 0.001

REFUSE = Overflow.REFUSE

log = logger("shard")


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
        self._looked = 0.0  # at the clock, the last time or a few letters before
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

    def deliver_one(self, letter: Sealed) -> Sequence[Outcome]:
        # As `deliver`, without its lists: most hops are of a letter on its own.
        gate, pipe = self.gate, self._pipe
        gate.acquire()  # half the time of `with`
        try:
            slot = self._slots.get(letter.to)
            if (
                slot is not None
                and letter.kind.overflow is REFUSE
                and slot.admitted - slot.taken < CAPACITY
                and not slot.closed
                and not pipe.closed
            ):
                slot.admitted += 1
                pipe.sent += 1
                pipe.push(letter.data, NOBLOCK)
                return ()
        finally:
            gate.release()
        return self.deliver([letter])

    def deliver(self, letters: Sequence[Sealed]) -> Sequence[Outcome]:
        outcomes: list[Outcome] = []
        queued: list[bytes] = []
        slots, pipe = self._slots, self._pipe
        slot: ShardSlot | None = None
        to, kind, refused = "", Message, False  # looked up by runs
        with self.gate:
            if pipe.closed:
                return [(letter, Fate.CLOSED) for letter in letters]
            for letter in letters:
                if letter.to is not to:
                    to = letter.to
                    slot = slots.get(letter.to)
                if letter.kind is not kind:
                    kind = letter.kind
                    refused = kind.overflow is REFUSE
                if slot is None:
                    outcomes.append((letter, Fate.CLOSED))
                elif (
                    refused and slot.admitted - slot.taken < CAPACITY and not slot.closed
                ):  # as `admit` does, without the call: every message comes by here
                    slot.admitted += 1
                    queued.append(letter.data)
                else:
                    data = slot.admit(letter, outcomes)
                    if data is not None:
                        queued.append(data)
            if queued:
                for parcel in parcels(queued):
                    pipe.send(parcel)
        return outcomes

    def is_here(self) -> bool:
        """Tell whether the caller is this shard's thread."""
        return get_ident() == self._ident

    def keep_back(self, letters: list[Sealed], at_once: bool) -> None:
        """Send these when the actor has no more to do for now."""
        if get_ident() != self._ident:  # its maker tells of an actor that never began
            self._post.send(letters)
            return
        slot = self.current
        if self.outbox:
            self.outbox += letters
        elif slot is not None and not self._ready and not slot.data:  # nobody would add to it
            if len(letters) == 1:
                self._post.send_one(letters[0])
            else:
                self._post.send(letters)
            return
        else:
            self.outbox = letters
            self._outbox_since = self._looked
        if at_once:
            self.let_go()

    def let_go(self) -> None:
        """Send what the actors of this thread have told."""
        outbox, self.outbox = self.outbox, []
        self._post.send(outbox)

    def let_go_if_late(self) -> None:
        """Send it if the first of it has waited long enough for company."""
        now = self._clock.monotonic()
        if now - self._outbox_since > KEPT_BACK:
            self._looked = now
            self.let_go()

    def shut(self, slot: ShardSlot) -> None:
        """Refuse for this slot from now on, with all that was accepted in its queues."""
        with self.gate:
            slot.closed = True
            accepted = self._pipe.sent
        if self.is_here():
            while self._pipe.received < accepted:
                self._drain(PARCELS_PER_DRAIN)
        with self.gate:  # else a newer slot that comes between the look and the act would go
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
            parcel = None
            if not ready and (self._late or pipe.sent == pipe.received):
                parcel = self._rest()
            if parcel or pipe.sent != pipe.received or self._unborn:
                self._drain(PARCELS_PER_DRAIN, parcel)
            now = clock()
            if self._dues:
                self._wake_due(now)
            turns = len(ready)
            if turns > TURNS_PER_DRAIN:
                turns = TURNS_PER_DRAIN
            while turns:
                turns -= 1
                now = self._turn(ready.popleft(), now)
            if self.outbox:
                self.let_go()
        with self.gate:
            pipe.close()

    def _rest(self) -> bytes | None:
        """Wait for a parcel or the next timer, unless something came in the meantime."""
        parcel = None
        self._asleep = True
        awaited = self._late or self._pipe.sent == self._pipe.received
        if awaited and not self._unborn and not self._closing:
            work, clock = self.work, self._clock.monotonic
            work.end(now := clock(), 0)
            if self._dues:
                self._pipe.wait_until(self._dues[0][0] - now)
            else:
                parcel = self._pipe.wait()
            work.began = clock()
        self._asleep = False
        return parcel

    def _drain(self, at_most: int, parcel: bytes | None = None) -> None:
        """Sort this parcel and what else was sent by now; who was begun has its turn to come."""
        pipe, slots, ready = self._pipe, self._slots, self._ready
        last = pipe.sent
        if last - pipe.received > at_most:
            last = pipe.received + at_most
        self._late = False
        while True:
            if parcel:  # an empty one is to wake this thread
                try:  # as `unwrap` does, without the call
                    typed = codec.typed or codec.build()
                    if parcel[0] == LETTER:
                        letters = [typed.letter(parcel)]
                    else:
                        letters = typed.frame(parcel).letters
                except UNREADABLE:
                    letters, unreadable = unwrap(parcel)
                    self._bury(unreadable)
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
            if pipe.received >= last:
                break
            try:
                parcel = pipe.pull(NOBLOCK)
            except zmq.Again:
                self._late = True
                break
            pipe.received += 1
        while self._unborn:
            self._queue(self._unborn.popleft())

    def _bury(self, unreadable: Sequence[Unreadable]) -> None:
        for fault in unreadable:
            slot = self._slots.get(fault.to)
            if slot is not None:
                slot.taken += 1
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
        """Let one actor handle what waits for it, as pykka's loop does; return when it was done."""
        slot.queued = False
        if slot.closed or slot.cell is None:
            self._bury_given_up(slot.cell)
            return now
        self.current = slot
        self._looked = slot.began = now
        turns = 0
        try:
            actor = slot.actor or self._start(slot)
            while turns < TURNS_IN_A_ROW and not slot.over:
                if slot.control or slot.timers is not NO_TIMERS or slot.held:
                    letter = slot.next()
                    if letter is None:
                        break
                    actor._handle_receive(letter)
                elif slot.data:  # as `next` does, without the call
                    letter = slot.data.popleft()
                    slot.taken += 1
                    actor.handle(letter)
                else:
                    break
                turns += 1
                if self.outbox and slot.data:  # with no more to do it goes at once
                    self.let_go_if_late()
        except BaseException as error:  # noqa: BLE001 - one actor may not end all of a shard
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
        if slot.data or slot.control:
            self._queue(slot)
        if slot.timers is not NO_TIMERS:
            self._note_due(slot, done)
        return done

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

    def _note_due(self, slot: ShardSlot, now: float) -> None:
        """Wake for a slot's next timer; one that moved later is looked at when it was due."""
        due = slot.timers.next_due()
        if due is None:
            return
        if due <= now:
            self._queue(slot)
        if due < slot.noted:
            slot.noted = due
            self._numbers += 1
            heapq.heappush(self._dues, (due, self._numbers, slot))
