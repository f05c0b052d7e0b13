"""How a play went, bet by bet, for plots."""

import datetime
from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from actors.backtest.bets import Bet
from actors.backtest.interval import QUANTILE


class Step(NamedTuple):
    """After one settled bet. Money in minor units, yields in per cent."""

    number: int
    at: datetime.datetime
    bankroll: int
    drawdown: int
    yielded: float
    low: float
    high: float
    closing: float | None


def running(bets: Sequence[Bet], balance: int) -> list[Step]:
    """Return the state after each settled bet, in order.

    The interval is that of `actors.backtest.interval`, its sums kept up as matches grow:
    sum (p - ys)^2 = sum pp - 2y sum ps + y^2 sum ss.
    """
    found: list[Step] = []
    sums: dict[str, tuple[int, int]] = {}
    pp = ps = ss = profit = staked = best = measured = value = 0
    for number, bet in enumerate(bets, 1):
        p, s = sums.get(bet.event, (0, 0))
        pnl = bet.pnl or 0
        q, t = p + pnl, s + bet.stake
        sums[bet.event] = q, t
        pp, ps, ss = pp + q * q - p * p, ps + q * t - p * s, ss + t * t - s * s
        profit, staked = profit + pnl, staked + bet.stake
        best = max(best, profit)
        if bet.worth is not None and bet.worth.value is not None:
            measured, value = measured + 1, value + bet.worth.value
        share, count = profit / staked, len(sums)
        spread = max(0.0, pp - 2 * share * ps + share * share * ss)
        half = QUANTILE * sqrt(count / max(1, count - 1) * spread) / staked
        moment = datetime.datetime.fromtimestamp((bet.settled_at or 0) / 1000, datetime.UTC)
        found.append(
            Step(
                number,
                moment,
                balance + profit,
                best - profit,
                100 * share,
                100 * (share - half),
                100 * (share + half),
                value / measured / 100 if measured else None,
            )
        )
    return found
