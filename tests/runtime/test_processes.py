"""The parent's decisions, with children that are played."""

import pytest

from runtime.processes import RestartPolicy
from tests.runtime.theatre import Theatre


def test_the_wait_doubles_with_each_death_in_the_period_up_to_the_longest() -> None:
    policy = RestartPolicy(restarts=5, period=60, first=1, longest=6)
    deaths = [100.0, 101.0, 102.0, 103.0]
    assert [policy.delay(deaths[:count]) for count in (1, 2, 3, 4)] == [1, 2, 4, 6]


def test_one_death_too_many_in_the_period_means_giving_up() -> None:
    policy = RestartPolicy(restarts=2, period=60)
    assert policy.delay([0.0, 1.0]) is not None
    assert policy.delay([0.0, 1.0, 2.0]) is None


def test_old_deaths_are_forgiven() -> None:
    policy = RestartPolicy(restarts=2, period=60, first=1)
    assert policy.delay([0.0, 1.0, 70.0]) == 1


def test_children_start_in_order_and_stop_in_reverse() -> None:
    theatre = Theatre("paper", "core", "feed")
    assert theatre.processes.run(lasting=2) == 0
    assert theatre.story == [
        *("start paper", "start core", "start feed", "all ready"),
        *("stop feed", "stop core", "stop paper"),
    ]
    assert all(played.closed for played in theatre.started)
    assert theatre.processes.pids() == {}


def test_a_child_waits_until_the_one_before_is_ready() -> None:
    theatre = Theatre("core", "feed")
    theatre.never_ready = {"core"}
    theatre.processes.run(lasting=1)
    assert theatre.story == ["start core", "terminate core"]


def test_a_dead_child_comes_back_alone() -> None:
    theatre = Theatre("core", "feed")

    def kill_core(now: float) -> None:
        if now > 1 and len(theatre.started) == 2:
            theatre.cast["core"].code = -9

    theatre.at_tick = kill_core
    assert theatre.processes.run(lasting=3) == 0
    assert theatre.story[2:] == ["all ready", "start core", "stop feed", "stop core"]
    assert all(played.closed for played in theatre.started)


def test_a_child_that_is_not_ready_in_time_is_killed_and_started_again() -> None:
    theatre = Theatre("core")
    theatre.never_ready = {"core"}
    theatre.processes.run(lasting=6)
    assert theatre.story == ["start core", "kill core", "start core", "terminate core"]


def test_a_child_that_dies_too_often_ends_everything_with_a_failure() -> None:
    theatre = Theatre("core", "feed", policy=RestartPolicy(restarts=2, period=60))

    def kill_feed(now: float) -> None:
        if now > 1 and "feed" in theatre.cast:
            theatre.cast["feed"].code = 1

    theatre.at_tick = kill_feed
    assert theatre.processes.run(lasting=100) == 1
    assert theatre.story.count("start feed") == 3
    assert theatre.story[-1] == "stop core"


def test_a_program_that_cannot_be_started_counts_as_a_death() -> None:
    theatre = Theatre("core", "feed", policy=RestartPolicy(restarts=1))
    theatre.unstartable = {"feed"}
    assert theatre.processes.run(lasting=100) == 1
    assert theatre.story == ["start core", "stop core"]


def test_a_child_that_does_not_stop_in_time_is_killed() -> None:
    theatre = Theatre("core", "feed")
    theatre.deaf = {"feed"}
    assert theatre.processes.run(lasting=2) == 0
    assert theatre.story[-3:] == ["stop feed", "kill feed", "stop core"]


def test_a_request_to_stop_ends_the_run() -> None:
    theatre = Theatre("core")
    theatre.at_tick = lambda now: theatre.processes.request_stop() if now > 1 else None
    assert theatre.processes.run() == 0
    assert theatre.clock.monotonic() < 2


def test_a_failure_of_the_parent_itself_leaves_no_child() -> None:
    theatre = Theatre("core")

    def fail(now: float) -> None:
        if 1 < now < 1.15:
            raise RuntimeError("the parent's own")

    theatre.at_tick = fail
    with pytest.raises(RuntimeError, match="own"):
        theatre.processes.run()
    assert theatre.story[-1] == "stop core"


def test_two_children_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="core"):
        Theatre("core", "core")
