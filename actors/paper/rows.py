"""The rows of a match: one with 1X2 and over/under, one per handicap line, one while it is played.

A row is open from one wall-clock moment to another; when the recorded handicap lines differ,
the old line's row goes and a row with a new GameId comes at a seeded moment.
"""

from enum import IntEnum

import msgspec

from actors.paper.movement import Path, quote, quoted_at
from actors.paper.programme import Fixture, Programme
from actors.paper.recorded import BOOKS, GOAL_LINE, Board, Prices
from actors.paper.seeding import number


class Kind(IntEnum):
    """What a row carries; also the last part of its GameId."""

    GOALS = 0
    FIRST_LINE = 1
    LAST_LINE = 2
    PLAYED = 3


class Row(msgspec.Struct, frozen=True):
    """One GameId. `line` is the home handicap in hundredths (0 where there is none)."""

    fixture: Fixture
    kind: Kind
    from_ms: int
    until_ms: int
    line: int = 0

    @property
    def game_id(self) -> int:
        return self.fixture.game_id(self.kind)

    def open_at(self, now_ms: int) -> bool:
        """Say whether bets can be made: listed, line current, match not begun."""
        return self.kind is not Kind.PLAYED and self.from_ms <= now_ms < self.until_ms

    def updated_ms(self, now_ms: int) -> int:
        """Return when the row last changed."""
        fixture = self.fixture
        if self.kind is Kind.PLAYED:
            minute = int(fixture.minutes_played(now_ms))
            return fixture.before_kick_off(-minute)
        return max(self.from_ms, *(quoted_at(fixture, book, now_ms) for book in BOOKS))


def rows(fixture: Fixture) -> list[Row]:
    """List every row the match ever has."""
    listed, start = fixture.listed_ms, fixture.kick_off_ms
    first, last = fixture.match.before.line, fixture.match.closing.line
    moved = _line_moves_at(fixture) if first != last else start
    found = [
        Row(fixture, Kind.GOALS, listed, start),
        Row(fixture, Kind.FIRST_LINE, listed, moved, first),
        Row(fixture, Kind.PLAYED, start, fixture.full_time_ms),
    ]
    if first != last:
        found.append(Row(fixture, Kind.LAST_LINE, moved, start, last))
    return found


def find_row(programme: Programme, game_id: int) -> Row | None:
    """Return the row a GameId names, open or not, or None for an id never given."""
    found = programme.find(game_id)
    if found is None:
        return None
    fixture, kind = found
    return next((row for row in rows(fixture) if row.kind == kind), None)


def prices(row: Row, market: str, now_ms: int, books: tuple[str, ...] = BOOKS) -> Board:
    """Return each book's prices on one market (`x`, `h`, `o`) of the row, in thousandths."""
    path = _path(row, market)
    if path is None:
        return {}
    quotes = ((book, quote(path, book, now_ms)) for book in books)
    return {book: shown for book, shown in quotes if shown is not None}


def price(row: Row, market: str, side: int, book: str, now_ms: int) -> int | None:
    """Return one book's price for one side in thousandths, or None when it has none."""
    shown: Prices | None = prices(row, market, now_ms, (book,)).get(book)
    return None if shown is None else shown[side]


def market_line(row: Row, market: str) -> int:
    """Return the goal line or the home side's handicap in hundredths; 0 for 1X2."""
    return GOAL_LINE if market == "o" else row.line


def _path(row: Row, market: str) -> Path | None:
    before, closing = row.fixture.match.before, row.fixture.match.closing
    if row.kind is Kind.GOALS and market == "x":
        return Path(row.fixture, "x", "x", before.one_x_two, closing.one_x_two)
    if row.kind is Kind.GOALS and market == "o":
        return Path(row.fixture, "o", "o", before.total, closing.total)
    if market == "h" and row.kind in (Kind.FIRST_LINE, Kind.LAST_LINE):
        # A line that moved was recorded once only: it wanders around that one price.
        moved = before.line != closing.line
        start = closing.handicap if row.kind is Kind.LAST_LINE else before.handicap
        end = before.handicap if moved and row.kind is Kind.FIRST_LINE else closing.handicap
        return Path(row.fixture, "h", f"h{row.kind.value}", start, end)
    return None


def _line_moves_at(fixture: Fixture) -> int:
    """Choose the moment: between a tenth and nine tenths of the time listed."""
    if fixture.closing_ms is not None:
        return fixture.closing_ms
    listed, start = fixture.listed_ms, fixture.kick_off_ms
    tenths = 100 + number(800, fixture.seed, "line moves")
    return listed + (start - listed) * tenths // 1000
