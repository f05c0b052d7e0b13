"""From the stream's decimals to whole numbers: thousandths, minor units, hundredths.

Everything is rounded to the nearest, halves up. Betfair's ladder prices have two places and its
sizes two, so that nothing is lost there.
"""

MOST_KEPT = 50_000


class _Kept(dict[float, int]):
    """Remember each conversion: a market uses the same few hundred prices all day."""

    def __init__(self, parts: int) -> None:
        super().__init__()
        self._parts = parts

    def __missing__(self, value: float) -> int:
        if len(self) >= MOST_KEPT:
            self.clear()
        converted = self[value] = nearest(value, self._parts)
        return converted


def nearest(value: float, parts: int) -> int:
    """Return how many parts of one a decimal has, to the nearest, halves up."""
    return int(value * parts + 0.5) if value >= 0 else -int(-value * parts + 0.5)


def half_even(above: int, below: int) -> int:
    """Return a quotient to the nearest, halves to even: a loss is rounded as a gain is."""
    whole, rest = divmod(above, below)
    return whole + (2 * rest > below or (2 * rest == below and whole % 2 == 1))


THOUSANDTHS = _Kept(1000)
"""Prices by the decimal of the stream: 1.93 is 1930."""

HUNDREDTHS = _Kept(100)
"""Handicaps by the decimal of the stream: -0.25 is -25."""
