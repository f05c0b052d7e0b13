"""Asian settlement against the full tables of the arithmetic sheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.odds.lines import is_line, parts
from actors.odds.settlement import Result, profit, result
from actors.selections import SIDES, MarketType, Side

HANDICAPS = """
-200 L L L L L P W
-175 L L L L L HW W
-150 L L L L L W W
-125 L L L L HL W W
-100 L L L L P W W
-75 L L L L HW W W
-50 L L L L W W W
-25 L L L HL W W W
0 L L L P W W W
25 L L L HW W W W
50 L L L W W W W
75 L L HL W W W W
100 L L P W W W W
125 L L HW W W W W
150 L L W W W W W
175 L HL W W W W W
200 L P W W W W W
"""
TOTALS = """
50 L W W W W W W
75 L HW W W W W W
100 L P W W W W W
125 L HL W W W W W
150 L L W W W W W
175 L L HW W W W W
200 L L P W W W W
225 L L HL W W W W
250 L L L W W W W
275 L L L HW W W W
300 L L L P W W W
325 L L L HL W W W
350 L L L L W W W
375 L L L L HW W W
400 L L L L P W W
"""
OPPOSITE = {
    Result.WON: Result.LOST,
    Result.HALF_WON: Result.HALF_LOST,
    Result.PUSH: Result.PUSH,
    Result.HALF_LOST: Result.HALF_WON,
    Result.LOST: Result.WON,
}


def rows(table: str, first: int) -> list[tuple[int, int, Result]]:
    """Read a table into (line, column, result)."""
    return [
        (int(line), first + column, Result(cell))
        for line, *cells in (row.split() for row in table.strip().splitlines())
        for column, cell in enumerate(cells)
    ]


@pytest.mark.parametrize(("line", "lead", "expected"), rows(HANDICAPS, -3))
def test_a_handicap_settles_as_the_table_says(line: int, lead: int, expected: Result) -> None:
    home, away = max(lead, 0), max(-lead, 0)
    assert result(MarketType.HANDICAP, Side.HOME, line, home, away) is expected
    assert result(MarketType.HANDICAP, Side.AWAY, line, away, home) is expected


@pytest.mark.parametrize(("line", "goals", "expected"), rows(TOTALS, 0))
def test_a_total_settles_as_the_table_says(line: int, goals: int, expected: Result) -> None:
    assert result(MarketType.TOTAL, Side.OVER, line, goals, 0) is expected
    assert result(MarketType.TOTAL, Side.UNDER, line, 0, goals) is OPPOSITE[expected]


def test_under_two_and_a_quarter_with_two_goals_is_half_won() -> None:
    # A published help page says half push, half loss; under 2.5 wins, so it is wrong.
    assert result(MarketType.TOTAL, Side.UNDER, 225, 1, 1) is Result.HALF_WON


def test_under_five_and_a_quarter_with_five_goals_is_half_won() -> None:
    assert result(MarketType.TOTAL, Side.UNDER, 525, 3, 2) is Result.HALF_WON


@pytest.mark.parametrize(
    ("home", "away", "winner"), [(2, 1, Side.HOME), (0, 0, Side.DRAW), (0, 3, Side.AWAY)]
)
def test_one_side_of_1x2_wins(home: int, away: int, winner: Side) -> None:
    for side in SIDES[MarketType.ONE_X_TWO]:
        expected = Result.WON if side is winner else Result.LOST
        assert result(MarketType.ONE_X_TWO, side, 0, home, away) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (-25, (-50, 0)),
        (25, (0, 50)),
        (-75, (-100, -50)),
        (75, (50, 100)),
        (-125, (-150, -100)),
        (125, (100, 150)),
        (-50, (-50, -50)),
        (0, (0, 0)),
    ],
)
def test_a_quarter_line_is_two_half_stakes(line: int, expected: tuple[int, int]) -> None:
    assert parts(line) == expected


def test_a_line_between_quarters_is_refused() -> None:
    assert not is_line(30)
    with pytest.raises(ValueError, match="no multiple"):
        parts(30)


def test_a_side_of_another_market_is_refused() -> None:
    with pytest.raises(ValueError, match="no side"):
        result(MarketType.TOTAL, Side.HOME, 250, 1, 1)


@pytest.mark.parametrize(
    ("line", "price", "home", "away", "expected"),
    [
        # Fun88's printed example at HK 0.80 and 1.15, goals since the bet.
        (-75, 1800, 2, 0, 8000),
        (-75, 1800, 1, 0, 4000),
        (-75, 1800, 0, 0, -10000),
        (75, 2150, 0, 0, 11500),
    ],
)
def test_a_live_handicap_pays_on_the_goals_since_the_bet(
    line: int, price: int, home: int, away: int, expected: int
) -> None:
    outcome = result(MarketType.HANDICAP, Side.HOME, line, home, away)
    assert profit(10000, price, outcome) == expected


def test_over_two_and_a_half_to_three_with_three_goals_pays_half() -> None:
    outcome = result(MarketType.TOTAL, Side.OVER, 275, 2, 1)
    assert profit(10000, 2100, outcome) == 5500


@pytest.mark.parametrize(
    ("home", "away", "handicap", "over"),
    [
        (0, 0, -5000, -6000),
        (1, 1, -5000, -3000),
        (1, 0, 9500, -6000),
        (2, 0, 9500, -3000),
        (2, 1, 9500, 6300),
        (3, 0, 9500, 6300),
        (1, 2, -10000, 6300),
        (0, 1, -10000, -6000),
    ],
)
def test_two_bets_on_one_match_pay_as_the_exposure_table_says(
    home: int, away: int, handicap: int, over: int
) -> None:
    minus_quarter = result(MarketType.HANDICAP, Side.HOME, -25, home, away)
    over_two_and_a_quarter = result(MarketType.TOTAL, Side.OVER, 225, home, away)
    assert profit(10000, 1950, minus_quarter) == handicap
    assert profit(6000, 2050, over_two_and_a_quarter) == over


def test_halves_of_a_minor_unit_go_to_the_even_one() -> None:
    assert profit(5, 1900, Result.HALF_LOST) == -2
    assert profit(7, 1900, Result.HALF_LOST) == -4
    assert profit(500, 2045, Result.WON) == 522


def test_void_and_push_pay_nothing() -> None:
    assert profit(1234, 1930, Result.VOID) == profit(1234, 1930, Result.PUSH) == 0


@given(st.integers(-40, 40).map(lambda n: 25 * n), st.integers(0, 12), st.integers(0, 12))
def test_the_two_sides_of_a_line_have_opposite_results(line: int, home: int, away: int) -> None:
    ours = result(MarketType.HANDICAP, Side.HOME, line, home, away)
    theirs = result(MarketType.HANDICAP, Side.AWAY, -line, home, away)
    assert theirs is OPPOSITE[ours]


@given(st.integers(1, 10**9), st.integers(1001, 10**6), st.sampled_from(Result))
def test_a_bet_never_loses_more_than_its_stake(stake: int, price: int, outcome: Result) -> None:
    assert profit(stake, price, outcome) >= -stake
