"""The one door: the only module that can reach a bookmaker's placement.

`look` is the last thing before the first byte, when the connection stands. It reads the kill
gate itself, without a lock, a mailbox or the journal, and checks the permit against the order in
hand.
"""

from dataclasses import dataclass

from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.placement import Handed, Offer, place
from actors.errors import NotSentError
from actors.gate import KillGate
from actors.orders import Intent, Permit
from actors.permits import PermitKey
from actors.settings import Mode
from actors.units import Money, money_text, price_text
from runtime.clock import Clock


@dataclass(frozen=True)
class Ready:
    """An order as it would go out: the book's price now, and the stake that fits."""

    intent: Intent
    permit: Permit
    price: int
    stake: int


class Door:
    """Let an order out, or say why not."""

    def __init__(
        self,
        gate: KillGate,
        key: PermitKey,
        clock: Clock,
        term: int,
        mode: Mode,
        max_age: float,
    ) -> None:
        self._gate = gate
        self._key = key
        self._used: set[str] = set()
        self._clock = clock
        self._term = term
        self._mode = mode
        self._max_age = max_age

    def look(self, order: Ready, priced_at: float) -> str:
        """Return why this order may not leave now; empty when it may.

        `priced_at` is when the book gave the price, in monotonic seconds.
        """
        permit, intent = order.permit, order.intent
        now = self._clock.monotonic()
        if self._gate.closed():
            return "kill gate closed"
        if self._mode is Mode.DRY:
            return "dry run: nothing is placed"
        if not self._key.is_genuine(permit):
            return "permit is not Risk's"
        if now >= permit.expires:
            return "permit ran out"
        if permit.term != self._term:
            return f"permit of term {permit.term}, this is {self._term}"
        if (permit.order, permit.selection) != (intent.order, intent.selection.key):
            return "permit is for another order"
        if (permit.account, permit.book) != (intent.account, intent.book):
            return "permit is for another account or book"
        if permit.order in self._used:
            return "permit was used before"
        if now - priced_at > self._max_age:
            return f"price is {now - priced_at:.1f} s old"
        if order.price < permit.floor:
            return f"price {price_text(order.price)} under the floor {price_text(permit.floor)}"
        if not 0 < order.stake <= permit.stake:
            return f"stake {money_text(order.stake)}, permit {money_text(permit.stake)}"
        return ""

    def send(
        self, client: AsianOddsClient, token: str, order: Ready, priced_at: float
    ) -> Handed | str:
        """Look once more and place, once; return the book's word or why nothing left.

        To connect may take a while: the last look is when the connection stands. Raises what
        `place` raises: NotSentError and refusals are certain, the rest is not.
        """
        reason = self.look(order, priced_at)
        if reason:
            return reason

        def last_look() -> None:
            if reason := self.look(order, priced_at):
                raise NotSentError(reason)
            self._used.add(order.permit.order)

        return place(
            client,
            token,
            selection=order.intent.selection,
            locator=order.intent.locator,
            book=order.intent.book,
            price=order.price,
            stake=Money(order.stake),
            place_bet_id=order.intent.order,
            last_look=last_look,
        )


def fit(intent: Intent, permit: Permit, offers: tuple[Offer, ...]) -> Ready | str:
    """Match the book's offer to the order: its price now, the stake cut to its maximum."""
    found = [offer for offer in offers if offer.book.upper() == intent.book.upper()]
    if not found:
        return f"{intent.book} makes no offer"
    offer = found[0]
    if offer.rejected or offer.fault:
        return f"{intent.book} rejects: {offer.fault or offer.message or 'no reason given'}"
    if offer.price < permit.floor:
        return f"price went to {price_text(offer.price)}, floor {price_text(permit.floor)}"
    stake = min(intent.stake, permit.stake, offer.maximum)
    if stake < offer.minimum:
        return f"stake {money_text(stake)} is under the minimum {money_text(offer.minimum)}"
    return Ready(intent, permit, offer.price, stake)
