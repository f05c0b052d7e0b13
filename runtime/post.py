"""The post office of one process: from an address to whoever answers there now.

An address is looked up in this order: a mailbox here, a supervisor that brings addresses
of this prefix to life, another node that holds the prefix. What nobody takes is a dead
letter, recorded with the reason. Letters for an address that is not alive yet are kept here
and reach its mailbox before any later one can, so each sender's order holds.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence

import msgspec

from runtime.codec import (
    Letter,
    Message,
    Overflow,
    Sealed,
    Unreadable,
    join,
    open_frame,
    seal,
    why_unreadable,
)
from runtime.errors import CodecError
from runtime.logs import logger
from runtime.mailbox import CAPACITY, Fate, Lane, Mailbox, Outcome
from runtime.messages import Refused, Stop, Wanted

log = logger("post")

MOST_REASONS = 1_000
OTHERS = ("?", "one of many other reasons")

Carrier = Callable[[str, bytes], None]
"""Takes a frame to another node; raises LookupError when that node cannot be reached."""


Tap = Callable[[Sealed], None]
"""Sees each letter that is sent, in its sender's thread: it must be quick and never raise."""


class DeadLetter(msgspec.Struct, frozen=True):
    """A message nobody took, and why."""

    kind: str
    to: str
    sender: str
    reason: str


class PostOffice:
    """Route letters by address; safe to use from every thread of the process."""

    def __init__(self) -> None:
        self._mailboxes: dict[str, Mailbox] = {}
        self._lanes: dict[str, Lane] = {}
        self._owners: dict[str, str] = {}
        self._carriers: dict[str, Carrier] = {}
        self._kept: dict[str, list[Sealed]] = {}
        self._wanted: dict[str, list[str]] = {}
        self._door = threading.RLock()
        self._sent: dict[type[Message], int] = {}
        self.dead_letters: deque[DeadLetter] = deque(maxlen=1_000)
        self.buried: Counter[tuple[str, str]] = Counter()
        self.displaced: Counter[tuple[str, str]] = Counter()
        self._taps: tuple[Tap, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Return how many messages of each kind were sent."""
        return {kind.__name__: count for kind, count in list(self._sent.items())}

    def open(self, address: str, mailbox: Mailbox) -> None:
        """Deliver to `mailbox` what is sent to `address`; a newer incarnation takes over."""
        self.open_all({address: mailbox})

    def open_all(self, mailboxes: Mapping[str, Mailbox]) -> None:
        """Open several at once."""
        with self._door:
            kept: dict[Lane, list[Sealed]] = {}
            for address, mailbox in mailboxes.items():
                kept.setdefault(mailbox.lane, []).extend(self._kept.pop(address, ()))
            for lane, letters in kept.items():
                self._settle(lane.deliver(letters))
            for address, mailbox in mailboxes.items():
                self._mailboxes[address] = mailbox
                self._lanes[address] = mailbox.lane

    def close(self, address: str, mailbox: Mailbox) -> None:
        """Stop delivering there and pass on what the mailbox still held."""
        with self._door:
            self.forget(address, mailbox)
            self.send(mailbox.close(), again=True)

    def forget(self, address: str, mailbox: Mailbox) -> None:
        """Stop delivering there; the mailbox is left to its thread."""
        with self._door:
            if self._mailboxes.get(address) is mailbox:
                del self._mailboxes[address], self._lanes[address]

    def own(self, prefix: str, supervisor: str) -> list[str]:
        """Let a supervisor bring addresses under `prefix` to life; return those wanted now."""
        with self._door:
            self._owners[prefix] = supervisor
            self._wanted.pop(prefix, None)
            return sorted(address for address in self._kept if address.startswith(prefix))

    def wanted(self, prefix: str, at_most: int) -> list[str]:
        """Return addresses under an owned prefix that have become wanted, each once.

        Its owner is told when there are some again; it asks until there are none.
        """
        with self._door:
            waiting = self._wanted.get(prefix, [])
            self._wanted[prefix] = waiting[at_most:]
            return waiting[:at_most]

    def keeps(self, address: str) -> bool:
        """Tell whether letters wait for this address to come to life."""
        return address in self._kept

    def carry(self, prefix: str, carrier: Carrier) -> None:
        """Hand what is sent to addresses under `prefix` to a carrier to another node."""
        self._carriers[prefix] = carrier

    def add_tap(self, tap: Tap) -> None:
        """Show `tap` every letter that is sent from now on; one delivered again is not sent."""
        with self._door:
            self._taps = (*self._taps, tap)

    def remove_tap(self, tap: Tap) -> None:
        """Show it no more."""
        with self._door:
            self._taps = tuple(one for one in self._taps if one != tap)

    def addresses(self) -> list[str]:
        """Return every address that is open here."""
        return sorted(self._mailboxes)

    def depth(self, address: str) -> int:
        """Return how many letters wait at an address."""
        mailbox = self._mailboxes.get(address)
        return 0 if mailbox is None else mailbox.depth()

    def send(self, letters: Sequence[Sealed], again: bool = False) -> None:
        """Deliver letters, or record why they could not be. Never raises, never blocks.

        With `again` they were sent before, and have been counted and shown to the taps.
        """
        sent, taps, lanes = self._sent, self._taps, self._lanes
        if again:
            sent, taps = {}, ()
        if not letters:
            return
        batches: dict[Lane, list[Sealed]] = {}
        last: Lane | None = None
        lane: Lane | None = None
        batch: list[Sealed] = []
        to: object = None
        kind, count = letters[0].kind, 0
        for letter in letters:
            if letter.kind is not kind:  # counted by runs: most are of one kind
                sent[kind] = sent.get(kind, 0) + count
                kind, count = letter.kind, 0
            count += 1
            if taps:
                for tap in taps:
                    tap(letter)
            if letter.to is not to:  # looked up by runs, too
                to = letter.to
                lane = lanes.get(letter.to)
                if lane is not last and lane is not None:
                    last, batch = lane, batches.setdefault(lane, [])
            if lane is None:
                self._send_elsewhere(letter)
                continue
            batch.append(letter)
        sent[kind] = sent.get(kind, 0) + count
        for lane, batch in batches.items():
            if outcomes := lane.deliver(batch):
                self._settle(outcomes)

    def send_one(self, letter: Sealed) -> None:
        """Deliver a letter as `send` does, without its batches."""
        if self._taps:
            self.send([letter])
            return
        sent, kind = self._sent, letter.kind
        sent[kind] = sent.get(kind, 0) + 1
        lane = self._lanes.get(letter.to)
        if lane is None:
            self._send_elsewhere(letter)
        elif outcomes := lane.deliver_one(letter):
            self._settle(outcomes)

    def send_frame(self, frame: bytes, sender: str | None = None) -> None:
        """Deliver what came from another node, where `sender` may stand for what it says.

        A letter that cannot be read is buried at once: it wakes nobody and takes no room.
        """
        try:
            letters = open_frame(frame, sender)
        except CodecError as error:
            self.bury("?", "?", "?", str(error))
            return
        unreadable = [letter for letter in letters if letter.kind is Message]
        if unreadable:
            self.bury_unreadable([why_unreadable(letter) for letter in unreadable])
            letters = [letter for letter in letters if letter.kind is not Message]
        self.send(letters)

    def resend(self, letter: Letter[Message]) -> None:
        """Deliver once more what found its mailbox gone."""
        self.send([seal(letter.message, letter.to, letter.sender)], again=True)

    def bury_unreadable(self, letters: Sequence[Unreadable]) -> None:
        """Record letters whose messages could not be made."""
        for letter in letters:
            self.bury(letter.kind, letter.to, letter.sender, letter.reason)

    def bury(self, kind: str, to: str, sender: str, reason: str) -> None:
        """Record a dead letter."""
        self.dead_letters.append(DeadLetter(kind, to, sender, reason))
        told = kind, reason
        if told not in self.buried and len(self.buried) >= MOST_REASONS:
            told = OTHERS  # a sender of rubbish chooses some of the words, and never tires
        self.buried[told] += 1
        count = self.buried[told]
        if count & (count - 1) == 0:  # a flood is told in a few lines, not in a million
            log.warning("dead letter", kind=kind, to=to, reason=reason, count=count)

    def _settle(self, outcomes: Sequence[Outcome]) -> None:
        for letter, fate in outcomes:
            match fate:
                case Fate.CLOSED:
                    self._send_elsewhere(letter)
                case Fate.FULL:
                    self._refuse(letter, fate.value)
                case Fate.REPLACED | Fate.DROPPED:
                    self.displaced[letter.kind.__name__, fate.value] += 1

    def _refuse(self, letter: Sealed, reason: str) -> None:
        kind = letter.kind.__name__
        self.bury(kind, letter.to, letter.sender, reason)
        prefix = letter.sender.partition("/")[0] + "/"
        if letter.sender in self._mailboxes or prefix in self._carriers:
            self.send([seal(Refused(kind, letter.to, reason), letter.sender, letter.to)])

    def _send_elsewhere(self, letter: Sealed) -> None:
        prefix = letter.to.partition("/")[0] + "/"
        if prefix in self._owners and letter.kind is not Stop:
            self._keep(letter, self._owners[prefix])
            return
        reason = "nobody at this address"
        carrier = self._carriers.get(prefix)
        if carrier is not None:
            try:
                carrier(letter.to, join([letter.data]))
            except LookupError as error:
                reason = str(error)
            else:
                return
        self.bury(letter.kind.__name__, letter.to, letter.sender, reason)

    def _keep(self, letter: Sealed, owner: str) -> None:
        with self._door:
            if letter.to in self._mailboxes:  # it came to life in the meantime
                self.send([letter], again=True)
                return
            kept = self._kept.setdefault(letter.to, [])
            unbounded = letter.kind.control or letter.kind.overflow is Overflow.ADMIT
            if len(kept) >= CAPACITY and not unbounded:
                self._refuse(letter, "too many wait for this address")
                return
            kept.append(letter)
            if len(kept) == 1:
                self._want(letter.to, owner)

    def _want(self, address: str, owner: str) -> None:
        prefix = address.partition("/")[0] + "/"
        waiting = self._wanted.setdefault(prefix, [])
        waiting.append(address)
        if len(waiting) == 1 and owner in self._mailboxes:
            self.send([seal(Wanted(), owner, "")])
