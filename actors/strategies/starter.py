"""Starter: back a price that stands above what the other books agree on.

It shows the form of a strategy, and is not a way to earn money.
"""

from collections.abc import Sequence
from statistics import median

import msgspec

from tictac import EventView, Evidence, Quote, Seen, Strategy, Wish


class Starter(Strategy):
    """Look for the one book that has not moved with the others."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """What config.yaml may set, with its defaults; wrong names and types are refused."""

        above: float = 4.0  # per cent above the median of the others
        books: int = 3  # how many others there must be
        calm: float = 2.0  # per cent that the price may have moved within the last minute
        stake: int = 500  # in cents

    parameters: Parameters

    def looks_back(self) -> float:
        """Return how many seconds of prices `view.moved` may be asked for."""
        return 60.0

    def on_update(self, view: EventView) -> Sequence[Wish]:
        """Return what is wanted now: called for each match whose prices changed."""
        wishes = []
        for group in view.groups:  # a 1X2, or one line of a handicap or of a total
            for quotes in group.quotes.values():  # one side: a quote for each book
                wish = self._wish(view, list(quotes.values()))
                if wish is not None:
                    wishes.append(wish)
        return wishes

    def _wish(self, view: EventView, quotes: list[Quote]) -> Wish | None:
        wanted = self.parameters
        best = max(quotes, key=lambda quote: quote.price)
        others = [quote.price for quote in quotes if quote.book != best.book]
        if len(others) < wanted.books:
            return None
        usual = round(median(others))  # prices are whole numbers: 1850 is 1.850
        edge = (best.price / usual - 1) * 100
        if edge < wanted.above or abs(view.moved(best, 60.0)) > wanted.calm:
            return None
        # What the bet rests on: `tictac why` prints it.
        seen = [
            Seen(quote.book, quote.selection.side.value, quote.price, view.now - quote.received_at)
            for quote in quotes
        ]
        reason = f"{best.book} pays {edge:.1f} % above the median of {len(others)} books"
        evidence = Evidence(reason, usual, round(edge * 100), tuple(seen))
        # Below this price nothing is sent, whatever happens on the way to the book.
        floor = round(usual * (1 + wanted.above / 100))
        return Wish(best, floor, wanted.stake, evidence)
