"""What an actor can do to its host: each of these is to end the actor and nothing else."""

import sys
import threading
from collections.abc import Callable
from typing import Any

import pykka
import pytest

from runtime.codec import Message
from runtime.host import Ports
from runtime.shard_host import ShardHost
from runtime.supervision import Backoff, Child, Restart
from runtime.supervisor import Supervisor
from tests.runtime.hosts import Crash, Drive, Echo, Later, Say, ShardDrive, Urgent

QUICK = Backoff(first=0.001, longest=0.002)


class Loud(Echo):
    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        assert isinstance(message, Crash)
        raise ValueError(message.how * int(message.text))


class Unreadable(Echo):
    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        raise ValueError("unknown team \ud83d")


def family(drive: Drive, child: Child) -> list[str]:
    """Start a supervisor with a child and two neighbours; return what these hear."""
    heard: list[str] = []
    near = [Child(name, Echo, {"heard": heard}) for name in ("near", "far")]
    drive.host.spawn(Supervisor, "top", children=[*near, child], backoff=QUICK)
    drive.until(lambda: heard == ["start"] * 2)
    return heard


def unharmed(drive: Drive, heard: list[str]) -> None:
    for address in ("near", "far"):
        drive.host.tell(address, Say("unharmed"))
    drive.until(lambda: heard == ["start", "start", "unharmed", "unharmed"])


def test_a_failure_whose_text_is_no_utf_8_is_a_failure_like_any_other(drive: Drive) -> None:
    lives: list[str] = []
    heard = family(drive, Child("child", Unreadable, {"heard": lives}))
    drive.until(lambda: lives == ["start"])
    drive.host.tell("child", Say("x"))
    drive.until(lambda: lives == ["start"] * 2)
    unharmed(drive, heard)


def test_a_failure_whose_text_is_larger_than_a_frame_is_a_failure_like_any_other(
    drive: Drive,
) -> None:
    lives: list[str] = []
    heard = family(drive, Child("child", Loud, {"heard": lives}))
    drive.until(lambda: lives == ["start"])
    drive.host.tell("child", Crash("17000000", "x"))
    drive.until(lambda: lives == ["start"] * 2)
    unharmed(drive, heard)


class Forgetful(Echo):
    """Has no super().__init__() in its constructor, at first."""

    def __init__(self, heard: list[str]) -> None:
        heard.append("made")
        if len(heard) > 1:
            super().__init__(heard)


def test_a_constructor_that_forgets_super_is_a_failure_that_says_so(drive: Drive) -> None:
    lives: list[str] = []
    heard = family(drive, Child("child", Forgetful, {"heard": lives}, Restart.TRANSIENT))
    drive.until(lambda: lives == ["made", "made", "start"])
    unharmed(drive, heard)


class Exiting(Echo):
    def __init__(self, heard: list[str]) -> None:
        super().__init__(heard)
        heard.append("made")
        if len(heard) == 1:
            raise SystemExit("in the constructor")


def test_a_system_exit_of_a_constructor_is_a_failure_of_the_child_and_not_of_its_supervisor(
    drive: Drive,
) -> None:
    lives: list[str] = []
    heard = family(drive, Child("child", Exiting, {"heard": lives}))
    drive.until(lambda: lives == ["made", "made", "start"])
    unharmed(drive, heard)


def test_an_actor_that_leaves_twice_stops_once(drive: Drive) -> None:
    class Hasty(Echo):
        def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
            self.leave()
            self.leave()

    heard: list[str] = []
    drive.host.spawn(Hasty, "hasty", heard=heard)
    drive.host.tell("hasty", Say("go"))
    drive.until(lambda: "hasty" not in drive.host.cells)
    assert heard == ["start", "stop"]


def test_an_actor_cannot_be_started_without_a_host_in_a_constructor_either(drive: Drive) -> None:
    class Mother(Echo):
        def __init__(self, heard: list[str]) -> None:
            super().__init__(heard)
            Echo.start(heard=[])

    drive.host.spawn(Mother, "mother", heard=[])
    drive.until(lambda: "mother" not in drive.host.cells)
    listed = pykka.ActorRegistry.get_all()
    for ref in listed:
        pykka.ActorRegistry.unregister(ref)
    assert listed == []


@pytest.fixture
def shards() -> ShardHost:
    return ShardHost(Ports())


def test_a_shard_host_may_be_closed_twice(shards: ShardHost) -> None:
    assert shards.close() == []
    assert shards.close() == []


def test_what_is_told_to_an_actor_that_its_shard_left_behind_is_a_dead_letter(
    shards: ShardHost,
) -> None:
    class Stubborn(Echo):
        def on_stop_asked(self) -> None:
            pass

    shards.spawn(Stubborn, "stubborn", heard=[])
    shards.close(0.2)
    shards.tell("stubborn", Say("anyone?"))
    assert sum(n for (kind, _), n in shards.post.buried.items() if kind == "Say") == 1


def test_a_far_timer_does_not_cost_its_shard_memory_for_each_message() -> None:
    drive = ShardDrive()
    heard: list[str] = []
    drive.host.spawn(Echo, "echo", heard=heard)
    drive.host.tell("echo", Later(3600.0, "far"))
    for number in range(300):
        drive.host.tell("echo", Say(str(number)))
        drive.until(said(heard, number))
    host: Any = drive.host
    dues = sum(len(shard._dues) for shard in host.shards)
    drive.close()
    assert dues < 10


def said(heard: list[str], number: int) -> Callable[[], bool]:
    return lambda: heard[-1:] == [str(number)]


class Brief(Echo):
    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        self.leave()


def test_a_shard_buries_nothing_that_nobody_sent() -> None:
    """The frame that begins an actor may come after one that a sender was quicker with."""
    drive = ShardDrive()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    over = threading.Event()

    def flood() -> None:
        while not over.is_set():
            drive.host.tell("brief", Urgent("x"))

    sender = threading.Thread(target=flood, daemon=True)
    sender.start()
    try:
        for _ in range(200):
            drive.host.spawn(Brief, "brief", heard=[])
            drive.until(lambda: "brief" not in drive.host.cells)
    finally:
        over.set()
        sender.join(10)
        sys.setswitchinterval(interval)
    drive.close()
    assert {kind for kind, _ in drive.host.post.buried} == {"Urgent"}
