"""The most that open bets can cost, whatever the score: what excludes each other does not add up.

Only a bet that the book has confirmed may make up for another one. What may not exist yet, or
no more, counts when it loses and never when it wins. Both halves of a match, and bets made
while it was played, are not set off against the rest: of those we do not know enough.
"""

from collections.abc import Iterable
from typing import NamedTuple

from actors.odds.exposure import LARGEST_LINE, ScoreBet, worst_profit
from actors.selections import Period, Selection


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
    together: dict[tuple[str, Period], list[ScoreBet]] = {}
    for stake in stakes:
        selection = stake.selection
        if stake.plain and abs(selection.line) <= LARGEST_LINE:
            bet = ScoreBet(
                *(selection.type, selection.side, selection.line),
                *(stake.amount, stake.price, stake.firm),
            )
            together.setdefault((selection.event, selection.period), []).append(bet)
        else:
            total += stake.amount
    return total + sum(max(0, -worst_profit(bets)) for bets in together.values())
