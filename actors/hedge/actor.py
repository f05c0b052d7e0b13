"""Hedge: places bets that belong together, one after the other, and tells what stays open.

Owns: the bundle of one market that is on its way; it is in the journal before anybody hears of it.
Hears: HedgeWanted from a Market, QuotesTold from it, LegRefused and OrderMoved from Executors.
Says: Signal to the Executor of a leg, QuotesWanted to the Market, HedgeReport to Control.
"""

import msgspec

from actors.gate import KillGate
from actors.hedge.bundle import Bundle, Plan, Try, unfinished
from actors.hedge.course import Bet, End, Known, Look, choose, next_step, why_not_begun
from actors.ledger import Ledger
from actors.messages import (
    HedgeReport,
    HedgeWanted,
    LegRefused,
    OrderMoved,
    QuotesTold,
    QuotesWanted,
    Signal,
)
from actors.orders import OPEN, OrderState
from actors.risk.rules import KEY, Rules
from actors.settings import RiskSettings
from actors.units import Millis
from runtime.actor import Actor
from runtime.codec import Message

LOOK_EVERY = 0.5
REST_AFTER = 60.0
IDLE_FOR = 120.0


class _GoOn(Message, frozen=True):
    """News may be lost with whoever failed while telling it: the ledger has it."""


class _Leave(Message, frozen=True):
    """Nothing happened for a while."""


class Hedge(Actor):
    """Bring one bundle of one market to its end."""

    own_thread = True
    writes_journal = True

    def __init__(self, gate: KillGate, limits: RiskSettings) -> None:
        super().__init__()
        self._gate = gate
        self._limits = limits
        self._bundle: Bundle | None = None
        self._refused: dict[str, str] = {}
        self._resting_until = 0.0

    def on_start(self) -> None:
        self._bundle = unfinished(self.journal.entries(self.address))
        self._go_on()

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case HedgeWanted():
                self._want(message)
            case QuotesTold():
                self._take(message)
            case LegRefused(order, reason):
                self._refused[order] = reason
                self._go_on()
            case OrderMoved() | _GoOn():
                self._go_on()
            case _Leave():
                if self._bundle is None:
                    self.leave()
            case _:
                super().on_message(message, sender)

    def _want(self, wanted: HedgeWanted) -> None:
        if self._bundle is not None or self.clock.monotonic() < self._resting_until:
            return
        now = self.clock.now()
        plan = Plan(
            self.identity.new("h"), wanted.legs, wanted.cap, wanted.most_loss, wanted.step, now
        )
        why = "the kill gate is closed" if self._gate.closed() else self._why_not(plan)
        if why:
            self._rest()
            self._report(plan, End("not begun", 0, why))
            return
        self._bundle = Bundle(plan)
        self.record("hedge.begun", self.address, plan=msgspec.to_builtins(plan))
        self._report(plan, End("begun", 0, ""))
        self._begin(0, plan.legs[0])

    def _why_not(self, plan: Plan) -> str:
        ledger, held = Ledger(self.journal), []
        for leg in plan.legs:
            orders = ledger.of_selection(leg.selection.key)
            held.append(sum(order.stake for order in orders if OrderState(order.state) in OPEN))
        rules = Rules(self._limits, self.journal.entries(KEY))
        return why_not_begun(plan, rules, held)

    def _go_on(self) -> None:
        if self._bundle is None:
            self.after(IDLE_FOR, _Leave(), "leave")
            return
        step = next_step(self._bundle, self._known(self._bundle))
        if isinstance(step, End):
            self._end(self._bundle.plan, step)
            return
        if isinstance(step, Look):
            leg = self._bundle.plan.legs[step.leg]
            self.tell(f"market/{leg.market}", QuotesWanted(leg.selection))
        self.after(LOOK_EVERY, _GoOn(), "go on")

    def _take(self, told: QuotesTold) -> None:
        """Begin the next leg at the prices of now, if it still is the one that they are of."""
        if self._bundle is None:
            return
        known = self._known(self._bundle)
        step = next_step(self._bundle, known)
        if not isinstance(step, Look):
            return
        leg = self._bundle.plan.legs[step.leg]
        if leg.selection.key != told.selection:
            return
        bet = choose(self._bundle, step.leg, told.quotes, known)
        if bet is not None:
            self._begin(step.leg, _signal(leg, bet))

    def _begin(self, leg: int, signal: Signal) -> None:
        """Write down the order and then let its Executor hear of it."""
        assert self._bundle is not None
        plan = self._bundle.plan
        order = self.identity.new("t")
        tried = Try(
            plan.bundle,
            leg,
            order,
            signal.book,
            signal.price,
            signal.floor,
            signal.stake,
            signal.seen_at,
            self.clock.now(),
        )
        self.record("hedge.leg", self.address, tried=msgspec.to_builtins(tried))
        self._bundle.tries.append(tried)
        ordered = msgspec.structs.replace(signal, order=order, bundle=plan.bundle)
        self.tell(f"executor/{signal.selection.key}", ordered)
        self.after(LOOK_EVERY, _GoOn(), "go on")

    def _end(self, plan: Plan, end: End) -> None:
        self.record(
            "hedge.ended",
            self.address,
            bundle=plan.bundle,
            outcome=end.outcome,
            remainder=end.remainder,
            reason=end.reason,
        )
        if end.outcome == "left":
            self.log.warning("a bundle stays open", bundle=plan.bundle, reason=end.reason)
        self._report(plan, end)
        self._bundle = None
        self._refused.clear()
        self._rest()

    def _rest(self) -> None:
        self._resting_until = self.clock.monotonic() + REST_AFTER
        self.after(IDLE_FOR, _Leave(), "leave")

    def _report(self, plan: Plan, end: End) -> None:
        first = plan.legs[0]
        self.tell(
            "control",
            HedgeReport(
                plan.bundle,
                first.event.name,
                first.strategy,
                end.outcome,
                end.remainder,
                end.reason,
                Millis(self.clock.now()),
            ),
        )

    def _known(self, bundle: Bundle) -> Known:
        ledger = Ledger(self.journal)
        orders = {tried.order: ledger.exactly(tried.order) for tried in bundle.tries}
        longest_age = self._limits.max_price_age
        return Known(self.clock.now(), orders, self._refused, self._gate.closed(), longest_age)


def _signal(leg: Signal, bet: Bet) -> Signal:
    """Return the signal of a leg at another price."""
    return msgspec.structs.replace(
        leg,
        book=bet.quote.book,
        locator=bet.quote.locator,
        price=bet.quote.price,
        floor=bet.floor,
        stake=bet.stake,
        seen_at=bet.quote.received_at,
    )
