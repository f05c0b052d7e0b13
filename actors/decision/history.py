"""How prices went lately: a few points for each quote, and only as far back as somebody looks.

A point is a change of a price. A price that was taken away begins anew when it comes back, and
what the Market forgets is forgotten here.
"""

from collections import deque
from collections.abc import Container, Iterator
from itertools import pairwise
from math import log, sqrt

from actors.messages import MarketUpdate
from actors.selections import Quote
from runtime.errors import OurError

MOST_POINTS = 128
"""Of one quote: a change at every poll, 5 s apart at the least, for the longest window."""

Key = tuple[str, str]
"""Selection key and book."""


class PriceHistory:
    """The last changes of each price, over so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._keep = int(seconds * 1000)
        self._points: dict[Key, deque[tuple[int, int]]] = {}

    def __len__(self) -> int:
        return len(self._points)

    def follow(self, update: MarketUpdate) -> None:
        """Take over what an update changes."""
        if update.full:
            self._points.clear()
        for key in update.removed:
            self._points.pop(key, None)
        for quote in update.quotes:
            self._note((quote.selection.key, quote.book), quote.received_at, quote.price)

    def keep_only(self, known: Container[Key]) -> None:
        """Forget every quote that is not among the known ones."""
        for key in [key for key in self._points if key not in known]:
            del self._points[key]

    def moved(self, quote: Quote, seconds: float, now: int) -> float:
        """Return by how many per cent a price went within the seconds up to `now` (ms).

        Above 0 it went up. 0 for a price that is not known; from its first point on when it is
        known for less long. Raises OurError for more seconds than are kept.
        """
        prices = [price for _, price in self.path(quote, seconds, now)]
        return (prices[-1] - prices[0]) * 100 / prices[0] if prices else 0.0

    def volatility(self, quote: Quote, seconds: float, now: int) -> float:
        """Return the realised volatility of a price in per cent: the root of the sum of the
        squared logarithms of its steps. Raises OurError for more seconds than are kept.
        """
        prices = [price for _, price in self.path(quote, seconds, now)]
        return 100 * sqrt(sum(log(then / first) ** 2 for first, then in pairwise(prices)))

    def path(self, quote: Quote, seconds: float, now: int) -> list[tuple[int, int]]:
        """Return when (ms) and to what (thousandths) a price went within the seconds up to `now`.

        The first point is the price at their beginning. Raises OurError for more than are kept.
        """
        if seconds > self.seconds:
            raise OurError(
                f"{self.seconds:g} s of prices are kept and {seconds:g} s were asked for:"
                " let looks_back of the strategy return as much"
            )
        points = self._points.get((quote.selection.key, quote.book), ())
        return list(_since(points, now - int(seconds * 1000)))

    def _note(self, key: Key, at: int, price: int) -> None:
        points = self._points.get(key)
        if points is None:
            self._points[key] = deque([(at, price)], MOST_POINTS)
        elif points[-1][1] != price:
            points.append((at, price))
            while points[1][0] <= at - self._keep:  # the first one holds at the window's start
                points.popleft()


def _since(points: "deque[tuple[int, int]] | tuple[()]", start: int) -> Iterator[tuple[int, int]]:
    """Yield the last point up to `start` and all after it."""
    held: tuple[int, int] | None = None
    for point in points:
        if point[0] <= start:
            held = point
            continue
        if held is not None:
            yield held
            held = None
        yield point
    if held is not None:
        yield held
