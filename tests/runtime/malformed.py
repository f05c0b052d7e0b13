"""Frames that are wrong in every way we could think of, the same ones for the same seed."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from runtime.codec import LARGEST_SHARED, VERSION, Message, encode, join
from tests.runtime.examples import example

ADDRESSES = ("box/a", "box/b", "echo", "unborn/a", "nobody", "")
TYPE_BYTES = bytes(range(0xC0, 0xE0)) + b"\x80\x8f\x90\x9f\xa0\xbf\x00\x7f\xff"
HUGE = (
    b"\xdd\xff\xff\xff\xff",
    b"\xdf\xff\xff\xff\xff",
    b"\xdb\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff",
    b"\xdd\x00\x01\x86\xa1",  # 100,001
    b"\xdc\xff\xff",
    b"\xde\xff\xff",
    b"\xda\xff\xff",
    b"\xc9\xff\xff\xff\xff\x05",
)
NOT_TEXT = (b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\x80")
ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**64 - 1,
    1.5,
    float("nan"),
    float("inf"),
    "text",
    "x" * 2_000,
    b"bytes",
    [],
    [[[[]]]],
    {},
    {"a": {"b": {"c": {"d": 1}}}},
    [0] * 1_001,
    {str(number): 0 for number in range(1_001)},
    msgspec.msgpack.Ext(5, b"data"),
)
NESTED = (b"\x91", b"\x81\xa1a", b"\x81", b"\x92\xc0", b"\xdc\x00\x01")


class Malformed:
    """Make one frame after another from valid ones of every kind."""

    def __init__(self, seed: int, kinds: Sequence[type[Message]]) -> None:
        self.chance = random.Random(seed)
        self._valid: list[bytes] = []
        for kind in kinds:
            for _ in range(4):
                to, sender = self._address(), self._address()
                self._valid.append(encode(example(kind, self.chance), to, sender))
        self._ways: tuple[Callable[[], bytes], ...] = (
            self.noise,
            self.flipped_bits,
            self.truncated,
            self.doubled,
            self.inflated,
            self.retyped,
            self.nested,
            self.huge_header,
            self.other_version,
            self.unknown_kind,
            self.wrong_field,
            self.extra_field,
            self.missing_field,
            self.no_text,
            self.spliced,
            self.many_letters,
            self.unchanged,
            self.padded,
        )

    def next(self) -> tuple[str, bytes]:
        """Return the way in which it is wrong, and the frame."""
        way = self.chance.choice(self._ways)
        return way.__name__, way()

    def noise(self) -> bytes:
        return self.chance.randbytes(self.chance.randrange(200))

    def flipped_bits(self) -> bytes:
        frame = bytearray(self._one())
        for _ in range(self.chance.randrange(1, 8)):
            frame[self.chance.randrange(len(frame))] ^= 1 << self.chance.randrange(8)
        return bytes(frame)

    def truncated(self) -> bytes:
        frame = self._one()
        return frame[: self.chance.randrange(len(frame))]

    def doubled(self) -> bytes:
        frame, (start, end) = self._one(), self._span(40)
        return frame[:end] + frame[start:end] + frame[end:]

    def inflated(self) -> bytes:
        """Raise the count in a header, as if more were to come."""
        frame = bytearray(self._one())
        heads = [place for place, byte in enumerate(frame) if 0x80 <= byte < 0xC0]
        place = self.chance.choice(heads)
        most = 0x8F if frame[place] < 0x90 else 0x9F if frame[place] < 0xA0 else 0xBF
        frame[place] = self.chance.randint(frame[place], most)
        return bytes(frame)

    def retyped(self) -> bytes:
        return self._put(bytes((self.chance.choice(TYPE_BYTES),)), over=1)

    def nested(self) -> bytes:
        most = LARGEST_SHARED if self.chance.random() < 0.004 else 3_000
        level = self.chance.choice(NESTED)
        return self._put(level * (self.chance.randrange(most) // len(level)), over=0)

    def huge_header(self) -> bytes:
        return self._put(self.chance.choice(HUGE), over=self.chance.randrange(2))

    def other_version(self) -> bytes:
        tree = self._tree()
        tree[0] = self.chance.choice((0, VERSION - 1, VERSION + 1, -1, 2**63, "2", None, 2.0))
        return msgspec.msgpack.encode(tree)

    def unknown_kind(self) -> bytes:
        number = self.chance.randrange(10**6)
        return self._changed("kind", self.chance.choice((f"Kind{number}", "k" * 200, "", None, 7)))

    def wrong_field(self) -> bytes:
        tree = self._tree()
        names = list(tree[1][0][2])
        tree[1][0][2][self.chance.choice(names)] = self.chance.choice(ODD_VALUES)
        return msgspec.msgpack.encode(tree)

    def extra_field(self) -> bytes:
        name = f"field{self.chance.randrange(10**6)}"
        return self._changed(name, self.chance.choice(ODD_VALUES))

    def missing_field(self) -> bytes:
        tree = self._tree()
        tree[1][0][2].pop(self.chance.choice(list(tree[1][0][2])))
        return msgspec.msgpack.encode(tree)

    def no_text(self) -> bytes:
        bad = self.chance.choice(NOT_TEXT)
        return self._put(bad, over=len(bad))

    def spliced(self) -> bytes:
        first, second = self._one(), self._one()
        start, end = self.chance.randrange(len(first)), self.chance.randrange(len(second))
        return first[:start] + second[end:]

    def many_letters(self) -> bytes:
        """Put a broken letter among good ones."""
        letters = [self._one()[3:] for _ in range(self.chance.randrange(1, 20))]
        broken = self._tree()[1][0]
        broken[2]["more"] = 1
        letters.insert(self.chance.randrange(len(letters)), msgspec.msgpack.encode(broken))
        return join(letters)

    def unchanged(self) -> bytes:
        return self._one()

    def padded(self) -> bytes:
        return self._one() + self.chance.randbytes(self.chance.randrange(1, 4))

    def _address(self) -> str:
        return self.chance.choice(ADDRESSES)

    def _one(self) -> bytes:
        return self.chance.choice(self._valid)

    def _tree(self) -> Any:
        return msgspec.msgpack.decode(self._one())

    def _changed(self, name: str, value: Any) -> bytes:
        tree = self._tree()
        tree[1][0][2][name] = value
        return msgspec.msgpack.encode(tree)

    def _span(self, longest: int) -> tuple[int, int]:
        start = self.chance.randrange(longest)
        return start, start + self.chance.randrange(longest)

    def _put(self, what: bytes, over: int) -> bytes:
        frame = self._one()
        place = self.chance.randrange(len(frame))
        return frame[:place] + what + frame[place + over :]
