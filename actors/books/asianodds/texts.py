"""The two little languages inside the feed's strings: prices by book, and lines.

IBC=0.530,-0.730;PIN=1.53,2.37;BEST=PIN 1.53,PIN 2.37     prices, book by book
"0.5"   "0-0.5" (0.25)   "2.5-3" (2.75)   "35.5-36.5" (36)  lines, never signed
"""

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import msgspec

from actors.odds.formats import Format, detect_malay, number, to_decimal
from actors.odds.lines import is_line
from actors.selections import MarketType, Side
from actors.units import HIGHEST_PRICE, LOWEST_PRICE

# The draw comes last: two clients that bet on 1X2 read it so, and only so do the recorded
# strings make sense ("PIN=3.57,2.14,3.30" would price a draw at 2.14 otherwise).
PRICE_ORDER: dict[MarketType, tuple[Side, ...]] = {
    MarketType.ONE_X_TWO: (Side.HOME, Side.AWAY, Side.DRAW),
    MarketType.HANDICAP: (Side.HOME, Side.AWAY),
    MarketType.TOTAL: (Side.OVER, Side.UNDER),
}

PSEUDO_BOOK = "BEST"
_MOST_TEXTS = 65_536
_PLAIN_PRICE = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,3}))?", re.ASCII)
_BOOK = re.compile(r"[A-Za-z0-9_]{1,16}", re.ASCII)
_LINE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)(?:-([0-9]{1,4}(?:\.[0-9]{1,3})?))?", re.ASCII)


def plain_price(text: str) -> int | None:
    """Read plain decimal odds into thousandths; None for what only `book_prices` can judge."""
    found = _PLAIN_PRICE.fullmatch(text)
    if found is None:
        return None
    price = int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0"))
    return price if LOWEST_PRICE <= price <= HIGHEST_PRICE else None


class BookPrices(msgspec.Struct, frozen=True):
    """Prices in thousandths by book and side, what could not be read, and how many were Malay."""

    prices: dict[str, dict[Side, int]]
    faults: tuple[str, ...] = ()
    malay: int = 0


def book_prices(text: str, market: MarketType) -> BookPrices:
    """Read a BookieOdds string asked for in decimal odds.

    Skips the pseudo book BEST and books with fewer prices than the market has sides. A book
    that answers in Malay although decimal was asked is converted and counted. A price that is
    none takes its whole book out and is a fault.
    """
    found: dict[str, dict[Side, int]] = {}
    faults: list[str] = []
    seen: set[str] = set()
    malay = 0
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        book, _, written = entry.partition("=")
        book = book.strip()
        if book.upper() == PSEUDO_BOOK:
            continue
        texts = [value.strip() for value in written.split(",")]
        try:
            _check_entry(book, written, len(texts), seen, market)
            seen.add(book)
            if len([value for value in texts if value]) < len(PRICE_ORDER[market]):
                continue
            prices, converted = _prices(book, texts)
        except ValueError as error:
            faults.append(str(error))
            found.pop(book, None)
            continue
        malay += converted
        found[book] = dict(zip(PRICE_ORDER[market], prices, strict=True))
    return BookPrices(found, tuple(faults), malay)


@lru_cache(maxsize=4_096)
def line_value(text: str) -> int:
    """Read an unsigned handicap or goal line into hundredths; a range means its middle.

    Raises ValueError for signs, other widths than 0.5 and 1, and what is no multiple of 0.25.
    """
    match = _LINE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"line {text[:40]!r} cannot be read")
    low = Fraction(match[1])
    high = Fraction(match[2]) if match[2] else low
    if high - low not in (0, Fraction(1, 2), 1):
        raise ValueError(f"line {text[:40]!r} is an odd range")
    middle = 50 * (low + high)
    if middle.denominator != 1 or not is_line(int(middle)):
        raise ValueError(f"line {text[:40]!r} is no multiple of 0.25")
    return int(middle)


def home_line(value: int, favoured: int | None) -> int:
    """Sign a handicap in hundredths from the home side: favoured 1 gives goals, 2 receives.

    Raises ValueError when a line other than 0 comes without a favoured side.
    """
    if value == 0:
        return 0
    if favoured == 1:
        return -value
    if favoured == 2:
        return value
    raise ValueError(f"a handicap of {value} hundredths without a favoured side")


@lru_cache(maxsize=4_096)
def handicap(text: str, favoured: int | None) -> int:
    """Read a handicap into hundredths, signed from the home side.

    Raises what `line_value` and `home_line` raise.
    """
    return home_line(line_value(text), favoured)


def exact_price(odds: Fraction) -> int:
    """Turn exact decimal odds into thousandths, rounded down.

    Raises ValueError outside 1.001 to 1000.
    """
    thousandths = odds.numerator * 1000 // odds.denominator
    if not LOWEST_PRICE <= thousandths <= HIGHEST_PRICE:
        raise ValueError(f"decimal odds {float(odds):g} are outside 1.001 to 1000")
    return thousandths


def _check_entry(book: str, written: str, count: int, seen: set[str], market: MarketType) -> None:
    if not _BOOK.fullmatch(book) or not written:
        raise ValueError(f"entry {(book + '=' + written)[:40]!r} is no BOOK=price,price")
    if book in seen:
        raise ValueError(f"{book} is there twice")
    if count > len(PRICE_ORDER[market]):
        raise ValueError(f"{count} prices of {book}")


def _prices(book: str, texts: list[str]) -> tuple[list[int], bool]:
    readings = [_readings(text) for text in texts]
    malay = any(reading.cannot_be_decimal for reading in readings)
    prices = [reading.malay if malay else reading.decimal for reading in readings]
    for text, price in zip(texts, prices, strict=True):
        if not price:
            raise ValueError(f"price {text[:40]!r} of {book}")
    return prices, malay


class _Readings(NamedTuple):
    """A price in thousandths read either way, 0 where it is none that way."""

    decimal: int
    malay: int
    cannot_be_decimal: bool


@lru_cache(maxsize=_MOST_TEXTS)
def _readings(text: str) -> _Readings:
    try:
        value = number(text)
    except ValueError:
        return _Readings(0, 0, False)
    return _Readings(
        _thousandths(value, Format.DECIMAL),
        _thousandths(value, Format.MALAY),
        detect_malay([value]),
    )


def _thousandths(value: Fraction, written: Format) -> int:
    try:
        return exact_price(to_decimal(value, written))
    except ValueError:
        return 0
