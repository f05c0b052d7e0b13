"""Prices of a match as they were recorded, moment by moment, where a season has two of them.

Only what was shown counts: before the first moment and while nobody could bet there is no price.
"""

from bisect import bisect_left, bisect_right

import msgspec

from actors.paper.recorded import Board, Prices
from actors.units import Millis


class Track(msgspec.Struct, frozen=True):
    """One book's prices on one line: from `times[i]` on `prices[i]` stand, in the API's order.

    None while it took no bets. `sizes` is the most that it took on each side in minor units, empty
    where that was not recorded. Not `whole`: the recording ends before the match began.
    """

    times: tuple[Millis, ...]
    prices: tuple[Prices | None, ...]
    sizes: tuple[Prices, ...] = ()
    whole: bool = True

    def at(self, now_ms: int) -> Prices | None:
        """Return the prices that stand now."""
        place = bisect_right(self.times, now_ms) - 1
        return self.prices[place] if place >= 0 else None

    def last(self, before_ms: int) -> Prices | None:
        """Return the last prices that stood before a moment, suspended since or not."""
        place = bisect_left(self.times, before_ms)
        return next((one for one in reversed(self.prices[:place]) if one is not None), None)

    def size(self, side: int, now_ms: int) -> int | None:
        """Return the most that is taken on a side now; None where nothing says it."""
        place = bisect_right(self.times, now_ms) - 1
        return self.sizes[place][side] if self.sizes and place >= 0 else None

    def changed_at(self, now_ms: int) -> int:
        """Return when the standing prices came, 0 before the first."""
        place = bisect_right(self.times, now_ms) - 1
        return self.times[place] if place >= 0 else 0


class TapedLine(msgspec.Struct, frozen=True):
    """One line with the track of every book. `market` is `x`, `h` or `o` as in the API.

    `line` is the home side's handicap or the goal line in hundredths; 0 for 1X2. `half`: it is of
    the first half. Not `decided`: nothing tells how it ended, so bets on it stay open.
    """

    market: str
    line: int
    books: dict[str, Track]
    half: bool = False
    decided: bool = True

    def board(self, now_ms: int, books: tuple[str, ...]) -> Board:
        """Return the prices that stand now."""
        shown = ((book, self.books[book].at(now_ms)) for book in books if book in self.books)
        return {book: prices for book, prices in shown if prices is not None}

    def changed_at(self, now_ms: int) -> int:
        """Return when some book's prices came last, 0 before the first."""
        return max(track.changed_at(now_ms) for track in self.books.values())


Tape = tuple[TapedLine, ...]
"""All lines of a match."""


def changes(tape: Tape, since: int, until: int) -> set[int]:
    """Return when prices changed after a moment and before another one."""
    tracks = (track for line in tape for track in line.books.values())
    return {moment for track in tracks for moment in track.times if since < moment < until}
