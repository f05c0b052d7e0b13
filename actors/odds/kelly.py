"""The stake that makes a bankroll grow fastest, as a fraction of it.

Several open bets on one match are not independent: cap their sum per match. A quarter to a
half of the fraction is the usual choice, because the chances are only estimates.
"""

from collections.abc import Sequence

from actors.odds.edge import Chances


def kelly(price: int, probability: float) -> float:
    """Return the Kelly fraction of a bet that is won or lost: (p d - 1) / (d - 1), or 0.

    Price in thousandths. Raises ValueError for a price not above 1 or no probability.
    """
    _check(price, [probability])
    profit = price / 1000 - 1
    return max(0.0, (probability * (profit + 1) - 1) / profit)


def kelly_of(price: int, chances: Chances) -> float:
    """Return the Kelly fraction of a bet with five results.

    Solves sum p x / (1 + f x) = 0 for f in [0, 1); 0 when the expected profit is not above 0.
    """
    won = price / 1000 - 1
    probabilities = [
        chances.won,
        chances.half_won,
        chances.push,
        chances.half_lost,
        chances.lost,
    ]
    _check(price, probabilities)
    if abs(sum(probabilities) - 1) > 1e-9:
        raise ValueError(f"chances sum to {sum(probabilities):g}, not to 1")
    return _fastest(probabilities, [won, won / 2, 0.0, -0.5, -1.0])


def _fastest(probabilities: Sequence[float], profits: Sequence[float]) -> float:
    def slope(f: float) -> float:
        return sum(p * x / (1 + f * x) for p, x in zip(probabilities, profits, strict=True) if p)

    if slope(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return low
        if slope(middle) > 0:
            low = middle
        else:
            high = middle


def _check(price: int, probabilities: Sequence[float]) -> None:
    if price <= 1000:
        raise ValueError("a price must be above 1")
    if not all(0 <= p <= 1 for p in probabilities):
        raise ValueError("a probability lies between 0 and 1")
