"""Take a book's margin out of its prices: what it thinks the chances are.

With r = 1/price and R the sum of all r, each method finds probabilities that sum to 1. Floats,
because these are estimates and no money. Sources: Shin 1993 as solved by Jullien and Salanie
1994; power, Clarke, Kovalchik and Ingram 2017; odds ratio, Cheung 2015; balanced book, Fingleton
and Waldron 1999. Additive is also known as "margin proportional to odds", and what some call
logarithmic, logit(p) = logit(r) - c', is the odds ratio with c' = ln c.
"""

from collections.abc import Callable, Sequence
from math import fsum, log, sqrt
from typing import Literal, get_args

import msgspec

Method = Literal[
    "multiplicative",
    "additive",
    "power",
    "shin",
    "odds-ratio",
    "logarithmic",
    "balanced-book",
]

MOST_STEPS = 250
SUM_TOLERANCE = 1e-9


class Fair(msgspec.Struct, frozen=True):
    """Probabilities in the order of the prices, and the method's parameter (k, z, c or ln c)."""

    probabilities: list[float]
    parameter: float = 0.0


def overround(prices: Sequence[int]) -> float:
    """Return R, the sum of the inverse prices (thousandths): 1 plus the margin."""
    return sum(_inverse(prices))


def fair(prices: Sequence[int], method: str) -> list[float]:
    """Return fair probabilities of all sides of a market from prices in thousandths.

    Methods: multiplicative, additive, power, shin, odds-ratio, logarithmic, balanced-book. Raises
    ValueError for fewer than two prices, a price not above 1, an unknown method, for R < 1 (an
    arbitrage) with every method but multiplicative, and when a method finds no probabilities:
    additive and balanced-book may leave a long shot without a chance.
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
    found = _METHODS[method](inverse)
    sure = all(0 < p < 1 for p in found.probabilities)
    if not sure or abs(fsum(found.probabilities) - 1) > SUM_TOLERANCE:
        raise ValueError(f"{method} finds no probabilities for these prices")
    return found


def additive_shares(inverse: Sequence[float]) -> list[float]:
    """Return r - M/n of each, which are below zero for long shots and then no probabilities."""
    share = (sum(inverse) - 1) / len(inverse)
    return [r - share for r in inverse]


def _inverse(prices: Sequence[int]) -> list[float]:
    if any(price <= 1000 for price in prices):
        raise ValueError("a price must be above 1")
    return [1000 / price for price in prices]


def _multiplicative(inverse: Sequence[float]) -> Fair:
    total = sum(inverse)
    return Fair([r / total for r in inverse])


def _additive(inverse: Sequence[float]) -> Fair:
    return Fair(
        _above_zero(additive_shares(inverse), "additive"), (sum(inverse) - 1) / len(inverse)
    )


def _balanced_book(inverse: Sequence[float]) -> Fair:
    z = (sum(inverse) - 1) / (len(inverse) - 1)
    if z >= 1:
        raise ValueError("balanced-book has no answer to a margin so large")
    return Fair(_above_zero([(r - z) / (1 - z) for r in inverse], "balanced-book"), z)


def _above_zero(shares: list[float], method: str) -> list[float]:
    if min(shares) <= 0:
        raise ValueError(f"{method} leaves a long shot without a chance")
    return shares


def _power(inverse: Sequence[float]) -> Fair:
    k = _root(lambda k: sum(r**k for r in inverse) - 1, low=1.0)
    return Fair([r**k for r in inverse], k)


def _odds_ratio(inverse: Sequence[float]) -> Fair:
    c = _root(lambda c: sum(r / (c + r - c * r) for r in inverse) - 1, low=1.0)
    return Fair([r / (c + r - c * r) for r in inverse], c)


def _logarithmic(inverse: Sequence[float]) -> Fair:
    found = _odds_ratio(inverse)
    return Fair(found.probabilities, log(found.parameter))


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
    evaluations where halving needs fifty; every fourth step halves, so that no curve is too bent.
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
    for step in range(1, MOST_STEPS):
        middle = (low * below - high * above) / (below - above)
        if step % 4 == 0:
            middle, side = (low + high) / 2, 0
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
    "logarithmic": _logarithmic,
    "balanced-book": _balanced_book,
}

METHODS = get_args(Method)
