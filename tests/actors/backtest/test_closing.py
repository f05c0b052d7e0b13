"""Closing-line value: against the same selection at the same line, or not at all."""

import pytest

from actors.backtest.closing import LINE_MOVED, NO_MARGIN, NO_PRICE, Closing, Worth
from actors.paper.recorded import RecordedMatch, Recording
from actors.selections import MarketType, Side

NOTHING = Recording(one_x_two={}, total={}, handicap={}, line=0)


def match(closing: Recording) -> RecordedMatch:
    return RecordedMatch("E0", "14/08/2021", 900, "A", "B", (0, 0), (0, 0), NOTHING, closing)


EVEN = match(
    Recording(
        one_x_two={"PIN": (2_500, 5_000, 2_500)},  # home, away, draw; no margin at all
        total={"PIN": (1_900, 1_900)},
        handicap={"PIN": (1_900, 1_900)},
        line=-50,
    )
)
ONE, AH, OU = MarketType.ONE_X_TWO, MarketType.HANDICAP, MarketType.TOTAL


@pytest.mark.parametrize(
    ("market", "line", "side", "price", "fair", "value"),
    [
        (ONE, 0, Side.HOME, 2_750, 2_500, 1_000),
        (ONE, 0, Side.DRAW, 2_750, 2_500, 1_000),
        (ONE, 0, Side.AWAY, 4_500, 5_000, -1_000),
        (AH, -50, Side.HOME, 2_100, 2_000, 500),
        (AH, 50, Side.AWAY, 2_100, 2_000, 500),
        (OU, 250, Side.UNDER, 1_900, 2_000, -500),
    ],
)
def test_the_value_is_the_price_times_the_fair_chance(
    market: MarketType, line: int, side: Side, price: int, fair: int, value: int
) -> None:
    assert Closing().worth(EVEN, market, line, side, price) == Worth(fair, value)


@pytest.mark.parametrize(("line", "side"), [(-25, Side.HOME), (-50, Side.AWAY), (25, Side.AWAY)])
def test_at_another_line_nothing_is_measured(line: int, side: Side) -> None:
    assert Closing().worth(EVEN, AH, line, side, 2_000) == Worth(missing=LINE_MOVED)


def test_without_a_closing_price_of_that_book_nothing_is_measured() -> None:
    assert Closing("WH").worth(EVEN, ONE, 0, Side.HOME, 2_000) == Worth(missing=NO_PRICE)
    assert Closing().worth(match(NOTHING), AH, 25, Side.HOME, 2_000) == Worth(missing=NO_PRICE)


def test_prices_below_a_margin_of_0_are_believed_by_one_method_only() -> None:
    generous = match(Recording({}, {"PIN": (2_100, 2_100)}, {}, 0))
    assert Closing().worth(generous, OU, 250, Side.OVER, 2_000) == Worth(missing=NO_MARGIN)
    found = Closing(method="multiplicative").worth(generous, OU, 250, Side.OVER, 2_100)
    assert found == Worth(2_000, 500)
