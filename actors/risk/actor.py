"""Risk, the only authority: it reserves and permits in one step, or says no.

Owns: every limit and pause, the reservations, the results so far, the arm, the key of permits.
Hears: Reserve, OrderMoved, AccountState, Armed, Steer from Control.
Says: Granted or Denied to the Executor that asked, Steered to Control, OrderMoved.
"""

from typing import Any

import msgspec

from actors.errors import IllegalTransitionError
from actors.gate import KillGate
from actors.hedge.bundle import bundles_of_orders
from actors.ledger import Ledger, Order
from actors.messages import (
    AccountState,
    Armed,
    Denied,
    Granted,
    OrderMoved,
    Reserve,
    Steer,
    Steered,
)
from actors.orders import FINAL, IN_FLIGHT, OPEN, Intent, OrderState, Permit, Verdict
from actors.permits import PermitKey
from actors.risk import rules
from actors.risk.controls import verdicts
from actors.risk.reservations import DAY, Reservation, Reservations, wanted
from actors.risk.scene import Scene
from actors.risk.steering import Resolution, resolution, ruling
from actors.settings import Mode, RiskSettings
from actors.units import money_text
from runtime.actor import Actor
from runtime.codec import Message
from runtime.errors import JournalError, OurError

SWEEP_EVERY = 1.0
LOOK_EVERY = 5.0
GRACE = 2.0
TELL_AGAIN_AFTER = 60_000


class _Sweep(Message, frozen=True):
    """Look for permits that ran out unused."""


class _LookUp(Message, frozen=True):
    """News of an order may be lost with whoever failed while telling it: the journal has it."""


class Risk(Actor):
    """Hold every limit of the system."""

    own_thread = True
    writes_journal = True
    starts_without_pen = True  # to say no by name, and not by silence

    def __init__(self, limits: RiskSettings, mode: Mode, gate: KillGate, key: PermitKey) -> None:
        super().__init__()
        self._rules = rules.Rules(limits)
        self._mode = mode
        self._gate = gate
        self._key = key
        self._book = Reservations()
        self._unclear: dict[str, str] = {}
        self._armed_until = 0
        self._adopted_to: dict[str, int] = {}
        self._denials: dict[tuple[str, str], int] = {}
        self._term = 0
        self._restored_to = 0

    def on_start(self) -> None:
        if self.has_pen:
            self._begin()
        self.after(SWEEP_EVERY, _Sweep(), "sweep")
        self.after(LOOK_EVERY, _LookUp(), "look")

    def _begin(self) -> None:
        ledger = Ledger(self.journal)
        self._term = self.journal.term
        self._close_the_past(ledger)
        self.commit()
        self._rules = rules.Rules(self._rules.configured, self.journal.entries(rules.KEY))
        self._restored_to = ledger.newest()
        self._book.restore(ledger.orders(OPEN))
        self._remember(ledger)
        now = self.clock.now()
        for order in ledger.permitted_since(now - 60_000):
            self._book.granted_at.append(order.made_at)
        self._book.day = now // DAY
        self._book.settled_today = ledger.settled_since(self._book.day * DAY)
        for pnl, at in ledger.results():
            self._book.results.add(pnl, at)
        for written in self.journal.entries("arm"):
            self._armed_until = int(written.body["until"])
        self.log.info("reservations rebuilt", open=len(self._book.held))

    def on_message(self, message: Message, sender: str) -> None:
        if not self.has_pen:
            self._refuse(message, sender)
            return
        match message:
            case Reserve(intent):
                self._decide(intent, sender)
            case OrderMoved(order, _, state, stake, pnl):
                self._follow(order, OrderState(state), stake, pnl)
            case AccountState():
                self._hear_of(message)
            case Armed(until):
                self._armed_until = until
            case Steer():
                self._steer(message, sender)
            case _Sweep():
                self._sweep()
                self.after(SWEEP_EVERY, _Sweep(), "sweep")
            case _LookUp():
                self._look()
                self.after(LOOK_EVERY, _LookUp(), "look")
            case _:
                super().on_message(message, sender)

    # At the start.

    def _refuse(self, message: Message, sender: str) -> None:
        """Grant nothing as long as nothing can be written: what is true now nobody knows yet."""
        refusal = self.journal.refusals.now
        words = refusal.words if refusal is not None else "the journal is to be read first"
        match message:
            case Reserve(intent):
                verdict = Verdict("journal_writable", False, words)
                self.tell(sender, Denied(intent.order, (verdict,)))
            case Steer():
                self.tell(sender, Steered(message.id, 1, {"error": words}))
            case _Sweep():
                if self.take_pen():
                    self._begin()
                self.after(SWEEP_EVERY, _Sweep(), "sweep")
            case _LookUp():
                self.after(LOOK_EVERY, _LookUp(), "look")
            case OrderMoved() | AccountState() | Armed():
                pass  # the journal has it, or it will be told again
            case _:
                super().on_message(message, sender)

    def _close_the_past(self, ledger: Ledger) -> None:
        """An order of a dead incarnation was not sent, or may have been: nothing between."""
        for order in ledger.orders({OrderState.INTENT, OrderState.PERMITTED}):
            self.record("order.abandoned", order.id, reason="crash before sending")
            self._tell_if_it_waits(order, OrderState.ABANDONED)
        for order in ledger.orders({OrderState.SENDING}):
            self.record("order.in_doubt", order.id, reason="crash while sending")
            self._tell_if_it_waits(order, OrderState.IN_DOUBT)

    def _tell_if_it_waits(self, order: Order, state: OrderState) -> None:
        """An Executor of this process still waits for it when Risk alone has died."""
        made = next(iter(self.journal.entries(order.id)))
        if made.term == self._term:
            moved = OrderMoved(order.id, order.selection, state.value, order.stake)
            self.tell(f"executor/{order.selection}", moved)

    def _remember(self, ledger: Ledger) -> None:
        limits = self._rules.limits
        longest = max(limits.selection_cooldown, limits.event_cooldown)
        bundles = bundles_of_orders(self.journal)
        for order in ledger.sent_since(self.clock.now() - int(longest * 1000)):
            self._book.remember(order, bundles.get(order.id, ""))

    # Yes and no.

    def _decide(self, intent: Intent, sender: str) -> None:
        now = self.clock.now()
        self._book.recognise(intent.event)
        found = verdicts(self._scene(intent, now))
        refusals = [verdict for verdict in found if not verdict.passed]
        if refusals:
            self._deny(intent, found, refusals[0], now, sender)
            return
        lifetime = self._rules.limits.permit_lifetime
        expires = self.clock.monotonic() + lifetime
        self._record_intent(intent, found)
        self.record("order.permitted", intent.order, lifetime=lifetime)
        self._book.grant(wanted(intent, now, expires), now)
        permit = Permit(
            intent.order,
            intent.selection.key,
            intent.book,
            intent.floor,
            intent.stake,
            self._term,
            expires,
            intent.account,
        )
        self.tell(sender, Granted(intent, self._key.signed(permit)))

    def _scene(self, intent: Intent, now: int) -> Scene:
        return Scene(
            intent,
            self._book,
            self._rules.limits,
            now,
            self._mode,
            self._gate.closed(),
            self._armed_until,
            self._rules.paused,
            self._unclear.get(intent.account, "the book's account was not read since the start"),
        )

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

    # What happens to orders and accounts.

    def _follow(self, order: str, state: OrderState, stake: int, pnl: int) -> None:
        if order not in self._book.held:
            known = Ledger(self.journal).exactly(order)
            if known is not None and known.adopted:
                self._take_over(known.account)
        if state in FINAL:
            held = self._book.release(order)
            if held is not None and state in (OrderState.SETTLED, OrderState.VOID):
                self._book.settle(pnl, self.clock.now())
            return
        self._book.move(order, stake, in_flight=state in IN_FLIGHT)
        if state is OrderState.ACCEPTED:
            confirmed = Ledger(self.journal).exactly(order)
            if confirmed is not None:
                self._book.confirm(confirmed)

    def _take_over(self, account: str) -> None:
        """Hold what an account has adopted since the start, each bet once, whatever it is by now.

        News of an account leave out what was adopted before them. So the journal is looked at
        before they count, else a bet would count neither here nor as one that is not ours.
        """
        ledger = Ledger(self.journal)
        since = self._adopted_to.get(account, self._restored_to)
        self._adopted_to[account] = ledger.newest()
        for order in ledger.adopted_after(since, account):
            if order.id not in self._book.held:
                self._book.restore([order])
                self._book.remember(order)

    def _hear_of(self, account: AccountState) -> None:
        self._take_over(account.account)
        self._book.foreign_stakes[account.account] = account.foreign_stakes
        if self._unclear.get(account.account) == "":
            return  # since then every move of an order was told
        if not account.answered:
            unclear = "the book was not asked about every open bet yet"
        elif account.difference:
            unclear = (
                f"the book's account differs by {money_text(account.difference)}:"
                f" look why, then `tictac adjust {account.account}`"
            )
        else:
            unclear = ""
            self.log.info("book and journal agree", account=account.account)
        self._unclear[account.account] = unclear

    def _sweep(self) -> None:
        now = self.clock.monotonic()
        for held in list(self._book.held.values()):
            if held.permit_expires is not None and held.permit_expires + GRACE <= now:
                self._take_back(held, "the permit was not used in time")

    def _look(self) -> None:
        """Follow what the journal says of an order that is held, and was never told."""
        ledger = Ledger(self.journal)
        still_open = {order.id: order for order in ledger.orders(OPEN)}
        for name, held in list(self._book.held.items()):
            order = still_open.get(name) or ledger.exactly(name)
            if order is not None and not held.agrees_with(order):
                self._follow(name, OrderState(order.state), order.stake, order.pnl or 0)

    def _take_back(self, held: Reservation, reason: str) -> None:
        """Make a permit void by the journal; what is being sent already has used it."""
        self.record("order.expired", held.order, reason=reason)
        try:
            self.commit()
        except IllegalTransitionError:
            self._book.move(held.order, held.stake, in_flight=True)
            return
        self._book.release(held.order)
        selection = held.selection.key
        moved = OrderMoved(held.order, selection, OrderState.EXPIRED.value, held.stake)
        self.tell(f"executor/{selection}", moved)

    # What operators want.

    def _steer(self, steer: Steer, sender: str) -> None:
        try:
            body = self._carry_out(steer)
        except JournalError:
            raise  # what is in the journal now, only a new start can tell
        except OurError as error:
            self.tell(sender, Steered(steer.id, 1, {"error": str(error)}))
        else:
            self.tell(sender, Steered(steer.id, 0, body))

    def _carry_out(self, steer: Steer) -> dict[str, Any]:
        match steer.name:
            case "limits":
                pass
            case "resolve":
                self._resolve(resolution(steer, Ledger(self.journal)))
            case _:
                body = ruling(steer)
                self.record(f"rule.{steer.name}", rules.KEY, **body)
                self.commit()
                self._rules.follow(f"rule.{steer.name}", body)
                self._remember(Ledger(self.journal))
                for held in list(self._book.held.values()):
                    if held.permit_expires is not None and body.get("scope") in held.scopes:
                        self._take_back(held, f"{body['scope']} was paused")
        return self._rules.picture()

    def _resolve(self, found: Resolution) -> None:
        order = found.order
        for state in found.states:
            body: dict[str, object] = {"reason": found.reason}
            if state in (OrderState.SETTLED, OrderState.VOID):
                body["pnl"] = found.pnl
            self.record(f"order.{state.value}", order.id, **body)
        self.commit()
        for state in found.states:
            pnl = found.pnl if state in FINAL else 0
            self._follow(order.id, state, order.stake, pnl)
            moved = OrderMoved(order.id, order.selection, state.value, order.stake, pnl)
            self.tell(f"executor/{order.selection}", moved)
