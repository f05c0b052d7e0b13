"""Tables of a recording with every price that a Market heard, one row each, for any SQL.

A price that went is a row without one. What only confirmed a price is in the message. Times are
in ms since 1970 UTC, prices in thousandths, lines in hundredths, stakes in minor units.
"""

from typing import Any

from actors.messages import MarketUpdate
from actors.selections import Event, Quote
from runtime.tape_records import AnyRecord, Turn

COLUMNS = (
    "record",
    "at",
    "market",
    "event",
    "type",
    "period",
    "line",
    "side",
    "book",
    "price",
    "max_stake",
    "source_time",
    "received_time",
)
EVENT_COLUMNS = ("sport", "league", "home", "away", "start")
Row = tuple[object, ...]

_PRICE = f"INSERT INTO prices ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_EVENT = "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?)"


class PriceTable:
    """Fill the tables `prices` and `events` of each file of a recording."""

    schema = """
        CREATE TABLE events (
            event TEXT PRIMARY KEY,
            sport TEXT, league TEXT, home TEXT, away TEXT, start INTEGER
        );
        CREATE TABLE prices (
            record INTEGER REFERENCES records (number),
            at INTEGER, market TEXT, event TEXT, type TEXT, period TEXT, line INTEGER, side TEXT,
            book TEXT, price INTEGER, max_stake INTEGER, source_time INTEGER, received_time INTEGER
        );
    """

    def add(self, connection: Any, number: int, record: AnyRecord) -> None:
        """Add the prices of a record; most have none."""
        if not isinstance(record, Turn) or record.kind != MarketUpdate.__name__:
            return
        letter = record.letter()
        if letter is None or not isinstance(letter.message, MarketUpdate):
            return
        update = letter.message
        connection.executemany(_EVENT, [_event(event) for event in update.events])
        head = (number, record.at, update.market)
        connection.executemany(_PRICE, [head + _gone(key, book) for key, book in update.removed])
        connection.executemany(_PRICE, [head + _price(quote) for quote in update.quotes])


def _event(event: Event) -> Row:
    return event.key, event.sport, event.league, event.home, event.away, event.start


def _price(quote: Quote) -> Row:
    selection = quote.selection
    return (
        selection.event,
        selection.type.value,
        selection.period.value,
        selection.line,
        selection.side.value,
        quote.book,
        quote.price,
        quote.max_stake,
        quote.updated_at,
        quote.received_at,
    )


def _gone(selection: str, book: str) -> Row:
    event, kind, period, line, side = selection.rsplit(":", 4)
    return event, kind, period, int(line), side, book, None, None, None, None
