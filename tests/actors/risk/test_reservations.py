"""What Risk holds reserved, and that no sequence of events gets it past a limit."""

import os
import tempfile
from collections import deque
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from actors.gate import KillGate
from actors.ledger import Ledger, Order
from actors.messages import Denied, Granted, OrderMoved, Reserve
from actors.orders import FINAL, TRANSITIONS, Intent, OrderState
from actors.risk.actor import Risk
from actors.risk.reservations import DAY, Reservation, Reservations, restored, wanted
from actors.risk.results import Results
from actors.selections import Phase, Selection
from actors.settings import Mode
from tests.actors.world import (
    KEY,
    KICK_OFF,
    NOW,
    TO_ACCEPTED,
    TO_IN_DOUBT,
    TO_PENDING,
    TO_SENDING,
    Clerk,
    S,
    World,
    agreed,
    event,
    handicap,
    intent,
    limits,
    new_journal,
)

MIDNIGHT = 1_600_041_600_000
"""The next one after NOW: 2020-09-14, 00:00 UTC."""


@pytest.fixture
def book() -> Reservations:
    return Reservations(day=NOW // DAY)


def test_a_new_book_knows_of_nothing() -> None:
    assert Reservations() == Reservations({}, {}, {}, {}, deque(), 0, 0, {}, Results(0, 0, 0, 0))


def test_a_grant_reserves_the_whole_stake(book: Reservations) -> None:
    book.grant(wanted(intent(stake=700), NOW, 15.0), NOW)
    assert book.stakes() == book.liability() == 700
    assert book.liability(lambda held: held.event == "ao-1") == 700
    assert book.liability(lambda held: held.event == "ao-2") == 0
    assert (book.in_flight(intent().selection.key), book.in_flight("x")) == (1, 0)


def test_a_stake_that_was_cut_holds_no_more_than_was_taken(book: Reservations) -> None:
    book.grant(wanted(intent(stake=700), NOW, 15.0), NOW)
    book.move("t-1", 400, in_flight=True)
    assert book.stakes() == 400
    assert book.in_flight(intent().selection.key) == 1


def test_a_sent_order_has_no_permit_that_could_run_out(book: Reservations) -> None:
    book.grant(wanted(intent(), NOW, 15.0), NOW)
    assert book.held["t-1"].permit_expires == 15.0
    book.move("t-1", 1000, in_flight=True)
    assert book.held["t-1"].permit_expires is None


def test_an_accepted_order_is_exposure_and_not_in_flight(book: Reservations) -> None:
    book.grant(wanted(intent(), NOW, 15.0), NOW)
    book.move("t-1", 1000, in_flight=False)
    assert (book.stakes(), book.in_flight(intent().selection.key)) == (1000, 0)


def test_a_released_order_holds_nothing(book: Reservations) -> None:
    book.grant(wanted(intent(), NOW, 15.0), NOW)
    book.release("t-1")
    book.release("t-1")
    assert (book.stakes(), book.held) == (0, {})


def test_news_of_an_order_that_is_not_held_reserves_nothing(book: Reservations) -> None:
    book.move("t-9", 1000, in_flight=True)
    assert book.held == {}
    book.confirm(ordered(*TO_ACCEPTED))
    assert book.held == {}


def test_stakes_that_are_not_ours_are_stakes(book: Reservations) -> None:
    book.grant(wanted(intent(stake=700), NOW, 15.0), NOW)
    book.foreign_stakes.update({"ao": 20, "other": 3})
    assert (book.stakes(), book.liability()) == (723, 700)
    assert (book.foreign(), book.foreign("ao"), book.foreign("none")) == (23, 20, 0)


def test_orders_of_the_last_minute_are_counted_and_older_ones_forgotten(book: Reservations) -> None:
    for number, at in enumerate([NOW - 60_001, NOW - 60_000, NOW - 59_999, NOW]):
        book.grant(wanted(intent(f"t-{number}"), at, 15.0), at)
    assert book.granted_within(NOW, 60_000) == 2
    assert len(book.granted_at) == 2


def test_a_restored_order_counts_as_one_that_was_granted() -> None:
    journal = new_journal()
    Clerk(journal).want(intent(stake=700), *TO_ACCEPTED, at=NOW)
    (order,) = Ledger(journal).bets()
    book = Reservations()
    book.restore([order])
    book.remember(order)
    assert book.stakes() == book.liability() == 700
    assert book.last_by_selection == {intent().selection.key: NOW}
    assert book.last_by_event == {"ao-1": NOW}


def ordered(*states: OrderState, at: int = NOW, **body: int) -> Order:
    """Return an order in its last state, as the ledger has it."""
    journal = new_journal()
    Clerk(journal).want(intent(), *states, at=at, **body)
    (order,) = Ledger(journal).everything()
    return order


def restored_at(*states: OrderState, at: int = NOW, **body: int) -> Reservation:
    """Return what an order in its last state holds after a restart."""
    book = Reservations()
    book.restore([ordered(*states, at=at, **body)])
    return book.held["t-1"]


@pytest.mark.parametrize(
    ("states", "firm"), [(TO_ACCEPTED, True), (TO_IN_DOUBT, False), (TO_PENDING, False)]
)
def test_only_a_bet_that_the_book_has_confirmed_is_firm_after_a_restart(
    states: tuple[OrderState, ...], firm: bool
) -> None:
    assert restored_at(*states).firm is firm


def test_a_restored_bet_has_the_price_that_was_taken() -> None:
    assert restored_at(*TO_ACCEPTED, price=1931).price == 1931


def test_a_restored_bet_is_paused_by_its_account_book_and_strategy() -> None:
    """The journal does not keep which market was polled for it."""
    assert restored_at(*TO_ACCEPTED).scopes == (
        "account ao",
        "book SBO",
        "strategy value",
        "market ",
    )


@pytest.mark.parametrize(
    ("changed", "agrees"),
    [
        ({}, True),
        ({"stake": 999}, False),
        ({"stake": 1001}, False),
        ({"state": S.ACCEPTED.value}, False),
        ({"state": S.SETTLED.value}, False),
    ],
)
def test_what_is_held_agrees_with_an_order_of_the_same_stake_that_is_as_far(
    changed: dict[str, str | int], agrees: bool
) -> None:
    order = ordered(*TO_SENDING)
    assert restored(order).agrees_with(msgspec.structs.replace(order, **changed)) is agrees


def test_a_confirmed_bet_disagrees_with_an_order_that_is_on_its_way() -> None:
    assert not restored(ordered(*TO_ACCEPTED)).agrees_with(ordered(*TO_SENDING))


def test_a_bet_is_firm_once_the_ledger_says_that_it_was_accepted(book: Reservations) -> None:
    book.grant(wanted(intent(), NOW, 15.0), NOW)
    assert (book.held["t-1"].firm, book.held["t-1"].price) == (False, intent().floor)
    abandoned = (S.PERMITTED, S.ABANDONED)
    for states, firm in ((TO_IN_DOUBT, False), (TO_ACCEPTED, True), (abandoned, False)):
        book.confirm(ordered(*states, price=1931))
        assert (book.held["t-1"].firm, book.held["t-1"].price) == (firm, 1931)


def test_what_is_bet_while_a_match_is_played_is_not_set_off() -> None:
    """Also after a restart: it is settled on the score since then."""
    live = event(phase=Phase.LIVE)
    assert wanted(intent(), KICK_OFF - 1).plain
    assert not wanted(intent(), KICK_OFF).plain
    assert not wanted(intent(), KICK_OFF + 1).plain
    assert not wanted(intent(event=live), KICK_OFF - 1).plain
    assert restored_at(*TO_ACCEPTED, at=KICK_OFF - 1).plain
    assert not restored_at(*TO_ACCEPTED, at=KICK_OFF).plain
    assert not restored_at(*TO_ACCEPTED, at=KICK_OFF + 1).plain


def test_an_order_that_was_never_sent_is_not_remembered_as_a_bet() -> None:
    journal = new_journal()
    Clerk(journal).want(intent(), S.PERMITTED, S.EXPIRED)
    (order,) = Ledger(journal).everything()
    book = Reservations()
    book.remember(order)
    assert book.last_by_selection == {}


def test_the_newest_bet_counts_for_the_cooldown_whatever_the_order_of_reading() -> None:
    book = Reservations()
    book.grant(wanted(intent("t-2"), NOW + 5, 15.0), NOW + 5)
    book.grant(wanted(intent("t-1"), NOW, 15.0), NOW)
    assert book.last_by_event["ao-1"] == NOW + 5


def test_of_two_bets_at_the_same_moment_the_later_ones_bundle_is_remembered(
    book: Reservations,
) -> None:
    for bundle in ("h-1", "h-2"):
        wish = msgspec.structs.replace(intent(), bundle=bundle)
        book.grant(wanted(wish, NOW), NOW)
    assert book.last_bundle["ao-1"] == "h-2"


def test_a_new_day_begins_at_nothing(book: Reservations) -> None:
    book.settled_today = -500
    assert book.today(NOW) == -500
    assert book.today(MIDNIGHT - 1) == -500
    assert book.today(MIDNIGHT) == 0


def test_what_is_settled_counts_for_the_whole_day_and_for_all_days(book: Reservations) -> None:
    for pnl, at in ((-100, MIDNIGHT - 1), (-20, MIDNIGHT), (-3, MIDNIGHT + 5)):
        book.settle(pnl, at)
    assert book.today(MIDNIGHT + 6) == -23
    assert book.results == Results(-123, 0, 3, MIDNIGHT + 5)


def test_what_was_settled_on_another_day_is_not_of_this_one(book: Reservations) -> None:
    book.settle(-500, NOW)
    assert book.today(NOW - 86_400_000) == 0  # a clock was set back


BOUNDS = limits(
    max_stake=1000,
    max_exposure=3000,
    max_event_exposure=2000,
    max_selection_exposure=1200,
    daily_loss=4000,
    max_open_bets=5,
    orders_per_minute=8,
)

SELECTIONS = [handicap(number, of) for of in ("ao-1", "ao-2") for number in (1, 2)]


STEPS_DONE = [0]


class AnySequence(RuleBasedStateMachine):
    """Intents, moves and time in any order: the journal's own figures keep every limit.

    The model reads the ledger, not Risk's memory; orders are moved as the gateway and the
    settler would, durable first and told afterwards, and now and then Risk is killed.
    """

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.world = World("asker")
        self.clerk = Clerk(self.world.journal, "gateway/ao/1")
        self.granted: list[int] = []
        self.count = 0
        self.start_risk()

    def start_risk(self) -> None:
        gate = KillGate(Path(self.folder.name))
        self.world.spawn(Risk, "risk", limits=BOUNDS, mode=Mode.PAPER, gate=gate, key=KEY)
        self.world.tell("risk", agreed())

    @rule(of=st.sampled_from(SELECTIONS), stake=st.integers(-5, 1300))
    def wish(self, of: Selection, stake: int) -> None:
        self.count += 1
        made = self.intent(of, stake)
        before = len(self.world.heard["asker"])
        self.world.tell("risk", Reserve(made), sender="asker")
        (answer,) = self.world.heard["asker"][before:]
        if isinstance(answer, Granted):
            assert stake > 0
            self.granted.append(self.world.now)
        else:
            assert isinstance(answer, Denied)

    def intent(self, of: Selection, stake: int) -> Intent:
        return intent(
            f"t-{self.count}",
            event=event(of.event),
            selection=of,
            stake=stake,
            seen_at=self.world.now,
        )

    @rule(
        data=st.data(),
        share=st.integers(1, 100),
        told=st.booleans(),
    )
    def move(self, data: st.DataObject, share: int, told: bool) -> None:
        orders = [o for o in self.world.ledger.everything() if OrderState(o.state) not in FINAL]
        if not orders:
            return
        order = data.draw(st.sampled_from(orders))
        choices = sorted(TRANSITIONS[OrderState(order.state)], key=lambda state: state.value)
        then = data.draw(st.sampled_from(choices))
        body: dict[str, int] = {}
        stake, pnl = order.stake, 0
        if then is S.SENDING:
            stake = body["stake"] = max(1, order.stake * share // 100)
        if then is S.SETTLED:
            pnl = body["pnl"] = -order.stake if share < 60 else order.stake * share // 100
        if then is S.VOID:
            body["pnl"] = 0
        self.clerk.move(order.id, then, at=self.world.now, **body)
        if then is not S.SENDING and (told or then in FINAL):
            moved = OrderMoved(order.id, order.selection, then.value, stake, pnl)
            self.world.tell("risk", moved)

    @rule(seconds=st.sampled_from([0.5, 3.0, 20.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.world.host.run(seconds)

    @rule()
    def kill_risk(self) -> None:
        self.world.kill("risk")
        self.start_risk()

    @invariant()
    def count_the_step(self) -> None:
        STEPS_DONE[0] += 1

    @invariant()
    def every_limit_holds(self) -> None:
        if not hasattr(self, "world"):
            return
        ledger = self.world.ledger
        held = [order for order in ledger.everything() if not final_or_unwanted(order.state)]
        assert all(0 < order.stake <= BOUNDS.max_stake for order in held)
        assert sum(order.stake for order in held) <= BOUNDS.max_exposure
        assert len(held) <= BOUNDS.max_open_bets
        for key in {order.event for order in held}:
            stakes = sum(order.stake for order in held if order.event == key)
            assert stakes <= BOUNDS.max_event_exposure
        for key in {order.selection for order in held}:
            mine = [order for order in held if order.selection == key]
            assert sum(order.stake for order in mine) <= BOUNDS.max_selection_exposure
            assert sum(order.state != "accepted" for order in mine) <= 1
        assert -ledger.profit() + sum(order.stake for order in held) <= BOUNDS.daily_loss
        assert len([at for at in self.granted if at > self.world.now - 60_000]) <= 8

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()
        if told_to := os.environ.get("TICTAC_STEPS_DONE"):
            Path(told_to).write_text(str(STEPS_DONE[0]))


def final_or_unwanted(state: str) -> bool:
    return OrderState(state) in FINAL or state == OrderState.INTENT.value


STEPS = int(os.environ.get("TICTAC_RISK_STEPS", "3200"))
LONGEST = 40

AnySequence.TestCase.settings = settings(
    max_examples=STEPS // LONGEST, stateful_step_count=LONGEST, deadline=None
)
TestAnySequence = AnySequence.TestCase
