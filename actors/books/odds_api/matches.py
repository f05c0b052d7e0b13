"""A match of The Odds API read into an event and canonical prices. Pure."""

import datetime
import re
from collections import Counter

import msgspec

from actors.books.odds_api.markets import DRAW, READERS, Outcome, OutOfRangeError, tidy
from actors.selections import Event, Phase, Quote
from actors.units import Millis

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)
EARLY_FROM = 24 * 3_600_000
OLDEST_AT_THE_SOURCE = 600_000
"""Prices that the vendor itself has not seen changed or confirmed for so long are not offered."""

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_WORD = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)
_MOST_WORDS = 50
_SPORTS = {"soccer": "football", "basketball": "basketball", "tennis": "tennis", "mma": "mma"}


class _Market(msgspec.Struct, frozen=True):
    key: str
    outcomes: list[Outcome]
    last_update: str | None = None


class _Bookmaker(msgspec.Struct, frozen=True):
    key: str
    markets: list[msgspec.Raw]
    last_update: str | None = None


class _MarketKey(msgspec.Struct, frozen=True):
    key: str


class _Match(msgspec.Struct, frozen=True):
    id: str
    sport_key: str
    commence_time: str
    home_team: str | None = None
    away_team: str | None = None
    sport_title: str | None = None
    bookmakers: list[msgspec.Raw] = []


class Named(msgspec.Struct, frozen=True):
    """A match as far as its name: what can be said of one that is otherwise unreadable."""

    id: str


class Read(msgspec.Struct):
    """A match as read: quotes by locator; `unread` are locators, or the whole of a book.

    `skipped` counts what is left out and no fault: markets of other kinds, books not asked for.
    """

    event: Event
    quotes: dict[str, tuple[Quote, ...]]
    faults: list[str]
    skipped: Counter[str]
    unread: set[str]
    all_books_known: bool = True


def key_of(match: str) -> str:
    """Name the event of a match id. Raises ValueError when it is none."""
    if not _ID.fullmatch(match):
        raise ValueError("an id that is not 32 hex digits")
    return f"toa-{match}"


def read_match(raw: msgspec.Raw, received_at: Millis, books: frozenset[str] | None) -> Read:
    """Read one match with the prices of these books, of all when None.

    Raises one of UNREADABLE when it has no identity, names or start. A market that cannot be
    read is a fault, and the others count.
    """
    match = msgspec.json.decode(raw, type=_Match)
    found = Read(_event(match, received_at), {}, [], Counter(), set())
    seen: set[str] = set()
    for place, written in enumerate(match.bookmakers):
        where = f"{found.event.key}.bookmakers[{place}]"
        try:
            bookmaker = msgspec.json.decode(written, type=_Bookmaker)
            if not _WORD.fullmatch(bookmaker.key) or bookmaker.key in seen:
                raise ValueError("a book without a key, or one that is there twice")
        except UNREADABLE as error:
            found.faults.append(f"{where}: {error}")
            found.all_books_known = False
            continue
        seen.add(bookmaker.key)
        if books is not None and bookmaker.key not in books:
            found.skipped["a book that is not asked for"] += 1
            continue
        _read_book(found, bookmaker, where, received_at)
    return found


def _read_book(found: Read, bookmaker: _Bookmaker, where: str, received_at: Millis) -> None:
    for place, written in enumerate(bookmaker.markets):
        locator = ""
        try:
            kind = msgspec.json.decode(written, type=_MarketKey).key
            if kind not in READERS:
                _skip(found.skipped, kind)
                continue
            locator = f"{found.event.key}/{bookmaker.key}/{kind}"
            if locator in found.quotes or locator in found.unread:
                raise ValueError(f"{kind} is there twice")
            market = msgspec.json.decode(written, type=_Market)
            updated_at = _instant(market.last_update or bookmaker.last_update)
            if updated_at and received_at - updated_at > OLDEST_AT_THE_SOURCE:
                found.skipped["a price that is old at the source"] += 1
                continue
            prices = READERS[kind](found.event, market.outcomes)
            if not prices:
                found.skipped[f"{kind} without a draw"] += 1
                continue
            found.quotes[locator] = tuple(
                Quote(selection, bookmaker.key, price, locator, updated_at, received_at)
                for selection, price in prices.items()
            )
        except OutOfRangeError:
            found.skipped["a price outside 1.001 to 1000"] += 1
        except UNREADABLE as error:
            found.faults.append(f"{where}.markets[{place}]: {error}")
            found.quotes.pop(locator, None)
            if locator:
                found.unread.add(locator)
            else:
                found.all_books_known = False


def _event(match: _Match, received_at: Millis) -> Event:
    home, away = _name(match.home_team), _name(match.away_team)
    if home == away or DRAW in (home, away):
        raise ValueError("two sides that cannot be told apart")
    start = _instant(match.commence_time)
    if start <= 0:
        raise ValueError("a match without a start")
    if not _WORD.fullmatch(match.sport_key):
        raise ValueError("a sport without a key")
    sport = match.sport_key.partition("_")[0]
    league = tidy(match.sport_title or match.sport_key)
    phase = phase_of(start, received_at)
    return Event(key_of(match.id), _SPORTS.get(sport, sport), league, home, away, start, phase)


def phase_of(start: Millis, now: Millis) -> Phase:
    """File a match by its start: live once it began, today within 24 hours, else early."""
    if start <= now:
        return Phase.LIVE
    return Phase.TODAY if start - now < EARLY_FROM else Phase.EARLY


def _name(text: str | None) -> str:
    name = tidy(text or "")
    if not name:
        raise ValueError("a match without two names")
    return name


def _instant(text: str | None) -> Millis:
    """Read an ISO time with its zone into ms since 1970 UTC, 0 when there is none."""
    if text is None:
        return Millis(0)
    found = datetime.datetime.fromisoformat(text[:40])
    if found.tzinfo is None:
        raise ValueError(f"time {text[:40]!r} has no zone")
    return Millis(int(found.timestamp() * 1000))


def _skip(skipped: Counter[str], kind: str) -> None:
    known = f"market {kind}" in skipped or len(skipped) < _MOST_WORDS
    word = kind if _WORD.fullmatch(kind) and known else "of another name"
    skipped[f"market {word}"] += 1
