"""What comes from another process is read at the border: by the post office and by the bus."""

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zmq

import actors.nodes  # noqa: F401 - so that every kind is registered
from runtime.bus import LARGEST_FROM_CLIENT, Bus, ipc_address, private_folder
from runtime.codec import (
    VERSION,
    Sealed,
    decode_one,
    encode,
    open_frame,
    seal,
    why_unreadable,
)
from runtime.errors import CodecError
from runtime.mailbox import Outcome, SimMailbox
from runtime.post import MOST_REASONS, OTHERS, PostOffice
from runtime.sim_host import SimHost
from tests.runtime.hosts import Echo, Price, Say
from tests.runtime.kinds import of_the_program
from tests.runtime.malformed import Malformed

RUBBISH = 2_000


def frame(to: str, kind: str, **body: Any) -> bytes:
    return msgspec.msgpack.encode([VERSION, [[to, "from", {"kind": kind, **body}]]])


@pytest.mark.parametrize(
    ("kind", "body"),
    [("Price", {"text": 7}), ("Event", {}), ("Held", {"of": "Say", "sender": ""}), ("Say", {})],
)
def test_a_letter_that_would_end_an_actors_loop_never_reaches_it(
    kind: str, body: dict[str, Any]
) -> None:
    host, heard = SimHost(seed=1), list[str]()
    host.spawn(Echo, "echo", heard=heard)
    host.run(0)
    host.post.send_frame(frame("echo", kind, **body))
    assert (host.post.depth("echo"), len(host.post.dead_letters)) == (0, 1)
    host.post.send_frame(encode(Say("x"), "echo", ""))
    host.run(0)
    assert heard == ["start", "x"]


def test_a_letter_that_cannot_be_read_brings_nobody_to_life() -> None:
    post, owner = PostOffice(), SimMailbox(SimHost().clock, lambda _: None)
    post.open("owner", owner)
    post.own("unborn/", "owner")
    post.send_frame(frame("unborn/a", "Say", text=7))
    assert not post.keeps("unborn/a")
    assert owner.depth() == 0
    assert [letter.to for letter in post.dead_letters] == ["unborn/a"]


def test_the_readable_letters_of_a_frame_are_delivered_and_the_others_buried() -> None:
    post, box = PostOffice(), SimMailbox(SimHost().clock, lambda _: None)
    post.open("box", box)
    good = ["box", "", {"kind": "Say", "text": "x"}]
    post.send_frame(msgspec.msgpack.encode([VERSION, [good, ["box", "", {"kind": "Say"}], good]]))
    assert box.depth() == 2
    assert [letter.reason for letter in post.dead_letters] == [
        "Say: Object missing required field `text`"
    ]


def test_reasons_that_a_sender_invents_do_not_pile_up() -> None:
    post = PostOffice()
    for number in range(MOST_REASONS + 500):
        post.send_frame(frame("x", f"Kind{number}"))
    assert post.buried.total() == MOST_REASONS + 500
    assert len(post.buried) == MOST_REASONS + 1
    assert post.buried[OTHERS] == 500
    assert post.dead_letters[-1].reason == f"unknown message kind 'Kind{MOST_REASONS + 499}'"


DEEPEST = sys.getrecursionlimit() + 20


def nested(depth: int) -> bytes:
    start = b"\x92" + bytes((VERSION,)) + b"\x91\x93\xa1a\xa1b\x82\xa4kind\xa3Say\xa1x"
    return start + b"\x91" * depth + b"\xc0"


def test_however_deep_a_letter_is_nested_it_is_one_dead_letter() -> None:
    post = PostOffice()
    for depth in range(DEEPEST):
        post.send_frame(nested(depth))
    assert post.buried.total() == DEEPEST


def test_why_a_letter_is_unreadable_is_told_from_any_depth_of_the_stack() -> None:
    """A deeper call finds too deep what a shallower one had still opened."""

    def told(letter: Sealed, below: int) -> str:
        return told(letter, below - 1) if below else why_unreadable(letter).reason

    reasons = []
    for depth in range(DEEPEST):
        with contextlib.suppress(CodecError):
            reasons += [told(letter, 30) for letter in open_frame(nested(depth))]
    assert any("unknown field" in reason for reason in reasons)
    assert any("recursion" in reason for reason in reasons)


class Box:
    """A mailbox that reads what it gets, and answers each Say."""

    def __init__(self, answer: Callable[[str], None]) -> None:
        self.lane = self
        self.heard: list[Sealed] = []
        self._answer = answer

    def deliver(self, letters: list[Sealed]) -> list[Outcome]:
        for letter in letters:
            self.heard.append(letter)
            read = decode_one(bytes((0x92, VERSION, 0x91)) + letter.data)
            if isinstance(read.message, Say):
                self._answer(read.sender)
        return []


@pytest.mark.parametrize("peer", ["client", "feed"])
def test_a_bus_still_carries_after_any_number_of_malformed_frames(
    peer: str, tmp_path: Path
) -> None:
    post = PostOffice()
    address = ipc_address(private_folder(tmp_path / "s"), "core")
    bus = Bus(post, "core", address, True, frozenset({"echo"}))
    bus.route("poller/", "feed")
    box = Box(lambda to: post.send([seal(Price("heard"), to, "echo")]))
    post.open("echo", box)  # type: ignore[arg-type]
    bus.start()
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    wire = context.socket(zmq.DEALER)
    if peer == "feed":
        wire.setsockopt(zmq.ROUTING_ID, b"feed")
    wire.connect(address)
    try:
        rubbish = Malformed(1, of_the_program())
        for _ in range(RUBBISH):
            wire.send(rubbish.next()[1])
        wire.send(bytes(LARGEST_FROM_CLIENT + 1))
        wire.send_multipart([b"", b"\xff", encode(Say("x"), "echo", "poller/a"), b""])
        wire.send(encode(Say("still there?"), "echo", "poller/a"))
        assert wire.poll(20_000)
        assert decode_one(wire.recv()).message == Price("heard")
        if peer == "client":
            assert not post.dead_letters, "a client's rubbish is no letter"
    finally:
        wire.close(linger=0)
        context.destroy(linger=0)
        bus.close()


def test_a_client_sends_small_frames_only(tmp_path: Path) -> None:
    post = PostOffice()
    bus = Bus(post, "core", ipc_address(private_folder(tmp_path / "s"), "core"), True)
    bus._open_to_clients = frozenset({"echo"})
    box = Box(lambda _: None)
    post.open("echo", box)  # type: ignore[arg-type]
    for size in (LARGEST_FROM_CLIENT, LARGEST_FROM_CLIENT // 2):
        bus._take_in([b"peer", encode(Say("x" * size), "echo", "")])
    assert len(box.heard) == 1
    assert not post.dead_letters
    bus.close()
