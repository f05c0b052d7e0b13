"""Steam: follow a move of the sharp book before the soft books do.

When the sharp book's price for a side falls, money has come on that side. A soft book that
still pays what it paid has not followed yet.
"""

from collections.abc import Sequence
from math import ceil
from typing import Annotated

import msgspec

from actors.decision.settings import LONGEST_WINDOW
from actors.market_view import EventView, SelectionGroup
from actors.odds.margin import Method, fair
from actors.orders import Evidence, Seen
from actors.selections import Quote
from actors.strategies import Strategy, Wish
from actors.units import price_text
from runtime.configuration import Seconds


class Steam(Strategy):
    """Take the sharp book's falls within a window, and look who has not followed."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """Moves and edges in per cent; stake in minor units of the currency."""

        sharp: str = "PIN"
        books: tuple[str, ...] = ()
        window: Annotated[Seconds, msgspec.Meta(gt=0, le=LONGEST_WINDOW)] = Seconds(60.0)
        least_move: Annotated[float, msgspec.Meta(gt=0, le=50)] = 3.0
        followed: Annotated[float, msgspec.Meta(ge=0, lt=100)] = 25.0
        min_edge: Annotated[float, msgspec.Meta(gt=0, le=50)] = 0.5
        method: Method = "shin"
        stake: Annotated[int, msgspec.Meta(gt=0)] = 1000
        longest_price: Annotated[float, msgspec.Meta(gt=1, le=1000)] = 8.0

    parameters: Parameters

    def looks_back(self) -> float:
        return self.parameters.window

    def on_update(self, view: EventView) -> Sequence[Wish]:
        wanted, wishes = self.parameters, []
        for group in view.groups:
            sharp = group.prices_of(wanted.sharp)
            if sharp is None:
                continue
            fell = {side: -view.moved(quote, wanted.window) for side, quote in sharp.items()}
            if max(fell.values()) < wanted.least_move:
                continue
            try:
                shares = fair([quote.price for quote in sharp.values()], wanted.method)
            except ValueError:
                continue  # an overround below 1 is no opinion
            for side, probability in zip(sharp, shares, strict=True):
                if fell[side] >= wanted.least_move:
                    wish = self._left_behind(view, group, sharp[side], fell[side], probability)
                    wishes += [] if wish is None else [wish]
        return wishes

    def _left_behind(
        self, view: EventView, group: SelectionGroup, sharp: Quote, fell: float, probability: float
    ) -> Wish | None:
        """Return the wish for the best price that has not followed, if it is worth it."""
        wanted, side = self.parameters, sharp.selection.side
        slow = [
            quote
            for book, quote in group.quotes.get(side, {}).items()
            if book != wanted.sharp
            and (not wanted.books or book in wanted.books)
            and -view.moved(quote, wanted.window) <= fell * wanted.followed / 100
        ]
        if not slow:
            return None
        best = max(slow, key=lambda quote: (quote.price, quote.book))
        floor = ceil((1 + wanted.min_edge / 100) / probability * 1000)
        if not floor <= best.price <= wanted.longest_price * 1000:
            return None
        reason = (
            f"{wanted.sharp} fell {fell:.1f} % to {price_text(sharp.price)} within"
            f" {wanted.window:g} s, {best.book} has not followed"
        )
        edge = round((best.price * probability / 1000 - 1) * 10_000)
        seen = tuple(_seen(quote, view.now) for quote in (sharp, *slow))
        evidence = Evidence(reason, round(1000 / probability), edge, seen)
        return Wish(best, floor, wanted.stake, evidence)


def _seen(quote: Quote, now: int) -> Seen:
    return Seen(quote.book, quote.selection.side.value, quote.price, now - quote.received_at)
