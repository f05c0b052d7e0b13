"""Edges and Kelly stakes against the sheet's vectors."""

from fractions import Fraction
from math import inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.odds.edge import (
    Chances,
    edge_against,
    expected_value,
    expected_value_of,
    fair_odds,
)
from actors.odds.kelly import growth, kelly, kelly_of, kelly_together, log_growth
from actors.odds.stakes import StakeRule, fitted, kelly_stake, share_of, to_win
from tests.actors.odds.vectors import KELLY, KELLY_OF_FIVE, rows


def test_the_edge_against_a_fair_price_is_the_printed_one() -> None:
    assert edge_against(1950, 1901) == pytest.approx(0.0258, abs=5e-5)  # P betbot


def test_the_expected_value_is_probability_times_odds_less_one() -> None:
    assert expected_value(1950, 0.55) == pytest.approx(0.0725)
    assert expected_value(2000, 0.5) == 0


def test_half_results_count_by_half() -> None:
    chances = Chances(won=0.46, half_lost=0.27, lost=0.27)
    assert expected_value_of(2050, chances) == pytest.approx(0.0780, abs=5e-5)  # D


def test_what_cannot_win_has_no_fair_price() -> None:
    with pytest.raises(ValueError, match="cannot win"):
        fair_odds(Chances(won=0, lost=1))


@pytest.mark.parametrize(("price", "probability", "expected"), rows(KELLY))
def test_kelly_stakes_what_is_printed(price: str, probability: str, expected: str) -> None:
    found = kelly(int(price), float(probability))
    assert found == pytest.approx(float(expected), abs=5.1e-8)


@pytest.mark.parametrize(
    ("price", "won", "half_won", "push", "half_lost", "lost", "expected"), rows(KELLY_OF_FIVE)
)
def test_kelly_with_five_results_stakes_what_was_derived(
    price: str, won: str, half_won: str, push: str, half_lost: str, lost: str, expected: str
) -> None:
    chances = Chances(*(float(one) for one in (won, half_won, push, half_lost, lost)))
    assert kelly_of(int(price), chances) == pytest.approx(float(expected), abs=1e-9)


def test_half_of_kelly_grows_as_printed() -> None:
    half = kelly(2100, 0.55) / 2  # P penaltyblog: 7.05 %, .8177 % as a logarithm; .8211 % is D
    assert half == pytest.approx(0.0705, abs=5e-5)
    assert log_growth(2100, 0.55, half) == pytest.approx(0.008177, abs=5e-7)
    assert growth(2100, 0.55, half) == pytest.approx(0.008211, abs=5e-7)


def test_the_whole_bankroll_on_what_may_lose_is_lost_in_the_long_run() -> None:
    assert growth(2000, 0.99, 1.0) == -1
    assert growth(2000, 1.0, 1.0) == pytest.approx(1.0)


def test_three_outcomes_that_exclude_each_other_are_staked_as_printed() -> None:
    found = kelly_together([2500, 3200, 2800], [0.55, 0.25, 0.20])  # P penaltyblog
    assert found == pytest.approx([0.2717, 0.0326, 0.0], abs=5e-5)


def test_outcomes_without_value_are_not_staked() -> None:
    assert kelly_together([1900, 1900], [0.5, 0.5]) == [0.0, 0.0]
    assert kelly_together([], []) == []


@pytest.mark.parametrize(
    ("prices", "probabilities"),
    [([2000], [0.5, 0.5]), ([2000, 2000], [0.6, 0.5]), ([1000], [0.5]), ([2000], [1.5])],
)
def test_several_outcomes_are_refused_when_they_are_none(
    prices: list[int], probabilities: list[float]
) -> None:
    with pytest.raises(ValueError, match=r"above 1|between 0 and 1|sum to 1"):
        kelly_together(prices, probabilities)


def test_a_push_drops_out_of_kelly() -> None:
    assert kelly_of(2000, Chances(won=0.45, push=0.30, lost=0.25)) == pytest.approx(
        kelly(2000, 0.45 / 0.70), abs=1e-9
    )


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_kelly_refuses_what_is_no_probability(probability: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        kelly(2000, probability)


def test_kelly_refuses_a_price_that_pays_nothing() -> None:
    with pytest.raises(ValueError, match="above 1"):
        kelly(1000, 0.5)


def test_kelly_refuses_chances_that_are_not_all() -> None:
    with pytest.raises(ValueError, match="sum to"):
        kelly_of(2000, Chances(won=0.5))


@given(st.integers(1001, 100_000), st.floats(0, 1))
def test_kelly_with_two_results_is_the_binary_formula(price: int, probability: float) -> None:
    both = kelly_of(price, Chances(won=probability, lost=1 - probability))
    assert both == pytest.approx(kelly(price, probability), abs=1e-7)


def expected_log(stakes: list[float], prices: list[int], probabilities: list[float]) -> float:
    """Return the expected logarithm of the bankroll after bets of which one at most wins."""
    left = 1 - sum(stakes)
    ends = [
        (p, left + f * price / 1000)
        for f, price, p in zip(stakes, prices, probabilities, strict=True)
    ]
    ends.append((max(0.0, 1 - sum(probabilities)), left))
    if any(end <= 0 and p > 1e-12 for p, end in ends):
        return -inf
    return sum(p * log(end) for p, end in ends if p > 1e-12)


EXCLUSIVE = st.lists(
    st.tuples(st.integers(1050, 20_000), st.integers(1, 100)), min_size=1, max_size=5
)


@given(EXCLUSIVE, st.integers(0, 4), st.integers(0, 4), st.sampled_from([-0.01, 0.01]))
def test_no_other_stakes_on_exclusive_outcomes_grow_faster(
    sides: list[tuple[int, int]], first: int, second: int, moved: float
) -> None:
    prices = [price for price, _ in sides]
    total = sum(weight for _, weight in sides) + 5
    probabilities = [weight / total for _, weight in sides]
    best = kelly_together(prices, probabilities)
    assert all(0 <= f < 1 for f in best)
    assert sum(best) <= 1
    other = list(best)
    other[first % len(sides)] = max(0.0, other[first % len(sides)] + moved)
    other[second % len(sides)] = max(0.0, other[second % len(sides)] - moved)
    if sum(other) < 1:
        ours = expected_log(best, prices, probabilities)
        assert ours >= expected_log(other, prices, probabilities) - 1e-9


@given(st.integers(1001, 100_000), st.floats(0, 1))
def test_one_outcome_together_is_kelly_alone(price: int, probability: float) -> None:
    (found,) = kelly_together([price], [probability])
    assert found == pytest.approx(kelly(price, probability), abs=1e-9)


# From a fraction to an amount.


@pytest.mark.parametrize(
    ("wanted", "rule", "stake"),
    [
        (1234, StakeRule(), 1234),
        (Fraction(12349, 10), StakeRule(), 1234),
        (1299, StakeRule(step=100), 1200),
        (1299, StakeRule(step=100, smallest=1300), 0),
        (99_999, StakeRule(step=100, largest=5050), 5000),
        (99, StakeRule(step=100), 0),
        (0, StakeRule(smallest=0), 0),
        (-500, StakeRule(step=100, smallest=0), 0),
    ],
)
def test_a_stake_is_rounded_down_to_the_step_and_kept_within_the_limits(
    wanted: int | Fraction, rule: StakeRule, stake: int
) -> None:
    assert fitted(wanted, rule) == stake


def test_a_step_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="step"):
        fitted(100, StakeRule(step=0))


def test_a_share_of_the_bankroll_is_rounded_down() -> None:
    assert share_of(100_000, 0.0199999) == 1999
    assert share_of(100_000, 0.0) == 0
    with pytest.raises(ValueError, match="fraction"):
        share_of(100_000, 1.01)


def test_half_of_kelly_of_a_bankroll_is_staked() -> None:
    chances = Chances(won=0.46, half_lost=0.27, lost=0.27)
    assert kelly_stake(100_000, 2050, chances) == 4696
    assert kelly_stake(100_000, 2050, chances, part=1.0, rule=StakeRule(step=500)) == 9000


def test_a_stake_can_be_chosen_by_what_it_wins() -> None:
    assert to_win(10_000, 2500) == 6666
    with pytest.raises(ValueError, match="above 1"):
        to_win(10_000, 1000)


@given(st.integers(0, 10**9), st.integers(1, 10**4), st.integers(0, 10**6))
def test_no_stake_is_above_the_wish_or_between_two_steps(
    wanted: int, step: int, smallest: int
) -> None:
    stake = fitted(wanted, StakeRule(step, smallest))
    assert stake <= wanted
    assert stake % step == 0
    assert stake == 0 or stake >= smallest
