"""From a wish to an amount the book takes: whole steps, rounded down, within its limits."""

from fractions import Fraction

import msgspec

from actors.odds.edge import Chances
from actors.odds.kelly import kelly_of
from actors.units import Money


class StakeRule(msgspec.Struct, frozen=True):
    """What a book takes, in minor units: whole steps between its smallest and largest stake."""

    step: int = 1
    smallest: int = 1
    largest: int | None = None


ANY_STAKE = StakeRule()


def fitted(wanted: int | Fraction, rule: StakeRule = ANY_STAKE) -> Money:
    """Return the largest stake that is not above the wish; 0, no bet, when that is too small.

    Raises ValueError for a step that is not above zero.
    """
    if rule.step <= 0:
        raise ValueError("a step of stakes is above 0")
    most = wanted if rule.largest is None else min(wanted, rule.largest)
    stake = int(most // rule.step) * rule.step
    return Money(stake if stake >= max(rule.smallest, 1) else 0)


def share_of(bankroll: int, fraction: float, rule: StakeRule = ANY_STAKE) -> Money:
    """Return a fraction of a bankroll in minor units as a stake: half of Kelly, two per cent.

    Raises ValueError for a fraction outside 0 to 1.
    """
    if not 0 <= fraction <= 1:
        raise ValueError("a fraction of the bankroll lies between 0 and 1")
    return fitted(bankroll * Fraction(fraction), rule)


def kelly_stake(
    bankroll: int, price: int, chances: Chances, part: float = 0.5, rule: StakeRule = ANY_STAKE
) -> Money:
    """Return `part` of the Kelly stake of a bet with five results; price in thousandths."""
    return share_of(bankroll, part * kelly_of(price, chances), rule)


def to_win(profit: int, price: int, rule: StakeRule = ANY_STAKE) -> Money:
    """Return the stake that wins at most this profit in minor units at a price in thousandths.

    Raises ValueError for a price not above 1.
    """
    if price <= 1000:
        raise ValueError("a price must be above 1")
    return fitted(Fraction(profit * 1000, price - 1000), rule)
