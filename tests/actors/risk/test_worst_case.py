"""The worst case: no score costs more, and only what is certain makes up for anything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.odds.exposure import LARGEST_LINE, MOST_GOALS
from actors.paper.settling import half_stakes
from actors.paper.settling import profit as books_profit
from actors.risk.worst_case import Stake, worst_loss
from actors.selections import SIDES, MarketType, Period, Selection, Side

FT, HT = Period.FULL_TIME, Period.HALF_TIME


def bet(
    market: str,
    side: str,
    line: int = 0,
    amount: int = 1000,
    price: int = 1900,
    *,
    firm: bool = True,
    plain: bool = True,
    event: str = "ao-1",
    period: Period = FT,
) -> Stake:
    selection = Selection(event, MarketType(market), period, line, Side(side))
    return Stake(selection, amount, price, firm, plain)


@pytest.mark.parametrize(
    ("bets", "worst"),
    [
        ([], 0),
        ([bet("1x2", "home")], 1000),
        ([bet("1x2", "home"), bet("1x2", "home")], 2000),
        ([bet("1x2", "home"), bet("1x2", "away")], 2000),  # the draw loses both
        ([bet("ah", "home", -50), bet("ah", "away", 50)], 100),
        ([bet("ah", "home", 0), bet("ah", "away", 0)], 100),
        ([bet("ou", "over", 250), bet("ou", "under", 250)], 100),
        ([bet("ou", "over", 250), bet("1x2", "draw")], 2000),  # 1-0 loses both
        ([bet("ou", "over", 250), bet("1x2", "draw", price=3000)], 2000),
        ([bet("ah", "home", -25)], 1000),
    ],
)
def test_the_worst_score_is_found(bets: list[Stake], worst: int) -> None:
    assert worst_loss(bets) == worst


def test_three_bets_of_which_one_must_win_can_win_whatever_happens() -> None:
    sure = [bet("1x2", side, price=3300) for side in ("home", "draw", "away")]
    assert worst_loss(sure) == 0


def test_what_may_not_exist_counts_when_it_loses_and_never_when_it_wins() -> None:
    home, away = bet("ah", "home", -50), bet("ah", "away", 50, firm=False)
    assert worst_loss([home, away]) == 1000
    assert worst_loss([home._replace(firm=False), away]) == 1000


@pytest.mark.parametrize(
    "other",
    [
        bet("ah", "away", 50, event="ao-2"),
        bet("ah", "away", 50, period=HT),
        bet("ah", "away", 50, plain=False),
        bet("ah", "away", LARGEST_LINE + 50),
    ],
)
def test_what_is_not_known_to_exclude_the_other_adds_up(other: Stake) -> None:
    assert worst_loss([bet("ah", "home", -50), other]) == 2000


@pytest.mark.parametrize(("line", "worst"), [(1000, 100), (1025, 2000)])
def test_lines_up_to_ten_goals_are_set_off_and_larger_ones_added(line: int, worst: int) -> None:
    assert worst_loss([bet("ou", "over", line), bet("ou", "under", line)]) == worst
    assert worst_loss([bet("ah", "home", -line), bet("ah", "away", line)]) == worst


@pytest.mark.parametrize("market", ["ah", "ou"])
def test_a_bet_that_only_a_rout_loses_can_lose(market: str) -> None:
    """Away +10.00 loses when the home side leads by eleven."""
    unlikely = {"ah": bet("ah", "away", 1000), "ou": bet("ou", "under", 1000)}[market]
    assert worst_loss([unlikely]) == 1000


LINES = st.integers(-40, 40).map(lambda quarters: quarters * 25)
BETS = st.builds(
    lambda market, side, line, amount, price, firm: bet(
        market.value,
        SIDES[market][side % len(SIDES[market])].value,
        0 if market is MarketType.ONE_X_TWO else abs(line) if market is MarketType.TOTAL else line,
        amount,
        price,
        firm=firm,
    ),
    st.sampled_from(MarketType),
    st.integers(0, 2),
    LINES,
    st.integers(1, 5000),
    st.integers(1001, 12_000),
    st.booleans(),
)
GAME_TYPES = {"ah": "H", "ou": "O", "1x2": "X"}


def at_the_book(stake: Stake, home: int, away: int) -> int:
    """Return what a bet pays by the paper book's arithmetic, which was written apart."""
    selection = stake.selection
    home_line = -selection.line if selection.side is Side.AWAY else selection.line
    halves = half_stakes(
        GAME_TYPES[selection.type.value], selection.side.value, home_line, home, away
    )
    pays = books_profit(stake.amount, stake.price, halves)
    return pays if stake.firm else min(0, pays)


@given(st.lists(BETS, max_size=5))
def test_no_score_costs_more_by_the_books_own_arithmetic_and_one_costs_as_much(
    bets: list[Any],
) -> None:
    goals = range(MOST_GOALS + 4)  # more than are looked at
    costs = [-sum(at_the_book(one, h, a) for one in bets) for h in goals for a in goals]
    assert worst_loss(bets) == max(0, *costs)


@given(st.lists(BETS, max_size=5), BETS)
def test_one_more_bet_that_is_not_confirmed_never_makes_it_better(
    bets: list[Any], one: Any
) -> None:
    assert worst_loss([*bets, one._replace(firm=False)]) >= worst_loss(bets)


@given(st.lists(BETS, max_size=5))
def test_it_is_never_more_than_all_stakes(bets: list[Any]) -> None:
    assert 0 <= worst_loss(bets) <= sum(one.amount for one in bets)
