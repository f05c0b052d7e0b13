"""A doubtful bet is held to be none only after looks enough, and patience enough, in a row."""

import pytest

from actors.absence import LOOKS_NEEDED, Absence, explained_stakes
from actors.ledger import Ledger
from actors.orders import OrderState
from tests.actors.world import TO_SENDING, Clerk, S, intent, new_journal

PATIENCE = 60.0


@pytest.fixture
def absence() -> Absence:
    return Absence(PATIENCE)


def seen(absence: Absence, *looks: float, order: str = "t-1") -> list[bool]:
    return [absence.look(order, now, explained=True) for now in looks]


def test_three_looks_establish_it_once_the_patience_is_over(absence: Absence) -> None:
    assert LOOKS_NEEDED == 3
    assert seen(absence, 0.0, 30.0, 59.9, 60.0) == [False, False, False, True]


def test_patience_without_looks_enough_establishes_nothing(absence: Absence) -> None:
    assert seen(absence, 0.0, 1000.0, 1000.0) == [False, False, True]


def test_stakes_that_are_not_explained_begin_the_looks_anew(absence: Absence) -> None:
    seen(absence, 0.0, 30.0)
    assert not absence.look("t-1", 70.0, explained=False)
    assert seen(absence, 80.0, 100.0, 139.9, 140.0) == [False, False, False, True]


def test_a_first_look_that_explains_nothing_is_no_fault(absence: Absence) -> None:
    assert not absence.look("t-1", 0.0, explained=False)


def test_each_order_has_looks_of_its_own(absence: Absence) -> None:
    seen(absence, 0.0, 100.0, order="t-2")
    assert seen(absence, 100.0) == [False]
    assert not absence.look("t-1", 100.0, explained=False)
    assert seen(absence, 100.0, order="t-2") == [True]


@pytest.mark.parametrize(
    ("states", "stake"),
    [
        ((), 0),
        ((S.IN_DOUBT,), 0),
        ((S.PENDING,), 700),
        ((S.ACCEPTED,), 700),
    ],
)
def test_the_book_should_hold_the_stakes_it_knows_of_and_those_of_others(
    states: tuple[OrderState, ...], stake: int
) -> None:
    journal = new_journal()
    Clerk(journal).want(intent(stake=700), *TO_SENDING, *states)
    Clerk(journal, "another").want(intent("t-2", stake=30), *TO_SENDING, S.ACCEPTED)
    assert explained_stakes(Ledger(journal).bets(), 5) == stake + 35
