"""The judge: believes the book's own account and bets, and holds our journal against them."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from actors.books.asianodds.placement import reference_of
from actors.gate import KillGate
from actors.ledger import Ledger, Order
from actors.orders import OPEN, OrderState
from actors.paper.answers import Answer
from actors.paper.bets import FINAL, PENDING, REJECTED, SETTLED, VOID, Bet, Placement
from actors.paper.book import PaperBook
from actors.paper.settling import half_stakes, profit
from actors.settings import RiskSettings

USER = "simulated"
MOST_GOALS = 15

ENDS = dict.fromkeys(SETTLED, "settled") | {REJECTED: "refused", VOID: "void"}
OUT = frozenset({OrderState.PENDING, OrderState.ACCEPTED, OrderState.SETTLED, OrderState.VOID})


@dataclass(frozen=True)
class Request:
    """One PlaceBet that left the machine."""

    at: int
    id: str


class Judge:
    """Looks at every PlaceBet when it arrives, and at everything in the end."""

    def __init__(
        self, book: PaperBook, ledger: Ledger, limits: RiskSettings, gate: KillGate
    ) -> None:
        self.book, self.ledger, self.limits, self.gate = book, ledger, limits, gate
        self.requests: list[Request] = []
        self.placements: list[Placement] = []
        self.faults: list[str] = []
        self.killed_at: int | None = None
        self.most: Counter[str] = Counter()

    # While it runs.

    def asked(self, body: dict[str, Any], now: int) -> None:
        """A PlaceBet arrives: it must be one of ours, journalled, new, and allowed."""
        id_ = body["PlaceBetId"]
        self._hold(all(id_ != request.id for request in self.requests), f"{id_} is sent again")
        self.requests.append(Request(now, id_))
        self._hold(not self.gate.closed(), f"{id_} is sent through a closed gate")
        order = self.ledger.order(id_)
        self._hold(
            order is not None and (order.id, order.state) == (id_, "sending"),
            f"{id_} is sent and the journal says {order and order.state}",
        )

    def answered(self, answer: Answer, now: int) -> None:
        """Whatever the book has just done, its open bets keep every limit."""
        new = [change for change in answer.changes if isinstance(change, Placement)]
        self.placements += new
        if new:
            self._look_at_limits(now)

    def _look_at_limits(self, now: int) -> None:
        bets, limits = self.bets(), self.limits
        running = [bet for bet in bets if not bet.final]
        by_event = {
            fixture: worst([bet for bet in running if bet.fixture == fixture])
            for fixture in {bet.fixture for bet in running}
        }
        by_selection, in_flight = Counter[str](), Counter[str]()
        for bet in running:
            by_selection[selection(bet)] += bet.stake
            in_flight[selection(bet)] += bet.status == PENDING
        lost = -sum(bet.pnl for bet in bets if bet.final)
        exposure = sum(by_event.values())
        self._within("exposure", exposure, limits.max_exposure)
        self._within("event exposure", max(by_event.values(), default=0), limits.max_event_exposure)
        self._within(
            "selection exposure",
            max(by_selection.values(), default=0),
            limits.max_selection_exposure,
        )
        self._within("open bets", len(running), limits.max_open_bets)
        self._within("bets in flight on one selection", max(in_flight.values(), default=0), 1)
        self._within("stake", max((bet.stake for bet in running), default=0), limits.max_stake)
        self._within("worst loss", lost + exposure, limits.daily_loss)
        self._hold(self.book.ledger.credit(USER) >= 0, f"credit below zero at {now}")

    def _within(self, what: str, figure: int, limit: int) -> None:
        self.most[what] = max(self.most[what], figure)
        self._hold(figure <= limit, f"{what}: {figure} of {limit}")

    def _hold(self, right: bool, fault: str) -> None:
        if not right:
            self.faults.append(fault)

    # In the end.

    def bets(self) -> list[Bet]:
        """Return every bet at the book, oldest first."""
        return self.book.ledger.bets(USER)[::-1]

    def profit(self) -> int:
        """Return what the book's account won since the deposit."""
        ledger = self.book.ledger
        return ledger.credit(USER) + ledger.outstanding(USER) - self.book.settings.balance

    def verdict(self) -> list[str]:
        """Compare book and journal bet by bet once everything is over; empty when all agree."""
        faults = list(self.faults)
        bets = {bet.reference: bet for bet in self.bets()}
        orders = {order.reference: order for order in self.ledger.bets()}
        if len(bets) != len(self.bets()):
            faults.append("one reference has more than one bet at the book")
        if self.killed_at is not None and len(self.requests) > self.killed_at:
            faults.append(f"{len(self.requests) - self.killed_at} placements after the kill")
        for reference, bet in bets.items():
            order = orders.get(reference)
            faults += self._compare(bet, order) if order else [f"{reference} is not ours"]
        for order in self.ledger.everything():
            faults += self._alone(order, reference_of(order.id) in bets)
        if self.ledger.profit() != self.profit():
            faults.append(f"our profit is {self.ledger.profit()}, the book's {self.profit()}")
        self.ledger.journal.verify()
        return faults

    @staticmethod
    def _compare(bet: Bet, order: Order) -> list[str]:
        if bet.status not in FINAL:
            return [f"{bet.reference} is {bet.status} at the book: this is not the end"]
        ours = (order.state, order.pnl or 0, order.stake)
        theirs = (ENDS[bet.status], bet.pnl, bet.stake)
        return [] if ours == theirs else [f"{bet.reference} is {ours} here, {theirs} there"]

    @staticmethod
    def _alone(order: Order, at_the_book: bool) -> list[str]:
        """What the book does not know may not count as a bet, and nothing hangs half-way."""
        state = OrderState(order.state)
        if not at_the_book and state in OUT:
            return [f"{order.id} is {order.state} here and unknown there"]
        if (state in OPEN and state is not OrderState.IN_DOUBT) or state is OrderState.INTENT:
            return [f"{order.id} is still {order.state}"]
        return []


def worst(bets: list[Bet]) -> int:
    """Return the most that bets on one match can lose, by the book's own way to settle.

    One that is pending may still be rejected, so it counts when it loses and never when it wins.
    """
    scores = [(home, away) for home in range(MOST_GOALS) for away in range(MOST_GOALS)]
    return max(0, *(-sum(_pays(bet, *score) for bet in bets) for score in scores))


def _pays(bet: Bet, home: int, away: int) -> int:
    halves = half_stakes(bet.game_type, bet.odds_name, bet.line, home, away)
    pays = profit(bet.stake, bet.price, halves)
    return min(0, pays) if bet.status == PENDING else pays


def selection(bet: Bet) -> str:
    """Name what was backed, by the book's own words."""
    return f"{bet.fixture}:{bet.game_type}:{bet.odds_name}:{bet.line}"
