"""Timers come due in order, once; a name stands for one timer at a time."""

from hypothesis import given
from hypothesis import strategies as st

from runtime.codec import Letter, Message
from runtime.timers import Timers
from tests.runtime.hosts import Say


def note(text: str) -> Letter[Message]:
    return Letter("me", "me", Say(text))


def due(timers: Timers, now: float) -> list[str]:
    found = []
    while (letter := timers.pop_due(now)) is not None:
        assert isinstance(letter.message, Say)
        found.append(letter.message.text)
    return found


def test_nothing_is_due_where_nothing_was_set() -> None:
    assert Timers().next_due() is None
    assert Timers().pop_due(1e9) is None


def test_a_timer_comes_due_at_its_moment_once() -> None:
    timers = Timers()
    timers.set(5.0, note("x"))
    assert timers.next_due() == 5.0
    assert due(timers, 4.999) == []
    assert due(timers, 5.0) == ["x"]
    assert due(timers, 9.0) == []


def test_timers_of_one_moment_come_in_the_order_they_were_set() -> None:
    timers = Timers()
    for text in "cab":
        timers.set(1.0, note(text))
    assert due(timers, 1.0) == ["c", "a", "b"]


def test_a_name_replaces_its_earlier_timer_also_by_a_later_one() -> None:
    timers = Timers()
    timers.set(1.0, note("early"), "name")
    timers.set(2.0, note("late"), "name")
    assert timers.next_due() == 2.0
    assert due(timers, 3.0) == ["late"]


def test_a_cancelled_timer_never_comes() -> None:
    timers = Timers()
    timers.set(1.0, note("x"), "name")
    timers.set(1.0, note("y"), "other")
    timers.cancel("name")
    timers.cancel("never set")
    assert due(timers, 3.0) == ["y"]


def test_a_name_can_be_set_again_after_it_came_or_was_cancelled() -> None:
    timers = Timers()
    timers.set(1.0, note("one"), "name")
    assert due(timers, 1.0) == ["one"]
    timers.set(2.0, note("two"), "name")
    timers.cancel("name")
    timers.set(3.0, note("three"), "name")
    assert due(timers, 9.0) == ["three"]


def test_cleared_timers_are_gone() -> None:
    timers = Timers()
    timers.set(1.0, note("x"))
    timers.set(1.0, note("y"), "name")
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
        timers.set(float(moment), note(str(number)), name)
        model = [entry for entry in model if not name or entry[2] != name]
        model.append((moment, number, name))
    expected = [str(number) for moment, number, _ in sorted(model) if moment <= 10]
    assert due(timers, 10.0) == expected
    assert timers.next_due() == min((m for m, _, _ in model if m > 10), default=None)


def test_a_name_set_anew_for_ever_takes_no_more_room() -> None:
    timers = Timers()
    for number in range(10_000):
        timers.set(1e6 + number, note("x"), "idle")
        timers.set(1e6 + number, note("x"), f"{number % 40}")
    assert len(timers) <= 2 * 41 + 1
