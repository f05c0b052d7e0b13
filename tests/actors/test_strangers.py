"""Bets that are not ours: what they stake, which can become ours, and what the others lack."""

from typing import Any

import msgspec
import pytest

from actors.books.asianodds.bets import BetState, BookBet
from actors.ledger import Ledger
from actors.orders import OPEN, Adopted
from actors.selections import MarketType, Period, Selection, Side
from actors.strangers import as_order, foreign_stakes, row, sift, strangers
from actors.units import Millis, Money
from tests.actors.test_settler import ticket
from tests.actors.world import (
    NOW,
    TO_ACCEPTED,
    TO_IN_DOUBT,
    TO_SENDING,
    Clerk,
    S,
    adopted,
    intent,
    new_journal,
)


@pytest.fixture
def clerk() -> Clerk:
    return Clerk(new_journal())


@pytest.fixture
def ledger(clerk: Clerk) -> Ledger:
    return Ledger(clerk.journal)


def whole(reference: str = "WA-1", **fields: Any) -> BookBet:
    """Return a running bet with everything that an order needs."""
    told = {"league": "*PREMIER", "kick_off": Millis(NOW + 5), "placed_at": Millis(NOW - 5)}
    return msgspec.structs.replace(ticket(reference), **(told | fields))


def verdicts(clerk: Clerk, *bets: BookBet, tickets: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    found = sift("ao", Ledger(clerk.journal), bets, tickets, Millis(NOW))
    return [(one.becomes, one.why) for one in found]


# What an order is made of.


def test_a_bet_becomes_an_order_of_all_that_the_book_tells() -> None:
    event = "ao-Arsenal v Everton"
    assert as_order("ao", whole(), Millis(NOW)) == Adopted(
        order="a-T-WA-1",
        account="ao",
        selection=Selection(event, MarketType.HANDICAP, Period.FULL_TIME, -25, Side.HOME),
        home="Arsenal",
        away="Everton",
        league="*PREMIER",
        start=Millis(NOW + 5),
        book="SBO",
        price=1950,
        stake=1000,
        reference="WA-1",
        ticket="T-WA-1",
        placed_at=Millis(NOW - 5),
    )


def test_what_is_for_people_only_may_be_missing() -> None:
    made = as_order("ao", whole(kick_off=None, placed_at=None, league=""), Millis(NOW))
    assert isinstance(made, Adopted)
    assert (made.start, made.placed_at, made.league) == (0, NOW, "")


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({"ticket": ""}, "does not tell its number"),
        ({"reference": ""}, "does not tell its reference"),
        ({"home": ""}, "does not tell two teams"),
        ({"away": ""}, "does not tell two teams"),
        ({"book": ""}, "does not tell the bookmaker"),
        ({"type": None, "side": None}, "a known kind of market, a known side"),
        ({"side": None}, "does not tell a known side"),
        ({"line": None}, "does not tell a line"),
        ({"period": None}, "does not tell a known period"),
        ({"price": None}, "does not tell a price"),
        ({"price": 1000}, "does not tell a price"),
        ({"stake": None}, "does not tell a stake"),
        ({"stake": Money(0)}, "does not tell a stake"),
        ({"stake": Money(-5)}, "does not tell a stake"),
        ({"state": BetState.PENDING}, "has not confirmed it yet: adopt it once it runs"),
        ({"state": BetState.SENDING}, "has not confirmed it yet: adopt it once it runs"),
        ({"state": BetState.UNKNOWN, "raw_status": "E"}, "the book's word 'E' is not known"),
        ({"state": BetState.WON, "raw_status": "Won"}, "it is over (Won): a difference is"),
        ({"state": BetState.REJECTED, "raw_status": "Rejected"}, "it is over (Rejected)"),
    ],
)
def test_a_bet_that_lacks_something_stays_and_says_what(
    clerk: Clerk, fields: dict[str, Any], lacks: str
) -> None:
    lacking = whole(**fields)
    made = as_order("ao", lacking, Millis(NOW))
    assert isinstance(made, str)
    assert lacks in made
    named = (lacking.ticket or lacking.reference,)
    shown = row(sift("ao", Ledger(clerk.journal), [lacking], named, Millis(NOW))[0])
    assert (shown["becomes"], shown["why"], shown["order"]) == ("left", made, "")


# Which bets.


def test_each_open_bet_that_is_not_ours_is_taken_and_no_other(clerk: Clerk) -> None:
    clerk.want(intent("t-1"), *TO_ACCEPTED, reference="WA-1")
    clerk.adopt(adopted("T-WA-2", reference="WA-2"))
    bets = [whole(f"WA-{number}") for number in range(1, 5)]
    over = whole("WA-5", state=BetState.LOST)
    found = sift("ao", Ledger(clerk.journal), [*bets, *bets, over], (), Millis(NOW))
    assert [(one.ticket, one.becomes) for one in found] == [
        ("T-WA-3", "adopted"),
        ("T-WA-4", "adopted"),
    ]


def test_the_newest_word_on_a_bet_that_two_lists_show_counts(clerk: Clerk) -> None:
    both = [whole(state=BetState.PENDING), whole()]
    assert verdicts(clerk, *both) == [("adopted", "")]


def test_tickets_that_are_named_are_each_told_of(clerk: Clerk) -> None:
    clerk.want(intent("t-1"), *TO_ACCEPTED, reference="WA-1")
    clerk.want(intent("t-2"), *TO_IN_DOUBT, reference="WA-2")
    clerk.adopt(adopted("T-WA-3", reference="WA-3"))
    bets = [whole(f"WA-{number}") for number in range(1, 6)]
    named = ("T-WA-4", "T-WA-1", "T-WA-2", "T-WA-3", "T-nowhere")
    assert verdicts(clerk, *bets, tickets=named) == [
        ("adopted", ""),
        ("ours", "it is t-1, which is accepted"),
        ("ours", "it is t-2, which is in_doubt: wait, or `tictac resolve`"),
        ("ours", "it is a-T-WA-3, which is accepted"),
        ("left", "the book's lists do not show it"),
    ]


@pytest.mark.parametrize("none", [S.REFUSED, S.NOT_SENT])
def test_a_bet_of_an_order_that_we_hold_to_be_none_is_adopted_under_its_ticket(
    clerk: Clerk, none: S
) -> None:
    clerk.want(intent("t-1"), *TO_SENDING, none, reference="WA-1")
    (found,) = sift("ao", Ledger(clerk.journal), [whole()], (), Millis(NOW))
    assert (found.becomes, found.earlier) == ("adopted", "t-1")
    assert found.why == f"t-1 stays {none.value}"
    assert found.order is not None
    clerk.adopt(found.order)
    assert verdicts(clerk, whole()) == []  # one bet, one order that counts it


def test_a_bet_of_an_order_that_had_not_left_when_the_copy_was_made_names_it(clerk: Clerk) -> None:
    clerk.want(intent("t-1"), S.PERMITTED, S.ABANDONED)
    (found,) = sift("ao", Ledger(clerk.journal), [whole("WA-t-1")], (), Millis(NOW))
    assert (found.becomes, found.earlier, found.why) == ("adopted", "t-1", "t-1 stays abandoned")


def test_a_number_that_another_bet_has_here_is_not_taken_again(clerk: Clerk) -> None:
    clerk.adopt(adopted("T-WA-1", reference="WA-other"))
    ((becomes, why),) = verdicts(clerk, whole())
    assert (becomes, why) == ("left", "a-T-WA-1 is there already, and is another bet's")


def test_two_bets_under_one_reference_are_two_orders(clerk: Clerk) -> None:
    bets = [whole("WA-1", ticket="1"), whole("WA-1", ticket="2")]
    for one in sift("ao", Ledger(clerk.journal), bets, ("1",), Millis(NOW)):
        assert one.order is not None
        clerk.adopt(one.order)
    (left,) = strangers(bets, Ledger(clerk.journal))
    assert left.ticket == "2"


# What they stake.


def staked(clerk: Clerk, *running: BookBet, outstanding: int) -> int:
    ledger = Ledger(clerk.journal)
    sent = ledger.orders(OPEN - {S.PERMITTED}, "ao")
    return foreign_stakes(running, strangers(running, ledger), sent, outstanding)


def test_the_stakes_of_strangers_are_counted(clerk: Clerk) -> None:
    clerk.want(intent("t-1"), *TO_ACCEPTED, reference="WA-1")
    running = [whole("WA-1"), whole("WA-2", stake=Money(700))]
    assert staked(clerk, *running, outstanding=1_700) == 700
    assert staked(clerk, *running, outstanding=0) == 700


def test_what_the_book_holds_beyond_its_list_and_our_orders_is_not_ours(clerk: Clerk) -> None:
    """The list of running bets ends at 50."""
    clerk.want(intent("t-1"), *TO_ACCEPTED, reference="WA-1")
    clerk.want(intent("t-2"), *TO_IN_DOUBT, reference="WA-2")
    listed = whole("WA-3", stake=Money(700))
    assert staked(clerk, listed, outstanding=2_700) == 700  # both of ours are beyond the list
    assert staked(clerk, listed, outstanding=1_700) == 700  # the doubtful one is none
    assert staked(clerk, listed, outstanding=7_700) == 5_700
    assert staked(clerk, listed, whole("WA-1"), outstanding=7_700) == 5_700


def test_a_stake_that_cannot_be_read_counts_by_what_the_book_holds(clerk: Clerk) -> None:
    assert staked(clerk, whole(stake=None), outstanding=900) == 900
