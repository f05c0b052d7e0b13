"""The lifecycle as a table: what it allows happens, what it does not changes nothing."""

import itertools

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from actors.errors import IllegalTransitionError
from actors.ledger import Ledger
from actors.orders import (
    ADOPTED,
    FINAL,
    IN_FLIGHT,
    OPEN,
    TRANSITIONS,
    OrderState,
    check_transition,
    next_state,
)
from tests.actors.world import TO_SENDING, Clerk, S, adopted, intent, new_journal

NOT_ALLOWED = [
    (now, then)
    for now, then in itertools.product(OrderState, OrderState)
    if then not in TRANSITIONS[now]
]
ALLOWED = [(now, then) for now in OrderState for then in OrderState if then in TRANSITIONS[now]]


def way_to(state: OrderState) -> tuple[OrderState, ...]:
    """Return the shortest way from INTENT to a state, without INTENT itself."""
    ways: dict[OrderState, tuple[OrderState, ...]] = {OrderState.INTENT: ()}
    for now in (queue := [OrderState.INTENT]):
        for then in sorted(TRANSITIONS[now], key=lambda found: found.value):
            if then not in ways:
                ways[then] = (*ways[now], then)
                queue.append(then)
    return ways[state]


@pytest.mark.parametrize("state", OrderState)
def test_every_state_can_be_reached_from_intent(state: OrderState) -> None:
    journal = new_journal()
    Clerk(journal).want(intent(), *way_to(state))
    order = Ledger(journal).order("t-1")
    assert order is not None
    assert order.state == state.value


@pytest.mark.parametrize(("now", "then"), ALLOWED)
def test_what_the_table_allows_passes(now: OrderState, then: OrderState) -> None:
    check_transition("t-1", now, then)


@pytest.mark.parametrize(("now", "then"), NOT_ALLOWED)
def test_what_the_table_does_not_name_raises_and_changes_nothing(
    now: OrderState, then: OrderState
) -> None:
    journal = new_journal()
    clerk = Clerk(journal)
    clerk.want(intent(), *way_to(now))
    before = Ledger(journal).everything(), journal.verify()
    with pytest.raises(IllegalTransitionError, match=f"{now.value} cannot become {then.value}"):
        clerk.move("t-1", then, intent=msgspec.to_builtins(intent()))
    assert (Ledger(journal).everything(), journal.verify()) == before


@pytest.mark.parametrize("then", [state for state in OrderState if state is not S.INTENT])
def test_an_order_begins_with_intent_and_nothing_else(then: OrderState) -> None:
    with pytest.raises(IllegalTransitionError, match=f"nothing cannot become {then.value}"):
        check_transition("t-1", None, then)
    check_transition("t-1", None, OrderState.INTENT)


def test_a_bet_of_the_book_begins_as_accepted_and_by_that_step_only() -> None:
    assert next_state("a-1", None, ADOPTED) is S.ACCEPTED
    assert next_state("t-1", None, "intent") is S.INTENT
    with pytest.raises(ValueError, match="teleported"):
        next_state("t-1", None, "teleported")


@pytest.mark.parametrize("now", OrderState)
def test_an_order_that_is_there_cannot_be_adopted(now: OrderState) -> None:
    """Not even one that may become accepted: that takes evidence about this very order."""
    journal = new_journal()
    clerk = Clerk(journal)
    clerk.want(intent("a-77"), *way_to(now))
    before = Ledger(journal).everything(), journal.verify()
    with pytest.raises(IllegalTransitionError, match=f"a-77: {now.value} cannot become adopted"):
        clerk.adopt(adopted())
    assert (Ledger(journal).everything(), journal.verify()) == before


def test_only_evidence_from_the_book_leaves_doubt() -> None:
    assert TRANSITIONS[S.IN_DOUBT] == {S.PENDING, S.ACCEPTED, S.REFUSED, S.VOID}


def test_an_order_in_doubt_is_open_and_in_flight() -> None:
    assert S.IN_DOUBT in OPEN & IN_FLIGHT
    assert {S.PERMITTED, S.SENDING, S.PENDING, S.ACCEPTED} <= OPEN
    assert not OPEN & FINAL


def test_nothing_is_sent_twice_by_the_table() -> None:
    """No way leads from SENDING back to SENDING."""
    reached, queue = set(), [S.SENDING]
    while queue:
        for then in TRANSITIONS[queue.pop()] - reached:
            reached.add(then)
            queue.append(then)
    assert S.SENDING not in reached
    assert S.PERMITTED not in reached


class Lifecycle(RuleBasedStateMachine):
    """Orders pushed anywhere: the ledger follows a model that knows only the table."""

    @initialize()
    def open_the_books(self) -> None:
        self.journal = new_journal()
        self.clerk = Clerk(self.journal)
        self.model: dict[str, OrderState] = {}
        self.entries = 0

    @rule(order=st.sampled_from(["t-1", "t-2", "t-3"]), then=st.sampled_from(OrderState))
    def push(self, order: str, then: OrderState) -> None:
        now = self.model.get(order)
        allowed = then is OrderState.INTENT if now is None else then in TRANSITIONS[now]
        try:
            if then is OrderState.INTENT:
                self.clerk.want(intent(order))
            else:
                self.clerk.move(order, then)
        except IllegalTransitionError:
            assert not allowed
        else:
            assert allowed
            self.model[order] = then
            self.entries += 1

    @rule(order=st.sampled_from(["t-1", "t-2", "t-3"]))
    def hurry(self, order: str) -> None:
        """Bring an order to the book, so that the later states are visited as well."""
        if order not in self.model:
            self.clerk.want(intent(order), *TO_SENDING)
            self.model[order] = OrderState.SENDING
            self.entries += 3

    @invariant()
    def the_ledger_is_the_model(self) -> None:
        if hasattr(self, "journal"):
            held = {order.id: order.state for order in Ledger(self.journal).everything()}
            assert held == {order: state.value for order, state in self.model.items()}
            assert self.journal.verify() == self.entries


Lifecycle.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestLifecycle = Lifecycle.TestCase
