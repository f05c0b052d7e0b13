"""Chances, and so fair prices, of Asian bets that follow from something else that is known.

From the three chances of 1X2 follow the lines from -0.5 to +0.5, because a draw decides what
they are short of. From the chances of all scores follows everything.
"""

from collections.abc import Mapping

from actors.odds.edge import Chances
from actors.odds.settlement import Result, result
from actors.selections import MarketType, Side


def chances_by_draw(line: int, won: float, drawn: float, lost: float) -> Chances:
    """Return the chances of backing a side at a line from -50 to +50 hundredths.

    The three are that side's in 1X2, without a margin; 0 is draw no bet. Raises ValueError for
    another line.
    """
    match line:
        case -50:
            return Chances(won=won, lost=drawn + lost)
        case -25:
            return Chances(won=won, half_lost=drawn, lost=lost)
        case 0:
            return Chances(won=won, push=drawn, lost=lost)
        case 25:
            return Chances(won=won, half_won=drawn, lost=lost)
        case 50:
            return Chances(won=won + drawn, lost=lost)
    raise ValueError(f"line {line} does not follow from 1X2; -50, -25, 0, 25 and 50 do")


def chances_by_scores(
    market: MarketType, side: Side, line: int, scores: Mapping[tuple[int, int], float]
) -> Chances:
    """Return the chances of a selection from the probability of each score, home first.

    The line is in hundredths, signed from the side. Raises what `settlement.result` raises.
    """
    found = dict.fromkeys(Result, 0.0)
    for (home, away), probability in scores.items():
        found[result(market, side, line, home, away)] += probability
    return Chances(
        won=found[Result.WON],
        half_won=found[Result.HALF_WON],
        push=found[Result.PUSH],
        half_lost=found[Result.HALF_LOST],
        lost=found[Result.LOST],
    )


def push_share(chances: Chances) -> float:
    """Return which part of the stake is expected back: pushes, and half of each half result."""
    return chances.push + (chances.half_won + chances.half_lost) / 2
