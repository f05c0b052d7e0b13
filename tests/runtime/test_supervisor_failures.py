"""Every way to fail counts, on every host, also the supervisor's own."""

import threading
from collections.abc import Iterator

import pytest

from runtime.actor import Actor
from runtime.chance import Chance
from runtime.codec import Message
from runtime.commands import Start
from runtime.sim_host import SimHost
from runtime.supervision import Backoff, Child, Intensity, Restart
from runtime.supervisor import Supervisor
from tests.runtime.hosts import Crash, Drive, Echo, Say, ShardDrive, ThreadDrive

QUICK = Backoff(first=0.001, longest=0.002)
ERRORS: dict[str, type[BaseException]] = {
    "error": ValueError,
    "exit": SystemExit,
    "interrupt": KeyboardInterrupt,
}


class Leave(Message, frozen=True):
    pass


class Clumsy(Actor):
    """Fails at one place, the first time it gets there."""

    def __init__(self, lives: list[str], place: str, error: type[BaseException]) -> None:
        super().__init__()
        self.lives, self.place, self.error = lives, place, error
        lives.append("born")
        self._trip("constructor")

    def on_start(self) -> None:
        self._trip("on_start")
        self.lives.append("up")

    def on_stop(self) -> None:
        self._trip("on_stop")

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Leave():
                self.leave()
            case Say():
                self._trip("handler")
            case _:
                super().on_message(message, sender)

    def _trip(self, place: str) -> None:
        if place == self.place and "tripped" not in self.lives:
            self.lives.append("tripped")
            raise self.error(f"in {place}")


PLACES = [
    (place, how) for place in ("constructor", "on_start", "handler", "on_stop") for how in ERRORS
]


@pytest.mark.parametrize(("place", "how"), PLACES)
def test_every_failure_brings_a_transient_child_back(drive: Drive, place: str, how: str) -> None:
    lives: list[str] = []
    arguments = {"lives": lives, "place": place, "error": ERRORS[how]}
    child = Child("clumsy", Clumsy, arguments, Restart.TRANSIENT)
    drive.host.spawn(Supervisor, "top", children=[child], backoff=QUICK)
    if place in ("handler", "on_stop"):
        drive.until(lambda: lives == ["born", "up"])
        drive.host.tell("clumsy", Say("trip") if place == "handler" else Leave())
    drive.until(lambda: lives[-1:] == ["up"] and "tripped" in lives)
    assert lives.count("born") == 2


@pytest.mark.parametrize("how", ERRORS)
def test_a_child_that_fails_while_it_is_stopped_is_stopped_all_the_same(
    drive: Drive, how: str
) -> None:
    lives: list[str] = []
    heard: list[str] = []
    children = [
        Child("a", Echo, {"heard": heard}),
        Child("clumsy", Clumsy, {"lives": lives, "place": "on_stop", "error": ERRORS[how]}),
    ]
    drive.host.spawn(Supervisor, "top", children=children, intensity=Intensity(0, 60))
    drive.until(lambda: lives == ["born", "up"])
    top = drive.host.cells["top"].actor
    drive.host.stop("top")
    drive.until(lambda: not drive.host.cells)
    assert (lives, heard) == (["born", "up", "tripped"], ["start", "stop"])
    assert top is not None
    assert top.failure == ""


class Mute(Actor):
    ready_at_start = False


def test_a_supervisor_that_is_given_up_takes_all_below_with_it(drive: Drive) -> None:
    heard: list[str] = []
    lowest = [Child("leaf", Echo, {"heard": heard}), Child("mute", Mute)]
    low = [Child("low", Supervisor, {"children": lowest})]
    top = [Child("mid", Supervisor, {"children": low}, start_deadline=0.05)]
    drive.host.spawn(Supervisor, "top", children=top, intensity=Intensity(0, 60))
    drive.until(lambda: heard[:1] == ["start"])
    drive.until(lambda: not drive.host.cells)
    assert heard.count("start") == 1


class Broken(Backoff):
    def delay(self, attempt: int, chance: Chance) -> float:  # noqa: ARG002
        raise RuntimeError("a fault of the supervisor itself")


def test_a_supervisor_that_fails_by_itself_takes_all_below_with_it(drive: Drive) -> None:
    heard: list[str] = []
    below = [Child(name, Echo, {"heard": heard, "name": f"{name} "}) for name in "ab"]
    mid = Child("mid", Supervisor, {"children": below, "backoff": Broken()})
    drive.host.spawn(Supervisor, "top", children=[mid], backoff=QUICK)
    drive.until(lambda: heard == ["a start", "b start"])
    b = drive.host.cells["b"]
    drive.host.tell("a", Crash())
    drive.until(lambda: [one for one in heard if "start" in one] == ["a start", "b start"] * 2)
    assert b.abandoned
    assert drive.host.cells["b"] is not b
    drive.host.stop("top")
    drive.until(lambda: not drive.host.cells)


class Late(Actor):
    """Its first incarnation is made so slowly that its supervisor is replaced meanwhile."""

    def __init__(self, gate: threading.Event, made: list[int]) -> None:
        super().__init__()
        made.append(self.incarnation)
        if len(made) == 1:
            gate.wait(10)


@pytest.fixture(params=[ThreadDrive, ShardDrive])
def threads(request: pytest.FixtureRequest) -> Iterator[ThreadDrive]:
    made = request.param()
    yield made
    made.close()


def test_a_supervisor_that_was_replaced_touches_nothing_when_it_comes_to_itself(
    threads: ThreadDrive,
) -> None:
    gate = threading.Event()
    made: list[int] = []
    heard: list[str] = []
    below = [
        Child("late", Late, {"gate": gate, "made": made}),
        Child("leaf", Echo, {"heard": heard}),
    ]
    mid = Child("mid", Supervisor, {"children": below}, start_deadline=0.2)
    threads.host.spawn(Supervisor, "top", children=[mid], backoff=QUICK)
    threads.until(lambda: made[:1] != [])
    first = threads.host.cells["mid"]
    threads.until(lambda: heard == ["start"])
    leaf = threads.host.cells["leaf"]
    gate.set()
    threads.until(lambda: first.actor is not None and first.actor.actor_stopped.is_set())
    assert first.abandoned
    assert heard == ["start"]
    assert threads.host.cells["leaf"] is leaf
    assert threads.host.cells["late"].incarnation == made[1]


def test_a_supervisor_that_was_replaced_starts_nobody() -> None:
    host = SimHost()
    host.spawn(Supervisor, "mid", children=[Child("leaf", Mute)])
    host.run(seconds=1)
    mid = host.cells["mid"].actor
    assert isinstance(mid, Supervisor)
    host.abandon("mid")
    mid._obey([Start(Child("other", Mute))])
    assert list(host.cells) == ["leaf"]
