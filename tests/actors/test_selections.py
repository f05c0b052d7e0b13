"""A selection's key is its name everywhere, so no two may share one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.selections import SIDES, MarketType, Period, Selection, Side

SELECTIONS = st.builds(
    Selection,
    st.sampled_from(["ao-1", "ao-12"]),
    st.sampled_from(MarketType),
    st.sampled_from(Period),
    st.integers(-500, 500),
    st.sampled_from(Side),
)


@given(SELECTIONS, SELECTIONS)
def test_two_selections_have_one_key_only_if_they_are_one(one: Selection, other: Selection) -> None:
    assert (one.key == other.key) == (one == other)


@given(SELECTIONS)
def test_a_key_can_stand_in_an_address(wanted: Selection) -> None:
    assert "/" not in wanted.key
    assert wanted.key.isascii()
    assert wanted.key.isprintable()


def test_both_sides_of_a_handicap_share_a_market_and_the_mirrored_line_does_not() -> None:
    def side(line: int, side: Side) -> str:
        return Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, line, side).market_key

    assert side(-25, Side.HOME) == side(25, Side.AWAY)
    assert side(-25, Side.HOME) != side(-25, Side.AWAY)
    assert side(0, Side.HOME) == side(0, Side.AWAY)


@pytest.mark.parametrize("kind", [MarketType.TOTAL, MarketType.ONE_X_TWO])
def test_the_sides_of_other_markets_share_their_line(kind: MarketType) -> None:
    line = 250 if kind is MarketType.TOTAL else 0
    keys = {
        Selection("ao-1", kind, Period.FULL_TIME, line, side).market_key for side in SIDES[kind]
    }
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("kind", "line", "side", "text"),
    [
        (MarketType.ONE_X_TWO, 0, Side.DRAW, "draw"),
        (MarketType.HANDICAP, -25, Side.HOME, "home -0.25"),
        (MarketType.HANDICAP, 150, Side.AWAY, "away +1.50"),
        (MarketType.HANDICAP, 0, Side.HOME, "home 0.00"),
        (MarketType.TOTAL, 250, Side.OVER, "over 2.50"),
    ],
)
def test_a_selection_reads_as_people_say_it(
    kind: MarketType, line: int, side: Side, text: str
) -> None:
    assert Selection("ao-1", kind, Period.FULL_TIME, line, side).text == text
