"""Asian settlement against the full tables of the arithmetic sheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.odds.lines import is_line, parts
from actors.odds.settlement import Result, dead_heat_profit, payout, profit, result
from actors.selections import SIDES, MarketType, Side
from tests.actors.odds.vectors import (
    HANDICAPS,
    LIVE_HANDICAPS,
    QUARTERS,
    TOTALS,
    cells,
    rows,
)

OPPOSITE = {
    Result.WON: Result.LOST,
    Result.HALF_WON: Result.HALF_LOST,
    Result.PUSH: Result.PUSH,
    Result.HALF_LOST: Result.HALF_WON,
    Result.LOST: Result.WON,
}


@pytest.mark.parametrize(("line", "lead", "expected"), cells(HANDICAPS, -3))
def test_a_handicap_settles_as_the_table_says(line: int, lead: int, expected: str) -> None:
    home, away = max(lead, 0), max(-lead, 0)
    assert result(MarketType.HANDICAP, Side.HOME, line, home, away) is Result(expected)
    assert result(MarketType.HANDICAP, Side.AWAY, line, away, home) is Result(expected)


@pytest.mark.parametrize(("line", "goals", "expected"), cells(TOTALS, 0))
def test_a_total_settles_as_the_table_says(line: int, goals: int, expected: str) -> None:
    over = Result(expected)
    assert result(MarketType.TOTAL, Side.OVER, line, goals, 0) is over
    assert result(MarketType.TOTAL, Side.UNDER, line, 0, goals) is OPPOSITE[over]


def test_under_two_and_a_quarter_with_two_goals_is_half_won() -> None:
    # A published help page says half push, half loss; under 2.5 wins, so it is wrong.
    assert result(MarketType.TOTAL, Side.UNDER, 225, 1, 1) is Result.HALF_WON


def test_under_five_and_a_quarter_with_five_goals_is_half_won() -> None:
    assert result(MarketType.TOTAL, Side.UNDER, 525, 3, 2) is Result.HALF_WON  # P Pinnacle


@pytest.mark.parametrize(
    ("home", "away", "winner"), [(2, 1, Side.HOME), (0, 0, Side.DRAW), (0, 3, Side.AWAY)]
)
def test_one_side_of_1x2_wins(home: int, away: int, winner: Side) -> None:
    for side in SIDES[MarketType.ONE_X_TWO]:
        expected = Result.WON if side is winner else Result.LOST
        assert result(MarketType.ONE_X_TWO, side, 0, home, away) is expected


@pytest.mark.parametrize(("line", "lower", "upper"), rows(QUARTERS))
def test_a_quarter_line_is_two_half_stakes(line: str, lower: str, upper: str) -> None:
    assert parts(int(line)) == (int(lower), int(upper))


def test_a_line_between_quarters_is_refused() -> None:
    assert not is_line(30)
    with pytest.raises(ValueError, match="no multiple"):
        parts(30)


def test_a_side_of_another_market_is_refused() -> None:
    with pytest.raises(ValueError, match="no side"):
        result(MarketType.TOTAL, Side.HOME, 250, 1, 1)


@pytest.mark.parametrize(("line", "price", "ours", "theirs", "expected"), rows(LIVE_HANDICAPS))
def test_a_live_handicap_pays_on_the_goals_since_the_bet(
    line: str, price: str, ours: str, theirs: str, expected: str
) -> None:
    outcome = result(MarketType.HANDICAP, Side.AWAY, int(line), int(theirs), int(ours))
    assert profit(10000, int(price), outcome) == int(expected)


def test_over_two_and_a_half_to_three_with_three_goals_pays_half() -> None:
    outcome = result(MarketType.TOTAL, Side.OVER, 275, 2, 1)
    assert profit(10000, 2100, outcome) == 5500  # P betcris


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


@pytest.mark.parametrize(
    ("outcome", "returned"),
    [
        (Result.WON, 1930),
        (Result.HALF_WON, 1465),
        (Result.PUSH, 1000),
        (Result.VOID, 1000),
        (Result.HALF_LOST, 500),
        (Result.LOST, 0),
    ],
)
def test_what_comes_back_is_the_stake_with_the_profit(outcome: Result, returned: int) -> None:
    assert payout(1000, 1930, outcome) == returned


@pytest.mark.parametrize(
    ("price", "tied", "places", "expected"),
    [
        (5000, 2, 1, 1500),  # half of 10.00 wins at 5.0, half is lost
        (5000, 3, 1, 667),
        (1800, 2, 1, -100),  # a short price may lose in a dead heat
        (3000, 3, 2, 1000),
        (5000, 1, 1, 4000),  # no tie: won whole
    ],
)
def test_a_dead_heat_pays_on_the_part_of_the_stake_that_has_a_place(
    price: int, tied: int, places: int, expected: int
) -> None:
    assert dead_heat_profit(1000, price, tied, places) == expected


@pytest.mark.parametrize(("tied", "places"), [(0, 0), (1, 0), (1, 2), (-1, -1)])
def test_what_is_no_tie_is_refused(tied: int, places: int) -> None:
    with pytest.raises(ValueError, match="tied"):
        dead_heat_profit(1000, 2000, tied, places)


# Money is conserved: what the bettors of all sides stake is what they get back and what the
# book keeps.

LINES = st.integers(-40, 40).map(lambda n: 25 * n)
GOALS = st.integers(0, 12)
STAKES = st.integers(1, 10**9)


@given(LINES, GOALS, GOALS, STAKES, st.sampled_from([MarketType.HANDICAP, MarketType.TOTAL]))
def test_even_money_on_both_sides_of_a_line_leaves_the_book_nothing(
    line: int, home: int, away: int, stake: int, market: MarketType
) -> None:
    first, second = SIDES[market]
    other = -line if market is MarketType.HANDICAP else line
    back = payout(stake, 2000, result(market, first, line, home, away))
    back += payout(stake, 2000, result(market, second, other, home, away))
    assert back == 2 * stake


@given(LINES, GOALS, GOALS, st.integers(1, 10**6), st.integers(1001, 10_000))
def test_fair_prices_and_stakes_in_balance_leave_the_book_nothing_whatever_the_score(
    line: int, home: int, away: int, units: int, price: int
) -> None:
    # Fair: (d1 - 1)(d2 - 1) = 1. A stake of what the other can win balances it.
    won = price - 1000
    ours, theirs = 2000 * units, 2 * won * units
    outcome = result(MarketType.HANDICAP, Side.HOME, line, home, away)
    against = result(MarketType.HANDICAP, Side.AWAY, -line, home, away)
    gained = profit(ours, price, outcome)
    assert against is OPPOSITE[outcome]
    # The fair price against is no whole number of thousandths, so its profit is taken exactly.
    lost = {Result.WON: ours, Result.HALF_WON: ours // 2, Result.PUSH: 0}.get(against)
    assert gained == -(lost if lost is not None else profit(theirs, 2000, against))


@given(st.integers(-40, 40), GOALS, GOALS, STAKES, st.integers(1001, 100_000))
def test_a_quarter_line_pays_what_its_two_halves_pay(
    number: int, home: int, away: int, half: int, price: int
) -> None:
    line = 50 * number + 25
    whole = profit(2 * half, price, result(MarketType.TOTAL, Side.OVER, line, home, away))
    apart = [
        profit(half, price, result(MarketType.TOTAL, Side.OVER, part, home, away))
        for part in parts(line)
    ]
    assert abs(whole - sum(apart)) <= 1  # each half is rounded alone


@given(GOALS, GOALS, STAKES, st.integers(1001, 100_000))
def test_of_1x2_one_side_wins_and_the_others_pay_for_it(
    home: int, away: int, stake: int, price: int
) -> None:
    paid = [
        payout(stake, price, result(MarketType.ONE_X_TWO, side, 0, home, away))
        for side in SIDES[MarketType.ONE_X_TWO]
    ]
    assert sorted(paid)[:2] == [0, 0]
    assert max(paid) == profit(stake, price, Result.WON) + stake


@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 10**6), st.integers(1001, 100_000))
def test_tied_runners_share_what_the_places_without_a_tie_would_have_paid(
    places: int, more: int, units: int, price: int
) -> None:
    tied = places + more
    stake = 1000 * tied * units  # so that no share is rounded
    shared = tied * (stake + dead_heat_profit(stake, price, tied, places))
    assert shared == places * payout(stake, price, Result.WON)


@given(STAKES, st.integers(1001, 100_000), st.sampled_from([Result.VOID, Result.PUSH]))
def test_a_void_bet_and_a_push_return_the_stake(stake: int, price: int, outcome: Result) -> None:
    assert payout(stake, price, outcome) == stake
