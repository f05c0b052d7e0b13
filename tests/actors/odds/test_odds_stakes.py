"""Edges and Kelly stakes against the sheet's vectors."""

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
from actors.odds.kelly import kelly, kelly_of

HOME, DRAW, AWAY = 2.30637974053183, 3.34747055710291, 3.73570580549706


def test_the_edge_against_a_fair_price_is_the_printed_one() -> None:
    assert edge_against(1950, 1901) == pytest.approx(0.0258, abs=5e-5)


def test_the_expected_value_is_probability_times_odds_less_one() -> None:
    assert expected_value(1950, 0.55) == pytest.approx(0.0725)
    assert expected_value(2000, 0.5) == 0


def test_half_results_count_by_half() -> None:
    chances = Chances(won=0.46, half_lost=0.27, lost=0.27)
    assert expected_value_of(2050, chances) == pytest.approx(0.0780, abs=5e-5)


def test_draw_no_bet_is_fair_at_the_printed_odds() -> None:
    home, draw, away = 1.92191554448079, 3.75173399304316, 4.6917000397266
    backed = Chances(won=1 / home, push=1 / draw, lost=1 / away)
    other = Chances(won=1 / away, push=1 / draw, lost=1 / home)
    assert fair_odds(backed) == pytest.approx(1.4096416071, abs=1e-9)
    assert fair_odds(other) == pytest.approx(3.4411582773, abs=1e-9)


def test_a_quarter_line_is_fair_at_the_printed_odds() -> None:
    giving = fair_odds(Chances(won=1 / HOME, half_lost=1 / DRAW, lost=1 / AWAY))
    taking = fair_odds(Chances(won=1 / AWAY, half_won=1 / DRAW, lost=1 / HOME))
    assert giving == pytest.approx(1.9618838441, abs=1e-9)
    assert taking == pytest.approx(2.0396265683, abs=1e-9)
    assert (giving - 1) * (taking - 1) == pytest.approx(1, abs=1e-9)


def test_what_cannot_win_has_no_fair_price() -> None:
    with pytest.raises(ValueError, match="cannot win"):
        fair_odds(Chances(won=0, lost=1))


@pytest.mark.parametrize(
    ("price", "probability", "expected"),
    [
        (2100, 0.55, 0.1409091),
        (3500, 0.30, 0.02),
        (1800, 0.40, 0.0),
        (2090, 1 / 2.0232228442, 0.0302801275),
        (2000, 0.53, 0.06),
        (1950, 0.55, 0.0763157895),
    ],
)
def test_kelly_stakes_what_is_printed(price: int, probability: float, expected: float) -> None:
    assert kelly(price, probability) == pytest.approx(expected, abs=5e-8)


@pytest.mark.parametrize(
    ("price", "chances", "expected"),
    [
        (2050, Chances(won=0.46, half_lost=0.27, lost=0.27), 0.0939262568),
        (1900, Chances(won=0.40, half_won=0.30, lost=0.30), 0.2688265593),
        (2000, Chances(won=0.45, push=0.30, lost=0.25), 0.2857142857),
        (1950, Chances(won=0.30, half_won=0.25, lost=0.45), 0.0),
    ],
)
def test_kelly_with_five_results_stakes_what_was_derived(
    price: int, chances: Chances, expected: float
) -> None:
    assert kelly_of(price, chances) == pytest.approx(expected, abs=1e-9)


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
