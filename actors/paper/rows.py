"""The rows of a match: one with 1X2 and over/under, one per handicap line, one while it is played.

Of a match on tape each line is a row of its own.

A row is open from one wall-clock moment to another; when the recorded handicap lines differ,
the old line's row goes and a row with a new GameId comes at a seeded moment.
"""

from enum import IntEnum

import msgspec

from actors.paper.movement import Path, quote, quoted_at
from actors.paper.programme import Fixture, Programme
from actors.paper.recorded import BOOKS, GOAL_LINE, Board, Prices
from actors.paper.seeding import number
from actors.paper.tape import TapedLine


class Kind(IntEnum):
    """What a row carries; also the last part of its GameId."""

    GOALS = 0
    FIRST_LINE = 1
    LAST_LINE = 2
    PLAYED = 3


TAPED_FROM = 4
"""The kind of a tape's first line; the others follow."""


class Row(msgspec.Struct, frozen=True):
    """One GameId. `line` is the home handicap in hundredths (0 where there is none)."""

    fixture: Fixture
    kind: int
    from_ms: int
    until_ms: int
    line: int = 0
    taped: TapedLine | None = None

    @property
    def game_id(self) -> int:
        return self.fixture.game_id(self.kind)

    @property
    def has_handicap(self) -> bool:
        """Say whether the line is a handicap."""
        if self.taped is not None:
            return self.taped.market == "h"
        return self.kind in (Kind.FIRST_LINE, Kind.LAST_LINE)

    @property
    def half(self) -> bool:
        """Say whether it is of the first half."""
        return self.taped is not None and self.taped.half

    @property
    def decided(self) -> bool:
        """Say whether it is known how it ended, when the match is over."""
        return self.taped is None or self.taped.decided

    def open_at(self, now_ms: int) -> bool:
        """Say whether bets can be made: listed, line current, match not begun."""
        return self.kind != Kind.PLAYED and self.from_ms <= now_ms < self.until_ms

    def updated_ms(self, now_ms: int) -> int:
        """Return when the row last changed."""
        fixture = self.fixture
        if self.kind == Kind.PLAYED:
            minute = int(fixture.minutes_played(now_ms))
            return fixture.before_kick_off(-minute)
        if self.taped is not None:
            return max(self.from_ms, self.taped.changed_at(now_ms))
        return max(self.from_ms, *(quoted_at(fixture, book, now_ms) for book in BOOKS))


def rows(fixture: Fixture) -> list[Row]:
    """List every row the match ever has."""
    listed, start = fixture.listed_ms, fixture.kick_off_ms
    played = Row(fixture, Kind.PLAYED, start, fixture.full_time_ms)
    if fixture.tape:
        taped = enumerate(fixture.tape, TAPED_FROM)
        return [played, *(Row(fixture, kind, listed, start, one.line, one) for kind, one in taped)]
    first, last = fixture.match.before.line, fixture.match.closing.line
    moved = _line_moves_at(fixture) if first != last else start
    found = [
        Row(fixture, Kind.GOALS, listed, start),
        Row(fixture, Kind.FIRST_LINE, listed, moved, first),
        played,
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


def is_half(programme: Programme, game_id: int) -> bool:
    """Say whether a GameId names a row of the first half."""
    found = programme.find(game_id)
    if found is None:
        return False
    fixture, kind = found
    taped = dict(enumerate(fixture.tape, TAPED_FROM))
    return kind in taped and taped[kind].half


def prices(row: Row, market: str, now_ms: int, books: tuple[str, ...]) -> Board:
    """Return each book's prices on one market (`x`, `h`, `o`) of the row, in thousandths."""
    if row.taped is not None:
        return row.taped.board(now_ms, books) if market == row.taped.market else {}
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
    return GOAL_LINE if market == "o" and row.taped is None else row.line


def _path(row: Row, market: str) -> Path | None:
    before, closing = row.fixture.match.before, row.fixture.match.closing
    if row.kind == Kind.GOALS and market == "x":
        return Path(row.fixture, "x", "x", before.one_x_two, closing.one_x_two)
    if row.kind == Kind.GOALS and market == "o":
        return Path(row.fixture, "o", "o", before.total, closing.total)
    if market == "h" and row.has_handicap:
        # A line that moved was recorded once only: it wanders around that one price.
        moved = before.line != closing.line
        start = closing.handicap if row.kind == Kind.LAST_LINE else before.handicap
        end = before.handicap if moved and row.kind == Kind.FIRST_LINE else closing.handicap
        return Path(row.fixture, "h", f"h{int(row.kind)}", start, end)
    return None


def _line_moves_at(fixture: Fixture) -> int:
    """Choose the moment: between a tenth and nine tenths of the time listed."""
    if fixture.closing_ms is not None:
        return fixture.closing_ms
    listed, start = fixture.listed_ms, fixture.kick_off_ms
    tenths = 100 + number(800, fixture.seed, "line moves")
    return listed + (start - listed) * tenths // 1000
