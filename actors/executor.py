"""Executor: the orders of one selection, one at a time.

Owns: which order of its selection is in flight, and how long to rest after one.
Hears: Signal, Granted or Denied from Risk, OrderMoved from whoever moved it.
Says: Reserve to Risk, Place to the account's Gateway; what becomes of a leg to its Hedge.
"""

from collections.abc import Iterable
from zlib import crc32

from actors.ledger import Ledger
from actors.messages import Denied, Granted, LegRefused, OrderMoved, Place, Reserve, Signal
from actors.orders import IN_FLIGHT, Intent, OrderState, Verdict
from runtime.actor import Actor
from runtime.codec import Message
from runtime.journal import Journal

ANSWER_WITHIN = 10.0
LOOK_EVERY = 5.0
REST_AFTER_NO = 5.0
IDLE_FOR = 60.0


class _NoAnswer(Message, frozen=True):
    """Risk has not answered in time; if it granted, its own sweep takes it back."""

    order: str


class _Look(Message, frozen=True):
    """News of an order may be lost with whoever failed while telling it: the journal has it."""

    order: str


class _Idle(Message, frozen=True):
    """Nothing happened for a while."""


def in_flight(journal: Journal) -> list[str]:
    """Return the addresses of the Executors that have an order whose fate is open."""
    orders = Ledger(journal).orders(IN_FLIGHT)
    return sorted({f"executor/{order.selection}" for order in orders})


def first_no(verdicts: Iterable[Verdict]) -> str:
    """Return the first control that said no, with its figure."""
    return next((f"{said.control}: {said.figure}" for said in verdicts if not said.passed), "no")


class Executor(Actor):
    """Serialise one selection by its mailbox."""

    replayable = True

    def __init__(self, couriers: dict[str, int]) -> None:
        super().__init__()
        self._couriers = couriers
        self._order = ""
        self._hedge = ""
        self._resting_until = 0.0

    def on_start(self) -> None:
        selection = self.address.partition("/")[2]
        for order in Ledger(self.journal).of_selection(selection):
            if OrderState(order.state) in IN_FLIGHT:
                self._wait_for(order.id)
        self.after(IDLE_FOR, _Idle(), "idle")

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Signal():
                self._wish(message, sender)
            case Granted(intent, permit) if intent.order == self._order:
                self.cancel("answer")
                self.tell(self._courier(intent), Place(intent, permit))
            case Granted():
                pass  # given up on it already: Risk takes the permit back when it runs out
            case Denied(order, verdicts) if order == self._order:
                if self._hedge:
                    self.tell(self._hedge, LegRefused(order, first_no(verdicts)))
                self._rest()
            case Denied():
                pass
            case OrderMoved(order, _, state, _, _):
                if self._hedge and order == self._order:
                    self.tell(self._hedge, message)
                self._moved(order, OrderState(state))
            case _NoAnswer(order) if order == self._order:
                self._rest()
            case _NoAnswer():
                pass
            case _Look(order) if order == self._order:
                self._look(order)
            case _Look():
                pass
            case _Idle():
                self._leave_if_idle()
            case _:
                super().on_message(message, sender)
        if not isinstance(message, _Idle | _Look):
            self.after(IDLE_FOR, _Idle(), "idle")

    def _wish(self, signal: Signal, sender: str) -> None:
        if signal.order:
            if self._order and self._order != signal.order:
                self.tell(sender, LegRefused(signal.order, "another order is on its way"))
            if self._order or Ledger(self.journal).exactly(signal.order) is not None:
                return
        elif self._order or self.clock.monotonic() < self._resting_until:
            return
        self._hedge = sender if signal.order else ""
        self._wait_for(signal.order or self.identity.new("t"))
        intent = Intent(
            self._order,
            signal.account,
            signal.event,
            signal.selection,
            signal.book,
            signal.locator,
            signal.price,
            signal.floor,
            signal.stake,
            signal.strategy,
            signal.seen_at,
            signal.evidence,
            signal.market,
            signal.bundle,
        )
        self.tell("risk", Reserve(intent))
        self.after(ANSWER_WITHIN, _NoAnswer(self._order), "answer")

    def _courier(self, intent: Intent) -> str:
        number = crc32(intent.selection.key.encode()) % self._couriers[intent.account] + 1
        return f"gateway/{intent.account}/{number}"

    def _moved(self, order: str, state: OrderState) -> None:
        if state in IN_FLIGHT:
            if not self._order:
                self._wait_for(order)
        elif order == self._order:
            self._rest()

    def _wait_for(self, order: str) -> None:
        self._order = order
        self.after(LOOK_EVERY, _Look(order), "look")

    def _look(self, order: str) -> None:
        known = Ledger(self.journal).exactly(order)
        if known is None or OrderState(known.state) in IN_FLIGHT | {OrderState.INTENT}:
            self._wait_for(order)
        else:
            self._rest()

    def _rest(self) -> None:
        self._order = self._hedge = ""
        self._resting_until = self.clock.monotonic() + REST_AFTER_NO
        self.cancel("answer")
        self.cancel("look")

    def _leave_if_idle(self) -> None:
        if self._order:
            self.after(IDLE_FOR, _Idle(), "idle")
        else:
            self.leave()
