"""An actor that is alive and does not work: seen, given up, fenced, and its process ended."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from runtime import thread_host, watch
from runtime.actor import Actor
from runtime.cell import Ports
from runtime.codec import Message
from runtime.shard_host import ShardHost
from runtime.sim_host import SimHost
from runtime.supervision import Backoff, Child
from runtime.supervisor import Supervisor
from runtime.thread_host import ThreadHost
from runtime.watch import FREE_WITHIN, Watch
from runtime.work import Work
from tests.runtime.hosts import Echo, Relay, Say, ShardDrive, ThreadDrive

QUICK = Backoff(first=0.001, longest=0.002)


@dataclass
class Box:
    work: Work = field(default_factory=lambda: Work(0.0))
    waiting: int = 0

    def depth(self) -> int:
        return self.waiting


class Patient(Actor):
    turn_deadline = 10.0


class Endless(Actor):
    turn_deadline = 0.0


@dataclass(eq=False)
class Place:
    mailbox: Box = field(default_factory=Box)
    actor_class: type[Actor] = Patient


def look(seen: Watch, place: Any, now: float) -> list[float]:
    return [seconds for _, seconds in seen.look([place], now)]


def test_a_turn_that_takes_too_long_is_told_once() -> None:
    seen, place = Watch(), Place()
    place.mailbox.work.begin(5.0)
    assert look(seen, place, 15.0) == []
    assert look(seen, place, 15.5) == [10.5]
    assert look(seen, place, 99.0) == []


def test_an_idle_actor_may_be_idle_for_ever() -> None:
    seen, place = Watch(), Place()
    place.mailbox.work.begin(1.0)
    place.mailbox.work.end(2.0)
    assert look(seen, place, 1e9) == []


def test_work_that_waits_and_no_turn_is_a_standstill_too() -> None:
    seen, place = Watch(), Place()
    place.mailbox.waiting = 1
    assert look(seen, place, 1_000.0) == []  # it may have come just now
    assert look(seen, place, 1_010.5) == [10.5]


def test_one_that_always_has_work_and_does_it_is_left_alone() -> None:
    seen, place = Watch(), Place()
    place.mailbox.waiting = 5
    for second in range(100):
        place.mailbox.work.begin(float(second))
        place.mailbox.work.end(second + 0.5)
        assert look(seen, place, second + 0.6) == []


def test_a_deadline_of_none_is_for_ever() -> None:
    seen, place = Watch(), Place(actor_class=Endless)
    place.mailbox.work.begin(5.0)
    assert look(seen, place, 1e9) == []


def test_a_thread_that_does_not_come_back_is_found_out() -> None:
    seen, place = Watch(), Place()
    seen.give_up(place, 5.0)  # type: ignore[arg-type]
    assert seen.unfreed(5.0 + FREE_WITHIN) is None
    assert seen.unfreed(5.1 + FREE_WITHIN) is place  # type: ignore[comparison-overlap]
    seen.ended(place)  # type: ignore[arg-type]
    assert seen.unfreed(1e9) is None


class Stuck(Echo):
    """Waits in a turn until the test lets it go on, then says that it did."""

    turn_deadline = 0.05

    def __init__(self, heard: list[str], on: threading.Event) -> None:
        super().__init__(heard)
        self.on = on

    def on_message(self, message: Message, sender: str) -> None:
        if message == Say("wait"):
            self.tell("other", Say("from the wedged one"))
            self.on.wait(20)
        super().on_message(message, sender)


class StuckThread(Stuck):
    own_thread = True


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(thread_host, "LOOK_EVERY", 0.01)
    return None


def test_a_wedged_actor_is_fenced_by_a_new_incarnation_in_virtual_time() -> None:
    host, heard = SimHost(seed=1), list[str]()
    host.spawn(Supervisor, "top", children=[Child("echo", Echo, {"heard": heard})])
    host.run(1)
    older = host.cells["echo"]
    host.wedge("echo")
    host.tell("echo", Say("lost with it"))
    host.run(Echo.turn_deadline - 2)
    assert host.cells["echo"] is older
    host.run(5)
    host.tell("echo", Say("here"))
    host.run(1)
    assert host.cells["echo"].incarnation > older.incarnation
    assert heard == ["start", "start", "here"]
    assert [(dead.kind, dead.to) for dead in host.post.dead_letters] == [("Say", "echo")]


@pytest.mark.usefixtures("quick")
def test_a_wedged_thread_is_given_up_and_nothing_it_still_does_gets_out() -> None:
    drive, on = ThreadDrive(), threading.Event()
    heard, others = list[str](), list[str]()
    children = [
        Child("stuck", StuckThread, {"heard": heard, "on": on}),
        Child("other", Echo, {"heard": others}),
    ]
    drive.host.spawn(Supervisor, "top", children=children, backoff=QUICK)
    drive.until(lambda: others == ["start"])
    for text in ("wait", "behind 1", "behind 2"):
        drive.host.tell("stuck", Say(text))
    drive.until(lambda: heard == ["start", "start"])  # the new one
    drive.host.tell("stuck", Say("work"))
    drive.until(lambda: heard[2:] == ["work"])
    assert [dead.kind for dead in drive.host.post.dead_letters] == ["Say", "Say"]
    on.set()
    drive.until(lambda: not drive.host._watch._given_up)
    drive.host.tell("other", Relay("stuck", "after"))
    drive.until(lambda: heard[-1] == "after")
    assert heard == ["start", "start", "work", "wait", "after"]
    assert others == ["start"]
    assert not drive.host.ended.is_set()
    drive.close()


@pytest.mark.usefixtures("quick")
def test_an_actor_wedged_on_a_shard_comes_back_once_the_shard_is_free() -> None:
    drive, on, heard = ShardDrive(), threading.Event(), list[str]()
    child = Child("stuck", Stuck, {"heard": heard, "on": on})
    drive.host.spawn(Supervisor, "top", children=[child], backoff=QUICK)
    drive.until(lambda: heard == ["start"])
    older = drive.host.cells["stuck"].incarnation
    drive.host.tell("stuck", Say("wait"))
    drive.until(
        lambda: "stuck" in drive.host.cells and drive.host.cells["stuck"].incarnation > older
    )
    drive.host.tell("stuck", Say("work"))
    on.set()
    drive.until(lambda: heard[-1] == "work")
    assert heard == ["start", "wait", "start", "work"]
    drive.close()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("host_class", "actor_class"), [(ThreadHost, StuckThread), (ShardHost, Stuck)]
)
def test_where_a_thread_cannot_be_freed_the_process_is_to_end(
    host_class: type[ThreadHost], actor_class: type[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FREE_WITHIN", 0.05)
    host, on, heard = host_class(Ports()), threading.Event(), list[str]()
    child = Child("stuck", actor_class, {"heard": heard, "on": on}, stop_deadline=0.1)
    host.spawn(Supervisor, "top", children=[child], backoff=QUICK)
    assert host.ready.wait(10)
    host.tell("stuck", Say("wait"))
    assert host.ended.wait(10)
    assert host.root_failure == "the thread of stuck cannot be freed"
    assert host.close(0.5)  # names what is left
    on.set()
    for thread in list(host._threads.values()):
        thread.join(10)


@pytest.mark.usefixtures("quick")
def test_a_wedged_root_ends_the_process() -> None:
    host, on = ThreadHost(Ports()), threading.Event()
    host.spawn(StuckThread, "root", heard=[], on=on)
    host.tell("root", Say("wait"))
    assert host.ended.wait(10)
    assert host.root_failure == "root is in a turn for 0 s"
    on.set()
    assert host.close() == []
