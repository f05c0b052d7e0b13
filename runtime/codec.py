"""Messages and how they travel: letters of MessagePack in a frame, decoded strictly.

A frame is `[version, [letter, ...]]`, a letter `[to, sender, message]`, a message a map with
its class name under `kind`. Size, version, kind and the whole schema are checked before a
message exists; anything else is a `CodecError` that names kind and field. A frame above
LARGEST_SHARED is one letter of a kind that may be so large, so that no frame can grow into
more memory than its kind's limits allow.
"""

import threading
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar, Union

import msgspec

from runtime.errors import CodecError
from runtime.limits import check_limits

VERSION = 3
LARGEST_FRAME = 16 * 1024 * 1024
LARGEST_LETTER = LARGEST_FRAME - 16
LARGEST_SHARED = 1024 * 1024
MOST_LETTERS = 10_000
LONGEST_ADDRESS = 1_000
LONGEST_KIND = 100
LONGEST_REASON = 200

UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)

Body = TypeVar("Body")


class Overflow(Enum):
    """What becomes of a message whose mailbox has no room; control always has room."""

    REFUSE = "refuse"  # a dead letter, and its sender hears Refused
    CONFLATE = "conflate"  # of each sender only the newest waits, full or not
    DROP_OLDEST = "drop oldest"  # at most `most_waiting` of the kind wait; the oldest goes
    ADMIT = "admit"  # it is taken in all the same: it must not be lost


class Message(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag=True, gc=False
):
    """A typed, frozen message; its class name is its kind on the wire, once per program.

    The collector does not follow it (`gc=False`): what can be sent holds no way back to itself.
    """

    control: ClassVar[bool] = False
    """Whether it overtakes data in a mailbox."""

    overflow: ClassVar[Overflow] = Overflow.REFUSE
    most_waiting: ClassVar[int] = 1_000

    largest: ClassVar[int] = LARGEST_SHARED - 16
    """How many bytes a letter of this kind has at most; LARGEST_LETTER is the most there is."""

    recorded: ClassVar[bool] = True
    """Whether a recording holds its content; not for what carries a secret."""

    local: ClassVar[bool] = False
    """Whether it is refused when it comes from another process. What an actor tells only
    itself, a kind whose name begins with `_`, always is.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__name__.startswith("_"):
            cls.local = True
        _register(cls)


class Letter(
    msgspec.Struct,
    Generic[Body],
    frozen=True,
    array_like=True,
    forbid_unknown_fields=True,
    gc=False,
):
    """A message on its way, with both addresses."""

    to: str
    sender: str
    message: Body


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """A letter as it travels: `data` is its MessagePack. Of what nobody can read, `kind` is
    `Message`.
    """

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


class _Foreign(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """A letter from another process; the limits cost too much between actors."""

    to: Annotated[str, msgspec.Meta(max_length=LONGEST_ADDRESS)]
    sender: Annotated[str, msgspec.Meta(max_length=LONGEST_ADDRESS)]
    message: msgspec.Raw


class _Frame(msgspec.Struct, Generic[Body], array_like=True, forbid_unknown_fields=True, gc=False):
    version: int
    letters: Annotated[list[Body], msgspec.Meta(max_length=MOST_LETTERS)]


class _Tag(msgspec.Struct):
    kind: Annotated[str, msgspec.Meta(max_length=LONGEST_KIND)]


class _Typed:
    """The decoders of every kind of message at once."""

    __slots__ = ("frame", "letter")

    def __init__(self, kinds: Sequence[type[Message]]) -> None:
        letter: Any = Letter[Union[tuple(kinds)]]  # type: ignore[misc] # noqa: UP007
        self.letter = msgspec.msgpack.Decoder[Letter[Message]](letter).decode
        self.frame = msgspec.msgpack.Decoder[_Frame[Letter[Message]]](_Frame[letter]).decode


_kinds: dict[str, type[Message]] = {}
_decoders: dict[type[Message], msgspec.msgpack.Decoder[Any]] = {}
_limited: set[type[Message]] = set()
typed: _Typed | None = None  # for who has no time to call `unwrap`
_sealed = msgspec.msgpack.Decoder(_Frame[_Foreign])
_tag = msgspec.msgpack.Decoder(_Tag)
_encode = msgspec.msgpack.Encoder().encode
_building = threading.Lock()
"""msgspec crashes when a thread uses what another has not learned to the end (0.22)."""


def _register(kind: type[Message]) -> None:
    global typed
    earlier = _kinds.setdefault(kind.__name__, kind)
    if (earlier.__module__, earlier.__qualname__) != (kind.__module__, kind.__qualname__):
        raise TypeError(f"message kind {kind.__name__} exists already in {earlier.__module__}")
    _kinds[kind.__name__] = kind
    typed = None


def registered() -> dict[str, type[Message]]:
    """Return every kind of message that this program knows, by name."""
    return dict(_kinds)


def seal(message: Message, to: str, sender: str) -> Sealed:
    """Return `message` ready to travel. Raises CodecError when it cannot: most are too large."""
    try:
        data = _encode((to, sender, message))
    except (OverflowError, UnicodeEncodeError) as error:
        raise CodecError(f"{type(message).__name__}: {error}") from None
    if len(data) > _NEVER_TOO_LARGE:
        _check_size(type(message), len(data))
    return Sealed(to, sender, type(message), data)


def join(letters: Sequence[bytes]) -> bytes:
    """Return the frame of these letters' `data`, which may exceed the limits of `decode`."""
    count = len(letters)
    if count < 16:
        return _SHORT[count] + b"".join(letters)
    return _LONG + count.to_bytes(4, "big") + b"".join(letters)


_SHORT = [bytes((0x92, VERSION, 0x90 + count)) for count in range(16)]
_LONG = bytes((0x92, VERSION, 0xDD))
LETTER = 0x93
"""The first byte of a letter: an array of three, where a frame is one of two."""
_NEVER_TOO_LARGE = Message.largest


def parcels(letters: Sequence[bytes]) -> Sequence[bytes]:
    """Return what to send within the process, for `unwrap`: a letter by itself, or few frames."""
    if len(letters) == 1:
        return letters
    if len(letters) <= MOST_LETTERS:
        frame = join(letters)
        if len(frame) <= LARGEST_SHARED:
            return [frame]
    half = len(letters) // 2
    return [*parcels(letters[:half]), *parcels(letters[half:])]


def unwrap(parcel: bytes) -> tuple[list[Letter[Message]], Sequence[Unreadable]]:
    """Return the letters of one of `parcels`, and those that were none."""
    if parcel[0] != LETTER:
        return decode(parcel)
    try:
        return [(typed or build()).letter(parcel)], ()
    except UNREADABLE:
        return _one_by_one(join([parcel]))


def encode(message: Message, to: str, sender: str) -> bytes:
    """Return the frame of one message. Raises CodecError when it would be too large."""
    return join([seal(message, to, sender).data])


def decode(frame: bytes) -> tuple[list[Letter[Message]], Sequence[Unreadable]]:
    """Return the letters of a frame, and those that were none. Raises CodecError.

    One letter that breaks its schema does not take the others of its frame with it.
    """
    if len(frame) <= LARGEST_SHARED:
        try:
            found = (typed or build()).frame(frame)
        except UNREADABLE:
            return _one_by_one(frame)
        if found.version == VERSION:
            return found.letters, ()
    return _one_by_one(frame)


def build() -> _Typed:
    """Make the decoders of every kind at once. Raises TypeError naming what has no limit."""
    global typed
    with _building:
        if typed is None:
            for kind in _kinds.values():
                if kind not in _limited:
                    check_limits(kind)
                    _limited.add(kind)
            typed = _Typed(list(_kinds.values()))
        return typed


def decode_one(frame: bytes) -> Letter[Message]:
    """Return the only letter of a frame. Raises CodecError."""
    letters, unreadable = decode(frame)
    for fault in unreadable:
        raise CodecError(fault.reason)
    if len(letters) != 1:
        raise CodecError(f"a frame of {len(letters)} letters, not of one")
    return letters[0]


def open_frame(frame: bytes, sender: str | None = None) -> list[Sealed]:
    """Return the letters of a frame from another process, sealed again. Raises CodecError.

    With `sender` they come from there, whatever they say themselves. A letter that cannot be
    read, or is none that may come from there, is of kind `Message`; `why_unreadable` says more.
    """
    letters = _open(frame)
    return [
        Sealed(
            letter.to,
            letter.sender if sender is None else sender,
            Message if kind.local else kind,
            _encode((letter.to, letter.sender if sender is None else sender, letter.message)),
        )
        for letter, kind in zip(letters, _kinds_in(frame, letters), strict=True)
    ]


def why_unreadable(letter: Sealed) -> Unreadable:
    """Return what is wrong with a letter that `open_frame` found to be of kind `Message`."""
    try:
        readable, unreadable = unwrap(letter.data)
    except CodecError as error:  # its depth is about what the stack has left
        return Unreadable(letter.to, letter.sender, "", str(error))
    for fault in unreadable:
        return fault
    kind = type(readable[0].message).__name__
    return Unreadable(letter.to, letter.sender, kind, f"{kind} does not travel between processes")


def _kinds_in(frame: bytes, letters: Sequence[_Foreign]) -> list[type[Message]]:
    readable, unreadable = decode(frame)
    if not unreadable:
        return [type(letter.message) for letter in readable]
    return [_kind_if_readable(letter.message) for letter in letters]


def _kind_if_readable(body: msgspec.Raw) -> type[Message]:
    try:
        return type(_read(_kind_of(body), body))
    except CodecError:
        return Message


def _open(frame: bytes) -> list[_Foreign]:
    if len(frame) > LARGEST_FRAME:
        raise CodecError(f"frame of {len(frame)} bytes, at most {LARGEST_FRAME}")
    try:
        found = _sealed.decode(frame)
    except UNREADABLE as error:
        raise CodecError(f"no frame: {_short(error)}") from None
    if found.version != VERSION:
        raise CodecError(f"frame version {found.version}, this program speaks {VERSION}")
    if len(frame) > LARGEST_SHARED and len(found.letters) > 1:
        raise CodecError(
            f"frame of {len(frame)} bytes with {len(found.letters)} letters: more than one only up"
            f" to {LARGEST_SHARED}"
        )
    return found.letters


def _kind_of(message: msgspec.Raw) -> str:
    try:
        return _tag.decode(message).kind
    except UNREADABLE:
        return ""


def _one_by_one(frame: bytes) -> tuple[list[Letter[Message]], list[Unreadable]]:
    letters: list[Letter[Message]] = []
    unreadable: list[Unreadable] = []
    for letter in _open(frame):
        kind = _kind_of(letter.message)
        try:
            message = _read(kind, letter.message)
        except CodecError as error:
            unreadable.append(Unreadable(letter.to, letter.sender, kind, str(error)))
        else:
            letters.append(Letter(letter.to, letter.sender, message))
    return letters, unreadable


def _read(kind: str, body: msgspec.Raw) -> Message:
    message_type = _kinds.get(kind)
    if message_type is None:
        raise CodecError(f"unknown message kind {kind!r}")
    _check_size(message_type, len(memoryview(body)))
    decoder = _decoders.get(message_type)
    if decoder is None:
        with _building:
            decoder = _decoders[message_type] = msgspec.msgpack.Decoder(message_type)
    try:
        message: Message = decoder.decode(body)
    except UNREADABLE as error:
        raise CodecError(f"{kind}: {_short(error)}") from None
    return message


def _check_size(kind: type[Message], size: int) -> None:
    if size > kind.largest:
        raise CodecError(f"{kind.__name__}: {size} bytes, at most {kind.largest}")


def _short(error: Exception) -> str:
    """Return what is wrong in few words, of which the sender of the frame may have chosen some."""
    return str(error)[:LONGEST_REASON]
