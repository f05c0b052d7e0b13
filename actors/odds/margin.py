"""Take a book's margin out of its prices: what it thinks the chances are.

With r = 1/price and R the sum of all r, each method finds probabilities that sum to 1. Floats,
because these are estimates and no money. Sources: Shin 1993 as solved by Jullien and Salanie
1994; power, Clarke, Kovalchik and Ingram 2017; odds ratio, Cheung 2015.
"""

from collections.abc import Callable, Sequence
from math import sqrt

import msgspec

MOST_STEPS = 100


class Fair(msgspec.Struct, frozen=True):
    """Probabilities in the order of the prices, and the method's parameter (k, z or c)."""

    probabilities: list[float]
    parameter: float = 0.0


def overround(prices: Sequence[int]) -> float:
    """Return R, the sum of the inverse prices (thousandths): 1 plus the margin."""
    return sum(_inverse(prices))


def fair(prices: Sequence[int], method: str) -> list[float]:
    """Return fair probabilities of all sides of a market from prices in thousandths.

    Methods: multiplicative, additive, power, shin, odds-ratio. Raises ValueError for fewer
    than two prices, a price not above 1, an unknown method, additive below zero, and for
    R < 1 (an arbitrage) with every method but multiplicative.
    """
    return solve(_inverse(prices), method).probabilities


def solve(inverse: Sequence[float], method: str) -> Fair:
    """Do what `fair` does from the inverse prices and return the parameter too."""
    if method not in _METHODS:
        raise ValueError(f"method {method!r} is none of {', '.join(_METHODS)}")
    if len(inverse) < 2 or not all(0 < r < 1 for r in inverse):
        raise ValueError("a market needs two prices or more, each above 1")
    # A tiny shortfall is rounding of a market without margin, no arbitrage.
    if sum(inverse) < 1 - 1e-12 and method != "multiplicative":
        raise ValueError(f"prices sum to {sum(inverse):.6f} < 1: {method} has no answer")
    return _METHODS[method](inverse)


def _inverse(prices: Sequence[int]) -> list[float]:
    if any(price <= 1000 for price in prices):
        raise ValueError("a price must be above 1")
    return [1000 / price for price in prices]


def _multiplicative(inverse: Sequence[float]) -> Fair:
    total = sum(inverse)
    return Fair([r / total for r in inverse])


def _additive(inverse: Sequence[float]) -> Fair:
    share = (sum(inverse) - 1) / len(inverse)
    probabilities = [r - share for r in inverse]
    if min(probabilities) <= 0:
        raise ValueError("additive leaves a long shot without a chance")
    return Fair(probabilities, share)


def _power(inverse: Sequence[float]) -> Fair:
    k = _root(lambda k: sum(r**k for r in inverse) - 1, low=1.0)
    return Fair([r**k for r in inverse], k)


def _odds_ratio(inverse: Sequence[float]) -> Fair:
    c = _root(lambda c: sum(r / (c + r - c * r) for r in inverse) - 1, low=1.0)
    return Fair([r / (c + r - c * r) for r in inverse], c)


def _shin(inverse: Sequence[float]) -> Fair:
    total = sum(inverse)
    if len(inverse) == 2:
        gap = (inverse[0] - inverse[1]) ** 2
        z = (total - 1) * (gap - total) / (total * (gap - 1))
    else:
        z = _root(lambda z: sum(_shin_side(r, total, z) for r in inverse) - 1, low=0.0, high=1.0)
    return Fair([_shin_side(r, total, z) for r in inverse], z)


def _shin_side(r: float, total: float, z: float) -> float:
    """Return (sqrt(z^2 + 4(1-z)r^2/R) - z) / (2(1-z)) in the form that also holds near z = 1."""
    squared = r * r / total
    return 2 * squared / (z + sqrt(z * z + 4 * (1 - z) * squared))


def _root(falling: Callable[[float], float], low: float, high: float | None = None) -> float:
    """Find where a falling function crosses zero, at or above `low`.

    False position with the Illinois step, which keeps the bracket and needs about ten
    evaluations where halving needs fifty.
    """
    above = falling(low)
    if above <= 0:
        return low
    if high is None:
        high = low + 1
        while falling(high) > 0:
            high = low + 2 * (high - low)
    below = falling(high)
    side = 0
    for _ in range(MOST_STEPS):
        middle = (low * below - high * above) / (below - above)
        if not low < middle < high:
            break
        value = falling(middle)
        if value > 0:
            low, above = middle, value
            below /= 2 if side > 0 else 1
            side = 1
        elif value < 0:
            high, below = middle, value
            above /= 2 if side < 0 else 1
            side = -1
        else:
            return middle
    return low if above < -below else high


_METHODS: dict[str, Callable[[Sequence[float]], Fair]] = {
    "multiplicative": _multiplicative,
    "additive": _additive,
    "power": _power,
    "shin": _shin,
    "odds-ratio": _odds_ratio,
}

METHODS = tuple(_METHODS)
