"""Prices that can be asked for: Betfair's published increments."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.exchange.steps import PRICES, is_step, ladder, next_above, next_below
from actors.exchange.stream import MarketDefinition
from tests.actors.exchange.scene import definition


def defined(**more: object) -> MarketDefinition:
    return msgspec.convert(definition(**more), MarketDefinition)  # type: ignore[arg-type]


def test_there_are_350_prices() -> None:
    assert len(PRICES) == 350
    assert (PRICES[0], PRICES[-1]) == (1_010, 1_000_000)


@pytest.mark.parametrize(
    "price",
    [1_010, 1_990, 2_000, 2_020, 3_050, 4_100, 6_200, 10_500, 21_000, 32_000, 55_000, 110_000],
)
def test_a_price_on_the_ladder_is_a_step(price: int) -> None:
    assert is_step(price, "CLASSIC")


@pytest.mark.parametrize(
    "price",
    [1_000, 1_005, 2_010, 3_020, 4_050, 6_100, 10_200, 20_500, 31_000, 52_000, 105_000, 1_010_000],
)
def test_a_price_between_is_none(price: int) -> None:
    assert not is_step(price, "CLASSIC")


def test_asian_markets_have_hundredths_throughout() -> None:
    assert ladder(defined(bettingType="ASIAN_HANDICAP_DOUBLE_LINE")) == "FINEST"
    assert is_step(4_050, "FINEST")
    assert not is_step(4_055, "FINEST")


def test_what_the_market_says_of_its_ladder_comes_first() -> None:
    assert ladder(defined(priceLadderDefinition={"type": "FINEST"})) == "FINEST"
    assert ladder(defined()) == "CLASSIC"


def test_a_market_of_lines_has_no_prices() -> None:
    assert ladder(defined(priceLadderDefinition={"type": "LINE_RANGE"})) is None
    assert ladder(defined(bettingType="LINE")) is None


@given(st.sampled_from(PRICES[1:-1]))
def test_up_and_down_again_is_where_it_began(price: int) -> None:
    assert next_below(next_above(price)) == price == next_above(next_below(price))


def test_the_ends_stay() -> None:
    assert next_above(1_000_000) == 1_000_000
    assert next_below(1_010) == 1_010
