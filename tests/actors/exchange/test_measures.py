"""Decimals of the stream become whole numbers, to the nearest."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.exchange.measures import HUNDREDTHS, MOST_KEPT, THOUSANDTHS, half_even, nearest


@pytest.mark.parametrize(
    ("decimal", "thousandths"), [(1.01, 1010), (2.02, 2020), (1000, 1_000_000), (38.3870363, 38387)]
)
def test_a_price_is_thousandths(decimal: float, thousandths: int) -> None:
    assert THOUSANDTHS[decimal] == thousandths


@pytest.mark.parametrize(("decimal", "line"), [(-0.25, -25), (0.0, 0), (2.75, 275), (-4.0, -400)])
def test_a_handicap_is_hundredths_on_both_sides_of_zero(decimal: float, line: int) -> None:
    assert HUNDREDTHS[decimal] == line


@given(st.integers(0, 10**12))
def test_each_amount_of_two_places_is_exact(minor: int) -> None:
    assert nearest(minor / 100, 100) == minor


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_half_even_is_what_fractions_round_to(above: int, below: int) -> None:
    assert half_even(above, below) == round(Fraction(above, below))


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_a_loss_is_rounded_as_a_gain_is(above: int, below: int) -> None:
    assert half_even(-above, below) == -half_even(above, below)


def test_the_memory_of_conversions_has_an_end() -> None:
    for number in range(MOST_KEPT + 10):
        _ = HUNDREDTHS[number / 7]
    assert len(HUNDREDTHS) <= MOST_KEPT
