"""Messages and how they travel: one MessagePack frame a message, decoded strictly.

A frame is `[version, kind, to, sender, body]`. Size, version, kind and the whole schema
are checked before a message exists; anything else is a `CodecError` that names the field.
"""

from typing import Any, ClassVar

import msgspec

from runtime.errors import CodecError

VERSION = 1
LARGEST_FRAME = 16 * 1024 * 1024

_kinds: dict[str, type["Message"]] = {}
_decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {}
_encoder = msgspec.msgpack.Encoder()


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A typed, frozen message; its class name is its kind on the wire, once per program."""

    control: ClassVar[bool] = False
    """Whether it overtakes data in a mailbox."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        earlier = _kinds.setdefault(cls.__name__, cls)
        if (earlier.__module__, earlier.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"message kind {cls.__name__} exists already in {earlier.__module__}")
        _kinds[cls.__name__] = cls


class Envelope(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What the post office reads: where to, from whom, and a body it does not open."""

    version: int
    kind: str
    to: str
    sender: str
    body: msgspec.Raw

    @property
    def control(self) -> bool:
        message_type = _kinds.get(self.kind)
        return message_type is not None and message_type.control


_envelopes = msgspec.msgpack.Decoder(Envelope)


def encode(message: Message, to: str, sender: str) -> bytes:
    """Return the frame of `message`. Raises CodecError when it would be too large."""
    body = msgspec.Raw(_encoder.encode(message))
    frame = _encoder.encode(Envelope(VERSION, type(message).__name__, to, sender, body))
    if len(frame) > LARGEST_FRAME:
        raise CodecError(f"{type(message).__name__}: {len(frame)} bytes, at most {LARGEST_FRAME}")
    return frame


def open_envelope(frame: bytes) -> Envelope:
    """Return the envelope of a frame, its body unread. Raises CodecError."""
    if len(frame) > LARGEST_FRAME:
        raise CodecError(f"frame of {len(frame)} bytes, at most {LARGEST_FRAME}")
    try:
        envelope = _envelopes.decode(frame)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise CodecError(f"no frame: {error}") from None
    if envelope.version != VERSION:
        raise CodecError(f"frame version {envelope.version}, this program speaks {VERSION}")
    return envelope


def decode(envelope: Envelope) -> Message:
    """Return the message of an envelope. Raises CodecError that names kind and field."""
    message_type = _kinds.get(envelope.kind)
    if message_type is None:
        raise CodecError(f"unknown message kind {envelope.kind[:60]!r}")
    decoder = _decoders.get(envelope.kind)
    if decoder is None or decoder.type is not message_type:
        decoder = _decoders[envelope.kind] = msgspec.msgpack.Decoder(message_type)
    try:
        message: Message = decoder.decode(envelope.body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise CodecError(f"{envelope.kind}: {error}") from None
    return message
