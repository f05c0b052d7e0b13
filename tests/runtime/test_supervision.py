"""The rules by themselves: what is refused, how long restarts wait, where we differ from OTP."""

import pytest

from runtime.actor import Actor
from runtime.chance import seeded
from runtime.supervision import (
    Backoff,
    Child,
    Intensity,
    State,
    Strategy,
)
from tests.runtime.family import TEMPORARY, TRANSIENT, Family, kids


def test_a_permanent_child_cannot_be_significant() -> None:
    with pytest.raises(ValueError, match=r"child a is significant and permanent: make it"):
        Child("a", Actor, significant=True)


@pytest.mark.parametrize("as_template", [False, True])
def test_a_significant_child_needs_a_supervisor_that_heeds_it(as_template: bool) -> None:
    child = Child("a", Actor, restart=TRANSIENT, significant=True)
    with pytest.raises(ValueError, match=r"child a is significant.* auto_shutdown other than"):
        Family(*([] if as_template else [child]), template=child if as_template else None)


def test_two_children_cannot_have_one_address() -> None:
    with pytest.raises(ValueError, match=r"child b is there 2 times: give each its own address"):
        Family(*kids("abcb"))


def test_a_child_cannot_lie_where_a_template_makes_children() -> None:
    with pytest.raises(ValueError, match=r"child t/1 lies under the template t: give it another"):
        Family(Child("t/1", Actor), template=Child("t", Actor))


@pytest.mark.parametrize(("restarts", "period"), [(-1, 60.0), (1, 0.0), (1, -1.0)])
def test_an_intensity_that_makes_no_sense_is_refused(restarts: int, period: float) -> None:
    with pytest.raises(ValueError, match="restarts must not be below 0"):
        Intensity(restarts, period)


# How long a restart waits.


def test_a_backoff_doubles_up_to_its_longest_and_loses_at_most_half() -> None:
    chance = seeded(1)
    for attempt, full in enumerate([1.0, 2.0, 4.0, 8.0, 8.0, 8.0], start=1):
        delays = [Backoff(1.0, 8.0).delay(attempt, chance) for _ in range(500)]
        assert full / 2 <= min(delays) < full * 0.55
        assert full * 0.95 < max(delays) <= full


def test_each_restart_in_a_row_waits_longer() -> None:
    family = Family(*kids("a"), intensity=Intensity(9, 60.0)).ready("a")
    for pause in [1.0, 2.0, 4.0, 8.0, 8.0]:
        family.fails("a")
        family.wait(pause)
    assert family.pauses == [1.0, 2.0, 4.0, 8.0, 8.0]


@pytest.mark.parametrize(("calm", "pause"), [(60.0, 2.0), (60.25, 1.0)])
def test_a_row_ends_when_a_child_was_well_for_longer_than_the_period(
    calm: float, pause: float
) -> None:
    family = Family(*kids("a")).ready("a")
    family.fails("a")
    family.wait(1.0)
    family.ready("a")
    family.wait(calm)
    family.fails("a")
    assert family.pauses == [1.0, pause]


def test_a_wake_is_the_pause_itself_so_that_rounding_cannot_make_it_early() -> None:
    family = Family(*kids("a"), backoff=Backoff(0.1, 0.1)).ready("a")
    family.now = 1 / 3
    family.fails("a")
    assert family.pauses == [0.1]
    family.wait(family.pauses[0])
    assert family.seen[-1] == "+a"


def test_all_whom_a_restart_concerns_wait_for_its_pause() -> None:
    family = Family(*kids("abc"), strategy=Strategy.ONE_FOR_ALL).ready("a", "b", "c")
    family.fails("b")
    family.exits("c", "a")
    family.wait(0.75)
    assert family.seen[-2:] == ["-c", "-a"]
    family.wait(0.25)
    family.ready("a", "b")
    assert family.seen[-3:] == ["+a", "+b", "+c"]


# How many are too many.


@pytest.mark.parametrize(("apart", "end"), [(60.0, "failed"), (60.25, "+a")])
def test_a_restart_counts_until_the_period_is_over(apart: float, end: str) -> None:
    family = Family(*kids("a"), intensity=Intensity(1, 60.0)).ready("a")
    family.fails("a")
    family.wait(1.0)
    family.ready("a")
    family.wait(apart - 1.0)
    family.fails("a")
    family.wait(8.0)
    assert family.seen[-1] == end


def test_no_restart_is_allowed_where_none_is_to_be() -> None:
    family = Family(*kids("ab"), intensity=Intensity(0, 60.0)).ready("a", "b")
    family.fails("a")
    family.exits("b")
    assert family.seen[-2:] == ["-b", "failed"]


def test_children_that_a_sibling_takes_down_do_not_count() -> None:
    family = Family(
        *kids("abc"), strategy=Strategy.ONE_FOR_ALL, intensity=Intensity(1, 60.0)
    ).ready("a", "b", "c")
    family.fails("a", "b", "c")
    family.wait(1.0)
    assert family.seen[-1] == "+a"


# An excused failure: the disk refuses.


def test_an_excused_failure_is_not_counted_however_often_and_waits_the_same_each_time() -> None:
    family = Family(*kids("a"), intensity=Intensity(1, 60.0), backoff=Backoff(0.1, 8.0, 3.0))
    for _ in range(1_000):
        family.is_refused("a")
        family.wait(3.0)
    assert family.seen == ["+a"] * 1_001
    assert set(family.pauses) == {3.0}


def test_failures_of_its_own_still_count_between_excused_ones() -> None:
    family = Family(*kids("a"), intensity=Intensity(1, 60.0), backoff=Backoff(1.0, 8.0, 1.0))
    family.fails("a")
    family.wait(1.0)
    family.is_refused("a")
    family.wait(1.0)
    family.fails("a")
    assert family.seen == ["+a", "+a", "+a", "failed"]


def test_an_excused_failure_lengthens_no_later_pause() -> None:
    family = Family(*kids("a"), backoff=Backoff(1.0, 8.0, 2.0))
    for _ in range(5):
        family.is_refused("a")
        family.wait(2.0)
    family.fails("a")
    assert family.pauses == [2.0] * 5 + [1.0]


def test_an_excused_failure_concerns_the_same_siblings() -> None:
    family = Family(*kids("abc"), strategy=Strategy.REST_FOR_ONE).ready(*"abc")
    family.is_refused("b")
    family.exits("c")
    family.wait(2.0)
    assert family.seen == ["+a", "+b", "+c", "READY", "-c", "+b"]


# The supervisor's own start: OTP gives up when a child fails there.


def test_at_its_start_a_supervisor_tries_again_before_the_next_child_starts() -> None:
    family = Family(*kids("abc")).ready("a")
    family.fails("b")
    family.wait(1.0)
    assert family.seen == ["+a", "+b", "+b"]
    family.ready("b", "c")
    assert family.seen[3:] == ["+c", "READY"]


def test_at_its_start_a_supervisor_gives_up_by_its_intensity() -> None:
    family = Family(*kids("abc"), intensity=Intensity(1, 60.0)).ready("a")
    family.fails("b")
    family.wait(1.0)
    family.fails("b")
    family.exits("a")
    assert family.seen == ["+a", "+b", "+b", "-a", "failed"]


def test_at_its_start_a_temporary_child_that_fails_is_let_go() -> None:
    family = Family(*kids("ab", TEMPORARY))
    family.fails("a")
    family.ready("b")
    assert family.seen == ["+a", "+b", "READY"]


def test_at_its_start_a_temporary_child_whose_turn_has_not_come_is_kept() -> None:
    children = [*kids("a"), *kids("b", TEMPORARY)]
    family = Family(*children, strategy=Strategy.ONE_FOR_ALL)
    family.fails("a")
    family.wait(1.0)
    family.ready("a", "b")
    assert family.seen == ["+a", "+a", "+b", "READY"]


# Hearing while starting and stopping: OTP does one thing at a time.


def test_a_failure_while_a_sibling_starts_is_dealt_with_at_once() -> None:
    family = Family(*kids("abc"), strategy=Strategy.REST_FOR_ONE).ready("a", "b", "c")
    family.fails("b")
    family.exits("c")
    family.wait(1.0)
    family.fails("a")
    assert family.seen[-3:] == ["-c", "+b", "-b"]
    family.exits("b")
    family.wait(1.0)
    assert family.seen[-1] == "+a"


def test_a_failure_while_a_sibling_stops_counts_from_when_it_is_heard() -> None:
    family = Family(
        *kids("abc"), strategy=Strategy.REST_FOR_ONE, intensity=Intensity(1, 60.0)
    ).ready("a", "b", "c")
    family.fails("b")
    family.now += 2.0
    family.fails("a")
    family.exits("c")
    assert family.seen[-2:] == ["-c", "failed"]


def test_a_child_that_is_to_be_stopped_need_not_become_ready() -> None:
    family = Family(*kids("ab"), strategy=Strategy.REST_FOR_ONE).ready("a")
    assert family.overdue("b", State.STARTING)
    family.fails("a")
    assert not family.overdue("b", State.STARTING)
    assert family.overdue("b", State.STOPPING)
