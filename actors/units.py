"""Money, prices and lines as integers, so that no float ever carries money.

* `Money`: minor units of the account's currency (1250 is 12.50).
* `Amount`: the same where the configuration says it, never below 0.
* `Price`: thousandths of decimal odds (1930 is 1.93).
* `Line`: hundredths of a goal or point, signed from the selection's own side (-25 is -0.25).
* `Millis`: milliseconds since 1970-01-01 UTC.
"""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import NewType

Money = NewType("Money", int)
Amount = NewType("Amount", int)
Price = NewType("Price", int)
Line = NewType("Line", int)
Millis = NewType("Millis", int)

LOWEST_PRICE = Price(1001)
HIGHEST_PRICE = Price(1_000_000)
LARGEST_NUMBER = Decimal(10) ** 15


def money(amount: str | int | float | Decimal) -> Money:
    """Convert an amount in major units to minor units, halves to even.

    Raises ValueError when the text is no finite number.
    """
    return Money(int(_decimal(amount).scaleb(2).quantize(Decimal(1), ROUND_HALF_EVEN)))


def price(decimal_odds: str | int | float | Decimal) -> Price:
    """Convert decimal odds to thousandths, rounded down: never better than the book's.

    Raises ValueError for anything outside 1.001 to 1000.
    """
    value = Price(int(_decimal(decimal_odds).scaleb(3).quantize(Decimal(1), ROUND_DOWN)))
    if not LOWEST_PRICE <= value <= HIGHEST_PRICE:
        raise ValueError(f"price {decimal_odds} is outside 1.001 to 1000")
    return value


def money_text(amount: int) -> str:
    """Write minor units as major units with two places: 1250 -> "12.50"."""
    return f"{Decimal(amount).scaleb(-2):.2f}"


def price_text(value: int) -> str:
    """Write a price as decimal odds with three places: 1930 -> "1.930"."""
    return f"{Decimal(value).scaleb(-3):.3f}"


def line_text(value: int) -> str:
    """Write a line in goals, signed unless zero: -25 -> "-0.25"."""
    return f"{Decimal(value).scaleb(-2):+.2f}" if value else "0.00"


def returned(stake: int, at: int) -> Money:
    """Return stake times price in minor units, halves to even."""
    return Money(int((Decimal(stake) * at / 1000).quantize(Decimal(1), ROUND_HALF_EVEN)))


def _decimal(value: str | int | float | Decimal) -> Decimal:
    try:
        number = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None
    if not number.is_finite() or abs(number) >= LARGEST_NUMBER:
        raise ValueError(f"{value!r} is no number below {LARGEST_NUMBER}")
    return number
