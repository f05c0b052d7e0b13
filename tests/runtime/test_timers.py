"""Timers come due in order, once; a name stands for one timer at a time."""

from hypothesis import given
from hypothesis import strategies as st

from runtime.timers import Timers


def due(timers: Timers, now: float) -> list[bytes]:
    found = []
    while (frame := timers.pop_due(now)) is not None:
        found.append(frame)
    return found


def test_nothing_is_due_where_nothing_was_set() -> None:
    assert Timers().next_due() is None
    assert Timers().pop_due(1e9) is None


def test_a_timer_comes_due_at_its_moment_once() -> None:
    timers = Timers()
    timers.set(5.0, b"x")
    assert timers.next_due() == 5.0
    assert due(timers, 4.999) == []
    assert due(timers, 5.0) == [b"x"]
    assert due(timers, 9.0) == []


def test_timers_of_one_moment_come_in_the_order_they_were_set() -> None:
    timers = Timers()
    for frame in (b"c", b"a", b"b"):
        timers.set(1.0, frame)
    assert due(timers, 1.0) == [b"c", b"a", b"b"]


def test_a_name_replaces_its_earlier_timer_also_by_a_later_one() -> None:
    timers = Timers()
    timers.set(1.0, b"early", "name")
    timers.set(2.0, b"late", "name")
    assert timers.next_due() == 2.0
    assert due(timers, 3.0) == [b"late"]


def test_a_cancelled_timer_never_comes() -> None:
    timers = Timers()
    timers.set(1.0, b"x", "name")
    timers.set(1.0, b"y", "other")
    timers.cancel("name")
    timers.cancel("never set")
    assert due(timers, 3.0) == [b"y"]


def test_a_name_can_be_set_again_after_it_came_or_was_cancelled() -> None:
    timers = Timers()
    timers.set(1.0, b"one", "name")
    assert due(timers, 1.0) == [b"one"]
    timers.set(2.0, b"two", "name")
    timers.cancel("name")
    timers.set(3.0, b"three", "name")
    assert due(timers, 9.0) == [b"three"]


def test_cleared_timers_are_gone() -> None:
    timers = Timers()
    timers.set(1.0, b"x")
    timers.set(1.0, b"y", "name")
    timers.clear()
    assert timers.next_due() is None
    assert due(timers, 9.0) == []


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["", "a", "b"])), max_size=30))
def test_timers_are_a_sorted_list_in_which_a_name_stands_once(
    armed: list[tuple[int, str]],
) -> None:
    timers = Timers()
    model: list[tuple[int, int, str]] = []
    for number, (moment, name) in enumerate(armed):
        timers.set(float(moment), str(number).encode(), name)
        model = [entry for entry in model if not name or entry[2] != name]
        model.append((moment, number, name))
    expected = [str(number).encode() for moment, number, _ in sorted(model) if moment <= 10]
    assert due(timers, 10.0) == expected
    assert timers.next_due() == min((m for m, _, _ in model if m > 10), default=None)
