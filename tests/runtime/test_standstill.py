"""In virtual time an actor may not wait for the world outside, nor start a thread."""

import queue
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from runtime.codec import Message
from runtime.sim_host import SimHost
from runtime.standstill import BlockedError, Standstill
from tests.runtime.hosts import Echo, Say


def connect() -> None:
    with socket.socket() as one:
        one.connect(("127.0.0.1", 9))


WAYS: dict[str, Callable[[], object]] = {
    "sleep": lambda: time.sleep(0),
    "event": lambda: threading.Event().wait(0.001),
    "queue": lambda: queue.Queue[int]().get(timeout=0.001),
    "thread": lambda: threading.Thread(target=print).start(),
    "select": lambda: select.select([], [], [], 0),
    "socket": connect,
    "process": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
}


class Waiting(Echo):
    def __init__(self, heard: list[str], way: str) -> None:
        super().__init__(heard)
        self.way = way

    def on_message(self, message: Message, sender: str) -> None:
        WAYS[self.way]()
        super().on_message(message, sender)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_an_actor_that_waits_for_the_outside_fails_and_says_by_what(way: str) -> None:
    host, heard = SimHost(seed=1), list[str]()
    host.spawn(Waiting, "waiting", heard=heard, way=way)
    host.run()
    cell = host.cells["waiting"]
    host.tell("waiting", Say("never heard"))
    host.run()
    assert heard == ["start"]
    assert cell.failure.startswith("runtime.standstill.BlockedError: ")
    assert "an actor may not wait for the outside" in cell.failure


def test_outside_of_a_turn_and_in_other_threads_everything_may_wait() -> None:
    waited: list[bool] = []

    def other() -> None:
        inside.wait(10)
        time.sleep(0)
        waited.append(True)

    inside = threading.Event()
    thread = threading.Thread(target=other)
    thread.start()
    with Standstill():
        inside.set()
        while thread.is_alive():
            pass
        with pytest.raises(BlockedError):
            time.sleep(0)
    assert waited == [True]
    time.sleep(0)
    assert "connect" not in vars(socket.socket)


def test_a_simulation_inside_another_leaves_the_outer_one_forbidden() -> None:
    outer, inner = Standstill(), Standstill()
    with outer:
        with inner:
            pass
        with pytest.raises(BlockedError):
            time.sleep(0)
    time.sleep(0)


def test_what_is_forbidden_twice_is_allowed_again_only_after_the_last() -> None:
    standstill = Standstill()
    with standstill:
        with standstill:
            pass
        with pytest.raises(BlockedError):
            time.sleep(0)
    time.sleep(0)
