"""How often may be asked: each market in its interval, any two at least the shortest apart."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.rate_budget import BETWEEN_ANY_TWO, LONGEST_PENALTY, RateBudget
from actors.selections import Phase
from runtime.chance import seeded

INTERVALS = [(Phase.LIVE, 5.0), (Phase.TODAY, 10.0), (Phase.EARLY, 20.0)]


def budget(seed: int = 1) -> RateBudget:
    return RateBudget(seeded(seed))


def test_the_first_poll_need_not_wait() -> None:
    assert budget().book("m", Phase.TODAY, 100.0) == 0.0


@pytest.mark.parametrize(("phase", "interval"), INTERVALS)
def test_polls_of_one_market_keep_its_interval(phase: Phase, interval: float) -> None:
    made = budget()
    at = [made.book("m", phase, 0.0) for _ in range(4)]
    assert all(interval <= b - a <= interval + 0.2 for a, b in pairwise(at))


def test_any_two_polls_of_an_account_are_the_shortest_interval_apart() -> None:
    made = budget()
    at = sorted(made.book(f"m{n}", Phase.EARLY, 0.0) for n in range(5))
    assert BETWEEN_ANY_TWO == 5.0
    assert all(5.0 <= b - a <= 5.2 for a, b in pairwise(at))


def test_who_comes_late_has_waited_enough() -> None:
    made = budget()
    made.book("m", Phase.EARLY, 0.0)
    assert made.book("m", Phase.EARLY, 60.0) == 0.0


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(list(Phase)), st.floats(0, 30)),
        max_size=40,
    )
)
def test_whatever_is_asked_when_no_interval_is_broken(
    asked: list[tuple[str, Phase, float]],
) -> None:
    made, now = budget(), 0.0
    shortest = dict(INTERVALS)
    polls: list[tuple[float, str, Phase]] = []
    for market, phase, later in asked:
        now += later
        wait = made.book(market, phase, now)
        assert wait >= 0
        polls.append((now + wait, market, phase))
    for (first, one, phase), (second, other, _) in pairwise(sorted(polls, key=lambda p: p[0])):
        assert second - first >= 5.0
        if one == other:
            assert second - first >= shortest[phase]


def test_a_complaint_stops_every_market_for_a_while() -> None:
    made = budget()
    made.book("a", Phase.LIVE, 0.0)
    pause = made.throttled("a", 1.0)
    assert 5.0 <= pause <= 10.0
    assert made.book("b", Phase.LIVE, 1.0) >= pause


def test_each_further_complaint_doubles_the_pause_up_to_its_bound() -> None:
    made = budget()
    full = 10.0
    for _ in range(10):
        pause = made.throttled("a", 0.0)
        assert full / 2 <= pause <= full
        made.book("a", Phase.LIVE, 0.0)
        full = min(LONGEST_PENALTY, 2 * full)
    assert full == LONGEST_PENALTY


def test_a_poll_without_a_complaint_ends_the_penalty() -> None:
    made = budget()
    for _ in range(5):
        made.throttled("a", 0.0)
        made.book("a", Phase.LIVE, 0.0)
    made.book("a", Phase.LIVE, 1000.0)
    assert made.throttled("a", 2000.0) <= 10.0


def test_the_pause_is_drawn_so_that_clients_do_not_come_back_together() -> None:
    assert len({budget(seed).throttled("a", 0.0) for seed in range(20)}) > 10
