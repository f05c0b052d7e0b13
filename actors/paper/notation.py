"""How the API writes prices, lines and days: Malay, decimal, Hong Kong; quarters as ranges."""

import re
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache

FORMATS = ("MY", "00", "HK")
BOOK_OFFSET_MS = 8 * 3_600_000

# Plain and short: an exponent could ask for a number that fills the memory.
_NUMBER = re.compile(r"[+-]?\d{1,6}(\.\d{0,12})?|[+-]?\.\d{1,12}", re.ASCII)


@lru_cache(maxsize=50_000)
def odds(price: int, odds_format: str) -> str:
    """Write a price in thousandths with three decimals: 4226 -> "-0.310", "4.226", "3.226"."""
    if odds_format == "00":
        value = Fraction(price, 1000)
    elif odds_format == "HK" or price <= 2000:
        value = Fraction(price - 1000, 1000)
    else:
        value = Fraction(-1000, price - 1000)
    return f"{float(round(value, 3)):.3f}"


def price_of(text: str, odds_format: str) -> int:
    """Read a price into thousandths of decimal odds, rounded half-even.

    Raises ValueError when the text is no number or no price above 1.
    """
    if not _NUMBER.fullmatch(text.strip()) or not (value := Fraction(text.strip())):
        raise ValueError(f"{text!r} is no price")
    if odds_format == "MY" and value < 0:
        decimal = 1 - 1 / value
    else:
        decimal = value if odds_format == "00" else 1 + value
    thousandths = round(decimal * 1000)
    if not 1000 < thousandths <= 1_000_000:
        raise ValueError(f"{text!r} is no price")
    return thousandths


def asked_price(text: str, odds_format: str, shown: int) -> int:
    """Read the price a client asks, taking the written form of `shown` as `shown` itself.

    Three Malay decimals are coarser than a long price; an exact echo must not look like a change.
    Raises ValueError as `price_of` does.
    """
    asked = price_of(text, odds_format)
    return shown if asked == price_of(odds(shown, odds_format), odds_format) else asked


def line_range(line: int) -> str:
    """Write a line's size as the feed does: 50 -> "0.5", -25 -> "0-0.5", 125 -> "1-1.5"."""
    size = abs(line)
    if size % 50 == 0:
        return f"{size / 100:.1f}"
    return f"{(size - 25) / 100:g}-{(size + 25) / 100:g}"


def line_decimal(line: int) -> str:
    """Write a line's size as bet rows do: 50 -> "0.5", -25 -> "0.25", 100 -> "1.0"."""
    return f"{abs(line) / 100:.2f}".removesuffix("0")


def favoured(line: int) -> int:
    """Return 1 when the home side gives the handicap, 2 when the away side does, 0 when level."""
    return (line < 0) + 2 * (line > 0)


def book_odds(board: dict[str, tuple[int, ...]], odds_format: str) -> str:
    """Write `BOOK=o1,o2;...;BEST=BOOK o1,BOOK o2`, or nothing when no book quotes."""
    if not board:
        return ""
    entries = [
        f"{book}=" + ",".join(odds(price, odds_format) for price in prices)
        for book, prices in board.items()
    ]
    best = []
    for side in range(len(next(iter(board.values())))):
        book = max(board, key=lambda name, side=side: board[name][side])  # type: ignore[misc]
        best.append(f"{book} {odds(board[book][side], odds_format)}")
    return ";".join([*entries, "BEST=" + ",".join(best)])


def starts_on(at_ms: int) -> str:
    """Write a moment in UTC as `MM/dd/yyyy hh:mm:ss.fff tt`."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{moment:%m/%d/%Y %I:%M:%S}.{at_ms % 1000:03d} {moment:%p}"


def day_text(at_ms: int) -> str:
    """Write the UTC day as `MM/dd/yyyy`."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%m/%d/%Y}"


def day_of(text: str) -> int:
    """Read `MM/dd/yyyy` into days since 1970-01-01 UTC. Raises ValueError."""
    month, day, year = (int(part) for part in text.split("/"))
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) // 86_400
