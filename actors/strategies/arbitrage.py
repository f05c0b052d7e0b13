"""Arbitrage: back every side of a market where the best prices of several books pay for all.

It finds them; `actors/hedge/` places them, one leg after the other.
"""

from collections.abc import Sequence
from math import ceil
from typing import Annotated

import msgspec

from actors.decision.stages import most_taken
from actors.market_view import EventView, SelectionGroup
from actors.odds.arbitrage import inverse_sum, stakes, worst_loss
from actors.orders import Evidence, Seen
from actors.selections import SIDES, Quote
from actors.strategies import Bundle, Strategy
from actors.strategies import Wish as Leg
from actors.units import money_text, price_text

Money = Annotated[int, msgspec.Meta(gt=0)]


class Arbitrage(Strategy):
    """Take the best price of each side, and see what is left when every result pays the same."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """Profits in per cent of the outlay; money in minor units of the currency."""

        books: tuple[str, ...] = ()
        softest: tuple[str, ...] = ()
        least_profit: Annotated[float, msgspec.Meta(gt=0, le=50)] = 1.0
        most_profit: Annotated[float, msgspec.Meta(gt=0, le=100)] = 6.0
        outlay: Money = 2_000
        step: Money = 100
        least_stake: Money = 500
        cap: Money = 1_500
        most_loss: Annotated[int, msgspec.Meta(ge=0)] = 100

        def __post_init__(self) -> None:
            if self.least_profit > self.most_profit:
                raise ValueError("least_profit is above most_profit")

    parameters: Parameters

    def on_update(self, view: EventView) -> Sequence[Bundle]:
        found = (self._bundle(view, group) for group in view.groups)
        return [bundle for bundle in found if bundle is not None]

    def _bundle(self, view: EventView, group: SelectionGroup) -> Bundle | None:
        wanted = self.parameters
        best = [self._best(list(group.quotes.get(side, {}).values())) for side in SIDES[group.type]]
        quotes = [quote for quote in best if quote is not None]
        if len(quotes) < len(best) or len({quote.book for quote in quotes}) < 2:
            return None  # a book alone that pays for every side has made a mistake
        quotes.sort(key=self._fragility)
        prices = [quote.price for quote in quotes]
        total = inverse_sum(prices)
        if not 0 < (1 / total - 1) * 100 <= wanted.most_profit:
            return None
        limits = [most_taken(quote) for quote in quotes]
        sized = stakes(prices, wanted.outlay, wanted.step, limits, wanted.cap)
        outlay = sum(sized)
        profit = -worst_loss(list(zip(sized, prices, strict=True)))
        if min(sized) < wanted.least_stake or profit * 100 < wanted.least_profit * outlay:
            return None
        evidence = _Evidence(view, quotes, total, outlay, profit)
        legs = tuple(evidence.leg(quote, stake) for quote, stake in zip(quotes, sized, strict=True))
        return Bundle(legs, wanted.cap, wanted.most_loss, wanted.step)

    def _best(self, quotes: list[Quote]) -> Quote | None:
        books = self.parameters.books
        allowed = [quote for quote in quotes if not books or quote.book in books]
        return max(allowed, key=lambda quote: (quote.price, quote.book), default=None)

    def _fragility(self, quote: Quote) -> tuple[int, int, int, str]:
        """Order the legs: the softest book first, then the least liquid, then the youngest price.

        Books that `softest` does not name come after those that it names.
        """
        named, most = self.parameters.softest, most_taken(quote)
        soft = named.index(quote.book) if quote.book in named else len(named)
        liquid = 10**15 if most is None else most
        return soft, liquid, -quote.updated_at, quote.selection.side.value


class _Evidence:
    """Why these bets are wanted together; money in minor units."""

    def __init__(
        self, view: EventView, quotes: list[Quote], total: float, outlay: int, profit: int
    ) -> None:
        self._total = total
        prices = ", ".join(
            f"{quote.selection.side.value} {price_text(quote.price)} at {quote.book}"
            for quote in quotes
        )
        won = f"{money_text(profit)} for {money_text(outlay)}"
        self._reason = f"{prices}: the sum is {total:.4f}, every result wins {won}"
        self._edge = round(profit * 10_000 / outlay)
        self._seen = tuple(
            Seen(quote.book, quote.selection.side.value, quote.price, view.now - quote.received_at)
            for quote in quotes
        )

    def leg(self, quote: Quote, stake: int) -> Leg:
        """Return the wish of one side; below its floor the others would not pay for all."""
        room = 1 - (self._total - 1000 / quote.price)
        floor = min(quote.price, ceil(1000 / room))
        return Leg(quote, floor, stake, Evidence(self._reason, floor, self._edge, self._seen))
