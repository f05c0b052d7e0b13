"""Which ticket is which order's: everything has to agree, and exactly one must fit."""

from typing import Any

import msgspec
import pytest

from actors.books.asianodds.bets import BetState, BookBet
from actors.ledger import Ledger, Order
from actors.orders import OrderState
from actors.reconciliation import find, is_ours, own_figure, path, state_of
from actors.selections import MarketType, Period, Side
from actors.units import Millis, Money
from tests.actors.test_settler import ticket
from tests.actors.world import NOW, TO_SENDING, Clerk, S, adopted, intent, new_journal


@pytest.fixture
def order() -> Order:
    journal = new_journal()
    Clerk(journal).want(intent(), *TO_SENDING, reference="WA-1")
    (found,) = Ledger(journal).bets()
    return found


def test_a_ticket_that_agrees_in_everything_is_ours(order: Order) -> None:
    assert is_ours(order, ticket("WA-1"))
    assert is_ours(order, msgspec.structs.replace(ticket("WA-1"), book="sbo"))


@pytest.mark.parametrize(
    "other",
    [
        {"reference": "WA-2"},
        {"reference": "WA-0"},
        {"book": "PIN"},
        {"book": "SIN"},
        {"type": MarketType.TOTAL},
        {"type": None},
        {"side": Side.AWAY},
        {"side": None},
        {"period": Period.HALF_TIME},
        {"period": None},
        {"line": 25},
        {"line": -50},
        {"line": None},
        {"stake": Money(999)},
        {"stake": Money(1001)},
        {"stake": None},
        {"placed_at": Millis(NOW - 300_001)},
    ],
)
def test_a_ticket_that_differs_in_anything_is_not_ours(order: Order, other: dict[str, Any]) -> None:
    """References repeat at this book; what cannot be read does not count as agreement."""
    assert not is_ours(order, msgspec.structs.replace(ticket("WA-1"), **other))


@pytest.mark.parametrize("at", [NOW - 300_000, NOW, NOW + 86_400_000])
def test_the_books_clock_may_be_behind_ours_by_some_minutes(order: Order, at: int) -> None:
    assert is_ours(order, msgspec.structs.replace(ticket("WA-1"), placed_at=Millis(at)))


def test_exactly_one_ticket_must_fit(order: Order) -> None:
    one = ticket("WA-1")
    assert find(order, []) is None
    assert find(order, [ticket("WA-2"), one]) == one
    assert find(order, [one, one]) == one  # two lists show it
    assert find(order, [one, msgspec.structs.replace(one, ticket="T-other")]) is None


def test_an_adopted_order_is_its_ticket_whatever_else_bears_the_reference() -> None:
    """Two bets that are alike in all but their number, under one reference, are two orders."""
    journal = new_journal()
    Clerk(journal).adopt(adopted("77", reference="WA-1"))
    (order,) = Ledger(journal).bets()
    own = msgspec.structs.replace(ticket("WA-1"), ticket="77")
    other = msgspec.structs.replace(own, ticket="78")
    assert find(order, [other, own]) == own
    assert find(order, [other]) is None
    for reference in ("WA-0", "WA-2"):
        assert find(order, [msgspec.structs.replace(own, reference=reference)]) is None
    assert find(order, [msgspec.structs.replace(own, ticket="76")]) is None
    # The book may tell another time, or a stake that cannot be read: it stays the same ticket.
    later = msgspec.structs.replace(own, stake=None, placed_at=Millis(1), state=BetState.WON)
    assert find(order, [later]) == later


SAID = {
    BetState.SENDING: S.PENDING,
    BetState.PENDING: S.PENDING,
    BetState.RUNNING: S.ACCEPTED,
    BetState.REJECTED: S.REFUSED,
    BetState.VOID: S.VOID,
    BetState.UNKNOWN: None,
}


@pytest.mark.parametrize("state", BetState)
def test_what_the_book_says_makes_a_state_or_none(state: BetState) -> None:
    """Whatever has a result is settled."""
    assert state_of(ticket("WA-1", state=state)) == SAID.get(state, S.SETTLED)


@pytest.mark.parametrize(
    ("now", "then", "steps"),
    [
        (S.ACCEPTED, S.ACCEPTED, ()),
        (S.PENDING, S.ACCEPTED, (S.ACCEPTED,)),
        (S.IN_DOUBT, S.SETTLED, (S.ACCEPTED, S.SETTLED)),
        (S.PENDING, S.VOID, (S.ACCEPTED, S.VOID)),
        (S.ACCEPTED, S.SETTLED, (S.SETTLED,)),
        (S.IN_DOUBT, S.REFUSED, (S.REFUSED,)),
    ],
)
def test_a_settled_bet_was_accepted_first(
    now: OrderState, then: OrderState, steps: tuple[OrderState, ...]
) -> None:
    assert path(now, then) == steps


def test_our_own_figure_comes_from_the_final_score(order: Order) -> None:
    def scored(home: int | None, away: int | None) -> BookBet:
        return msgspec.structs.replace(ticket("WA-1"), final_home_score=home, final_away_score=away)

    assert own_figure(order, scored(2, 0)) == 950
    assert own_figure(order, scored(0, 0)) == -500
    assert own_figure(order, scored(0, 1)) == -1000
    assert own_figure(order, scored(None, 1)) is None
    assert own_figure(order, scored(1, None)) is None
    assert own_figure(order, scored(0, -1)) is None
    assert own_figure(order, scored(-1, 0)) is None
    assert own_figure(order, scored(-1, -1)) is None
