"""What the believed books think of one side, once their margins are out."""

from collections.abc import Sequence
from typing import NamedTuple

from actors.market_view import SelectionGroup
from actors.odds.margin import fair
from actors.selections import Side


class Consensus(NamedTuple):
    """Whose prices count, the mean of their probabilities, and how far these differ.

    `spread` is the highest fair price above the lowest, in per cent.
    """

    books: tuple[str, ...]
    probability: float
    spread: float

    @property
    def price(self) -> int:
        """Return the fair price in thousandths."""
        return round(1000 / self.probability)


def consensus(
    group: SelectionGroup, side: Side, books: Sequence[str], method: str, oldest: int
) -> Consensus | None:
    """Return what those of the books think that have a price for every side; None without any.

    A price that was last seen before `oldest` (ms since 1970 UTC) does not count, nor does a
    book whose prices sum to less than 1.
    """
    found: dict[str, float] = {}
    for book in dict.fromkeys(books):
        prices = group.prices_of(book)
        if prices is None or any(quote.received_at < oldest for quote in prices.values()):
            continue
        try:
            shares = fair([quote.price for quote in prices.values()], method)
        except ValueError:
            continue
        found[book] = shares[list(prices).index(side)]
    if not found:
        return None
    shares = list(found.values())
    spread = (max(shares) / min(shares) - 1) * 100
    return Consensus(tuple(found), sum(shares) / len(shares), spread)
