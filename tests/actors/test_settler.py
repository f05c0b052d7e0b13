"""The Settler's word on an account: what Risk waits for before the first grant."""

from typing import Any

import pytest

from actors.books.asianodds.bets import BetState, BookBet
from actors.books.asianodds.client import AccountSummary
from actors.messages import AccountState, Token
from actors.settler import EVERY, Settler
from actors.units import Money
from runtime.journal import Entry
from tests.actors.world import ACCOUNT, HOME, TO_ACCEPTED, TO_IN_DOUBT, Clerk, S, World, intent


class Book:
    """An account as its lists; what is not laid ready is empty."""

    def __init__(self) -> None:
        self.running: list[BookBet] = []
        self.finished: list[BookBet] = []
        self.newest: list[BookBet] = []
        self.credit, self.outstanding = 100_000, 0
        self.asked: list[str] = []
        self.looked = 0

    def connect(self, _settings: Any) -> Any:
        return self

    def set_base(self, url: str) -> None:
        """There is one address."""

    def running_bets(self, _token: str) -> tuple[BookBet, ...]:
        self.looked += 1
        return tuple(self.running)

    def finished_bets(self, _token: str) -> tuple[BookBet, ...]:
        return tuple(self.finished)

    def bets(self, _token: str) -> tuple[BookBet, ...]:
        return tuple(self.newest)

    def bets_by_reference(self, _token: str, reference: str) -> tuple[BookBet, ...]:
        self.asked.append(reference)
        return ()

    def history(self, _token: str, _day: Any) -> tuple[BookBet, ...]:
        return ()

    def account(self, _token: str) -> AccountSummary:
        return AccountSummary(Money(self.credit), Money(self.outstanding), "EUR", Money(0))


def ticket(reference: str, stake: int = 1000, state: BetState = BetState.RUNNING) -> BookBet:
    """Return the book's word on a bet of 10.00 on HOME at SBO."""
    return BookBet(
        reference,
        f"T-{reference}",
        "SBO",
        "Arsenal",
        "Everton",
        HOME.type,
        HOME.side,
        HOME.line,
        HOME.period,
        1950,
        Money(stake),
        state,
        pnl=None,
        placed_at=None,
        message="",
        raw_status=state.name,
    )


class Desk:
    def __init__(self) -> None:
        self.world = World("risk", "control", "session/ao", f"executor/{HOME.key}")
        self.book = Book()
        self.clerk = Clerk(self.world.journal)

    def start(self) -> None:
        self.world.spawn(
            Settler,
            "settler/ao",
            account="ao",
            settings=ACCOUNT,
            connect=self.book.connect,
            doubt_patience=60.0,
        )
        self.world.tell("settler/ao", Token("t", "http://book"))

    @property
    def told(self) -> list[AccountState]:
        return self.world.told("risk", AccountState)

    def opened(self) -> list[Entry]:
        return [Entry(w.kind, w.key, w.body) for w in self.world.journal.entries("account/ao")]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_book_is_read_as_soon_as_there_is_a_session(desk: Desk) -> None:
    desk.start()
    (state,) = desk.told
    assert (state.answered, state.difference, state.credit) == (True, 0, 100_000)
    desk.world.tell("settler/ao", Token("t2", "http://book"))
    assert desk.book.looked == 1  # a new token alone is no reason


def test_what_the_account_held_is_journalled_before_risk_hears_of_it(desk: Desk) -> None:
    desk.start()
    assert desk.opened() == [Entry("account.opened", "account/ao", {"opening": 100_000})]
    desk.book.credit = 150_000
    desk.world.host.run(EVERY)
    assert desk.told[-1].difference == 50_000


def test_what_an_operator_explained_is_no_difference(desk: Desk) -> None:
    desk.start()
    desk.book.credit = 150_000
    desk.clerk.write(Entry("account.adjusted", "account/ao", {"amount": 50_000}))
    desk.world.host.run(EVERY)
    assert desk.told[-1].difference == 0


def test_an_open_order_that_no_list_shows_is_asked_about_before_all_is_answered(
    desk: Desk,
) -> None:
    for number in range(12):  # more than are asked about in one round
        wanted = intent(f"t-{number}")
        desk.clerk.want(wanted, *TO_IN_DOUBT, reference=f"WA-{number}")
    desk.start()
    assert not desk.told[-1].answered
    desk.world.host.run(EVERY)
    assert desk.told[-1].answered
    assert set(desk.book.asked) == {f"WA-{number}" for number in range(12)}


def test_a_running_bet_answers_for_itself(desk: Desk) -> None:
    desk.clerk.want(intent("t-1"), *TO_ACCEPTED, reference="WA-1")
    desk.book.running = [ticket("WA-1")]
    desk.start()
    assert (desk.told[-1].answered, desk.told[-1].foreign_stakes) == (True, 0)


def test_a_bet_that_we_did_not_place_is_counted(desk: Desk) -> None:
    desk.book.running = [ticket("by hand", 700), ticket("rejected", 900, BetState.REJECTED)]
    desk.start()
    assert desk.told[-1].foreign_stakes == 700


def test_a_bet_that_was_held_to_be_refused_and_runs_is_counted_as_not_ours(desk: Desk) -> None:
    desk.clerk.want(intent("t-1"), *TO_IN_DOUBT, reference="WA-1")
    desk.clerk.move("t-1", S.REFUSED)
    desk.book.running = [ticket("WA-1")]
    desk.start()
    assert desk.told[-1].foreign_stakes == 1000


def test_control_is_not_told_before_it_is_there(desk: Desk) -> None:
    desk.start()
    assert desk.world.told("control", AccountState) == []
    desk.world.host.run(EVERY)
    assert len(desk.world.told("control", AccountState)) == 1
