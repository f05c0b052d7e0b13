"""How sure a ratio of sums is when what belongs to one match hangs together.

With p_i and s_i the sums of a match i, G matches and the ratio y = sum p / sum s:

    var(y) = G / (G - 1) x sum (p_i - y s_i)^2 / (sum s)^2,    y +- 1.96 sqrt(var(y))

the linearised variance of a ratio with clusters (Cochran 1977, Sampling Techniques, chapters 6
and 9A). It takes matches as independent of each other; few long prices make it too narrow.
"""

from collections import defaultdict
from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

QUANTILE = 1.959963984540054
"""Of the normal distribution: 95 % lie within."""


class Ratio(NamedTuple):
    """A ratio and its interval of 95 %, in hundredths of a per cent; None: cannot be said."""

    value: int | None
    low: int | None
    high: int | None


def ratio(parts: Iterable[tuple[str, float, float]]) -> Ratio:
    """Return sum of p over sum of s from parts (cluster, p, s)."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for cluster, p, s in parts:
        sums[cluster][0] += p
        sums[cluster][1] += s
    total = sum(s for _, s in sums.values())
    if total <= 0:
        return Ratio(None, None, None)
    value = sum(p for p, _ in sums.values()) / total
    if len(sums) < 2:
        return Ratio(_basis_points(value), None, None)
    spread = sum((p - value * s) ** 2 for p, s in sums.values())
    half = QUANTILE * sqrt(len(sums) / (len(sums) - 1) * spread) / total
    return Ratio(_basis_points(value), _basis_points(value - half), _basis_points(value + half))


def _basis_points(value: float) -> int:
    return round(value * 10_000)
