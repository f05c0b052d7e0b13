"""The ledger is what the entries say, and nothing else."""

from pathlib import Path

import msgspec
import pytest

from actors.errors import IllegalTransitionError
from actors.ledger import Ledger, OrderTable, open_journal
from actors.orders import OPEN, OrderState
from actors.units import Millis
from runtime.errors import StaleWriterError
from runtime.journal import Entry, Journal
from tests.actors.world import (
    EVENT,
    HOME,
    NOW,
    TO_ACCEPTED,
    TO_IN_DOUBT,
    TO_PERMITTED,
    TO_SENDING,
    Clerk,
    S,
    adopted,
    intent,
    new_journal,
)


@pytest.fixture
def journal() -> Journal:
    return new_journal()


@pytest.fixture
def clerk(journal: Journal) -> Clerk:
    return Clerk(journal)


@pytest.fixture
def ledger(journal: Journal) -> Ledger:
    return Ledger(journal)


def test_an_intent_becomes_a_row_with_everything_it_says(clerk: Clerk, ledger: Ledger) -> None:
    clerk.want(intent(), at=NOW + 5)
    order = ledger.order("t-1")
    assert order is not None
    assert (order.account, order.strategy, order.state) == ("ao", "value", "intent")
    assert (order.event, order.event_name, order.league) == ("ao-1", EVENT.name, EVENT.league)
    assert (order.market, order.period, order.line, order.side) == ("ah", "ft", -25, "home")
    assert (order.selection, order.book) == (HOME.key, "SBO")
    assert (order.wanted_price, order.price, order.stake) == (1950, 1950, 1000)
    assert (order.made_at, order.moved_at, order.placed_at) == (NOW + 5, NOW + 5, None)


def test_a_row_follows_what_its_entries_tell(clerk: Clerk, ledger: Ledger) -> None:
    clerk.want(intent(), *TO_PERMITTED)
    clerk.move("t-1", S.SENDING, at=NOW + 1, price=1960, stake=800, courier="g/1", reference="WA-1")
    clerk.move("t-1", S.PENDING, at=NOW + 2, reason="handed over")
    clerk.move("t-1", S.ACCEPTED, at=NOW + 3, ticket="77", price=1955)
    clerk.move("t-1", S.SETTLED, at=NOW + 4, pnl=764)
    order = ledger.order("t-1")
    assert order is not None
    assert (order.price, order.stake, order.courier, order.reference) == (1955, 800, "g/1", "WA-1")
    assert (order.ticket, order.reason, order.pnl) == ("77", "handed over", 764)
    assert (order.placed_at, order.settled_at, order.moved_at) == (NOW + 1, NOW + 4, NOW + 4)
    assert order.wanted_price == 1950


def test_what_an_entry_may_not_change_stays(clerk: Clerk, ledger: Ledger) -> None:
    clerk.want(intent(), S.PERMITTED, account="other", selection="other", made_at=1)
    order = ledger.order("t-1")
    assert order is not None
    assert (order.account, order.selection, order.made_at) == ("ao", HOME.key, NOW)


def test_an_adopted_bet_becomes_a_row_with_everything_the_book_says(
    clerk: Clerk, ledger: Ledger
) -> None:
    clerk.adopt(adopted(placed_at=Millis(NOW - 9)), at=NOW + 5, reason="the journal was lost")
    (order,) = ledger.bets()
    assert (order.id, order.account, order.strategy, order.state) == ("a-77", "ao", "", "accepted")
    assert (order.event, order.event_name) == ("ao-Arsenal v Everton", "Arsenal v Everton")
    assert (order.league, order.start) == (EVENT.league, EVENT.start)
    assert (order.market, order.period, order.line, order.side) == ("ah", "ft", -25, "home")
    assert order.selection == "ao-Arsenal v Everton:ah:ft:-25:home"
    assert (order.book, order.price, order.wanted_price, order.stake) == ("SBO", 1950, 1950, 1000)
    assert (order.reference, order.ticket) == ("WA-77", "77")
    assert (order.made_at, order.placed_at, order.moved_at) == (NOW - 9, NOW - 9, NOW + 5)
    assert order.reason == "the journal was lost"
    assert order.adopted
    clerk.move("a-77", S.SETTLED, at=NOW + 6, pnl=950)
    assert (ledger.profit("ao"), ledger.open_stakes()) == (950, 0)


def test_a_bet_cannot_be_adopted_twice(clerk: Clerk, ledger: Ledger) -> None:
    clerk.adopt(adopted())
    before = ledger.everything()
    with pytest.raises(IllegalTransitionError, match="accepted cannot become adopted"):
        clerk.adopt(adopted(stake=2000))
    assert ledger.everything() == before


def test_what_an_account_adopted_lately_is_found_by_number(clerk: Clerk, ledger: Ledger) -> None:
    assert ledger.newest() == 0
    clerk.adopt(adopted("1"))
    before = ledger.newest()
    clerk.want(intent("t-1"))
    clerk.adopt(adopted("2", account="b"))
    clerk.adopt(adopted("3"))
    assert [order.id for order in ledger.adopted_after(before, "ao")] == ["a-3"]
    assert [order.id for order in ledger.adopted_after(before, "b")] == ["a-2"]
    assert ledger.adopted_after(ledger.newest(), "ao") == []


def test_an_illegal_step_undoes_the_whole_append(clerk: Clerk, ledger: Ledger) -> None:
    clerk.want(intent("t-1"), *TO_PERMITTED)
    before = ledger.everything()
    with pytest.raises(IllegalTransitionError):
        clerk.write(
            Entry("order.sending", "t-1", {"price": 1}),
            Entry("order.settled", "t-1", {"pnl": 5}),
        )
    assert ledger.everything() == before
    assert ledger.journal.verify() == 2


def test_the_ledger_can_be_made_again_from_the_entries(clerk: Clerk, ledger: Ledger) -> None:
    clerk.want(intent("t-1"), *TO_ACCEPTED, stake=500, price=1970)
    clerk.want(intent("t-2"), *TO_IN_DOUBT, reason="time-out")
    clerk.want(intent("t-3"), S.DENIED)
    clerk.adopt(adopted())
    again, table = new_journal(), OrderTable()
    for written in ledger.journal.entries():
        table.apply(again.connection, written)
    assert Ledger(again).everything() == ledger.everything()


def test_entries_of_others_make_no_row(clerk: Clerk, ledger: Ledger) -> None:
    clerk.write(Entry("killed", "gate", {}), Entry("account.opened", "account/ao", {"opening": 1}))
    assert ledger.everything() == []


def test_an_unknown_state_is_refused(clerk: Clerk, ledger: Ledger) -> None:
    clerk.want(intent())
    with pytest.raises(ValueError, match="teleported"):
        clerk.write(Entry("order.teleported", "t-1", {}))
    assert ledger.journal.verify() == 1


def test_an_intent_that_is_none_is_refused(clerk: Clerk, ledger: Ledger) -> None:
    with pytest.raises(msgspec.ValidationError):
        clerk.write(Entry("order.intent", "t-1", {"intent": {"order": "t-1"}}))
    assert ledger.everything() == []


def test_an_order_is_found_by_a_part_that_only_it_has(clerk: Clerk, ledger: Ledger) -> None:
    for name in ("t-abc1", "t-abd2", "t-xyz2"):
        clerk.want(intent(name))

    def found(text: str) -> str:
        order = ledger.order(text)
        return order.id if order else ""

    assert found("t-abc1") == "t-abc1"
    assert found("t-x") == "t-xyz2"
    assert found("bd2") == "t-abd2"
    assert found("t-ab") == ""
    assert found("2") == ""
    assert found("nobody") == ""


def test_a_whole_id_wins_over_longer_ones_that_begin_with_it(clerk: Clerk, ledger: Ledger) -> None:
    for name in ("t-10", "t-11", "t-1"):
        clerk.want(intent(name))
    order = ledger.order("t-1")
    assert order is not None
    assert order.id == "t-1"


@pytest.mark.parametrize("wild", ["%", "_-1", "t_1", "%1"])
def test_no_letter_of_an_id_is_a_wild_card(clerk: Clerk, ledger: Ledger, wild: str) -> None:
    clerk.want(intent("t-1"))
    assert ledger.order(wild) is None


def test_a_bet_is_what_was_or_may_have_been_sent(clerk: Clerk, ledger: Ledger) -> None:
    clerk.want(intent("denied"), S.DENIED)
    clerk.want(intent("permitted"), *TO_PERMITTED)
    clerk.want(intent("expired"), *TO_PERMITTED, S.EXPIRED)
    clerk.want(intent("sending"), *TO_SENDING)
    clerk.want(intent("doubt"), *TO_IN_DOUBT)
    clerk.want(intent("not sent"), *TO_SENDING, S.NOT_SENT)
    assert [order.id for order in ledger.bets()] == ["sending", "doubt", "not sent"]
    assert len(ledger.everything()) == 6


def test_profit_is_the_sum_of_what_was_settled_by_account(clerk: Clerk, ledger: Ledger) -> None:
    assert ledger.profit() == 0
    clerk.want(intent("t-1"), *TO_ACCEPTED)
    clerk.move("t-1", S.SETTLED, pnl=950)
    clerk.want(intent("t-2"), *TO_ACCEPTED)
    clerk.move("t-2", S.SETTLED, pnl=-1000)
    clerk.want(intent("t-3", account="other"), *TO_ACCEPTED)
    clerk.move("t-3", S.SETTLED, pnl=7)
    clerk.want(intent("t-4"), *TO_ACCEPTED)
    assert (ledger.profit(), ledger.profit("ao"), ledger.profit("other")) == (-43, -50, 7)


def test_the_profit_of_a_day_begins_with_its_first_moment(clerk: Clerk, ledger: Ledger) -> None:
    for name, at in (("early", NOW - 1), ("late", NOW)):
        clerk.want(intent(name), *TO_ACCEPTED)
        clerk.move(name, S.SETTLED, at=at, pnl=100)
    assert ledger.settled_since(NOW) == 100
    assert ledger.settled_since(NOW - 1) == 200


def test_permits_are_remembered_whatever_became_of_them(clerk: Clerk, ledger: Ledger) -> None:
    clerk.want(intent("old"), *TO_PERMITTED, at=NOW - 1)
    clerk.want(intent("open"), *TO_ACCEPTED, at=NOW)
    clerk.want(intent("unused"), *TO_PERMITTED, S.EXPIRED, at=NOW + 1)
    clerk.want(intent("denied"), S.DENIED, at=NOW + 2)
    assert [order.id for order in ledger.permitted_since(NOW)] == ["open", "unused"]
    assert [order.id for order in ledger.sent_since(NOW)] == ["open"]


@pytest.mark.parametrize("state", sorted(OPEN, key=lambda state: state.value))
def test_the_stake_of_every_open_order_counts(
    clerk: Clerk, ledger: Ledger, state: OrderState
) -> None:
    ways = {
        S.PERMITTED: TO_PERMITTED,
        S.SENDING: TO_SENDING,
        S.PENDING: (*TO_SENDING, S.PENDING),
        S.IN_DOUBT: TO_IN_DOUBT,
        S.ACCEPTED: TO_ACCEPTED,
    }
    clerk.want(intent("t-1", stake=700), *ways[state])
    clerk.want(intent("t-2", stake=99), S.DENIED)
    assert ledger.open_stakes() == 700


def test_orders_come_by_state_and_account_oldest_first(clerk: Clerk, ledger: Ledger) -> None:
    for name, account in (("b", "ao"), ("a", "ao"), ("c", "other")):
        clerk.want(intent(name, account=account), *TO_SENDING)
    clerk.want(intent("d"), *TO_PERMITTED)
    assert [order.id for order in ledger.orders({S.SENDING})] == ["b", "a", "c"]
    assert [order.id for order in ledger.orders({S.SENDING, S.PERMITTED}, "ao")] == ["b", "a", "d"]


def test_a_bet_is_accounted_for_by_its_reference_unless_it_is_held_to_be_none(
    clerk: Clerk, ledger: Ledger
) -> None:
    clerk.want(intent(), *TO_SENDING, reference="WA-t-1")
    assert ledger.accounts_for("WA-t-1")
    assert not ledger.accounts_for("WA-t-2")
    clerk.move("t-1", S.IN_DOUBT)
    assert ledger.accounts_for("WA-t-1")
    clerk.move("t-1", S.REFUSED)
    assert not ledger.accounts_for("WA-t-1")


def test_an_adopted_order_accounts_for_its_own_ticket_only(clerk: Clerk, ledger: Ledger) -> None:
    """References repeat at this book: the other ticket is still a stranger."""
    clerk.adopt(adopted("77", reference="WA-x"))
    assert ledger.accounts_for("WA-x", "77")
    assert not ledger.accounts_for("WA-x", "78")
    clerk.want(intent("t-1"), *TO_SENDING, reference="WA-x")
    assert ledger.accounts_for("WA-x", "78")


def test_a_bet_without_a_reference_is_not_that_of_an_order_that_never_left(
    clerk: Clerk, ledger: Ledger
) -> None:
    clerk.want(intent("t-1"), S.DENIED)
    assert not ledger.accounts_for("", "77")
    assert ledger.of_reference("") == []


def test_the_ledger_of_a_folder_comes_back_after_reopening(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    journal.begin_term(NOW)
    Clerk(journal).want(intent(), *TO_IN_DOUBT)
    again = Ledger(open_journal(tmp_path))
    assert [order.state for order in again.bets()] == ["in_doubt"]
    assert again.open_stakes() == 1000


def test_an_old_pen_moves_no_order(clerk: Clerk, ledger: Ledger) -> None:
    clerk.want(intent(), *TO_PERMITTED)
    Clerk(ledger.journal)
    with pytest.raises(StaleWriterError):
        clerk.move("t-1", S.SENDING)
    assert [order.state for order in ledger.everything()] == ["permitted"]
