"""Messages and how they travel: letters of MessagePack in a frame, decoded strictly.

A frame is `[version, [letter, ...]]`, a letter `[to, sender, message]`, a message a map with
its class name under `kind`. Size, version, kind and the whole schema are checked before a
message exists; anything else is a `CodecError` that names kind and field.
"""

import threading
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar, Union

import msgspec

from runtime.errors import CodecError

VERSION = 2
LARGEST_FRAME = 16 * 1024 * 1024
LARGEST_LETTER = LARGEST_FRAME - 16
MOST_LETTERS = 10_000

_UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)

Body = TypeVar("Body")


class Overflow(Enum):
    """What becomes of a message whose mailbox has no room; control always has room."""

    REFUSE = "refuse"  # a dead letter, and its sender hears Refused
    CONFLATE = "conflate"  # of each sender only the newest waits, full or not
    DROP_OLDEST = "drop oldest"  # at most `most_waiting` of the kind wait; the oldest goes
    ADMIT = "admit"  # it is taken in all the same: it must not be lost


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag=True):
    """A typed, frozen message; its class name is its kind on the wire, once per program."""

    control: ClassVar[bool] = False
    """Whether it overtakes data in a mailbox."""

    overflow: ClassVar[Overflow] = Overflow.REFUSE
    most_waiting: ClassVar[int] = 1_000

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _register(cls)


class Letter(msgspec.Struct, Generic[Body], frozen=True, array_like=True):
    """A message on its way, with both addresses."""

    to: str
    sender: str
    message: Body


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """A letter as it travels: `data` is its MessagePack. An unknown kind is `Message`."""

    to: str
    sender: str
    kind: type[Message]
    data: bytes


class Unreadable(NamedTuple):
    """A letter whose message could not be made, and why."""

    to: str
    sender: str
    kind: str
    reason: str


class _Frame(msgspec.Struct, Generic[Body], array_like=True, forbid_unknown_fields=True):
    version: int
    letters: Annotated[list[Letter[Body]], msgspec.Meta(max_length=MOST_LETTERS)]


class _Tag(msgspec.Struct):
    kind: str


_kinds: dict[str, type[Message]] = {}
_decoders: dict[type[Message], msgspec.msgpack.Decoder[Any]] = {}
_typed: msgspec.msgpack.Decoder[Any] | None = None
_sealed = msgspec.msgpack.Decoder(_Frame[msgspec.Raw])
_tag = msgspec.msgpack.Decoder(_Tag)
_encode = msgspec.msgpack.Encoder().encode
_building = threading.Lock()
"""msgspec crashes when a thread uses what another has not learned to the end (0.22)."""


def _register(kind: type[Message]) -> None:
    global _typed
    earlier = _kinds.setdefault(kind.__name__, kind)
    if (earlier.__module__, earlier.__qualname__) != (kind.__module__, kind.__qualname__):
        raise TypeError(f"message kind {kind.__name__} exists already in {earlier.__module__}")
    _kinds[kind.__name__] = kind
    _typed = None


def seal(message: Message, to: str, sender: str) -> Sealed:
    """Return `message` ready to travel. Raises CodecError when it would be too large."""
    data = _encode((to, sender, message))
    if len(data) > LARGEST_LETTER:
        raise CodecError(f"{type(message).__name__}: {len(data)} bytes, at most {LARGEST_LETTER}")
    return Sealed(to, sender, type(message), data)


def join(letters: Sequence[bytes]) -> bytes:
    """Return the frame of these letters' `data`, which may exceed the limits of `decode`."""
    count = len(letters)
    if count < 16:
        return _SHORT[count] + b"".join(letters)
    return _LONG + count.to_bytes(4, "big") + b"".join(letters)


_SHORT = [bytes((0x92, VERSION, 0x90 + count)) for count in range(16)]
_LONG = bytes((0x92, VERSION, 0xDD))


def frames(letters: Sequence[bytes]) -> list[bytes]:
    """Return the fewest frames of these letters that `decode` accepts, in their order."""
    if len(letters) <= MOST_LETTERS:
        frame = join(letters)
        if len(frame) <= LARGEST_FRAME:
            return [frame]
    half = len(letters) // 2
    return [*frames(letters[:half]), *frames(letters[half:])]


def encode(message: Message, to: str, sender: str) -> bytes:
    """Return the frame of one message. Raises CodecError when it would be too large."""
    return join([seal(message, to, sender).data])


def decode(frame: bytes) -> tuple[list[Letter[Message]], Sequence[Unreadable]]:
    """Return the letters of a frame, and those that were none. Raises CodecError.

    One letter that breaks its schema does not take the others of its frame with it.
    """
    if len(frame) <= LARGEST_FRAME:
        try:
            found = (_typed or _build()).decode(frame)
        except _UNREADABLE:
            return _one_by_one(frame)
        if found.version == VERSION:
            return found.letters, ()
    return _one_by_one(frame)


def _build() -> msgspec.msgpack.Decoder[Any]:
    global _typed
    with _building:
        if _typed is None:
            _typed = msgspec.msgpack.Decoder(_Frame[Union[tuple(_kinds.values())]])  # type: ignore[misc] # noqa: UP007
        return _typed


def decode_one(frame: bytes) -> Letter[Message]:
    """Return the only letter of a frame. Raises CodecError."""
    letters, unreadable = decode(frame)
    for fault in unreadable:
        raise CodecError(f"{fault.kind}: {fault.reason}")
    if len(letters) != 1:
        raise CodecError(f"a frame of {len(letters)} letters, not of one")
    return letters[0]


def open_frame(frame: bytes, sender: str | None = None) -> list[Sealed]:
    """Return the letters of a frame, their messages unread. Raises CodecError.

    With `sender` they come from there, whatever they say themselves.
    """
    return [
        Sealed(
            letter.to,
            letter.sender if sender is None else sender,
            _kinds.get(_kind_of(letter.message), Message),
            _encode((letter.to, letter.sender if sender is None else sender, letter.message)),
        )
        for letter in _open(frame)
    ]


def _open(frame: bytes) -> list[Letter[msgspec.Raw]]:
    if len(frame) > LARGEST_FRAME:
        raise CodecError(f"frame of {len(frame)} bytes, at most {LARGEST_FRAME}")
    try:
        found = _sealed.decode(frame)
    except _UNREADABLE as error:
        raise CodecError(f"no frame: {error}") from None
    if found.version != VERSION:
        raise CodecError(f"frame version {found.version}, this program speaks {VERSION}")
    return found.letters


def _kind_of(message: msgspec.Raw) -> str:
    try:
        return _tag.decode(message).kind
    except _UNREADABLE:
        return ""


def _one_by_one(frame: bytes) -> tuple[list[Letter[Message]], list[Unreadable]]:
    letters: list[Letter[Message]] = []
    unreadable: list[Unreadable] = []
    for letter in _open(frame):
        kind = _kind_of(letter.message)
        try:
            message = _read(kind, letter.message)
        except CodecError as error:
            unreadable.append(Unreadable(letter.to, letter.sender, kind[:60], str(error)))
        else:
            letters.append(Letter(letter.to, letter.sender, message))
    return letters, unreadable


def _read(kind: str, body: msgspec.Raw) -> Message:
    message_type = _kinds.get(kind)
    if message_type is None:
        raise CodecError(f"unknown message kind {kind[:60]!r}")
    decoder = _decoders.get(message_type)
    if decoder is None:
        with _building:
            decoder = _decoders[message_type] = msgspec.msgpack.Decoder(message_type)
    try:
        message: Message = decoder.decode(body)
    except _UNREADABLE as error:
        raise CodecError(f"{kind}: {error}") from None
    return message
