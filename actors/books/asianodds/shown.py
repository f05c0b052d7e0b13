"""One market of a row as read: a quote for each side and book.

Nearly every odds string is plain, `PIN=1.93,1.97;SBO=1.92,1.98`, and there are some ten thousand
of them in a feed. Those are read in one pass; whatever is not plain goes through `book_prices`,
which knows every spelling and says what is wrong.
"""

from collections.abc import Iterable

import msgspec

from actors.books.asianodds.rows import Market, Row, Slot
from actors.books.asianodds.texts import (
    PSEUDO_BOOK,
    book_prices,
    handicap,
    line_value,
    plain_price,
)
from actors.selections import MarketType, Quote, Selection, Side
from actors.units import Millis

# A name of the module is found sooner than one of an enumeration.
_HANDICAP, _TOTAL = MarketType.HANDICAP, MarketType.TOTAL
_HOME, _DRAW, _AWAY, _OVER, _UNDER = Side.HOME, Side.DRAW, Side.AWAY, Side.OVER, Side.UNDER

_PSEUDO_ENTRY = PSEUDO_BOOK + "="
_MOST_BOOKS, _MOST_PRICES = 1_000, 65_536


class _Prices(dict[str, int]):
    """Prices by the word for them; a word that is no plain price raises KeyError."""

    def __missing__(self, word: str) -> int:
        price = plain_price(word)
        if price is None:
            raise KeyError(word)
        if len(self) >= _MOST_PRICES:
            self.clear()
        self[word] = price
        return price


_books: set[str] = set()
"""Those of plain strings. A string with one that is not known yet counts as not plain."""

_prices = _Prices()


Stamp = tuple[str, Millis, Millis]
"""What all quotes of a row have in common: locator, and when it was changed and received."""


class Shown(msgspec.Struct, frozen=True, gc=False):
    """The quotes of a market, and what was wrong in it.

    The line is in hundredths, signed from the home side; when it could not be read it is None,
    and there are no quotes.
    """

    line: int | None
    quotes: tuple[Quote, ...] = ()
    malay: int = 0
    faults: tuple[str, ...] = ()


def read_market(row: Row, slot: Slot, market: Market, event: str, stamp: Stamp) -> Shown | None:
    """Read a market of a row; None when it shows nothing. Faults begin with the market's name."""
    text = market.bookie_odds
    if not text:
        return None
    _, kind, period, _ = slot
    try:
        if kind is _HANDICAP:
            line = handicap(market.handicap or "", row.favoured_in(period))
            home = Selection(event, kind, period, line, _HOME)
            away = Selection(event, kind, period, -line, _AWAY)
            return Shown(line, _read_two(text, home, away, *stamp))
        if kind is _TOTAL:
            line = line_value(market.goal or "")
            over = Selection(event, kind, period, line, _OVER)
            under = Selection(event, kind, period, line, _UNDER)
            return Shown(line, _read_two(text, over, under, *stamp))
        home = Selection(event, kind, period, 0, _HOME)
        away = Selection(event, kind, period, 0, _AWAY)
        draw = Selection(event, kind, period, 0, _DRAW)
        return Shown(0, _read_three(text, home, away, draw, *stamp))
    except (KeyError, ValueError):  # it is not plain, or has no line
        return None if text.isspace() else _read_any(row, slot, market, text, event, stamp)


def read_moved(
    known: Shown, was: Market, now: Market, slot: Slot, stamp: Stamp
) -> tuple[Shown, list[Quote]] | None:
    """Read again only the books whose prices are written otherwise than before.

    Returns what is shown, where the other quotes keep the times of their own answer, and which
    quotes have another price. None when more has changed, or it is not plain. `was` is what `known`
    was read from, by the same side giving the goals.
    """
    if now.goal != was.goal or now.handicap != was.handicap or known.malay or known.faults:
        return None
    entries, before = (now.bookie_odds or "").split(";"), (was.bookie_odds or "").split(";")
    sides = len(slot.sides)
    quotes, books, moved = list(known.quotes), len(known.quotes) // sides, []
    if len(entries) != len(before):
        return None
    for place, entry in enumerate(entries):
        if entry == before[place]:
            continue
        book, _, written = entry.partition("=")
        if book == PSEUDO_BOOK and before[place].startswith(_PSEUDO_ENTRY):
            continue
        words = written.split(",")
        if place >= books or quotes[place].book != book or len(words) != sides:
            return None
        for at, word in zip(range(place, len(quotes), books), words, strict=True):
            old = quotes[at]
            price = _prices.get(word)
            if price is None:
                return None
            quote = quotes[at] = Quote(old.selection, book, price, *stamp)
            if price != old.price:
                moved.append(quote)
    return Shown(known.line, tuple(quotes)), moved


def _read_any(row: Row, slot: Slot, market: Market, text: str, event: str, stamp: Stamp) -> Shown:
    """Read a string of odds however it is spelled, and say what is wrong with it."""
    read = book_prices(text, slot.type)
    faults = list(read.faults)
    line = None
    quotes: tuple[Quote, ...] = ()
    try:
        line = _line(row, slot, market)
    except ValueError as error:
        faults.append(str(error))
    else:
        _learn(read.prices)
        quotes = tuple(
            Quote(selection, book, prices[selection.side], *stamp)
            for selection in [_selection(slot, event, line, side) for side in slot.sides]
            for book, prices in read.prices.items()
        )
    return Shown(line, quotes, read.malay, tuple(f"{slot.name}: {fault}" for fault in faults))


def _line(row: Row, slot: Slot, market: Market) -> int:
    match slot.type:
        case MarketType.ONE_X_TWO:
            return 0
        case MarketType.TOTAL:
            return line_value(market.goal or "")
        case MarketType.HANDICAP:
            return handicap(market.handicap or "", row.favoured_in(slot.period))


def _selection(slot: Slot, event: str, line: int, side: Side) -> Selection:
    signed = -line if side is Side.AWAY else line
    return Selection(event, slot.type, slot.period, signed, side)


def _learn(books: Iterable[str]) -> None:
    """Remember the books of a string, so that the next one with them is plain."""
    if len(_books) >= _MOST_BOOKS:
        _books.clear()
    _books.update(books)


# Two functions, and not one with a loop, which would take twice as long.


def _read_two(
    text: str,
    first: Selection,
    second: Selection,
    locator: str,
    updated_at: Millis,
    received_at: Millis,
) -> tuple[Quote, ...]:
    books, ones, twos = set(), [], []
    for entry in text.split(";"):
        book, _, pair = entry.partition("=")
        if book in _books:
            one, _, two = pair.partition(",")
            ones.append(Quote(first, book, _prices[one], locator, updated_at, received_at))
            twos.append(Quote(second, book, _prices[two], locator, updated_at, received_at))
            books.add(book)
        elif entry and book != PSEUDO_BOOK:
            raise ValueError(book)
    if len(books) != len(ones):
        raise ValueError("a book is there twice")
    return (*ones, *twos)


def _read_three(
    text: str,
    first: Selection,
    second: Selection,
    third: Selection,
    locator: str,
    updated_at: Millis,
    received_at: Millis,
) -> tuple[Quote, ...]:
    books, ones, twos, threes = set(), [], [], []
    for entry in text.split(";"):
        book, _, written = entry.partition("=")
        if book in _books:
            one, two, three = written.split(",")
            ones.append(Quote(first, book, _prices[one], locator, updated_at, received_at))
            twos.append(Quote(second, book, _prices[two], locator, updated_at, received_at))
            threes.append(Quote(third, book, _prices[three], locator, updated_at, received_at))
            books.add(book)
        elif entry and book != PSEUDO_BOOK:
            raise ValueError(book)
    if len(books) != len(ones):
        raise ValueError("a book is there twice")
    return (*ones, *twos, *threes)
