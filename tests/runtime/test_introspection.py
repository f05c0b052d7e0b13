"""Introspection: what is seen of actors is what they are, on every host."""

import threading

import pytest

from runtime.actor import Actor
from runtime.actor_rows import ActorRow, in_order
from runtime.codec import Message
from runtime.introspection import look, sample
from runtime.sim_host import SimHost
from runtime.supervision import Child, Strategy
from runtime.supervisor import Supervisor
from tests.runtime.hosts import Crash, Echo, Later, Say, ShardDrive, SimDrive, ThreadDrive

Drive = SimDrive | ThreadDrive


class Held(Actor):
    """Is in a turn until the test lets it go."""

    def __init__(self, inside: threading.Event, go: threading.Event) -> None:
        super().__init__()
        self.inside, self.go = inside, go

    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        self.inside.set()
        assert self.go.wait(10)


class Slow(Actor):
    """Takes so many seconds of the simulation's clock for each message."""

    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        assert isinstance(message, Later)
        clock = self.clock
        clock.advance_to(clock.monotonic() + message.seconds)  # type: ignore[attr-defined]


def rows(drive: Drive | SimHost) -> dict[str, ActorRow]:
    host = drive if isinstance(drive, SimHost) else drive.host
    return {row.address: row for row in look(host).actors}


def family(*names: str) -> list[Child]:
    return [Child(name, Echo, {"heard": []}) for name in names]


def states(drive: Drive) -> dict[str, str]:
    return {address: row.state for address, row in rows(drive).items()}


def test_the_tree_is_seen_with_strategies_and_in_start_order(drive: Drive) -> None:
    inner = Child("inner", Supervisor, {"children": family("c", "d")})
    drive.host.spawn(
        Supervisor,
        "root",
        children=[*family("b"), inner, *family("a")],
        strategy=Strategy.ONE_FOR_ALL,
    )
    names = ("root", "b", "inner", "c", "d", "a")
    drive.until(lambda: states(drive) == dict.fromkeys(names, "running"))
    shape = [(depth, row.address, row.strategy) for depth, row in in_order(look(drive.host).actors)]
    assert shape == [
        (0, "root", "one_for_all"),
        (1, "b", ""),
        (1, "inner", "one_for_one"),
        (2, "c", ""),
        (2, "d", ""),
        (1, "a", ""),
    ]
    assert (rows(drive)["c"].parent, rows(drive)["c"].kind) == ("inner", "Echo")


def test_a_restarted_actor_keeps_its_place_and_shows_its_restarts(drive: Drive) -> None:
    drive.host.spawn(Supervisor, "root", children=family("a", "b"))
    drive.until(lambda: "b" in rows(drive) and rows(drive)["b"].state == "running")
    before = rows(drive)["a"].incarnation
    drive.host.tell("a", Crash())
    drive.until(lambda: rows(drive)["a"].incarnation > before)
    assert list(rows(drive)) == ["root", "a", "b"]
    assert (rows(drive)["a"].restarts, rows(drive)["b"].restarts) == (1, 0)


def test_one_that_waits_to_be_started_again_is_seen_too() -> None:
    host = SimHost()
    host.spawn(Supervisor, "root", children=family("a", "b"))
    host.run(1)
    host.tell("a", Crash())
    host.run(0)
    assert "a" not in host.cells
    seen = rows(host)["a"]
    assert (seen.state, seen.parent, seen.kind, seen.restarts) == ("waiting", "root", "Echo", 1)
    assert (seen.mailbox, seen.idle, seen.in_turn, seen.thread) == (0, None, None, "")


def test_turns_and_the_time_since_the_last_one_are_seen() -> None:
    host = SimHost()
    host.spawn(Echo, "a", heard=[])
    for _ in range(3):
        host.tell("a", Say("x"))
    host.run(5)
    assert (rows(host)["a"].turns, rows(host)["a"].idle) == (3, 5.0)


def test_turns_are_counted_on_every_host(drive: Drive) -> None:
    heard: list[str] = []
    drive.host.spawn(Echo, "a", heard=heard)
    for _ in range(3):
        drive.host.tell("a", Say("x"))
    drive.until(lambda: rows(drive)["a"].turns == 3)
    assert heard.count("x") == 3


def test_what_waits_is_seen_before_it_is_handled() -> None:
    host = SimHost()
    host.spawn(Echo, "a", heard=[])
    host.run(1)
    for _ in range(4):
        host.tell("a", Say("x"))
    assert (rows(host)["a"].mailbox, rows(host)["a"].deepest) == (4, 4)


def test_busy_is_a_share_of_the_time_since_the_sample() -> None:
    host = SimHost()
    host.spawn(Slow, "a")
    host.tell("a", Later(50.0, ""))
    host.run(100)
    since = sample(host)
    host.tell("a", Later(1.0, ""))
    host.run(0)
    host.run(3)
    (row,) = look(host, since).actors
    assert row.busy_share == 0.25


def test_without_a_sample_busy_is_a_share_of_its_life() -> None:
    host = SimHost()
    host.clock.advance_to(1000.0)
    host.spawn(Slow, "a")
    host.tell("a", Later(50.0, ""))
    host.run(0)
    host.clock.advance_to(1200.0)
    (row,) = look(host).actors
    assert row.busy_share == 0.25


def test_a_new_incarnation_is_not_measured_by_the_sample_of_the_old_one() -> None:
    host = SimHost()
    host.spawn(Slow, "a")
    host.tell("a", Later(60.0, ""))
    host.run(0)
    since = sample(host)
    host.abandon("a")
    host.spawn(Slow, "a")
    host.tell("a", Later(10.0, ""))
    host.run(0)
    (row,) = look(host, since).actors
    assert row.busy_share == 1.0


@pytest.mark.parametrize("made", [ThreadDrive, ShardDrive])
def test_a_turn_under_way_is_seen_from_outside(made: type[ThreadDrive]) -> None:
    drive = made()
    inside, go = threading.Event(), threading.Event()
    drive.host.spawn(Held, "a", inside=inside, go=go)
    drive.host.tell("a", Say("x"))
    try:
        assert inside.wait(10)
        first = rows(drive)["a"].in_turn
        assert first is not None
        drive.until(lambda: (rows(drive)["a"].in_turn or 0.0) > first)
        seen = rows(drive)["a"]
        assert (seen.idle, seen.busy_share > 0) == (0.0, True)
        if isinstance(drive, ShardDrive):
            shards = {row.name: row for row in look(drive.host).shards}
            assert seen.thread in shards
            assert [row.current for row in shards.values() if row.current] == ["a"]
            assert (shards[seen.thread].actors, shards[seen.thread].busy_share > 0) == (1, True)
        else:
            assert seen.thread == "own"
    finally:
        go.set()
    drive.until(lambda: rows(drive)["a"].in_turn is None)
    drive.close()


def test_one_that_was_given_up_is_counted_until_it_ends() -> None:
    host = SimHost()
    host.spawn(Echo, "a", heard=[])
    host.run(1)
    cell = host.cells["a"]
    host.wedge("a")
    host.abandon("a")
    assert look(host).unfreed == 1
    host.loop_ended(cell)
    assert look(host).unfreed == 0


def test_a_look_changes_nothing() -> None:
    traces = []
    for looks in (0, 5):
        host = SimHost(seed=3)
        host.spawn(Supervisor, "root", children=family("a", "b"))
        for _ in range(20):
            host.step()
            for _ in range(looks):
                look(host, sample(host))
            host.tell("a", Say("x"))
        traces.append(host.trace_hash)
    assert traces[0] == traces[1]
