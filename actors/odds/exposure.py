"""What bets on one match come to at each score, and so at worst and at each result.

Risk asks much the same question for every control, so answers are kept.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from actors.odds.settlement import Result, profit, result
from actors.selections import MarketType, Side

MOST_GOALS = 12
"""Each side's goals, of the scores that are looked at: 0 to this."""

LARGEST_LINE = (MOST_GOALS - 2) * 100
"""In hundredths. A larger line is won or lost at scores that are not looked at."""

SCORES = [(home, away) for home in range(MOST_GOALS + 1) for away in range(MOST_GOALS + 1)]


class ScoreBet(NamedTuple):
    """One bet on the score of a match or of one period; stake in minor units, thousandths.

    `firm`: it exists for certain. One that may not exist loses like any other and wins nothing.
    """

    type: MarketType
    side: Side
    line: int
    stake: int
    price: int
    firm: bool = True


def profit_by_score(bets: Iterable[ScoreBet]) -> dict[tuple[int, int], int]:
    """Return what the bets win or lose together at each score, in minor units.

    Totals and leads beyond the last score go on as there. Raises ValueError for a line whose
    results lie beyond it.
    """
    return dict(zip(SCORES, _totals(_looked_at(bets)), strict=True))


def worst_profit(bets: Iterable[ScoreBet]) -> int:
    """Return the least that `profit_by_score` finds: below zero when anything can be lost."""
    return _worst(_looked_at(bets))


def range_by_result(bets: Iterable[ScoreBet]) -> dict[Side, tuple[int, int]]:
    """Return the worst and best profit when home wins, at a draw, and when away wins.

    For bets of 1X2 alone both are the same.
    """
    found: dict[Side, list[int]] = {Side.HOME: [], Side.DRAW: [], Side.AWAY: []}
    for (home, away), total in profit_by_score(bets).items():
        winner = Side.HOME if home > away else Side.AWAY if away > home else Side.DRAW
        found[winner].append(total)
    return {side: (min(totals), max(totals)) for side, totals in found.items()}


def _looked_at(bets: Iterable[ScoreBet]) -> tuple[ScoreBet, ...]:
    held = tuple(bets)
    for bet in held:
        if abs(bet.line) > LARGEST_LINE:
            raise ValueError(f"a line of {bet.line} is beyond the {LARGEST_LINE} looked at")
    return held


@lru_cache(maxsize=4096)
def _worst(bets: tuple[ScoreBet, ...]) -> int:
    return min(_totals(bets))


def _totals(bets: tuple[ScoreBet, ...]) -> tuple[int, ...]:
    totals = [0] * len(SCORES)
    for market, side, line, stake, price, firm in bets:
        most = stake * price if firm else 0
        won = {outcome: min(most, int(profit(stake, price, outcome))) for outcome in Result}
        for number, outcome in enumerate(_results(market, side, line)):
            totals[number] += won[outcome]
    return tuple(totals)


@lru_cache(maxsize=1024)
def _results(market: MarketType, side: Side, line: int) -> tuple[Result, ...]:
    return tuple(result(market, side, line, home, away) for home, away in SCORES)
