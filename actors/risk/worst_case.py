"""The most that open bets can cost, whatever the score: what excludes each other does not add up.

Only a bet that the book has confirmed may make up for another one. What may not exist yet, or
no more, counts when it loses and never when it wins. Both halves of a match, and bets made
while it was played, are not set off against the rest: of those we do not know enough.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from actors.odds.settlement import Result, profit, result
from actors.selections import MarketType, Period, Selection, Side

MOST_GOALS = 12
"""Each side's goals, of the scores that are looked at: 0 to this."""

LARGEST_LINE = (MOST_GOALS - 2) * 100
"""In hundredths. A larger line is won or lost at scores that are not looked at."""

SCORES = [(home, away) for home in range(MOST_GOALS + 1) for away in range(MOST_GOALS + 1)]


class Stake(NamedTuple):
    """What one bet can win and lose; money in minor units, the price in thousandths.

    `firm`: the book has confirmed it. `plain`: made before the start, so that it is settled on
    the score of its period.
    """

    selection: Selection
    amount: int
    price: int
    firm: bool
    plain: bool


def worst_loss(stakes: Iterable[Stake]) -> int:
    """Return the most that these bets lose together, in minor units; never below zero."""
    total = 0
    together: dict[tuple[str, Period], list[Line]] = {}
    for stake in stakes:
        selection = stake.selection
        if stake.plain and abs(selection.line) <= LARGEST_LINE:
            line = (
                *(selection.type, selection.side, selection.line),
                *(stake.amount, stake.price, stake.firm),
            )
            together.setdefault((selection.event, selection.period), []).append(line)
        else:
            total += stake.amount
    return total + sum(_worst_of(tuple(lines)) for lines in together.values())


Line = tuple[MarketType, Side, int, int, int, bool]
"""One bet on the score of one period: type, side, line, stake, price, and whether it is firm."""


@lru_cache(maxsize=4096)
def _worst_of(lines: tuple[Line, ...]) -> int:
    totals = [0] * len(SCORES)
    for market, side, line, amount, price, firm in lines:
        most = amount * price if firm else 0
        won = {outcome: min(most, int(profit(amount, price, outcome))) for outcome in Result}
        for number, outcome in enumerate(_results(market, side, line)):
            totals[number] += won[outcome]
    return max(0, -min(totals))


@lru_cache(maxsize=1024)
def _results(market: MarketType, side: Side, line: int) -> tuple[Result, ...]:
    return tuple(result(market, side, line, home, away) for home, away in SCORES)
