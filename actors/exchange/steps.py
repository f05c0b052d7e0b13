"""The prices that can be asked for, in thousandths. Source: Betfair's price increments."""

from bisect import bisect_left, bisect_right
from typing import Literal

from actors.exchange.stream import MarketDefinition

CLASSIC: tuple[tuple[int, int], ...] = (
    (2_000, 10),
    (3_000, 20),
    (4_000, 50),
    (6_000, 100),
    (10_000, 200),
    (20_000, 500),
    (30_000, 1_000),
    (50_000, 2_000),
    (100_000, 5_000),
    (1_000_000, 10_000),
)
"""Up to a price, the step that holds."""

LOWEST, HIGHEST = 1_010, 1_000_000
Ladder = Literal["CLASSIC", "FINEST"]


def _all() -> tuple[int, ...]:
    prices, price = [], LOWEST
    for until, step in CLASSIC:
        while price < until:
            prices.append(price)
            price += step
    return (*prices, HIGHEST)


PRICES = _all()


def ladder(definition: MarketDefinition) -> Ladder | None:
    """Return which steps a market has; None where a price is no price (a line market)."""
    given = definition.price_ladder_definition
    if given is not None:
        return given.type if given.type in ("CLASSIC", "FINEST") else None  # type: ignore[return-value]
    if definition.betting_type.startswith("ASIAN_HANDICAP"):
        return "FINEST"
    return "CLASSIC" if definition.betting_type == "ODDS" else None


def is_step(price: int, steps: Ladder) -> bool:
    """Tell whether an order may ask for this price."""
    if not LOWEST <= price <= HIGHEST:
        return False
    if steps == "FINEST":
        return price % 10 == 0
    return PRICES[bisect_left(PRICES, price)] == price


def next_above(price: int) -> int:
    """Return the next CLASSIC price above; the highest stays."""
    return PRICES[min(bisect_right(PRICES, price), len(PRICES) - 1)]


def next_below(price: int) -> int:
    """Return the next CLASSIC price below; the lowest stays."""
    return PRICES[max(bisect_left(PRICES, price) - 1, 0)]
