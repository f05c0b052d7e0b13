"""What a tape holds: records of what was sent and done in one process, and their bytes."""

import zlib

import msgspec

from runtime.codec import Letter, Message, decode, join

VERSION = 2
BEGINNING = "(beginning)"
"""In the place of a kind, in the turn in which an actor starts; it heard nothing there."""

WORTH_PACKING = 256
_PACKED = b"\x78"  # a record of ours never begins so


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`at` is in ms since 1970 UTC, `moment` in seconds of the monotonic clock of its process."""

    at: int
    moment: float


class Began(Record, frozen=True, tag=True, gc=False):
    """The beginning of the recording; each of its files begins with the same."""

    node: str
    version: int = VERSION


class Sent(Record, frozen=True, tag=True, gc=False):
    """A letter as it travelled."""

    to: str
    sender: str
    kind: str
    data: bytes


class Turn(Record, frozen=True, tag=True, gc=False):
    """What one actor heard, the clock readings and ids that it got, and what it told then."""

    address: str
    sender: str
    kind: str
    heard: bytes
    times: tuple[int, ...] = ()
    moments: tuple[float, ...] = ()
    ids: tuple[str, ...] = ()
    told: tuple[bytes, ...] = ()

    def letter(self) -> Letter[Message] | None:
        """Return what was heard; None when it is of a kind that this program does not speak."""
        return next(iter(decode(join([self.heard]))[0]), None)


class LeftOut(Record, frozen=True, tag=True, gc=False):
    """A letter, or a turn of `to`, of a kind that is not recorded, or that showed a secret."""

    to: str
    sender: str
    kind: str


class Lost(Record, frozen=True, tag=True, gc=False):
    """So many records came faster than the disk took them."""

    records: int


AnyRecord = Began | Sent | Turn | LeftOut | Lost
_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[AnyRecord] = msgspec.msgpack.Decoder(AnyRecord)


def columns(record: AnyRecord) -> tuple[str, str, str]:
    """Return whom a record is of, from whom, and of what kind."""
    match record:
        case Turn(_, _, address, sender, kind):
            return address, sender, kind
        case Sent(_, _, to, sender, kind) | LeftOut(_, _, to, sender, kind):
            return to, sender, kind
    return "", "", ""


def packed(record: AnyRecord) -> bytes:
    """Return the bytes of a record: MessagePack, by zlib when that is shorter."""
    body = _encode(record)
    if len(body) < WORTH_PACKING:
        return body
    return min(body, zlib.compress(body, 1), key=len)


def unpacked(body: bytes) -> AnyRecord:
    """Return the record of its bytes. Raises ValueError when they are damaged."""
    try:
        data = zlib.decompress(body) if body[:1] == _PACKED else body
        return _decoder.decode(data)
    except (msgspec.MsgspecError, zlib.error, TypeError) as error:
        raise ValueError(str(error)) from None
