"""What we rely on in pykka itself, without a host: each assumption fails alone, by its name.

Our actor overrides private names of pykka and our hosts call its loop piece by piece. A new
pykka may change any of them; the test that fails here says which. What hosts make of it is in
`test_pykka_on_hosts.py`.
"""

import gc
import inspect
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pykka
import pytest
from pykka import messages
from pykka._envelope import Envelope

from runtime.actor import Actor
from tests.runtime.bare import Bare, DryError, Inbox
from tests.runtime.hosts import Echo, SimDrive


class Bystander(pykka.ThreadingActor):
    use_daemon_thread = True


class Failing(Bystander):
    def on_start(self) -> None:
        raise ValueError("boom")


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    """Leave pykka's registry, which is one for the process, as empty as it was."""
    assert pykka.ActorRegistry.get_all() == []
    yield
    for ref in pykka.ActorRegistry.get_all():
        pykka.ActorRegistry.unregister(ref)
        ref.actor_stopped.set()


# Names and signatures.


def test_pykka_asks_a_subclass_for_an_inbox_a_future_and_a_start_of_the_loop() -> None:
    asked = {"_create_actor_inbox", "_create_future", "_start_actor_loop"}
    assert pykka.Actor.__abstractmethods__ == asked


def test_our_actor_overrides_these_names_of_pykka_and_none_by_accident() -> None:
    ours = {name for name in vars(Actor) if hasattr(pykka.Actor, name)}
    assert {name for name in ours if not name.startswith("__")} == {
        "_abc_impl",
        "_actor_loop_setup",
        "_create_actor_inbox",
        "_create_future",
        "_handle_failure",
        "_handle_receive",
        "_start_actor_loop",
        "_stop",
    }


def test_an_actor_of_pykka_has_these_attributes_and_no_name_of_ours() -> None:
    theirs = set(vars(Bare())) - {"notes", "failures"}
    assert theirs == {"actor_urn", "actor_inbox", "actor_stopped", "_actor_ref"}
    drive = SimDrive()
    drive.host.spawn(Echo, "echo", heard=[])
    assert not (set(vars(drive.host.cells["echo"].actor)) - theirs) & set(dir(pykka.Actor))


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("_create_actor_inbox", []),
        ("_create_future", []),
        ("_start_actor_loop", ["self"]),
        ("_actor_loop", ["self"]),
        ("_actor_loop_setup", ["self"]),
        ("_actor_loop_running", ["self"]),
        ("_stop", ["self"]),
        ("on_start", ["self"]),
        ("on_stop", ["self"]),
        ("_handle_receive", ["self", "message"]),
        ("_handle_failure", ["self", "exception_type", "exception_value", "traceback"]),
    ],
)
def test_each_name_we_call_or_override_takes_what_we_assume(
    name: str, parameters: list[str]
) -> None:
    assert list(inspect.signature(getattr(pykka.Actor, name)).parameters) == parameters


def test_an_envelope_is_a_message_and_where_to_reply_which_is_nowhere_by_default() -> None:
    envelope = Envelope(b"frame")
    assert envelope.message == b"frame"
    assert envelope.reply_to is None


def test_a_threading_future_is_made_of_nothing_and_is_a_future() -> None:
    assert isinstance(pykka.ThreadingFuture(), pykka.Future)


# Birth.


def test_the_inbox_is_made_once_inside_the_constructor_of_pykka() -> None:
    made: list[str] = []

    class Noting(Bare):
        def __init__(self) -> None:
            made.append("before")
            super().__init__()
            made.append("after")

        @staticmethod
        def _create_actor_inbox() -> Inbox:
            made.append("inbox")
            return Inbox()

    Noting()
    assert made == ["before", "inbox", "after"]


def test_a_new_actor_is_not_stopped_and_has_an_event_of_its_own_to_say_so() -> None:
    one, other = Bare(), Bare()
    one.actor_stopped.set()
    assert isinstance(other.actor_stopped, threading.Event)
    assert not other.actor_stopped.is_set()


def test_an_actor_that_is_made_but_not_started_is_not_in_the_registry() -> None:
    actor = Bare()
    assert pykka.ActorRegistry.get_all() == []
    assert actor.actor_ref.is_alive()


def test_start_makes_then_registers_then_starts_the_loop() -> None:
    inbox: Any = Bare.start().actor_inbox
    assert inbox.notes == ["loop started, registered: True"]


def test_a_start_whose_constructor_raises_registers_nothing() -> None:
    """Why ours refuses `start()` in the constructor already."""

    class Refusing(Bare):
        def __init__(self) -> None:
            raise TypeError

    with pytest.raises(TypeError):
        Refusing.start()
    assert pykka.ActorRegistry.get_all() == []


def test_a_ref_holds_its_actor_weakly_so_that_the_host_has_to_hold_it() -> None:
    ref = Bare().actor_ref
    gc.collect()
    assert ref._actor_weakref() is None


def test_the_constructor_sets_these_and_nothing_else_which_ours_does_itself() -> None:
    class Plain(Bare):
        def __init__(self) -> None:
            pykka.Actor.__init__(self)

    plain = Plain()
    assert set(vars(plain)) == {"actor_urn", "actor_inbox", "actor_stopped", "_actor_ref"}
    assert isinstance(plain.actor_urn, str)
    assert type(plain.actor_stopped) is type(threading.Event())
    ref = vars(plain.actor_ref)
    assert ref["actor_urn"] is plain.actor_urn
    assert ref["actor_inbox"] is plain.actor_inbox


# The loop.


def test_the_loop_is_setup_then_running_then_teardown() -> None:
    actor = Bare("end")
    actor._actor_loop()
    assert actor.notes == ["on_start", "get", "heard 'end'", "empty"]


def test_setup_hands_a_failing_on_start_to_handle_failure_and_does_not_raise() -> None:
    class Stillborn(Bare):
        def on_start(self) -> None:
            raise ValueError("boom")

    actor = Stillborn()
    actor._actor_loop_setup()
    ((kind, error, trace),) = actor.failures
    assert (kind, str(error)) == (ValueError, "boom")
    assert trace is error.__traceback__


def test_start_returns_a_ref_as_if_all_were_well_though_on_start_fails() -> None:
    """Why a child has to say READY."""
    ref = Failing.start()
    assert ref.actor_stopped.wait(5)


def test_setup_lets_a_system_exit_of_on_start_out() -> None:
    """Why ours overrides it: on a shard, it would take the thread along."""

    class Leaving(Bare):
        def on_start(self) -> None:
            raise SystemExit

    with pytest.raises(SystemExit):
        Leaving()._actor_loop_setup()


def test_the_loop_looks_at_actor_stopped_before_each_get() -> None:
    actor = Bare("one", "end", "left")
    actor._actor_loop_running()
    assert actor.notes == ["get", "heard 'one'", "get", "heard 'end'"]
    actor._actor_loop_running()
    assert actor.notes.count("get") == 2


@pytest.mark.parametrize("error", [DryError, SystemExit])
def test_get_is_called_outside_the_try_so_that_what_it_raises_leaves_the_loop(
    error: type[BaseException],
) -> None:
    class Raising(Bare):
        def on_receive(self, message: Any) -> None:
            super().on_receive(message)
            self.actor_inbox.get = self.throw  # type: ignore[method-assign]

        def throw(self) -> Any:
            raise error

    actor = Raising("one", "two")
    with pytest.raises(error):
        actor._actor_loop_running()
    assert actor.notes == ["get", "heard 'one'"]
    assert not actor.actor_stopped.is_set()


def test_a_loop_that_get_has_left_can_be_entered_again() -> None:
    """How a shard lets its actors work in turns."""
    actor = Bare("one")
    with pytest.raises(DryError):
        actor._actor_loop_running()
    actor.actor_inbox.put(Envelope("end"))
    actor._actor_loop_running()
    assert actor.notes == ["get", "heard 'one'", "get", "get", "heard 'end'"]


@pytest.mark.parametrize("message", [b"", b"frame", None, (1, 2), {"command": "x"}])
def test_whatever_is_in_an_envelope_goes_to_handle_receive_as_it_is(message: object) -> None:
    heard: list[object] = []

    class Taking(Bare):
        def _handle_receive(self, message: Any) -> None:
            heard.append(message)
            self.actor_stopped.set()

    Taking(message)._actor_loop_running()
    assert len(heard) == 1
    assert heard[0] is message


def test_only_a_stop_and_three_proxy_messages_are_pykkas_own() -> None:
    own = {name for name in vars(messages) if name.startswith(("Proxy", "_Actor"))}
    assert own == {"_ActorStop", "ProxyCall", "ProxyGetAttr", "ProxySetAttr"}


def test_the_loop_asks_an_envelope_for_its_message_and_its_reply_to_only() -> None:
    actor = Bare()
    actor.actor_inbox.put(SimpleNamespace(message="end", reply_to=None))
    actor._actor_loop_running()
    assert actor.failures == []


def test_with_a_reply_to_of_none_what_on_receive_returns_goes_nowhere() -> None:
    future: pykka.ThreadingFuture[str] = pykka.ThreadingFuture()
    actor = Bare("one")
    actor.actor_inbox.put(Envelope("end", reply_to=future))
    actor._actor_loop_running()
    assert future.get(timeout=0) == "what it returned"
    assert actor.failures == []


# Failure and end.


def test_an_exception_of_a_handler_goes_to_handle_failure_and_then_to_on_failure() -> None:
    error = ValueError("boom")
    actor = Bare(error, "end")
    actor._actor_loop_running()
    assert actor.notes[2:4] == ["_handle_failure", "on_failure"]
    assert actor.failures == [(ValueError, error, error.__traceback__)]


def test_the_loop_goes_on_after_a_failure_unless_handle_failure_sets_actor_stopped() -> None:
    actor = Bare(ValueError("boom"), "end")
    actor._actor_loop_running()
    assert actor.notes[-1] == "heard 'end'"


def test_a_base_exception_of_a_handler_stops_every_actor_of_the_process() -> None:
    """The trap: why no exception whatsoever gets out of our _handle_receive."""
    bystander = Bystander.start()
    actor = Bare(SystemExit("boom"))
    actor._actor_loop_running()
    assert actor.notes[2:] == ["on_stop, stopped: True"]
    assert actor.failures == []
    assert not bystander.is_alive()


def test_stop_sets_actor_stopped_and_then_runs_on_stop() -> None:
    actor = Bare()
    actor._stop()
    assert actor.notes == ["on_stop, stopped: True"]


def test_to_leave_the_registry_is_to_be_compared_with_all_that_are_in_it() -> None:
    """Why a hosted actor is never registered, and _stop overridden: shards carry very many."""
    compared: list[object] = []

    class Ref:
        def __eq__(self, other: object) -> bool:
            compared.append(other)
            return self is other

        __hash__ = None  # type: ignore[assignment]

    refs: list[Any] = [Ref() for _ in range(100)]
    for ref in refs:
        pykka.ActorRegistry.register(ref)
    for ref in reversed(refs):
        pykka.ActorRegistry.unregister(ref)
    assert len(compared) > 100 * 99 / 2


def test_teardown_drains_until_empty_says_so_and_takes_nothing_when_it_does_at_once() -> None:
    """Why our `empty` is always true: `close` gives back what is left, pykka would drop it."""
    actor = Bare("one", "two")
    actor._actor_loop_teardown()
    assert actor.notes == ["empty", "get", "empty", "get", "empty"]
    idle = Bare()
    idle._actor_loop_teardown()
    assert idle.notes == ["empty"]


# Refs, which must not reach a hosted actor.


def test_what_put_raises_reaches_whoever_uses_the_ref_at_once() -> None:
    actor = Bare()

    def refuse(envelope: Any) -> None:
        raise TypeError(f"no: {type(envelope).__name__}")

    actor.actor_inbox.put = refuse  # type: ignore[method-assign]
    ref = actor.actor_ref
    for use in (lambda: ref.tell("x"), lambda: ref.ask("x"), lambda: ref.stop(), ref.proxy().stop):
        with pytest.raises(TypeError, match="no: Envelope"):
            use()


def test_a_ref_of_a_stopped_actor_puts_nothing_and_says_that_it_is_dead() -> None:
    actor = Bare()
    actor.actor_stopped.set()
    with pytest.raises(pykka.ActorDeadError):
        actor.actor_ref.tell("x")
    with pytest.raises(pykka.ActorDeadError):
        actor.actor_ref.ask("x")
    assert actor.actor_inbox.envelopes == []
