"""Narrator: tells people in plain lines what the journal says; changes nothing.

Owns: how far it has read.
Hears: its own clock.
Says: nothing to actors; it prints.
"""

from actors.bet_text import selection_text, story, story_lines
from actors.ledger import ORDER, Ledger, Order
from actors.orders import ADOPTED, OrderState
from actors.units import money_text, price_text
from runtime.actor import Actor
from runtime.codec import Message
from runtime.journal import Written

EVERY = 0.5
TOLD = {ADOPTED} | frozenset(
    state.value
    for state in (
        OrderState.ACCEPTED,
        OrderState.REFUSED,
        OrderState.IN_DOUBT,
        OrderState.SETTLED,
        OrderState.VOID,
    )
)


class _Read(Message, frozen=True):
    """Time to read on."""


class Narrator(Actor):
    """Print each bet's turns, and the whole explanation of the first one."""

    own_thread = True

    def __init__(self) -> None:
        super().__init__()
        self._read_to = 0
        self._explained = False

    def on_start(self) -> None:
        row = self.journal.connection.execute("SELECT max(sequence) FROM entries").fetchone()
        self._read_to = row[0] or 0
        self.after(EVERY, _Read(), "read")

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case _Read():
                for written in list(self.journal.entries(after=self._read_to)):
                    self._read_to = written.sequence
                    self._tell(written)
                self.after(EVERY, _Read(), "read")
            case _:
                super().on_message(message, sender)

    def _tell(self, written: Written) -> None:
        if written.kind in ("killed", "resumed", "armed"):
            print(f"{written.kind} {written.body.get('reason', '')}".rstrip(), flush=True)
        state = written.kind.removeprefix(ORDER)
        if not written.kind.startswith(ORDER) or state not in TOLD:
            return
        order = Ledger(self.journal).order(written.key)
        if order is None:
            return
        if state == OrderState.ACCEPTED.value and not self._explained:
            self._explained = True
            chain = list(self.journal.entries(written.key))
            print("first bet:", *story_lines(story(order, chain)), sep="\n", flush=True)
        else:
            print(bet_line(order, state), flush=True)


def bet_line(order: Order, state: str) -> str:
    """Write one turn of one bet in a line."""
    what = f"{order.event_name}: {order.market} {selection_text(order)}"
    price = f"{price_text(order.price)} x {money_text(order.stake)} at {order.book}"
    tail = f" {money_text(order.pnl)}" if order.pnl is not None else ""
    reason = f" ({order.reason})" if state in ("refused", "in_doubt") else ""
    return f"{state:<9} {order.id[-8:]}  {what}  {price}{tail}{reason}"
