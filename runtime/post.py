"""The post office of one process: from an address to whoever answers there now.

An address is looked up in this order: a mailbox here, a supervisor that brings addresses
of this prefix to life, another node that holds the prefix. What nobody takes is a dead
letter, recorded with the reason. Frames for an address that is not alive yet are kept here
and reach its mailbox before any later frame can, so each sender's order holds.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable

import msgspec

from runtime.codec import Envelope, encode, open_envelope
from runtime.errors import CodecError
from runtime.logs import logger
from runtime.mailbox import CAPACITY, Mailbox, MailboxClosedError, MailboxFullError
from runtime.messages import Wanted

log = logger("post")

Carrier = Callable[[str, bytes], None]
"""Takes a frame to another node; raises LookupError when that node cannot be reached."""


class DeadLetter(msgspec.Struct, frozen=True):
    """A message nobody took, and why."""

    kind: str
    to: str
    sender: str
    reason: str


class PostOffice:
    """Route frames by address; safe to use from every thread of the process."""

    def __init__(self) -> None:
        self._mailboxes: dict[str, Mailbox] = {}
        self._owners: dict[str, str] = {}
        self._carriers: dict[str, Carrier] = {}
        self._kept: dict[str, list[bytes]] = {}
        self._door = threading.RLock()
        self.dead_letters: deque[DeadLetter] = deque(maxlen=1_000)
        self.buried: Counter[tuple[str, str]] = Counter()
        self.counts: Counter[str] = Counter()
        self.tap: Callable[[Envelope], None] | None = None

    def open(self, address: str, mailbox: Mailbox) -> None:
        """Deliver to `mailbox` what is sent to `address`; a newer incarnation takes over."""
        with self._door:
            for frame in self._kept.pop(address, []):
                mailbox.deliver(frame, control=False)
            self._mailboxes[address] = mailbox

    def close(self, address: str, mailbox: Mailbox) -> None:
        """Stop delivering there and pass on what the mailbox still held."""
        with self._door:
            self.forget(address, mailbox)
            for frame in mailbox.close():
                self.send(frame)

    def forget(self, address: str, mailbox: Mailbox) -> None:
        """Stop delivering there; the mailbox is left to its thread."""
        with self._door:
            if self._mailboxes.get(address) is mailbox:
                del self._mailboxes[address]

    def own(self, prefix: str, supervisor: str) -> list[str]:
        """Let a supervisor bring addresses under `prefix` to life; return those wanted now."""
        with self._door:
            self._owners[prefix] = supervisor
            return sorted(address for address in self._kept if address.startswith(prefix))

    def keeps(self, address: str) -> bool:
        """Tell whether frames wait for this address to come to life."""
        return address in self._kept

    def carry(self, prefix: str, carrier: Carrier) -> None:
        """Hand frames for addresses under `prefix` to a carrier to another node."""
        self._carriers[prefix] = carrier

    def addresses(self) -> list[str]:
        """Return every address that is open here."""
        return sorted(self._mailboxes)

    def depth(self, address: str) -> int:
        """Return how many frames are known to wait at an address."""
        mailbox = self._mailboxes.get(address)
        return 0 if mailbox is None else mailbox.depth()

    def send(self, frame: bytes) -> None:
        """Deliver a frame, or record why it could not be. Never raises, never blocks."""
        try:
            envelope = open_envelope(frame)
        except CodecError as error:
            self._bury(Envelope(0, "?", "?", "?", msgspec.Raw(b"")), str(error))
            return
        self.counts[envelope.kind] += 1
        if self.tap is not None:
            self.tap(envelope)
        mailbox = self._mailboxes.get(envelope.to)
        if mailbox is not None:
            try:
                mailbox.deliver(frame, control=envelope.control)
                return
            except MailboxFullError:
                self._bury(envelope, "mailbox full")
                return
            except MailboxClosedError:
                pass
        self._send_elsewhere(envelope, frame)

    def _send_elsewhere(self, envelope: Envelope, frame: bytes) -> None:
        prefix = envelope.to.partition("/")[0] + "/"
        if prefix in self._owners:
            self._keep(envelope, frame, self._owners[prefix])
            return
        carrier = self._carriers.get(prefix)
        if carrier is None:
            self._bury(envelope, "nobody at this address")
            return
        try:
            carrier(envelope.to, frame)
        except LookupError as error:
            self._bury(envelope, str(error))

    def _keep(self, envelope: Envelope, frame: bytes, owner: str) -> None:
        with self._door:
            if envelope.to in self._mailboxes:  # it came to life in the meantime
                self.send(frame)
                return
            kept = self._kept.setdefault(envelope.to, [])
            if len(kept) >= CAPACITY:
                self._bury(envelope, "too many wait for this address")
                return
            kept.append(frame)
            if len(kept) == 1 and owner in self._mailboxes:
                self.send(encode(Wanted(envelope.to), owner, envelope.sender))

    def _bury(self, envelope: Envelope, reason: str) -> None:
        letter = DeadLetter(envelope.kind, envelope.to, envelope.sender, reason)
        self.dead_letters.append(letter)
        self.buried[letter.kind, reason] += 1
        count = self.buried[letter.kind, reason]
        if count & (count - 1) == 0:  # a flood is told in a few lines, not in a million
            log.warning("dead letter", kind=letter.kind, to=letter.to, reason=reason, count=count)
