"""Value: back what a soft book pays above the sharp book's price without its margin."""

from collections.abc import Sequence
from math import ceil
from typing import Annotated

import msgspec

from actors.market_view import EventView, SelectionGroup
from actors.odds.margin import Method, fair
from actors.orders import Evidence, Seen
from actors.selections import Quote, Side
from actors.strategies import Strategy, Wish


class Value(Strategy):
    """Take the sharp book's probabilities, margin removed, and look for a price above them."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """Edges in per cent of the stake; stake in minor units of the currency."""

        sharp: str = "PIN"
        method: Method = "shin"
        min_edge: Annotated[float, msgspec.Meta(gt=0, le=50)] = 1.0
        max_edge: Annotated[float, msgspec.Meta(gt=0, le=100)] = 15.0
        stake: Annotated[int, msgspec.Meta(gt=0)] = 1000
        longest_price: Annotated[float, msgspec.Meta(gt=1, le=1000)] = 8.0

    parameters: Parameters

    def on_update(self, view: EventView) -> Sequence[Wish]:
        wishes = []
        for group in view.groups:
            sharp = group.prices_of(self.parameters.sharp)
            if sharp is None:
                continue
            try:
                shares = fair([quote.price for quote in sharp.values()], self.parameters.method)
            except ValueError:
                continue  # an overround below 1 is no consensus
            for side, probability in zip(sharp, shares, strict=True):
                wish = self._best(view, group, side, probability, sharp)
                if wish is not None:
                    wishes.append(wish)
        return wishes

    def _best(
        self,
        view: EventView,
        group: SelectionGroup,
        side: Side,
        probability: float,
        sharp: dict[Side, Quote],
    ) -> Wish | None:
        wanted = self.parameters
        others = [
            quote
            for book, quote in group.quotes.get(side, {}).items()
            if book != self.parameters.sharp
        ]
        if not others:
            return None
        best = max(others, key=lambda quote: (quote.price, quote.book))
        edge = (best.price * probability / 1000 - 1) * 100
        if not wanted.min_edge <= edge <= wanted.max_edge:
            return None
        if best.price > wanted.longest_price * 1000:
            return None
        floor = min(best.price, ceil((1 + wanted.min_edge / 100) / probability * 1000))
        seen = [*sharp.values(), *others]
        evidence = Evidence(
            f"{best.book} pays {edge:.2f} % above {wanted.sharp} without margin ({wanted.method})",
            round(1000 / probability),
            round(edge * 100),
            tuple(
                Seen(
                    quote.book,
                    quote.selection.side.value,
                    quote.price,
                    view.now - quote.received_at,
                )
                for quote in seen
            ),
        )
        return Wish(best, floor, wanted.stake, evidence)
