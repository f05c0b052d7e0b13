"""The judge: believes the book's own account and bets, and holds our journal against them.

What exists and what it cost only the book says. The journal is asked what was promised: which
price was the lowest to be taken, and when the permit was given.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from actors.books.asianodds.placement import reference_of
from actors.gate import KillGate
from actors.ledger import Ledger, Order
from actors.orders import OPEN, OrderState
from actors.paper.answers import Answer
from actors.paper.bets import FINAL, REJECTED, SETTLED, VOID, Bet, Placement
from actors.paper.book import PaperBook
from actors.risk.rules import SCOPES, scope
from actors.settings import RiskSettings
from actors.simulation.chain import broken_chain
from actors.simulation.limits import Figure, figures, sent_too_fast
from actors.units import price_text

ENDS = dict.fromkeys(SETTLED, "settled") | {REJECTED: "refused", VOID: "void"}
OUT = frozenset({OrderState.PENDING, OrderState.ACCEPTED, OrderState.SETTLED, OrderState.VOID})
ROUNDING = 1
"""Milliseconds by which two readings of one clock may differ."""


@dataclass(frozen=True)
class Request:
    """One PlaceBet that left the machine, at a moment of the true time."""

    at: int
    id: str


class Judge:
    """Looks at every PlaceBet when it leaves and when it arrives, and at everything in the end."""

    def __init__(
        self,
        book: PaperBook,
        ledger: Ledger,
        limits: RiskSettings,
        gate: KillGate,
        moves: Mapping[str, Mapping[str, int]],
    ) -> None:
        self.book, self.ledger, self.limits, self.gate = book, ledger, limits, gate
        self.requests: list[Request] = []
        self.placements: list[Placement] = []
        self.faults: list[str] = []
        self.killed_at: int | None = None
        self.clock_was_set = False
        self.paused: dict[str, int] = {}
        self.most: Counter[str] = Counter()
        self._moves = moves
        self._now = 0
        self._priced: dict[tuple[str, ...], int] = {}

    # While it runs.

    def leaves(self, method: str, body: Any, now: int) -> None:
        """A call leaves the machine."""
        self._now = now
        if method == "getplacementinfo":
            self._priced[_target(body)] = now
        elif method == "placebet":
            self._placing(body, now)

    def answered(self, answer: Answer, now: int) -> None:
        """Whatever the book has just done, its open bets keep every limit."""
        self._now = now
        new = [change for change in answer.changes if isinstance(change, Placement)]
        self.placements += new
        if new:
            for figure in figures(self.bets(), self.limits):
                self._within(figure)
            self._hold(self.book.ledger.credit(self._user) >= 0, "credit below zero")

    def _placing(self, body: dict[str, Any], now: int) -> None:
        """A PlaceBet leaves: it must be one of ours, journalled, new, fresh and allowed."""
        id_ = body["PlaceBetId"]
        self._hold(all(id_ != request.id for request in self.requests), f"{id_} is sent again")
        self.requests.append(Request(now, id_))
        self._hold(not self.gate.closed(), f"{id_} is sent through a closed gate")
        order = self.ledger.order(id_)
        self._hold(
            order is not None and (order.id, order.state) == (id_, "sending"),
            f"{id_} is sent and the journal says {order and order.state}",
        )
        self._within_bounds(id_, body, now)
        if not self.clock_was_set:  # permits are counted by the clock that was set
            self._within(sent_too_fast([request.at for request in self.requests], self.limits))

    def _within_bounds(self, id_: str, body: dict[str, Any], now: int) -> None:
        """The price is young and high enough, the permit lives, the stake is not above it."""
        priced = self._priced.get(_target(body))
        self._hold(priced is not None, f"{id_} is sent and the book was never asked its price")
        self._old(id_, "price", priced, self.limits.max_price_age, now)
        permitted = self._moves.get(id_, {}).get("permitted")
        self._hold(permitted is not None, f"{id_} is sent without a permit")
        self._old(id_, "permit", permitted, self.limits.permit_lifetime, now)
        for entry in self.ledger.journal.entries(id_):
            if entry.kind == "order.intent":
                intent = entry.body["intent"]
                price = round(Decimal(body["BookieOdds"].partition(":")[2]) * 1000)
                self._hold(price >= intent["floor"], f"{id_} is sent at {price_text(price)}")
                stake = round(Decimal(str(body["Amount"])) * 100)
                self._hold(stake <= intent["stake"], f"{id_} is sent with a stake of {stake}")
                self._not_paused(id_, intent)

    def _not_paused(self, id_: str, intent: dict[str, Any]) -> None:
        """What began to be sent before a pause was answered may go on; nothing after it."""
        begun = self._moves.get(id_, {}).get("sending", 0)
        for kind in SCOPES:
            answered = self.paused.get(scope(kind, intent[kind]))
            self._hold(
                answered is None or begun <= answered, f"{id_} is sent while its {kind} is paused"
            )

    def _old(self, id_: str, what: str, since: int | None, limit: float, now: int) -> None:
        age = 0 if since is None else now - since
        self.most[f"{what} age"] = max(self.most[f"{what} age"], age)
        self._hold(age <= limit * 1000 + ROUNDING, f"{id_} is sent with a {what} {age} ms old")

    def _within(self, figure: Figure) -> None:
        self.most[figure.what] = max(self.most[figure.what], figure.figure)
        self._hold(
            figure.figure <= figure.limit, f"{figure.what}: {figure.figure} of {figure.limit}"
        )

    def _hold(self, right: bool, fault: str) -> None:
        if not right:
            seconds = (self._now - self.book.programme.origin_ms) / 1000
            self.faults.append(f"{seconds:.3f} s: {fault}")

    # In the end.

    @property
    def _user(self) -> str:
        return self.book.settings.user

    def bets(self) -> list[Bet]:
        """Return every bet at the book, oldest first."""
        return self.book.ledger.bets(self._user)[::-1]

    def profit(self) -> int:
        """Return what the book's account won since the deposit."""
        ledger = self.book.ledger
        held = ledger.credit(self._user) + ledger.outstanding(self._user)
        return held - self.book.settings.balance

    def all_final(self, *, doubts_too: bool) -> bool:
        """Tell whether every bet is final, here and there; else only doubts without one wait."""
        bets = self.bets()
        waiting = self.ledger.orders(OPEN)
        if not all(bet.final for bet in bets) or (doubts_too and waiting):
            return False
        there = {bet.reference for bet in bets}
        return all(
            order.state == OrderState.IN_DOUBT.value and order.reference not in there
            for order in waiting
        )

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

    def _compare(self, bet: Bet, order: Order) -> list[str]:
        if bet.status not in FINAL:
            return [f"{bet.reference} is {bet.status} at the book: this is not the end"]
        ours = (order.state, order.pnl or 0, order.stake)
        theirs = (ENDS[bet.status], bet.pnl, bet.stake)
        if ours != theirs:
            return [f"{bet.reference} is {ours} here, {theirs} there"]
        return broken_chain(bet, list(self.ledger.journal.entries(order.id)))

    @staticmethod
    def _alone(order: Order, at_the_book: bool) -> list[str]:
        """What the book does not know may not count as a bet, and nothing hangs half-way."""
        state = OrderState(order.state)
        if not at_the_book and state in OUT:
            return [f"{order.id} is {order.state} here and unknown there"]
        if (state in OPEN and state is not OrderState.IN_DOUBT) or state is OrderState.INTENT:
            return [f"{order.id} is still {order.state}"]
        return []


def _target(body: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(body[name]) for name in ("GameId", "GameType", "OddsName"))
