import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.paper.settling import half_stakes, profit

LETTERS = {"W": 2, "HW": 1, "P": 0, "HL": -1, "L": -2}

# Line of the home side against its lead, from -3 to +3.
HANDICAPS = {
    -200: "L L L L L P W",
    -175: "L L L L L HW W",
    -150: "L L L L L W W",
    -125: "L L L L HL W W",
    -100: "L L L L P W W",
    -75: "L L L L HW W W",
    -50: "L L L L W W W",
    -25: "L L L HL W W W",
    0: "L L L P W W W",
    25: "L L L HW W W W",
    50: "L L L W W W W",
    75: "L L HL W W W W",
    100: "L L P W W W W",
    125: "L L HW W W W W",
    150: "L L W W W W W",
    175: "L HL W W W W W",
    200: "L P W W W W W",
}
# Goal line against 0 to 6 goals, over backed.
TOTALS = {
    50: "L W W W W W W",
    75: "L HW W W W W W",
    100: "L P W W W W W",
    125: "L HL W W W W W",
    225: "L L HL W W W W",
    250: "L L L W W W W",
    275: "L L L HW W W W",
    300: "L L L P W W W",
    325: "L L L HL W W W",
}


@pytest.mark.parametrize("line", HANDICAPS)
def test_a_handicap_settles_by_the_published_table(line):
    for lead, letter in zip(range(-3, 4), HANDICAPS[line].split(), strict=True):
        home, away = max(lead, 0) + 1, max(-lead, 0) + 1
        assert half_stakes("H", "HomeOdds", line, home, away) == LETTERS[letter]


@pytest.mark.parametrize("line", TOTALS)
def test_over_settles_by_the_published_table_and_under_is_its_mirror(line):
    for goals, letter in enumerate(TOTALS[line].split()):
        assert half_stakes("O", "OverOdds", line, goals, 0) == LETTERS[letter]
        assert half_stakes("O", "UnderOdds", line, 0, goals) == -LETTERS[letter]


@given(st.integers(-20, 20), st.integers(0, 9), st.integers(0, 9))
def test_the_two_sides_of_a_handicap_are_opposite(quarters, home, away):
    line = 25 * quarters
    home_side = half_stakes("H", "HomeOdds", line, home, away)
    assert half_stakes("H", "AwayOdds", line, home, away) == -home_side


@given(st.integers(0, 9), st.integers(0, 9))
def test_exactly_one_of_home_draw_and_away_wins(home, away):
    sides = ("HomeOdds", "DrawOdds", "AwayOdds")
    assert sorted(half_stakes("X", side, 0, home, away) for side in sides) == [-2, -2, 2]


@pytest.mark.parametrize(
    ("stake", "price", "halves", "pnl"),
    [
        (10_000, 2100, 1, 5_500),
        (1_000, 1930, 2, 930),
        (501, 2000, -1, -250),
        (503, 2000, -1, -252),
        (1_001, 1500, 2, 500),
        (1_003, 1500, 2, 502),
        (777, 3000, 0, 0),
        (777, 3000, -2, -777),
    ],
)
def test_profit_is_in_minor_units_rounded_half_even(stake, price, halves, pnl):
    assert profit(stake, price, halves) == pnl


def test_a_side_that_the_market_lacks_is_refused():
    with pytest.raises(ValueError, match="no side"):
        half_stakes("O", "HomeOdds", 250, 1, 0)
