"""Gateway: journal first, one send, and every way a placement can end is the right state."""

from pathlib import Path
from typing import Any

import pytest

from actors.books.asianodds.connection import Answer
from actors.errors import BookError, NotSentError, SessionLostError, UnknownOutcomeError
from actors.gateway import Gateway
from actors.messages import Place, Token, TokenRejected, TokenWanted
from actors.orders import OrderState
from tests.actors.books.answers import envelope
from tests.actors.fake_book import offered, taken
from tests.actors.gateway_desk import COURIER, EXECUTOR, Desk, desk
from tests.actors.world import (
    TO_PERMITTED,
    TO_SENDING,
    S,
    intent,
    permit_for,
    selection,
)

__all__ = ["desk"]


def test_a_courier_asks_for_the_token_at_its_start(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.start(token="")
    assert desk.world.told("session/ao", TokenWanted) == [TokenWanted()]


def test_an_order_is_offered_journalled_sent_and_pending(desk: Desk) -> None:
    desk.place()
    assert [call for _, call, _ in desk.book.calls] == ["GetPlacementInfo", "PlaceBet"]
    assert {token for _, _, token in desk.book.calls} == {"token-1"}
    assert desk.steps() == ["intent", "permitted", "sending", "pending"]
    assert desk.moved("risk") == desk.moved(EXECUTOR) == [("pending", 1000)]


def test_sending_is_durable_before_the_first_byte(desk: Desk) -> None:
    """The book itself looks into the journal when it is called."""
    desk.place()
    assert desk.states_when_asked == ["permitted"]
    assert desk.states_when_sent == ["sending"]


def test_what_is_journalled_before_is_exactly_what_is_sent(desk: Desk) -> None:
    desk.book.offers = [offered(Price=1.97, MaximumAmount=8)]
    desk.place()
    order = desk.world.order("t-1")
    assert (order.price, order.stake) == (1970, 800)
    assert (order.courier, order.reference) == (COURIER, "WA-t-1")
    assert order.placed_at is not None
    (sent,) = desk.book.sent
    assert (sent["PlaceBetId"], sent["BookieOdds"], sent["Amount"]) == ("t-1", "SBO:1.97", 8.0)
    assert desk.moved() == [("pending", 800)]


def test_the_book_is_asked_for_the_one_book_of_the_order(desk: Desk) -> None:
    desk.place()
    (asked,) = desk.book.asked
    assert (asked["Bookies"], asked["GameId"], asked["OddsName"]) == ("SBO", 11, "HomeOdds")


ENDS: list[tuple[Any, str]] = [
    (NotSentError("connection refused"), "not_sent"),
    (Answer(401, b""), "refused"),
    (Answer(403, b""), "refused"),
    (Answer(429, b""), "refused"),
    (taken(-4, "not logged in"), "refused"),
    (taken(-810, "too many"), "refused"),
    (taken(PlacedSuccessfully=False, Rejected=True, Message="odds changed"), "refused"),
    (taken(-1303, "not enough credit", PlacedSuccessfully=False), "refused"),
    (UnknownOutcomeError("time-out"), "in_doubt"),
    (Answer(500, b""), "in_doubt"),
    (Answer(502, b"<html>"), "in_doubt"),
    (Answer(302, b""), "in_doubt"),
    (b"", "in_doubt"),
    (b"{", "in_doubt"),
    (envelope(None), "in_doubt"),
    (envelope({"PlacementData": []}), "in_doubt"),
    (taken(-99, "who knows"), "in_doubt"),
    (taken(-1, "something went wrong"), "in_doubt"),
    (taken(Bookie="PIN"), "in_doubt"),
    (taken(PlacedSuccessfully=False), "in_doubt"),
    (taken(PlacedSuccessfully=None), "in_doubt"),
    (taken(ReturnCode=5), "in_doubt"),
    (taken(), "pending"),
]


@pytest.mark.parametrize(("answer", "state"), ENDS)
def test_each_way_a_placement_can_end_is_the_right_state(
    desk: Desk, answer: object, state: str
) -> None:
    desk.book.bets = [answer]
    desk.place()
    assert desk.steps() == ["intent", "permitted", "sending", state]
    assert [moved for moved, _ in desk.moved("risk")] == [state]
    assert [moved for moved, _ in desk.moved(EXECUTOR)] == [state]
    assert desk.reason() != ""
    assert len(desk.book.sent) == 1


@pytest.mark.parametrize("answer", [UnknownOutcomeError("time-out"), b"{", Answer(503, b"")])
def test_a_placement_in_doubt_is_never_sent_again(desk: Desk, answer: object) -> None:
    desk.book.bets = [answer, taken()]
    desk.place()
    desk.world.host.run(3600)
    assert len(desk.book.sent) == 1
    assert desk.state() == "in_doubt"
    assert desk.moved() == [("in_doubt", 1000)]


def test_a_doubt_is_reserved_at_the_stake_that_was_sent(desk: Desk) -> None:
    desk.book.offers = [offered(MaximumAmount=8)]
    desk.book.bets = [UnknownOutcomeError("cut")]
    desk.place()
    assert desk.moved() == [("in_doubt", 800)]


def test_an_order_that_comes_twice_is_sent_once(desk: Desk) -> None:
    wanted = desk.permitted()
    desk.place(wanted)
    desk.place(wanted)
    assert len(desk.book.sent) == 1
    assert desk.steps() == ["intent", "permitted", "sending", "pending"]


def test_orders_wait_for_each_other(desk: Desk) -> None:
    first, second = desk.permitted(), desk.permitted("t-2", selection=selection(1))
    desk.book.offers = [offered(), offered(HDPorGoal="0.25")]
    for wanted in (first, second):
        desk.world.host.tell(COURIER, Place(wanted, permit_for(wanted)), EXECUTOR)
    desk.world.host.run(0)
    assert [call for _, call, _ in desk.book.calls] == ["GetPlacementInfo", "PlaceBet"] * 2


# Offers that come to nothing.


NO_OFFERS: list[tuple[Any, str]] = [
    (BookError("HTTP 500"), "no offer: HTTP 500"),
    (NotSentError("refused"), "no offer: refused"),
    (b"rubbish", "no offer: "),
    (envelope({"OddsPlacementData": []}), "SBO makes no offer"),
    (offered(Bookie="PIN"), "SBO makes no offer"),
    (offered(Rejected=True, Message="market closed"), "SBO rejects: market closed"),
    (offered(Price=1.919), "price went to 1.919, floor 1.920"),
    (offered(Price=float("1e9")), "SBO rejects: price"),
    (offered(HDPorGoal="-0.5"), "SBO rejects: line"),
    (offered(MinimumAmount=20), "stake 10.00 is under the minimum 20.00"),
    (offered(MaximumAmount=0), "stake 0.00 is under the minimum"),
]


@pytest.mark.parametrize(("offer", "reason"), NO_OFFERS)
def test_without_a_good_offer_nothing_is_sent(desk: Desk, offer: object, reason: str) -> None:
    desk.book.offers = [offer]
    desk.place()
    assert desk.book.sent == []
    assert desk.steps() == ["intent", "permitted", "expired"]
    assert reason in desk.reason()
    assert desk.moved("risk") == desk.moved(EXECUTOR) == [("expired", 1000)]


def test_a_floor_is_never_undercut_whatever_the_first_price_was(desk: Desk) -> None:
    desk.book.offers = [offered(Price=1.94)]
    desk.place(desk.permitted(floor=1945))
    assert desk.book.sent == []


# Risk, the journal and the courier's own end.


def test_an_order_that_risk_took_back_meanwhile_is_not_sent(desk: Desk) -> None:
    desk.book.when_asked = lambda: desk.clerk.move("t-1", S.EXPIRED)
    desk.place()
    assert desk.book.sent == []
    assert desk.steps() == ["intent", "permitted", "expired"]
    assert desk.moved() == []


def test_an_order_that_was_never_permitted_is_not_sent(desk: Desk) -> None:
    wanted = intent()
    desk.clerk.want(wanted)
    desk.place(wanted)
    assert desk.book.sent == []


@pytest.mark.parametrize("state", [S.ABANDONED, S.EXPIRED])
def test_an_order_that_is_over_is_not_sent(desk: Desk, state: OrderState) -> None:
    wanted = desk.permitted()
    desk.clerk.move("t-1", state)
    desk.place(wanted)
    assert desk.book.sent == []
    assert desk.state() == state.value


def test_a_restarted_courier_puts_what_it_was_sending_in_doubt(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.clerk.want(intent(), *TO_SENDING, courier=COURIER, stake=800)
    desk.clerk.want(intent("t-2"), *TO_SENDING, courier="gateway/ao/2")
    desk.clerk.want(intent("t-3"), *TO_PERMITTED)
    desk.start()
    assert desk.state() == "in_doubt"
    assert desk.moved("risk") == desk.moved(EXECUTOR) == [("in_doubt", 800)]
    assert (desk.state("t-2"), desk.state("t-3")) == ("sending", "permitted")
    assert desk.book.calls == []


def test_a_courier_that_dies_while_sending_leaves_sending_and_then_doubt(desk: Desk) -> None:
    desk.book.bets = [MemoryError("out of memory"), taken()]
    desk.place()
    assert COURIER not in desk.world.host.cells
    assert desk.state() == "sending"
    assert desk.moved() == []
    desk.start()
    assert desk.state() == "in_doubt"
    assert desk.moved() == [("in_doubt", 1000)]
    assert len(desk.book.sent) == 1


def test_an_older_courier_cannot_send_once_a_newer_is_there(desk: Desk) -> None:
    """It is refused when it wants to make SENDING durable, so no byte leaves."""
    older = desk.world.host.cells[COURIER].actor
    assert isinstance(older, Gateway)
    wanted = desk.permitted()
    desk.start()
    with pytest.raises(Exception, match="the newest is 2"):
        older.on_message(Place(wanted, permit_for(wanted)), EXECUTOR)
    assert desk.book.sent == []


# The token.


def test_without_a_token_nothing_is_asked(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.start(token="")
    desk.place()
    assert desk.book.calls == []
    assert (desk.state(), desk.reason()) == ("expired", "not logged in")


def test_a_session_lost_at_the_offer_is_told_and_nothing_is_sent(desk: Desk) -> None:
    desk.book.offers = [SessionLostError("HTTP 401"), offered()]
    desk.place()
    assert desk.world.told("session/ao", TokenRejected) == [TokenRejected("token-1")]
    assert (desk.state(), desk.book.sent) == ("expired", [])


def test_a_session_lost_at_the_placement_is_told_once(desk: Desk) -> None:
    desk.book.bets = [Answer(401, b"")]
    desk.place()
    desk.place(desk.permitted("t-2"))
    assert desk.world.told("session/ao", TokenRejected) == [TokenRejected("token-1")]
    assert desk.state("t-2") == "expired"


def test_a_new_token_is_used_for_the_next_order(desk: Desk) -> None:
    desk.world.tell(COURIER, Token("token-2", "http://book/other"), sender="session/ao")
    desk.place()
    assert {token for _, _, token in desk.book.calls} == {"token-2"}
