"""Margin removal against printed vectors and those computed with penaltyblog and shin."""

from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.odds.margin import METHODS, additive_shares, fair, overround, solve
from tests.actors.odds.vectors import (
    ADDITIVE_SHARES,
    FAIR_ODDS,
    MARGINS,
    PRINTED_MARGINS,
    computed,
    rows,
)


@pytest.mark.parametrize(("prices", "total", "method", "expected", "parameter"), computed())
def test_the_margin_comes_off_as_computed_elsewhere(
    prices: tuple[int, ...],
    total: float,
    method: str,
    expected: list[float],
    parameter: float | None,
) -> None:
    solved = solve([1000 / price for price in prices], method)
    assert overround(prices) == pytest.approx(total, abs=1e-9)
    assert solved.probabilities == pytest.approx(expected, abs=1e-9)
    assert fair(prices, method) == solved.probabilities
    if parameter is not None:
        assert solved.parameter == pytest.approx(parameter, abs=1e-8)


def listed(text: str) -> list[float]:
    return [float(value) for value in text.split(",")]


def priced(text: str) -> list[int]:
    return [int(price) for price in text.split(",")]


def half_a_digit(printed: str) -> float:
    """Return how far a value may lie from the one printed: half a last place and a bit."""
    return 0.51 * 10.0 ** -len(printed.partition(".")[2]) + 1e-15


@pytest.mark.parametrize(("prices", "method", "parameter", "expected"), rows(PRINTED_MARGINS))
def test_printed_probabilities_are_met(
    prices: str, method: str, parameter: str, expected: str
) -> None:
    solved = solve([1000 / price for price in priced(prices)], method)
    for found, printed in zip(solved.probabilities, expected.split(","), strict=True):
        assert found == pytest.approx(float(printed), abs=max(half_a_digit(printed), 1e-11))
    if parameter != "-":
        near = max(half_a_digit(parameter), 1e-11)
        assert solved.parameter == pytest.approx(float(parameter), abs=near)


@pytest.mark.parametrize(("prices", "margin"), rows(MARGINS))
def test_printed_margins_are_met(prices: str, margin: str) -> None:
    assert overround(priced(prices)) - 1 == pytest.approx(float(margin), abs=half_a_digit(margin))


@pytest.mark.parametrize(("prices", "expected"), rows(FAIR_ODDS))
def test_printed_fair_odds_of_the_additive_method_are_met(prices: str, expected: str) -> None:
    odds = [1 / p for p in fair(priced(prices), "additive")]
    printed = listed(expected)
    assert odds[: len(printed)] == pytest.approx(printed, abs=5.1e-4)


@pytest.mark.parametrize(("inverse", "expected"), rows(ADDITIVE_SHARES))
def test_additive_refuses_to_leave_a_long_shot_below_zero(inverse: str, expected: str) -> None:
    shares = additive_shares(listed(inverse))
    assert shares == pytest.approx(listed(expected), abs=5.1e-7)
    assert min(shares) < 0
    with pytest.raises(ValueError, match="long shot"):
        solve(listed(inverse), "additive")


def test_a_margin_proportional_to_the_odds_is_the_additive_method() -> None:
    odds = [1.44, 4.42, 6.25]
    n, margin = len(odds), sum(1 / one for one in odds) - 1
    proportional = [(n - margin * one) / (n * one) for one in odds]
    assert fair((1440, 4420, 6250), "additive") == pytest.approx(proportional, abs=1e-12)


def test_the_balanced_book_is_what_its_formula_says() -> None:
    # D: r = .5, .4, .2; M = .1, z = .05; p = (r - .05) / .95
    solved = solve([0.5, 0.4, 0.2], "balanced-book")
    assert solved.parameter == pytest.approx(0.05)
    assert solved.probabilities == pytest.approx([45 / 95, 35 / 95, 15 / 95], abs=1e-12)
    with pytest.raises(ValueError, match="long shot"):
        solve([0.9, 0.2, 0.01], "balanced-book")


@pytest.mark.parametrize(("prices", "_total", "method", "_probabilities", "_parameter"), computed())
def test_multiplicative_gives_the_shortest_price_the_lowest_probability(
    prices: tuple[int, ...], _total: float, method: str, _probabilities: object, _parameter: object
) -> None:
    shortest = prices.index(min(prices))
    assert fair(prices, "multiplicative")[shortest] <= fair(prices, method)[shortest] + 1e-12


@pytest.mark.parametrize("method", [m for m in METHODS if m != "multiplicative"])
def test_an_arbitrage_has_no_fair_prices(method: str) -> None:
    with pytest.raises(ValueError, match="< 1"):
        fair((2100, 2100), method)


def test_an_arbitrage_can_still_be_shared_out_in_proportion() -> None:
    assert fair((2100, 2100), "multiplicative") == [0.5, 0.5]


@pytest.mark.parametrize("prices", [(), (1900,), (1000, 1900), (0, 1900), (-5, 1900)])
@pytest.mark.parametrize("method", METHODS)
def test_what_is_no_market_is_refused(prices: tuple[int, ...], method: str) -> None:
    with pytest.raises(ValueError, match="above 1"):
        fair(prices, method)


def test_an_unknown_method_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="multiplicative, additive"):
        fair((1900, 1900), "magic")


@pytest.mark.parametrize("method", METHODS)
def test_all_methods_agree_where_there_is_no_margin(method: str) -> None:
    assert fair((2000, 4000, 4000), method) == pytest.approx([0.5, 0.25, 0.25], abs=1e-9)


PRICES = st.one_of(st.integers(1001, 1_000_000), st.integers(1001, 5_000))
MARKETS = st.one_of(
    st.lists(PRICES, min_size=2, max_size=4),
    st.lists(PRICES, min_size=2, max_size=40),  # races
)


@given(MARKETS, st.sampled_from(METHODS))
def test_no_method_finds_what_are_no_probabilities(prices: list[int], method: str) -> None:
    # No answer to an arbitrage, to what is no market any more, or to a long shot.
    strange = not 1 <= overround(prices) <= 2 and method != "multiplicative"
    try:
        found = fair(prices, method)
    except ValueError:
        if strange or method in ("additive", "balanced-book"):
            return
        raise
    assert sum(found) == pytest.approx(1, abs=1e-9)
    assert all(0 < p < 1 for p in found)
    by_price = [p for _, p in sorted(zip(prices, found, strict=True))]
    assert all(a >= b - 1e-9 for a, b in pairwise(by_price))


@given(st.lists(st.integers(1010, 100_000), min_size=2, max_size=4))
def test_logarithmic_is_the_odds_ratio_with_the_logarithm_of_its_parameter(
    prices: list[int],
) -> None:
    if overround(prices) < 1:
        return
    inverse = [1000 / price for price in prices]
    ratio, logarithmic = solve(inverse, "odds-ratio"), solve(inverse, "logarithmic")
    for r, p in zip(inverse, logarithmic.probabilities, strict=True):
        assert log(p / (1 - p)) == pytest.approx(log(r / (1 - r)) - logarithmic.parameter, abs=1e-7)
    assert logarithmic.parameter == pytest.approx(log(ratio.parameter))


@given(st.tuples(st.integers(1010, 20_000), st.integers(1010, 20_000)))
def test_shin_on_two_sides_is_the_additive_method(prices: tuple[int, int]) -> None:
    if not 1 <= overround(prices) < 1.3:
        return
    try:
        additive = fair(prices, "additive")
    except ValueError:
        return
    assert fair(prices, "shin") == pytest.approx(additive, abs=1e-9)
