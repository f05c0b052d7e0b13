"""No frame, however malformed, raises, leaks, or changes anything but the list of the dead.

TICTAC_MALFORMED_FRAMES is how many are tried: 100,000 unless it says more, such as

    TICTAC_MALFORMED_FRAMES=1000000 python -m pytest tests/runtime/test_malformed_frames.py

Each chunk has a seed of its own, and a failure names seed, number, way and frame.
"""

import os
from collections import Counter
from collections.abc import Sequence

import pytest

import actors.nodes  # noqa: F401 - so that every kind is registered
from runtime.codec import (
    Letter,
    Message,
    Unreadable,
    decode,
    decode_one,
    encode,
    open_frame,
)
from runtime.errors import CodecError
from runtime.mailbox import SimMailbox
from runtime.messages import Wanted
from runtime.post import MOST_REASONS
from runtime.sim_host import SimHost
from tests.runtime.hosts import Echo, Say
from tests.runtime.kinds import of_the_program
from tests.runtime.malformed import Malformed

CHUNKS = 10
FRAMES = int(os.environ.get("TICTAC_MALFORMED_FRAMES", "100000"))
MOST_GROWTH = 50 * 1024 * 1024
OWNER = "box/owner"


def memory() -> int:
    """Return the bytes that this process has in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Patient(Echo):
    """Hears everything and minds nothing."""

    def on_message(self, message: Message, sender: str) -> None:
        if isinstance(message, Say):
            super().on_message(message, sender)


class Target:
    """A post office with mailboxes that are emptied after each frame, and an actor that works."""

    def __init__(self) -> None:
        self.host = SimHost(seed=1)
        self.post = self.host.post
        self.heard: list[str] = []
        self.host.spawn(Patient, "echo", heard=self.heard)
        self.echo = self.host.cells["echo"].mailbox
        self.boxes = {
            address: SimMailbox(self.host.clock, self.post.bury_unreadable)
            for address in ("box/a", "box/b", OWNER)
        }
        for address, box in self.boxes.items():
            self.post.open(address, box)
        self.post.own("unborn/", OWNER)
        self.tally: Counter[str] = Counter()

    def still_works(self) -> None:
        self.host.run(0)
        self.heard.clear()
        self.post.send_frame(encode(Say("still there?"), "echo", "test"))
        self.host.run(0)
        assert self.heard == ["still there?"]

    def take(self, frame: bytes) -> None:
        """Send it, and see that what became of it is what `decode` says of it."""
        readable, refused = read(frame)
        before = self._counts()
        echoed = self.echo.admitted
        self.post.send_frame(frame)
        after = self._counts()
        kept = [letter for letter in readable if letter.to.startswith("unborn/")]
        boxed = [letter for letter in readable if letter.to in self.boxes]
        to_echo = [letter for letter in readable if letter.to == "echo"]
        lost = len(readable) - len(kept) - len(boxed) - len(to_echo)
        assert after["buried"] - before["buried"] == refused + lost
        assert sum(map(len, self.post._kept.values())) == len(kept)
        got = self._empty_boxes()
        wanted = sum(isinstance(letter.message, Wanted) for letter in got)
        assert wanted == bool(kept)
        assert set(self.post.wanted("unborn/", len(kept))) == {letter.to for letter in kept}
        came = len(got) - wanted + self.echo.admitted - echoed
        assert came + after["displaced"] - before["displaced"] == len(boxed) + len(to_echo)
        for letter in got:
            if not isinstance(letter.message, Wanted):
                assert letter in boxed
                again = encode(letter.message, letter.to, letter.sender)
                assert decode_one(again) == letter
        self.post._kept.clear()
        self.tally["refused" if refused else "read"] += 1

    def _counts(self) -> dict[str, int]:
        return {"buried": self.post.buried.total(), "displaced": self.post.displaced.total()}

    def _empty_boxes(self) -> list[Letter[Message]]:
        got: list[Letter[Message]] = []
        for box in self.boxes.values():
            while box.depth():
                box.granted = True
                got.append(box.get().message)
            assert not any((box.control, box.data, box.held))
        return got


def read(frame: bytes) -> tuple[list[Letter[Message]], int]:
    """Return the letters that may come from another process, and how many are refused.

    Whether something nested too deep is no frame or no letter depends on the stack, so that
    `decode` and `open_frame` may differ in that, and in nothing else.
    """
    letters, unreadable = decode_or_none(frame)
    travelling = [letter for letter in letters if not letter.message.local]
    try:
        opened = open_frame(frame)
    except CodecError:
        assert not letters
        assert len(unreadable) <= 1
        return [], 1
    assert [sealed.kind for sealed in opened if sealed.kind is not Message] == [
        type(letter.message) for letter in travelling
    ]
    return travelling, len(opened) - len(travelling)


def decode_or_none(frame: bytes) -> tuple[list[Letter[Message]], Sequence[Unreadable]]:
    try:
        return decode(frame)
    except CodecError:
        return [], ()


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_a_malformed_frame_is_a_dead_letter_and_nothing_else(seed: int) -> None:
    target, rubbish = Target(), Malformed(seed, of_the_program())
    count = FRAMES // CHUNKS
    warm = 0
    for number in range(count):
        way, frame = rubbish.next()
        try:
            target.take(frame)
            if number % 500 == 0:
                target.still_works()
        except BaseException:
            print(f"seed {seed}, frame {number}, {way}: {frame[:500].hex()}")
            raise
        if number == count // 10:
            warm = memory()
    target.still_works()
    grown = memory() - warm
    print(f"seed {seed}: {dict(target.tally)}, memory grew by {grown / 2**20:.1f} MiB")
    assert grown <= MOST_GROWTH
    assert target.tally["refused"] > count // 2
    assert len(target.post.buried) <= MOST_REASONS + 1
    assert set(target.host.cells) == {"echo"}
