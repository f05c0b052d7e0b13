"""The stake that makes a bankroll grow fastest, as a fraction of it.

Several open bets on one match are not independent: cap their sum per match. A quarter to a
half of the fraction is the usual choice, because the chances are only estimates.
"""

from collections.abc import Sequence
from math import exp, inf, log1p

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


def kelly_together(prices: Sequence[int], probabilities: Sequence[float]) -> list[float]:
    """Return the Kelly fractions of bets on several outcomes of which one at most comes about.

    Prices in thousandths. The best expected ones are backed, p - reserve / d of the bankroll
    each, as long as p d is above the reserve (1 - sum p) / (1 - sum 1/d) of those backed before.
    What the probabilities lack to 1 is an outcome without a price. Source: Smoczynski and Tomkins
    2010. Raises ValueError for a price not above 1, no probability, or a sum above 1.
    """
    for price in prices:
        _check(price, probabilities)
    if len(prices) != len(probabilities) or sum(probabilities) > 1 + 1e-9:
        raise ValueError("each outcome has a price and a probability, which sum to 1 at most")
    sides = [(p, price / 1000) for p, price in zip(probabilities, prices, strict=True)]
    unlikely, uncovered, reserve = 1.0, 1.0, 1.0
    backed = set()
    for number in sorted(range(len(sides)), key=lambda number: -sides[number][0] * prices[number]):
        p, odds = sides[number]
        # A book below 1 is covered whole by less than the bankroll; rounding may not go past it.
        if p * odds <= reserve or uncovered - 1 / odds <= 0:
            break
        unlikely, uncovered = max(0.0, unlikely - p), uncovered - 1 / odds
        reserve = unlikely / uncovered
        backed.add(number)
    return [
        max(0.0, p - reserve / odds) if number in backed else 0.0
        for number, (p, odds) in enumerate(sides)
    ]


def growth(price: int, probability: float, fraction: float) -> float:
    """Return what a bankroll grows by per bet in the long run: 0.01 is one per cent.

    This is exp(p ln(1 + f (d - 1)) + (1 - p) ln(1 - f)) - 1; the whole bankroll on what may lose
    is -1. Raises ValueError as `kelly` does, and for a fraction outside 0 to 1.
    """
    _check(price, [probability, fraction])
    return exp(log_growth(price, probability, fraction)) - 1


def log_growth(price: int, probability: float, fraction: float) -> float:
    """Return the expected logarithm of what a bankroll is multiplied by: Kelly's own measure."""
    _check(price, [probability, fraction])
    lost = 1 - probability
    if fraction == 1 and lost > 0:
        return -inf
    won = probability * log1p(fraction * (price / 1000 - 1))
    return won + (lost * log1p(-fraction) if lost else 0.0)


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
