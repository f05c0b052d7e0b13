"""The bus between nodes, over real ZeroMQ sockets in a folder of the test."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import zmq

from runtime.bus import (
    HIGH_WATER,
    LONGEST_IPC_PATH,
    Bus,
    ask,
    ipc_address,
    private_folder,
)
from runtime.clock import SystemClock
from runtime.codec import Message, Sealed, decode_one, encode, join, seal
from runtime.errors import OurError
from runtime.mailbox import Outcome
from runtime.post import PostOffice
from runtime.timers import Timers
from tests.runtime.hosts import Say

OPEN = frozenset({"control"})


class Letterbox:
    """A mailbox that lets the test wait for what comes."""

    def __init__(self, answer: Callable[[str, str], None] | None = None) -> None:
        self.timers = Timers()
        self.heard: list[tuple[str, str]] = []
        self._answer = answer
        self._came = threading.Condition()

    @property
    def lane(self) -> "Letterbox":
        return self

    def deliver(self, letters: Sequence[Sealed]) -> list[Outcome]:
        for sealed in letters:
            letter = decode_one(join([sealed.data]))
            assert isinstance(letter.message, Say)
            with self._came:
                self.heard.append((letter.message.text, letter.sender))
                self._came.notify_all()
            if self._answer is not None:
                self._answer(letter.message.text, letter.sender)
        return []

    def wait(self, count: int = 1, seconds: float = 10.0) -> list[str]:
        with self._came:
            self._came.wait_for(lambda: len(self.heard) >= count, seconds)
            return [text for text, _ in self.heard]

    def depth(self) -> int:
        return 0

    def close(self) -> list[Sealed]:
        return []

    put = get = empty = None


class Node:
    """A post office with a bus."""

    def __init__(self, name: str, address: str, hub: bool) -> None:
        self.post = PostOffice()
        self.bus = Bus(self.post, name, address, hub, OPEN if hub else frozenset())

    def box(self, address: str, answer: Callable[[str, str], None] | None = None) -> Letterbox:
        made = Letterbox(answer)
        self.post.open(address, made)  # type: ignore[arg-type]
        return made

    def send(self, to: str, message: Message, sender: str = "") -> None:
        self.post.send([seal(message, to, sender)])


Start = Callable[[str, bool], Node]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return private_folder(tmp_path / "s")


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    nodes: list[Node] = []

    def begin(name: str, hub: bool) -> Node:
        node = Node(name, ipc_address(folder, "core"), hub)
        nodes.append(node)
        node.bus.route("poller/" if hub else "market/", "feed" if hub else "core")
        node.bus.start()
        return node

    yield begin
    for node in reversed(nodes):
        node.bus.close()
        assert not node.bus._thread.is_alive()


def repeat(send: Callable[[], None], box: Letterbox) -> None:
    """Say it again until it is heard: the wire may lose what is said before it is there."""
    for _ in range(500):
        send()
        if box.wait(1, 0.02):
            return
    raise AssertionError("never heard")


def test_two_nodes_reach_each_others_addresses(start: Start) -> None:
    core, feed = start("core", True), start("feed", False)
    market, poller = core.box("market/a"), feed.box("poller/a")
    repeat(lambda: feed.send("market/a", Say("price"), "poller/a"), market)
    repeat(lambda: core.send("poller/a", Say("credit"), "market/a"), poller)
    assert market.heard[0] == ("price", "poller/a")
    assert poller.heard[0] == ("credit", "market/a")


def test_frames_of_one_node_arrive_in_order(start: Start) -> None:
    core, feed = start("core", True), start("feed", False)
    market, hello = core.box("market/a"), core.box("market/hello")
    repeat(lambda: feed.send("market/hello", Say("there?")), hello)
    for number in range(500):
        feed.send("market/a", Say(str(number)))
    assert market.wait(500) == [str(number) for number in range(500)]


def test_a_client_is_answered_at_the_address_it_came_from(start: Start, folder: Path) -> None:
    core = start("core", True)
    core.box("control", lambda text, sender: core.send(sender, Say(f"{text} yes")))
    for text in ("one", "two"):
        frame = ask(ipc_address(folder, "core"), encode(Say(text), "control", "risk"), 10.0)
        assert frame is not None
        assert decode_one(frame).message == Say(f"{text} yes")


def test_a_client_cannot_pass_itself_off_as_an_actor(start: Start, folder: Path) -> None:
    core = start("core", True)
    control = core.box("control", lambda _text, sender: core.send(sender, Say("noted")))
    ask(ipc_address(folder, "core"), encode(Say("x"), "control", "risk"), 10.0)
    ((_, sender),) = control.heard
    assert sender.startswith("client/")


@pytest.mark.parametrize("to", ["risk", "market/a", "poller/a", "client/00", "", "control/x"])
def test_a_client_may_write_to_open_addresses_only(start: Start, folder: Path, to: str) -> None:
    core = start("core", True)
    closed = core.box(to)
    core.box("control", lambda _text, sender: core.send(sender, Say("noted")))
    with talking(ipc_address(folder, "core")) as wire:
        wire.send(encode(Say("let me in"), to, ""))
        wire.send(encode(Say("after"), "control", ""))
        assert wire.poll(10_000)
    assert closed.heard == []
    assert list(core.post.dead_letters) == []


def test_rubbish_from_a_client_stops_nobody(start: Start, folder: Path) -> None:
    core = start("core", True)
    core.box("control", lambda _text, sender: core.send(sender, Say("noted")))
    with talking(ipc_address(folder, "core")) as wire:
        wire.send(b"")
        wire.send(b"\xc1 rubbish")
        wire.send(encode(Say("x"), "TO", "").replace(b"TO", b"\xff\xfe"))
        wire.send_multipart([b"one", b"two", b"three"])
        wire.send(encode(Say("after"), "control", ""))
        assert wire.poll(10_000)
        assert decode_one(wire.recv()).message == Say("noted")


def test_frames_for_a_node_that_is_not_there_are_not_kept_for_it(start: Start) -> None:
    core = start("core", True)
    for _ in range(100):
        core.send("poller/a", Say("old"))
    settle(core)
    feed = start("feed", False)
    poller = feed.box("poller/a")
    repeat(lambda: core.send("poller/a", Say("new")), poller)
    assert set(poller.wait()) == {"new"}


def test_frames_for_a_hub_that_is_not_there_are_not_kept_for_it(start: Start) -> None:
    feed = start("feed", False)
    for _ in range(100):
        feed.send("market/a", Say("old"))
    settle(feed)
    core = start("core", True)
    market = core.box("market/a")
    repeat(lambda: feed.send("market/a", Say("new")), market)
    assert set(market.wait()) == {"new"}


def test_a_node_that_comes_back_is_reached_again(start: Start) -> None:
    core, first = start("core", True), start("feed", False)
    repeat(lambda: core.send("poller/a", Say("one")), first.box("poller/a"))
    second = start("feed", False)
    repeat(lambda: core.send("poller/a", Say("two")), second.box("poller/a"))


def test_a_flood_is_answered_by_dead_letters_and_never_by_waiting(folder: Path) -> None:
    """Here the bus has no thread yet that would carry anything."""
    node = Node("core", ipc_address(folder, "core"), True)
    node.bus.route("poller/", "feed")
    letter = seal(Say("x"), "poller/a", "")
    for _ in range(3 * HIGH_WATER):
        node.post.send([letter])
    assert node.post.dead_letters[-1].reason == "the bus is full"
    node.bus.start()
    node.bus.close()
    assert not node.bus._thread.is_alive()


def test_nobody_answers_where_no_hub_is(folder: Path) -> None:
    clock = SystemClock()
    before = clock.monotonic()
    assert ask(ipc_address(folder, "core"), encode(Say("x"), "control", ""), 0.05) is None
    assert clock.monotonic() - before < 5.0


def test_the_socket_is_its_owners_alone(start: Start, folder: Path) -> None:
    core = start("core", True)
    core.box("control", lambda _text, sender: core.send(sender, Say("noted")))
    assert ask(ipc_address(folder, "core"), encode(Say("x"), "control", ""), 10.0) is not None
    assert (folder / "core.ipc").stat().st_mode & 0o077 == 0


def test_a_private_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    made = private_folder(tmp_path / "deep" / "er")
    assert made.stat().st_mode & 0o777 == 0o700
    assert private_folder(made) == made


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o701, 0o777])
def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(OurError, match="chmod 700"):
        private_folder(folder)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_owner_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, 12345)
    with pytest.raises(OurError, match="must belong to you alone"):
        private_folder(folder)


def test_a_path_too_long_for_a_socket_is_named(tmp_path: Path) -> None:
    with pytest.raises(OurError, match="too long for a socket"):
        ipc_address(tmp_path / ("x" * LONGEST_IPC_PATH), "core")


class talking:  # noqa: N801
    """A client of its own making."""

    def __init__(self, address: str) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._wire = self._context.socket(zmq.DEALER)
        self._wire.connect(address)

    def __enter__(self) -> "zmq.Socket[bytes]":
        return self._wire

    def __exit__(self, *_: object) -> None:
        self._wire.close(linger=0)
        self._context.destroy(linger=0)


def settle(node: Node) -> None:
    """Wait until the bus has carried out all that was given to it: it then knows its peers."""
    passed = threading.Event()
    original = node.bus._carry_out

    def carry(wire: "zmq.Socket[bytes]", peer: bytes, frame: bytes) -> None:
        if peer == b"settled":
            passed.set()
        else:
            original(wire, peer, frame)

    node.bus._carry_out = carry  # type: ignore[method-assign]
    node.bus._send(b"settled", b"settled")
    assert passed.wait(10)


def test_a_bus_whose_thread_has_ended_says_so(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    core, feed = start("core", True), start("feed", False)
    assert core.bus.alive

    def fail(*_: object) -> None:
        raise ValueError("nobody foresaw this")

    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    monkeypatch.setattr(core.bus, "_take_in", fail)
    for _ in range(1_000):
        feed.send("market/a", Say("x"))
        core.bus._thread.join(0.01)  # type: ignore[union-attr]
        if not core.bus.alive:
            return
    raise AssertionError("still alive")
