"""One market of a book at The Odds API read into prices by selection. Pure.

Outcomes are matched by their names, never by their place: home comes first as often as away.
"""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import msgspec

from actors.books.asianodds.texts import exact_price
from actors.odds.lines import is_line
from actors.selections import Event, MarketType, Period, Selection, Side
from actors.units import HIGHEST_PRICE, LOWEST_PRICE

DRAW = "Draw"
MOST_HUNDREDTHS = 100_000


class OutOfRangeError(ValueError):
    """A price that is one, and that nobody would bet at: 1.0, or 4001."""


class Outcome(msgspec.Struct, frozen=True):
    """One side of a market as it came."""

    name: str
    price: Decimal
    point: Decimal | None = None


def tidy(text: str) -> str:
    """Return text from outside on one line, printable, cut to 200 characters."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:200]


def _exact(number: Decimal) -> Fraction:
    """Return a number as it is. Raises ValueError when it is none, or too long to work with."""
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or len(digits) > 20 or not -20 <= exponent <= 20:
        raise ValueError(f"number {str(number)[:40]}")
    return Fraction(number)


def _price(outcome: Outcome) -> int:
    price = _exact(outcome.price)
    if not LOWEST_PRICE <= price * 1000 <= HIGHEST_PRICE:
        raise OutOfRangeError
    return exact_price(price)


def _point(outcome: Outcome) -> int:
    """Return a line in hundredths. Raises ValueError when there is none on a quarter."""
    if outcome.point is None:
        raise ValueError("an outcome without a point")
    hundredths = 100 * _exact(outcome.point)
    if (
        hundredths.denominator != 1
        or abs(hundredths) > MOST_HUNDREDTHS
        or not is_line(abs(int(hundredths)))
    ):
        raise ValueError(f"point {outcome.point} is no multiple of 0.25")
    return int(hundredths)


Prices = dict[Selection, int]
"""Prices in thousandths."""


def _head_to_head(event: Event, outcomes: list[Outcome]) -> Prices:
    """Read home, draw and away; nothing when the sport has no draw."""
    sides = {event.home: Side.HOME, event.away: Side.AWAY, DRAW: Side.DRAW}
    found: Prices = {}
    for outcome in outcomes:
        side = sides.get(tidy(outcome.name))
        if side is None:
            raise ValueError(f"outcome {tidy(outcome.name)[:40]!r} is of neither side")
        _put(found, Selection(event.key, MarketType.ONE_X_TWO, Period.FULL_TIME, 0, side), outcome)
    if len(found) == 2 and not any(one.side is Side.DRAW for one in found):
        return {}
    if len(found) != 3:
        raise ValueError("h2h is not complete")
    return found


def _totals(event: Event, outcomes: list[Outcome]) -> Prices:
    sides = {"Over": Side.OVER, "Under": Side.UNDER}
    return _pairs(event, outcomes, MarketType.TOTAL, sides)


def _spreads(event: Event, outcomes: list[Outcome]) -> Prices:
    sides = {event.home: Side.HOME, event.away: Side.AWAY}
    return _pairs(event, outcomes, MarketType.HANDICAP, sides)


def _pairs(
    event: Event, outcomes: list[Outcome], kind: MarketType, sides: dict[str, Side]
) -> Prices:
    found: Prices = {}
    markets: Counter[str] = Counter()
    for outcome in outcomes:
        side = sides.get(tidy(outcome.name))
        if side is None:
            raise ValueError(f"outcome {tidy(outcome.name)[:40]!r} is of neither side")
        line = _point(outcome)
        if kind is MarketType.TOTAL and line < 0:
            raise ValueError("a goal line below 0")
        selection = Selection(event.key, kind, Period.FULL_TIME, line, side)
        _put(found, selection, outcome)
        markets[selection.market_key] += 1
    if not found or set(markets.values()) != {2}:
        raise ValueError("a line without its two sides")
    return found


def _put(found: Prices, selection: Selection, outcome: Outcome) -> None:
    if selection in found:
        raise ValueError(f"outcome {tidy(outcome.name)[:40]!r} is there twice")
    found[selection] = _price(outcome)


READERS: dict[str, Callable[[Event, list[Outcome]], Prices]] = {
    "h2h": _head_to_head,
    "totals": _totals,
    "spreads": _spreads,
}
