"""Prices of two sources in few words: "ao" bets, "toa" has prices only."""

from typing import Any

import msgspec

from actors.fixtures.match import Twin
from actors.messages import MarketUpdate
from actors.selections import MarketType, Period, Quote, Selection, Side
from actors.units import Millis
from tests.actors.world import NOW, event

MINE, THEIRS = "ao-1", "toa-9"

HERE = event(MINE)
THERE = event(THEIRS)


def selection(side: Side = Side.HOME, of: str = THEIRS, line: int = -25) -> Selection:
    """Return a side of a handicap; the line is that of the home side."""
    signed = -line if side is Side.AWAY else line
    return Selection(of, MarketType.HANDICAP, Period.FULL_TIME, signed, side)


def price(
    side: Side = Side.HOME, price: int = 1950, book: str = "pinnacle", of: str = THEIRS, at: int = 0
) -> Quote:
    """Return a price of the handicap, so many seconds after NOW."""
    seen = Millis(NOW + at * 1000)
    return Quote(selection(side, of), book, price, f"{of}/{book}", seen, seen)


def update(*quotes: Quote, at: int = 0, **fields: Any) -> MarketUpdate:
    made = MarketUpdate("other", (THERE,), quotes, (), (), Millis(NOW + at * 1000), 1, 0)
    return msgspec.structs.replace(made, **fields)


def twin(**fields: Any) -> Twin:
    return msgspec.structs.replace(Twin(MINE, "toa", THEIRS, False, 1.0, ()), **fields)
