"""Which of a match's lines on tape an order is on."""

from actors.ledger import Order
from actors.paper.programme import Fixture
from actors.paper.tape import TapedLine
from actors.selections import MarketType, Period, Side

LETTERS = {
    MarketType.ONE_X_TWO.value: "x",
    MarketType.HANDICAP.value: "h",
    MarketType.TOTAL.value: "o",
}
"""What the API calls a kind of bet."""


def taped_line(fixture: Fixture, order: Order) -> TapedLine | None:
    """Return the line of an order; None of a match that is not on tape."""
    line = -order.line if order.side == Side.AWAY.value else order.line
    wanted = LETTERS[order.market], line, order.period == Period.HALF_TIME.value
    found = (one for one in fixture.tape if (one.market, one.line, one.half) == wanted)
    return next(found, None)
