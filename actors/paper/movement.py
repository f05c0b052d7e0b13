"""How prices move between the two recordings of a match. The path is made, the ends are real.

Until a match is listed a book shows its recorded pre-closing price, from a few minutes before
kick-off its recorded closing price. In between lies a straight line in log-odds with a seeded
Brownian bridge laid over it: one for the strength of the home side (1X2 and handicap together),
one for goals, and a small one of each book's own. Every book quotes anew at its own interval.
"""

import math
from functools import lru_cache

import msgspec

from actors.paper.programme import Fixture
from actors.paper.recorded import Board, Prices
from actors.paper.seeding import bell, number

# Minutes of play time between two quotes of a book.
QUOTE_EVERY = {"PIN": 5, "B365": 8, "BW": 12, "VC": 12, "WH": 15, "IW": 20}
# Deviation in log-odds per square root of a minute: the match's own and one book's.
_COMMON = 0.0028
_OWN = 0.0006
_LOWEST = 1001

# Which way a rise of the factor moves each side, in the API's order.
_DIRECTIONS = {"x": (1.0, -1.0, 0.0), "h": (1.0, -1.0), "o": (1.0, -1.0)}


class Path(msgspec.Struct, frozen=True):
    """What moves: a fixture's market (`x`, `h` or `o`) from one board to another."""

    fixture: Fixture
    market: str
    name: str
    start: Board
    end: Board


def quote(path: Path, book: str, now_ms: int) -> Prices | None:
    """Return the book's prices in thousandths, or None when it does not quote this market."""
    closing = path.fixture.closing_ms
    if closing is not None:
        return (path.start if now_ms < closing else path.end).get(book)
    if book not in path.end or book not in path.start:
        return None
    left = _quoted_minute(path.fixture, book, path.fixture.minutes_to_kick_off(now_ms))
    return _prices(
        path.fixture.seed,
        path.name,
        path.market,
        book,
        left,
        _length(path.fixture),
        path.start[book],
        path.end[book],
    )


def quoted_at(fixture: Fixture, book: str, now_ms: int) -> int:
    """Return the wall-clock moment of the quote that stands now."""
    closing = fixture.closing_ms
    if closing is not None:
        return fixture.listed_ms if now_ms < closing else closing
    left = _quoted_minute(fixture, book, fixture.minutes_to_kick_off(now_ms))
    return max(fixture.listed_ms, fixture.before_kick_off(left))


def _length(fixture: Fixture) -> int:
    return math.ceil(fixture.minutes_to_kick_off(fixture.listed_ms))


def _quoted_minute(fixture: Fixture, book: str, left: float) -> int:
    """Return how many minutes before kick-off the standing quote was made."""
    every = QUOTE_EVERY[book]
    last = 1 + number(every, fixture.seed, "last quote", book)
    if left <= last:
        return last
    return last + every * math.ceil((left - last) / every)


@lru_cache(maxsize=60_000)
def _prices(
    seed: str, name: str, market: str, book: str, left: int, length: int, start: Prices, end: Prices
) -> Prices:
    if left >= length:
        return start
    if left <= QUOTE_EVERY[book]:
        return end
    done = 1 - left / length
    factor = "goals" if market == "o" else "strength"
    push = _COMMON * _bridge((seed, factor), left, length)
    push += _OWN * _bridge((seed, name, book), left, length)
    moved = [
        _share(_log_odds(a) + (_log_odds(b) - _log_odds(a)) * done + push * way)
        for a, b, way in zip(start, end, _DIRECTIONS[market], strict=True)
    ]
    # The noise may not eat the book's margin: scale back to the overround on the straight line.
    overround = (1 - done) * sum(1000 / p for p in start) + done * sum(1000 / p for p in end)
    scale = overround / sum(moved)
    return tuple(max(_LOWEST, int(1000 / (share * scale))) for share in moved)


def _log_odds(price: int) -> float:
    return -math.log(price / 1000 - 1)


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


@lru_cache(maxsize=60_000)
def _bridge(name: tuple[str, ...], at: int, length: int) -> float:
    """Return a Brownian bridge over whole minutes, 0 at both ends, by halving the interval."""
    low, high, value_low, value_high = 0, length, 0.0, 0.0
    while True:
        middle = (low + high) // 2
        if middle == low:
            return value_low if at <= low else value_high
        weight = (middle - low) / (high - low)
        deviation = math.sqrt((middle - low) * (high - middle) / (high - low))
        value = value_low + (value_high - value_low) * weight
        value += deviation * bell(*name, low, high)
        if at == middle:
            return value
        if at < middle:
            high, value_high = middle, value
        else:
            low, value_low = middle, value
