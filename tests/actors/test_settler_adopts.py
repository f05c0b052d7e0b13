"""The Settler makes bets of the book orders of ours: one durable step, and then the news of it."""

from typing import Any

import msgspec
import pytest

from actors.books.asianodds.bets import BetState, BookBet
from actors.errors import BookError, SessionLostError
from actors.ledger import Ledger
from actors.messages import AccountState, OrderMoved, Steer, Steered, Token, TokenRejected
from actors.settler import EVERY
from actors.units import Money
from runtime.errors import JournalError
from runtime.journal import Entry
from tests.actors.test_settler import Desk, ticket
from tests.actors.world import TO_ACCEPTED, TO_IN_DOUBT, S, intent


class Adopting(Desk):
    """An account with two open bets of 10.00 that the journal does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.book.running = [ticket("WA-1"), ticket("WA-2")]
        self.book.credit, self.book.outstanding = 98_000, 2_000
        self.count = 0

    def adopt(self, *tickets: str, **given: str) -> Steered:
        self.count += 1
        arguments = {"tickets": "\n".join(tickets), "reason": "lost", "by": "ada"} | given
        steer = Steer(f"c-{self.count}", "adopt", arguments)
        self.world.tell("settler/ao", steer, sender="control")
        reply = self.world.told("control", Steered)[-1]
        assert reply.id == steer.id
        return reply

    def orders(self) -> dict[str, str]:
        return {order.id: order.state for order in self.world.ledger.everything()}

    def settle(self, reference: str, pnl: int) -> None:
        """Let the book end a bet: its stake comes back with the profit."""
        bet = next(bet for bet in self.book.running if bet.reference == reference)
        self.book.running.remove(bet)
        state = BetState.WON if pnl > 0 else BetState.LOST
        self.book.finished.append(msgspec.structs.replace(bet, state=state, pnl=Money(pnl)))
        self.book.outstanding -= int(bet.stake or 0)
        self.book.credit += int(bet.stake or 0) + pnl


@pytest.fixture
def desk() -> Adopting:
    made = Adopting()
    made.start()
    return made


def becomes(reply: Steered) -> dict[str, str]:
    bets: Any = reply.body["bets"]
    return {bet["ticket"]: bet["becomes"] for bet in bets}


def test_bets_that_are_not_ours_become_orders_with_who_and_why(desk: Adopting) -> None:
    assert desk.told[-1].foreign_stakes == 2_000
    reply = desk.adopt()
    assert reply.exit == 0
    assert becomes(reply) == {"T-WA-1": "adopted", "T-WA-2": "adopted"}
    assert (reply.body["foreign_stakes"], reply.body["difference"]) == ("0.00", "0.00")
    assert desk.orders() == {"a-T-WA-1": "accepted", "a-T-WA-2": "accepted"}
    (entry,) = desk.world.journal.entries("a-T-WA-1")
    assert (entry.kind, entry.writer) == ("order.adopted", "settler/ao")
    assert (entry.body["reason"], entry.body["by"]) == ("lost", "ada")


def test_the_news_that_leaves_them_out_comes_with_them_in_the_journal(desk: Adopting) -> None:
    """Whoever hears that these stakes are no longer foreign finds the orders."""
    desk.adopt()
    assert desk.told[-1].foreign_stakes == 0
    assert desk.world.told("risk", OrderMoved) == []
    assert desk.world.told("control", AccountState)[-1].foreign_stakes == 0


def test_the_acknowledgement_comes_after_the_journal_has_them(
    desk: Adopting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise JournalError("database or disk is full: make room")

    heard = len(desk.told)
    monkeypatch.setattr(desk.world.journal, "append", refuse)
    desk.world.tell("settler/ao", Steer("c-x", "adopt", {"reason": "x"}), sender="control")
    assert desk.world.told("control", Steered) == []
    assert len(desk.told) == heard
    assert "settler/ao" not in desk.world.host.cells
    monkeypatch.undo()
    assert desk.orders() == {}


def test_adopted_bets_are_settled_like_any_other_and_the_account_comes_out_even(
    desk: Adopting,
) -> None:
    desk.adopt()
    desk.settle("WA-1", 950)
    desk.settle("WA-2", -1_000)
    desk.world.host.run(EVERY)
    assert desk.orders() == {"a-T-WA-1": "settled", "a-T-WA-2": "settled"}
    assert desk.world.ledger.profit("ao") == -50
    assert desk.told[-1].difference == 0
    moved = {m.order: (m.state, m.pnl) for m in desk.world.told("risk", OrderMoved)}
    assert moved == {"a-T-WA-1": ("settled", 950), "a-T-WA-2": ("settled", -1_000)}


def test_what_was_settled_before_it_could_be_adopted_is_a_difference_to_explain(
    desk: Adopting,
) -> None:
    desk.settle("WA-1", 950)
    reply = desk.adopt()
    assert becomes(reply) == {"T-WA-2": "adopted"}
    assert reply.body["difference"] == "9.50"
    desk.clerk.write(Entry("account.adjusted", "account/ao", {"amount": 950}))
    desk.settle("WA-2", -1_000)
    desk.world.host.run(EVERY)
    assert (desk.told[-1].difference, desk.world.ledger.profit("ao")) == (0, -1_000)


def test_adopting_twice_changes_nothing(desk: Adopting) -> None:
    desk.adopt()
    before, told = desk.world.journal.verify(), desk.orders()
    again = desk.adopt()
    assert (again.exit, again.body["bets"]) == (0, [])
    named = desk.adopt("T-WA-1")
    assert (named.exit, becomes(named)) == (0, {"T-WA-1": "ours"})
    assert (desk.world.journal.verify(), desk.orders()) == (before, told)


def test_only_the_tickets_that_are_named_are_adopted(desk: Adopting) -> None:
    assert becomes(desk.adopt("T-WA-2")) == {"T-WA-2": "adopted"}
    assert desk.orders() == {"a-T-WA-2": "accepted"}
    assert desk.told[-1].foreign_stakes == 1_000


def test_what_cannot_be_adopted_stays_a_stranger_and_fails_the_command(desk: Adopting) -> None:
    desk.book.running[0] = msgspec.structs.replace(desk.book.running[0], type=None, side=None)
    reply = desk.adopt()
    assert (reply.exit, becomes(reply)) == (1, {"T-WA-1": "left", "T-WA-2": "adopted"})
    assert desk.told[-1].foreign_stakes == 1_000
    assert desk.adopt("T-9").exit == 1


def test_a_look_changes_nothing_and_needs_no_reason(desk: Adopting) -> None:
    heard = len(desk.told)
    reply = desk.adopt(look="yes", reason="")
    assert (reply.exit, reply.body["only_looked"]) == (0, True)
    assert becomes(reply) == {"T-WA-1": "adopted", "T-WA-2": "adopted"}
    assert reply.body["foreign_stakes"] == "20.00"
    assert (desk.orders(), len(desk.told)) == ({}, heard)


def test_a_bet_that_the_short_list_does_not_show_is_found_in_the_long_one(desk: Adopting) -> None:
    desk.book.newest = [*desk.book.running, ticket("WA-3", state=BetState.WON)]
    desk.book.running = desk.book.running[:1]
    assert becomes(desk.adopt()) == {"T-WA-1": "adopted", "T-WA-2": "adopted"}
    assert desk.told[-1].foreign_stakes == 0


def test_ours_are_left_alone(desk: Adopting) -> None:
    desk.clerk.want(intent("t-1"), *TO_ACCEPTED, reference="WA-1")
    desk.clerk.want(intent("t-2"), *TO_IN_DOUBT, reference="WA-2")
    assert desk.adopt().body["bets"] == []
    assert desk.orders() == {"t-1": "accepted", "t-2": "in_doubt"}


def test_a_bet_held_to_be_refused_is_adopted_and_names_that_order(desk: Adopting) -> None:
    desk.clerk.want(intent("t-1"), *TO_IN_DOUBT, reference="WA-1")
    desk.clerk.move("t-1", S.REFUSED)
    desk.adopt("T-WA-1")
    assert desk.orders() == {"t-1": "refused", "a-T-WA-1": "accepted"}
    (entry,) = desk.world.journal.entries("a-T-WA-1")
    assert entry.body["earlier"] == "t-1"


@pytest.mark.parametrize(("given", "says"), [({"reason": ""}, "adopt needs a reason")])
def test_an_adoption_that_was_not_meant_is_refused(
    desk: Adopting, given: dict[str, str], says: str
) -> None:
    reply = desk.adopt(**given)
    assert (reply.exit, reply.body) == (1, {"error": says})
    assert desk.orders() == {}


def test_nothing_is_adopted_before_the_account_was_read() -> None:
    desk = Adopting()
    desk.start()
    desk.world.tell("settler/ao", Token("", "http://book"))
    assert "was not read yet" in str(desk.adopt().body["error"])
    assert desk.orders() == {}


@pytest.mark.parametrize("call", ["running_bets", "bets", "account"])
def test_a_book_that_does_not_answer_costs_nothing(
    desk: Adopting, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: Any) -> tuple[BookBet, ...]:
        raise BookError("HTTP 500")

    monkeypatch.setattr(desk.book, call, fail)
    reply = desk.adopt()
    assert (reply.exit, reply.body) == (1, {"error": "HTTP 500"})
    assert desk.orders() == {}
    monkeypatch.undo()
    assert desk.adopt().exit == 0


def test_a_session_lost_meanwhile_is_told_to_the_session(
    desk: Adopting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> tuple[BookBet, ...]:
        raise SessionLostError("401")

    monkeypatch.setattr(desk.book, "bets", fail)
    assert "the session was lost: try again" in str(desk.adopt().body["error"])
    assert desk.world.told("session/ao", TokenRejected) == [TokenRejected("t")]


def test_only_control_can_ask_for_it(desk: Adopting) -> None:
    desk.world.tell("settler/ao", Steer("c-x", "adopt", {"reason": "x"}), sender="risk")
    assert desk.orders() == {}
    assert Ledger(desk.world.journal).everything() == []
