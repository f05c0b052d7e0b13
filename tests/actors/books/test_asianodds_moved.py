"""Of odds that changed only the books written otherwise are read, and nothing is missed."""

from typing import Any

import pytest

from actors.books.asianodds.feed import FeedState
from actors.selections import MarketType
from tests.actors.books.answers import row
from tests.actors.books.feeds import Followed, applied, prices

TWO = "PIN=1.9,2.0;SBO=1.8,2.1;BEST=PIN 1.9,SBO 2.1"


def total(odds: str, goal: str = "2.5") -> dict[str, Any]:
    """Return a row with over and under."""
    return row(FullTimeOu={"Goal": goal, "BookieOdds": odds})


@pytest.mark.parametrize(
    ("after", "told", "removed"),
    [
        (total(TWO.replace("1.8", "1.85")), {("over", "SBO"): 1_850}, 0),
        (total(TWO.replace("PIN=1.9", "PIN=1.900")), {}, 0),
        (total(TWO.replace("BEST=PIN 1.9", "BEST=PIN 1.7")), {}, 0),
        (total("SBO=1.8,2.1;PIN=1.9,2.0;BEST=x"), {}, 0),
        (total("SBO=1.8,2.1;PIN=1.9,2.2;BEST=x"), {("under", "PIN"): 2_200}, 0),
        (total("BEST=PIN 1.9;SBO=1.8,2.1;BEST=x"), {}, 2),
        (
            total("IBC=1.9,2.0;SBO=1.8,2.1;BEST=x"),
            {("over", "IBC"): 1_900, ("under", "IBC"): 2_000},
            2,
        ),
        (total("PIN=1.9,2.0,2.0;SBO=1.8,2.1;BEST=x"), {}, 2),
        (total(TWO + ";PIN=1.7,2.2"), {}, 2),
        (total("PIN=1.9,2.0;SBO=1.8,2.1;PIN=1.7,2.2"), {}, 2),
        (total("PIN=1.9;SBO=1.8,2.1;BEST=x"), {}, 2),
        (total("PIN=0,2.0;SBO=1.8,2.1;BEST=x"), {}, 2),
        (
            total(TWO.replace("1.9,", "1.7,"), goal="3"),
            {
                ("over", "PIN"): 1_700,
                ("under", "PIN"): 2_000,
                ("over", "SBO"): 1_800,
                ("under", "SBO"): 2_100,
            },
            4,
        ),
    ],
)
def test_of_odds_that_changed_what_is_another_price_is_told(
    after: dict[str, Any], told: dict[tuple[str, str], int], removed: int
) -> None:
    whole = applied(FeedState(), after)  # the words of it are known from now on
    state = Followed()
    applied(state, total(TWO))
    change = applied(state, after, at=2)
    found = {(one.selection.side.value, one.book): one.price for one in change.quotes}
    assert (found, len(change.removed)) == (told, removed)
    followed = {(quote.selection.key, quote.book): quote.price for quote in state.told.values()}
    assert (followed, change.faults) == (prices(whole), whole.faults)


def test_a_fault_that_stays_is_told_again_while_prices_move_beside_it() -> None:
    state = FeedState()
    applied(state, total("PIN=1.9,2.0;SBO=NaN,2.1"))
    change = applied(state, total("PIN=1.7,2.0;SBO=NaN,2.1"), at=2)
    assert ["SBO" in fault for fault in change.faults] == [True]
    assert [quote.price for quote in change.quotes] == [1_700]


def test_a_row_that_comes_twice_in_an_answer_is_told_as_against_the_answer_before() -> None:
    moved = TWO.replace("1.9,", "1.7,")
    applied(FeedState(), total(moved))
    for second in (moved.replace("SBO 2.1", "SBO 2.2"), moved):
        state = Followed()
        applied(state, total(TWO))
        again = total(second) | {"FullTimeOneXTwo": {"BookieOdds": "PIN=2.0,3.0,4.0"}}
        change = applied(state, total(moved), again, at=2)
        assert sorted(quote.price for quote in change.quotes) == [1_700, 2_000, 3_000, 4_000]


def test_what_is_told_anew_of_a_line_has_the_times_of_the_row_as_it_came_last() -> None:
    state = Followed()
    total = {"Goal": "2.5", "BookieOdds": "PIN=1.9,2.0"}
    applied(state, row(11, UpdatedDateTime=5), row(12, UpdatedDateTime=9), at=1)
    later = row(11, FullTimeOu=total, UpdatedDateTime=8)
    change = applied(state, later, row(12, IsActive=False), at=3)
    told = {quote.selection.type for quote in change.quotes}
    assert told == {MarketType.HANDICAP, MarketType.TOTAL}
    assert {(quote.updated_at, quote.received_at) for quote in change.quotes} == {(8, 3)}
