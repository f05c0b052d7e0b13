"""Odds formats and decimal odds into each other, exactly, as Fractions.

Convert once on entry and keep the book's own text: a feed with three Malay places is finer
than thousandths of decimal odds on one side of evens and coarser on the other.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from fractions import Fraction

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{1,12})?", re.ASCII)
_RATIO = re.compile(r"([0-9]{1,9})/([0-9]{1,9})", re.ASCII)


class Format(Enum):
    """How a price is written; the first three values are AsianOdds's own codes."""

    DECIMAL = "00"
    MALAY = "MY"
    HONG_KONG = "HK"
    INDONESIAN = "ID"
    AMERICAN = "US"
    FRACTIONAL = "FR"


def number(text: str) -> Fraction:
    """Read plain decimal digits exactly: no exponent, no NaN, no separators.

    Raises ValueError for anything else.
    """
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(f"{text[:40]!r} is no plain number")
    return Fraction(text.strip())


def to_decimal(value: Fraction | Decimal | int | str, written: Format) -> Fraction:
    """Convert a price in the format given to decimal odds.

    Even money has two spellings (Malay and Indonesian +1/-1, American +100/-100); both are 2.
    Raises ValueError outside the format's range.
    """
    if isinstance(value, str):
        value = _ratio(value) if written is Format.FRACTIONAL else number(value)
    exact = Fraction(value)
    match written:
        case Format.DECIMAL:
            _require(exact > 1, exact, written)
            return exact
        case Format.HONG_KONG | Format.FRACTIONAL:
            _require(exact > 0, exact, written)
            return 1 + exact
        case Format.MALAY:
            _require(exact != 0 and abs(exact) <= 1, exact, written)
        case Format.INDONESIAN:
            _require(abs(exact) >= 1, exact, written)
        case Format.AMERICAN:
            _require(abs(exact) >= 100, exact, written)
            exact /= 100
    return 1 + exact if exact > 0 else 1 - 1 / exact


def from_decimal(odds: Fraction | Decimal | int | str, wanted: Format) -> Fraction:
    """Convert decimal odds to the format wanted; even money gets its positive spelling.

    Raises ValueError unless the odds are above 1.
    """
    profit = to_decimal(odds, Format.DECIMAL) - 1
    match wanted:
        case Format.DECIMAL:
            return profit + 1
        case Format.HONG_KONG | Format.FRACTIONAL:
            return profit
        case Format.MALAY:
            return profit if profit <= 1 else -1 / profit
        case Format.INDONESIAN:
            return profit if profit >= 1 else -1 / profit
        case Format.AMERICAN:
            return 100 * profit if profit >= 1 else -100 / profit


def odds_text(odds: Fraction | Decimal | int | str, wanted: Format, places: int = 3) -> str:
    """Write decimal odds as text: rounded to so many places, halves to even, "6/5" exactly.

    American is written signed, as people know it. Read back, a rounded text is near and not equal:
    keep the book's own. Raises ValueError unless the odds are above 1.
    """
    exact = from_decimal(odds, wanted)
    if wanted is Format.FRACTIONAL:
        return f"{exact.numerator}/{exact.denominator}"
    rounded = Decimal(round(exact * 10**places)).scaleb(-places)
    return f"{rounded:+.{places}f}" if wanted is Format.AMERICAN else f"{rounded:.{places}f}"


def detect_malay(values: Iterable[Fraction]) -> bool:
    """Tell that these values cannot be decimal odds: one is negative or below 1."""
    return any(value < 1 for value in values)


def _ratio(text: str) -> Fraction:
    parts = _RATIO.fullmatch(text.strip())
    if parts is None or int(parts[2]) == 0:
        raise ValueError(f"{text[:40]!r} is no fraction")
    return Fraction(int(parts[1]), int(parts[2]))


def _require(holds: bool, value: Fraction, written: Format) -> None:
    if not holds:
        raise ValueError(f"{float(value):g} is no {written.name.lower().replace('_', ' ')} price")
