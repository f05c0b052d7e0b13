"""Risk, the only authority: it reserves and permits in one step, or says no.

Owns: every limit, the reservations, today's profit and loss, the arm.
Hears: Reserve, OrderMoved, AccountState, Armed.
Says: Granted or Denied to the Executor that asked.
"""

import msgspec

from actors.errors import IllegalTransitionError
from actors.gate import KillGate
from actors.ledger import Ledger
from actors.messages import (
    AccountState,
    Armed,
    Denied,
    Granted,
    OrderMoved,
    Reserve,
)
from actors.orders import FINAL, IN_FLIGHT, OPEN, Intent, OrderState, Permit, Verdict
from actors.risk.controls import Scene, verdicts
from actors.risk.reservations import DAY, Reservations
from actors.settings import Mode, RiskSettings
from runtime.actor import Actor
from runtime.codec import Message

SWEEP_EVERY = 1.0
GRACE = 2.0
TELL_AGAIN_AFTER = 60_000


class _Sweep(Message, frozen=True):
    """Look for permits that ran out unused."""


class Risk(Actor):
    """Hold every limit of the system."""

    own_thread = True
    writes_journal = True

    def __init__(self, limits: RiskSettings, mode: Mode, gate: KillGate) -> None:
        super().__init__()
        self._limits = limits
        self._mode = mode
        self._gate = gate
        self._book = Reservations()
        self._armed_until = 0
        self._denials: dict[tuple[str, str], int] = {}
        self._term = 0

    def on_start(self) -> None:
        ledger = Ledger(self.journal)
        self._term = self.journal.term
        self._close_the_past(ledger)
        self.commit()
        for order in ledger.orders(OPEN):
            self._book.restore(order, OrderState(order.state) in IN_FLIGHT)
        now = self.clock.now()
        longest = max(self._limits.selection_cooldown, self._limits.event_cooldown)
        for order in ledger.sent_since(now - int(longest * 1000)):
            self._book.remember(order)
        for order in ledger.permitted_since(now - 60_000):
            self._book.granted_at.append(order.made_at)
        self._book.day = now // DAY
        self._book.settled_today = ledger.settled_since(self._book.day * DAY)
        for written in self.journal.entries("arm"):
            self._armed_until = int(written.body["until"])
        self.log.info("reservations rebuilt", open=len(self._book.held))
        self.after(SWEEP_EVERY, _Sweep(), "sweep")

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Reserve(intent):
                self._decide(intent, sender)
            case OrderMoved(order, _, state, stake, pnl):
                self._follow(order, OrderState(state), stake, pnl)
            case AccountState():
                self._book.foreign_stakes[message.account] = message.foreign_stakes
            case Armed(until):
                self._armed_until = until
            case _Sweep():
                self._sweep()
                self.after(SWEEP_EVERY, _Sweep(), "sweep")
            case _:
                super().on_message(message, sender)

    def _close_the_past(self, ledger: Ledger) -> None:
        """An order of a dead incarnation was not sent, or may have been: nothing between."""
        for order in ledger.orders({OrderState.INTENT, OrderState.PERMITTED}):
            self.record("order.abandoned", order.id, reason="crash before sending")
        for order in ledger.orders({OrderState.SENDING}):
            self.record("order.in_doubt", order.id, reason="crash while sending")

    def _decide(self, intent: Intent, sender: str) -> None:
        now = self.clock.now()
        scene = Scene(
            intent,
            self._book,
            self._limits,
            now,
            self._mode,
            self._gate.closed(),
            self._armed_until,
        )
        found = verdicts(scene)
        refusals = [verdict for verdict in found if not verdict.passed]
        if refusals:
            self._deny(intent, found, refusals[0], now, sender)
            return
        expires = self.clock.monotonic() + self._limits.permit_lifetime
        self._record_intent(intent, found)
        self.record("order.permitted", intent.order, lifetime=self._limits.permit_lifetime)
        self._book.grant(intent, expires, now)
        permit = Permit(
            intent.order,
            intent.selection.key,
            intent.book,
            intent.floor,
            intent.stake,
            self._term,
            expires,
        )
        self.tell(sender, Granted(intent, permit))

    def _deny(
        self, intent: Intent, found: tuple[Verdict, ...], first: Verdict, now: int, sender: str
    ) -> None:
        reason = (intent.selection.key, first.control)
        if (
            now - self._denials.get(reason, 0) > TELL_AGAIN_AFTER
        ):  # the same no again says nothing new
            self._denials = {
                told: at for told, at in self._denials.items() if now - at <= TELL_AGAIN_AFTER
            } | {reason: now}
            self._record_intent(intent, found)
            text = f"{first.control}: {first.figure}"
            self.record("order.denied", intent.order, reason=text)
        self.tell(sender, Denied(intent.order, found))

    def _record_intent(self, intent: Intent, found: tuple[Verdict, ...]) -> None:
        self.record(
            "order.intent",
            intent.order,
            intent=msgspec.to_builtins(intent),
            controls=msgspec.to_builtins(found),
        )

    def _follow(self, order: str, state: OrderState, stake: int, pnl: int) -> None:
        if state in FINAL:
            if state in (OrderState.SETTLED, OrderState.VOID) and order in self._book.held:
                self._book.today(self.clock.now())
                self._book.settled_today += pnl
            self._book.release(order)
        else:
            self._book.move(order, stake, in_flight=state in IN_FLIGHT)

    def _sweep(self) -> None:
        now = self.clock.monotonic()
        for held in list(self._book.held.values()):
            if held.permit_expires is None or held.permit_expires + GRACE > now:
                continue
            self.record("order.expired", held.order, reason="the permit was not used in time")
            try:
                self.commit()
            except IllegalTransitionError:
                self._book.move(held.order, held.stake, in_flight=True)  # it is being sent
                continue
            self._book.release(held.order)
            moved = OrderMoved(held.order, held.selection, OrderState.EXPIRED.value, held.stake)
            self.tell(f"executor/{held.selection}", moved)
