"""What a non-runner does to bets on the others.

Sources: Betfair's rules, and its support pages 406 and 408. The adjustment factor is in thousandths
of a per cent (16200 is 16.2 %). In a win market it comes off the price, from 2.5 % on; in a place
market off the winnings, however small it is. The new price has two places and is 1.01 at least.
Unmatched lays go, from 2.5 % on, in a place market from 4 % on.
"""

from actors.exchange.measures import half_even
from actors.exchange.steps import LOWEST

WHOLE = 100_000
PLACE = ("PLACE", "OTHER_PLACE")
LEAST = {"WIN": 2_500, "PLACE": 0, "OTHER_PLACE": 0}
LEAST_FOR_LAYS = {"WIN": 2_500, "PLACE": 4_000, "OTHER_PLACE": 4_000}


def reduced(price: int, adjustment: int, market_type: str) -> int:
    """Return the price of a matched bet after the removal of a runner with this adjustment."""
    if not adjustment or adjustment < LEAST.get(market_type, WHOLE + 1):
        return price
    base = 1_000 if market_type in PLACE else 0
    tenths = half_even((price - base) * (WHOLE - adjustment), WHOLE * 10)
    return max(base + tenths * 10, LOWEST)


def lays_go(adjustment: int, market_type: str) -> bool:
    """Tell whether unmatched lays on the other runners are cancelled."""
    return adjustment >= LEAST_FOR_LAYS.get(market_type, WHOLE + 1)
