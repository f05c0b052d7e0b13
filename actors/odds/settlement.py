"""What a selection came to, and what that pays.

The rules are the Asian ones that Pinnacle, bet365 and Unibet print: whole lines push, quarter
lines are two half-stakes. Goals are counted as the caller says: a live handicap is commonly
settled on the goals since the bet, a live total on all of them.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum

from actors.odds.lines import parts
from actors.selections import SIDES, MarketType, Side
from actors.units import Money


class Result(Enum):
    """The five results of an Asian bet, and void (stake back without a result)."""

    WON = "W"
    HALF_WON = "HW"
    PUSH = "P"
    HALF_LOST = "HL"
    LOST = "L"
    VOID = "V"


_BY_HALVES = {
    2: Result.WON,
    1: Result.HALF_WON,
    0: Result.PUSH,
    -1: Result.HALF_LOST,
    -2: Result.LOST,
}


def result(market: MarketType, side: Side, line: int, home: int, away: int) -> Result:
    """Settle one side on a score; the line is in hundredths, signed from that side.

    Raises ValueError for a side that is not of the market or a line that is none.
    """
    if side not in SIDES[market]:
        raise ValueError(f"{side.value} is no side of {market.value}")
    match market:
        case MarketType.ONE_X_TWO:
            return Result.WON if _winner(home, away) is side else Result.LOST
        case MarketType.HANDICAP:
            lead = home - away if side is Side.HOME else away - home
            margins = tuple(100 * lead + part for part in parts(line))
        case MarketType.TOTAL:
            sign = 1 if side is Side.OVER else -1
            margins = tuple(sign * (100 * (home + away) - part) for part in parts(line))
    return _BY_HALVES[sum((margin > 0) - (margin < 0) for margin in margins)]


def profit(stake: int, price: int, outcome: Result) -> Money:
    """Return the profit in minor units of a stake at a price in thousandths, halves to even.

    A book may round its own ties the other way (AsianOdds does both): reconcile within one
    minor unit.
    """
    match outcome:
        case Result.WON:
            exact = Decimal(stake) * (price - 1000) / 1000
        case Result.HALF_WON:
            exact = Decimal(stake) * (price - 1000) / 2000
        case Result.HALF_LOST:
            exact = Decimal(-stake) / 2
        case Result.LOST:
            exact = Decimal(-stake)
        case Result.PUSH | Result.VOID:
            exact = Decimal(0)
    return Money(int(exact.quantize(Decimal(1), ROUND_HALF_EVEN)))


def payout(stake: int, price: int, outcome: Result) -> Money:
    """Return what the book pays back, the stake with the profit; never below zero."""
    return Money(stake + profit(stake, price, outcome))


def dead_heat_profit(stake: int, price: int, tied: int, places: int = 1) -> Money:
    """Return the profit of a winner that shares its place: that part of the stake wins.

    `tied` finished level for `places`; places/tied of the stake is settled at the full price, the
    rest is lost. Minor units, halves to even. Raises ValueError when there is no tie to share.
    """
    if not 0 < places <= tied:
        raise ValueError(f"{tied} cannot be tied for {places} places")
    exact = Decimal(stake) * price * places / (1000 * tied) - stake
    return Money(int(exact.quantize(Decimal(1), ROUND_HALF_EVEN)))


def _winner(home: int, away: int) -> Side:
    if home == away:
        return Side.DRAW
    return Side.HOME if home > away else Side.AWAY
