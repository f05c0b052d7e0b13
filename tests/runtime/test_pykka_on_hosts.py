"""What a user of pykka expects of an actor, on every host, and what a hosted actor refuses.

Other tests say already that messages of one sender arrive in order, that a stopped actor runs
on_stop and leaves its address, that a failing handler ends its actor and no other, and that
`start()` is refused (`test_actor.py`); that one whose on_start fails is tried again
(`test_supervisor.py`); and that a mailbox refuses a ref's envelope (`test_mailbox.py`).
"""

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pykka
import pytest

from runtime.actor import Actor
from runtime.codec import Message
from tests.runtime.hosts import Crash, Drive, Echo, Relay, Say, SimDrive, Urgent

ENDS: list[type[BaseException]] = [KeyboardInterrupt, GeneratorExit, SystemExit, StopIteration]


class Frail(Echo):
    """Does what its test says at a point of its life: `at` names the hook or the message."""

    def __init__(self, heard: list[str], at: str, do: Callable[["Frail"], None]) -> None:
        super().__init__(heard)
        self.at, self.do = at, do

    def on_start(self) -> None:
        super().on_start()
        self._come_to("on_start")

    def on_stop(self) -> None:
        super().on_stop()
        self._come_to("on_stop")

    def on_message(self, message: Message, sender: str) -> None:
        super().on_message(message, sender)
        self._come_to(self.heard[-1])

    def _come_to(self, point: str) -> None:
        if point == self.at:
            self.do(self)


class Watching(Actor):
    """Notes what its host's children came to."""

    def __init__(self, ends: list[str]) -> None:
        super().__init__()
        self.ends = ends

    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        self.ends.append(getattr(message, "failure", "ready"))


def fail(error: BaseException) -> Callable[[Frail], None]:
    def raising(_: Frail) -> None:
        raise error

    return raising


def watch(drive: Drive) -> list[str]:
    """Return a list that gets what the parent `watch` hears of its children."""
    ends: list[str] = []
    drive.host.spawn(Watching, "watch", ends=ends)
    return ends


def hosted(drive: Drive, address: str = "echo") -> tuple[pykka.ActorRef[Any], list[str]]:
    """Return pykka's ref of a running actor, and what it hears."""
    heard: list[str] = []
    drive.host.spawn(Echo, address, heard=heard)
    drive.until(lambda: heard == ["start"])
    actor = drive.host.cells[address].actor
    assert actor is not None
    return actor.actor_ref, heard


def gone(drive: Drive, address: str) -> Callable[[], bool]:
    return lambda: address not in drive.host.cells


def buried(drive: Drive, kind: str = "Say") -> int:
    return sum(n for (dead, _), n in drive.host.post.buried.items() if dead == kind)


# A life from on_start to on_stop.


def test_on_start_comes_before_a_message_that_was_there_before_it(drive: Drive) -> None:
    heard: list[list[str]] = [[] for _ in range(50)]
    for number, notes in enumerate(heard):
        drive.host.spawn(Echo, f"echo-{number}", heard=notes)
        drive.host.tell(f"echo-{number}", Urgent("first"))
    drive.until(lambda: all(len(notes) == 2 for notes in heard))
    assert heard == [["start", "first"]] * 50


def test_on_stop_comes_once_and_after_the_last_message_that_is_handled(drive: Drive) -> None:
    heard: list[str] = []
    drive.host.spawn(Echo, "echo", heard=heard)
    texts = [str(number) for number in range(500)]
    for text in texts:
        drive.host.tell("echo", Say(text))
    drive.host.stop("echo")
    drive.host.stop("echo")
    drive.until(gone(drive, "echo"))
    handled = heard[1:-1]
    assert heard == ["start", *texts[: len(handled)], "stop"]
    drive.until(lambda: len(handled) + buried(drive) == 500)


def test_nothing_is_handled_after_leave(drive: Drive) -> None:
    heard: list[str] = []
    ends = watch(drive)
    drive.host.spawn(Frail, "frail", "watch", heard=heard, at="bye", do=Frail.leave)
    for text in ("hello", "bye", "still there?"):
        drive.host.tell("frail", Say(text))
    drive.host.tell("frail", Urgent("hurry"))
    drive.until(lambda: ends == ["ready", ""])
    assert heard[-1] == "stop"
    assert [text for text in heard if text not in ("start", "hurry")] == ["hello", "bye", "stop"]
    assert buried(drive) == 1


def test_what_an_actor_tells_in_the_turn_in_which_it_leaves_gets_out(drive: Drive) -> None:
    def farewell(actor: Frail) -> None:
        actor.leave()
        actor.tell("other", Say("farewell"))

    _, heard = hosted(drive, "other")
    drive.host.spawn(Frail, "frail", heard=[], at="bye", do=farewell)
    drive.host.tell("frail", Say("bye"))
    drive.until(lambda: heard == ["start", "farewell"])


def test_an_actor_may_leave_in_on_start_and_then_handles_nothing(drive: Drive) -> None:
    heard: list[str] = []
    ends = watch(drive)
    drive.host.spawn(Frail, "frail", "watch", heard=heard, at="on_start", do=Frail.leave)
    drive.host.tell("frail", Say("anyone?"))
    drive.until(lambda: ends[-1:] == [""])
    assert heard == ["start", "stop"]
    assert buried(drive) == 1


@pytest.mark.parametrize("at", ["on_start", "boom"])
@pytest.mark.parametrize("error", [ValueError, *ENDS])
def test_a_failure_of_any_kind_ends_its_actor_without_on_stop_and_its_parent_hears_which(
    drive: Drive, at: str, error: type[BaseException]
) -> None:
    heard: list[str] = []
    ends = watch(drive)
    _, others = hosted(drive, "other")
    _, thirds = hosted(drive, "third")
    drive.host.spawn(Frail, "frail", "watch", heard=heard, at=at, do=fail(error("why")))
    drive.host.tell("frail", Say("boom"))
    drive.until(lambda: ends[-1:] == [f"{error.__name__}: why"])
    assert heard == (["start"] if at == "on_start" else ["start", "boom"])
    assert "frail" not in drive.host.cells
    for address in ("other", "third"):
        drive.host.tell(address, Say("still here"))
    drive.until(lambda: others[1:] == thirds[1:] == ["still here"])


def test_a_failure_in_on_stop_ends_the_actor_as_a_failure(drive: Drive) -> None:
    heard: list[str] = []
    ends = watch(drive)
    drive.host.spawn(Frail, "frail", "watch", heard=heard, at="on_stop", do=fail(SystemExit("why")))
    drive.host.stop("frail")
    drive.until(lambda: ends == ["ready", "SystemExit: why"])
    assert heard == ["start", "stop"]


def test_a_constructor_that_fails_is_an_end_that_the_parent_hears_of(drive: Drive) -> None:
    class Unborn(Echo):
        def __init__(self) -> None:
            super().__init__([])
            raise ValueError("why")

    ends = watch(drive)
    drive.host.spawn(Unborn, "unborn", "watch")
    drive.until(lambda: ends == ["ValueError: why"])
    assert "unborn" not in drive.host.cells
    assert "unborn" not in drive.host.post.addresses()


# Turns.


class Busy(Actor):
    """Notes the thread of each turn, and how many turns ran at once."""

    def __init__(self, threads: list[int], depths: list[int], senders: list[str]) -> None:
        super().__init__()
        self.threads, self.depths, self.senders = threads, depths, senders
        self.depth = 0

    def on_start(self) -> None:
        self.threads.append(threading.get_ident())

    on_stop = on_start

    def on_message(self, message: Message, sender: str) -> None:
        self.depth += 1
        self.threads.append(threading.get_ident())
        assert isinstance(message, Say)
        self.senders.append(f"{sender} {message.text}")
        self.depths.append(self.depth)
        self.depth -= 1


def test_turns_of_an_actor_run_one_by_one_on_one_thread_and_in_each_senders_order(
    drive: Drive,
) -> None:
    threads: list[int] = []
    depths: list[int] = []
    letters: list[str] = []
    drive.host.spawn(Busy, "busy", threads=threads, depths=depths, senders=letters)
    senders = [f"sender-{number}" for number in range(4)]
    for sender in senders:
        drive.host.spawn(Echo, sender, heard=[])
    for number in range(200):
        for sender in senders:
            drive.host.tell(sender, Relay("busy", str(number)))
    drive.until(lambda: len(letters) == 800)
    drive.host.stop("busy")
    drive.until(gone(drive, "busy"))
    assert set(depths) == {1}
    assert len(threads) == 802
    assert len(set(threads)) == 1
    assert (threading.get_ident() in threads) == isinstance(drive, SimDrive)
    for sender in senders:
        mine = [letter for letter in letters if letter.startswith(f"{sender} ")]
        assert mine == [f"{sender} {number}" for number in range(200)]


# Who holds an actor.


def test_an_actor_that_nobody_holds_a_ref_to_is_alive_until_it_ends_and_then_garbage(
    drive: Drive,
) -> None:
    heard: list[str] = []
    drive.host.spawn(Echo, "echo", heard=heard)
    drive.until(lambda: heard == ["start"])
    held = weakref.ref(drive.host.cells["echo"].actor)
    gc.collect()
    drive.host.tell("echo", Say("still here"))
    drive.until(lambda: heard == ["start", "still here"])
    drive.host.tell("echo", Crash())
    drive.until(gone(drive, "echo"))
    drive.until(lambda: (gc.collect(), held())[1] is None)


@pytest.mark.parametrize("end", [Say("bye"), Crash()])
def test_pykkas_registry_never_lists_a_hosted_actor(drive: Drive, end: Message) -> None:
    listed: list[Any] = []

    class Listing(Frail):
        def __init__(self, heard: list[str]) -> None:
            super().__init__(heard, "bye", Frail.leave)
            listed.extend(pykka.ActorRegistry.get_all())

        def _come_to(self, point: str) -> None:
            listed.extend(pykka.ActorRegistry.get_all())
            super()._come_to(point)

    drive.host.spawn(Listing, "listing", heard=[])
    drive.host.tell("listing", Say("hello"))
    drive.host.tell("listing", end)
    drive.until(gone(drive, "listing"))
    assert listed + pykka.ActorRegistry.get_all() == []


def test_an_actor_cannot_be_started_without_a_host_in_a_handler_either(drive: Drive) -> None:
    ends = watch(drive)
    drive.host.spawn(
        Frail, "frail", "watch", heard=[], at="go", do=lambda _: Echo.start(heard=[]) and None
    )
    drive.host.tell("frail", Say("go"))
    drive.until(lambda: len(ends) == 2)
    assert ends[1] == "TypeError: Echo is started by a host, not by itself"
    assert pykka.ActorRegistry.get_all() == []


# What of pykka does not reach a hosted actor.


REF_USES: dict[str, Callable[[pykka.ActorRef[Any]], object]] = {
    "tell": lambda ref: ref.tell("x"),
    "ask": lambda ref: ref.ask("x"),
    "ask, not blocking": lambda ref: ref.ask("x", block=False),
    "stop": lambda ref: ref.stop(),
    "a proxy's attribute": lambda ref: ref.proxy().address,
    "a proxy's call": lambda ref: ref.proxy().leave(),
    "a proxy's deferred call": lambda ref: ref.proxy().leave.defer(),
    "a proxy's assignment": lambda ref: setattr(ref.proxy(), "address", "elsewhere"),
}


@pytest.mark.parametrize("use", REF_USES)
def test_each_use_of_a_pykka_ref_is_a_type_error_that_says_how_to_reach_the_actor(
    drive: Drive, use: str
) -> None:
    ref, heard = hosted(drive)
    with pytest.raises(TypeError, match="reached by address, not by a pykka ref"):
        REF_USES[use](ref)
    drive.host.tell("echo", Say("unharmed"))
    drive.until(lambda: heard == ["start", "unharmed"])
    assert ref.is_alive()


def test_pykkas_stop_in_a_handler_is_a_failure_that_says_so_and_not_a_wait(drive: Drive) -> None:
    ends = watch(drive)
    drive.host.spawn(Frail, "frail", "watch", heard=[], at="go", do=Frail.stop)
    drive.host.tell("frail", Say("go"))
    drive.until(lambda: len(ends) == 2)
    assert "not by a pykka ref" in ends[1]


def test_the_ref_of_an_actor_that_is_gone_says_that_it_is_dead(drive: Drive) -> None:
    ref, _ = hosted(drive)
    drive.host.stop("echo")
    drive.until(gone(drive, "echo"))
    assert not ref.is_alive()
    assert not ref.stop()
    for use in (lambda: ref.tell("x"), lambda: ref.ask("x"), ref.proxy):
        with pytest.raises(pykka.ActorDeadError):
            use()


class Foreign(pykka.ThreadingActor):
    """An actor of pykka's own that lives in the same process."""

    use_daemon_thread = True

    def on_receive(self, message: Any) -> Any:
        if isinstance(message, BaseException):
            raise message
        return message


@pytest.mark.parametrize("how", ["stop_all", "base exception", "broadcast"])
def test_what_stops_all_of_pykkas_own_actors_does_not_touch_a_hosted_one(
    drive: Drive, how: str
) -> None:
    ref, heard = hosted(drive)
    foreign = Foreign.start()
    match how:
        case "stop_all":
            pykka.ActorRegistry.stop_all()
        case "base exception":
            foreign.tell(SystemExit("boom"))
        case _:
            pykka.ActorRegistry.broadcast(KeyboardInterrupt("boom"))
    assert foreign.actor_stopped.wait(10)
    drive.host.tell("echo", Say("untouched"))
    drive.until(lambda: heard == ["start", "untouched"])
    assert ref.is_alive()


def test_two_hosts_of_one_process_do_not_meet(drive: Drive) -> None:
    other: Any = type(drive)()
    _, here = hosted(drive)
    _, there = hosted(other)
    hosted(other, "only there")
    drive.host.tell("echo", Say("here"))
    other.host.tell("echo", Say("there"))
    drive.host.tell("only there", Say("lost"))
    drive.until(lambda: here == ["start", "here"])
    other.until(lambda: there == ["start", "there"])
    assert (buried(drive), buried(other)) == (1, 0)
    other.close()
    drive.host.tell("echo", Say("alone"))
    drive.until(lambda: here == ["start", "here", "alone"])
