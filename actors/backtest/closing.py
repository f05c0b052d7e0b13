"""Closing-line value: what a price was worth against the last one of a sharp book.

Value = price x fair chance - 1, the chance taken from the sharp book's closing prices of the same
market and line with their margin removed (`actors.odds.margin`). It says something of bets that
were made earlier only: at the closing prices themselves it would be the edge once more.
"""

import msgspec

from actors.odds.margin import Method, fair
from actors.paper.recorded import GOAL_LINE, Board, Prices, RecordedMatch
from actors.paper.tape import Track
from actors.selections import MarketType, Side

LINE_MOVED = "the line moved"
NO_PRICE = "no closing price"
NO_MARGIN = "closing prices without margin"
AT_CLOSE = "bet at the close"
IN_PLAY_BET = "bet in play"
MISSING = (AT_CLOSE, LINE_MOVED, NO_PRICE, NO_MARGIN, IN_PLAY_BET)

_ORDER: dict[MarketType, tuple[Side, ...]] = {
    MarketType.ONE_X_TWO: (Side.HOME, Side.AWAY, Side.DRAW),
    MarketType.HANDICAP: (Side.HOME, Side.AWAY),
    MarketType.TOTAL: (Side.OVER, Side.UNDER),
}
"""How the recorded prices stand in a row."""


class Worth(msgspec.Struct, frozen=True):
    """The fair closing price in thousandths and the value in hundredths of a per cent.

    Both are None where it cannot be measured, and `missing` says why.
    """

    fair: int | None = None
    value: int | None = None
    missing: str = ""


class Closing(msgspec.Struct, frozen=True):
    """Whose closing prices are believed, and how their margin is removed."""

    book: str = "PIN"
    method: Method = "shin"

    def worth(
        self, match: RecordedMatch, market: MarketType, line: int, side: Side, price: int
    ) -> Worth:
        """Measure a price in thousandths. `line` in hundredths, signed from the side."""
        board, closing_line = _board(match, market)
        own_line = -closing_line if side is Side.AWAY else closing_line
        prices = board.get(self.book)
        if market is not MarketType.ONE_X_TWO and prices is not None and line != own_line:
            return Worth(missing=LINE_MOVED)
        return self._worth(prices, _ORDER[market].index(side), price)

    def worth_on_tape(
        self, track: Track | None, off: int, market: MarketType, side: Side, price: int
    ) -> Worth:
        """Measure a price against the last one of its own book before the off, in ms since 1970.

        Where the recording ends before that nothing is measured.
        """
        closing = track.last(off) if track is not None and track.whole else None
        return self._worth(closing, _ORDER[market].index(side), price)

    def _worth(self, prices: Prices | None, place: int, price: int) -> Worth:
        if prices is None:
            return Worth(missing=NO_PRICE)
        try:
            chance = fair(prices, self.method)[place]
        except ValueError:
            return Worth(missing=NO_MARGIN)
        return Worth(round(1000 / chance), round((price * chance / 1000 - 1) * 10_000))


def _board(match: RecordedMatch, market: MarketType) -> tuple[Board, int]:
    closing = match.closing
    match market:
        case MarketType.ONE_X_TWO:
            return closing.one_x_two, 0
        case MarketType.HANDICAP:
            return closing.handicap, closing.line
        case MarketType.TOTAL:
            return closing.total, GOAL_LINE
