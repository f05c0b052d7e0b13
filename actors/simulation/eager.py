"""A strategy that wants much, so that a short run places many bets: it is no way to win."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from actors.market_view import EventView
from actors.orders import Evidence
from actors.strategies import Strategy, Wish

Permille = Annotated[int, msgspec.Meta(ge=1, le=1_000)]


class Eager(Strategy):
    """Want some sides of each event in turn, at the best price, whatever they are worth."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`stakes` in minor units, taken in turn; `floor` in thousandths of the price seen.

        A `faithful` one wants the same sides of an event again and again.
        """

        stakes: tuple[str, ...] = ("1000",)
        floor: Permille = 980
        most: Annotated[int, msgspec.Meta(ge=1)] = 2
        faithful: bool = False

    parameters: Parameters

    def __init__(self, parameters: Any) -> None:
        super().__init__(parameters)
        self._turn = 0

    def on_update(self, view: EventView) -> Sequence[Wish]:
        """Return the next few sides of the event."""
        sides = [quotes for group in view.groups for quotes in group.quotes.values() if quotes]
        wishes = []
        for number in range(min(self.parameters.most, len(sides))):
            self._turn += 1
            place = number if self.parameters.faithful else self._turn % len(sides)
            quotes = sides[place].values()
            best = max(quotes, key=lambda quote: (quote.price, quote.book))
            stakes = self.parameters.stakes
            stake = int(stakes[self._turn % len(stakes)])
            floor = max(1_001, best.price * self.parameters.floor // 1_000)
            evidence = Evidence("it is this side's turn", best.price, 0)
            wishes.append(Wish(best, floor, stake, evidence))
        return wishes
