"""A row of a feed as it was last read."""

from collections.abc import Sequence

import msgspec

from actors.books.asianodds.rows import SLOTS, Market, Row
from actors.books.asianodds.shown import Shown, Stamp
from actors.selections import Event, Quote, Side

MarketKey = tuple[str, int, int]
"""Event, slot and line."""

Quotes = dict[tuple[str, Side], Quote]
"""The quotes of one market by book and side."""

EVERY_SLOT = tuple(range(len(SLOTS)))

Moved = dict[int, list[Quote]]
"""Of a slot in which nothing but prices changed, the quotes that have another one."""

NOT_MOVED: Moved = {}

NOTHING: Quotes = {}
UNWRITTEN = msgspec.Raw()


class KnownRow:
    """A row as it was last read; `received_at` moves on when it comes again unchanged.

    `written` is its bytes, none when it is to be read again in any case; `read` its markets as
    they came; `anew` the slots of those that came otherwise before, and `moved` what is told of
    some of them; `follower` the row that came after it the last time. What it shows may have been
    read from an earlier answer, and has the times of that.
    """

    __slots__ = (
        "anew",
        "event",
        "faulty",
        "follower",
        "locator",
        "malay",
        "moved",
        "read",
        "received_at",
        "row",
        "shown",
        "sports_type",
        "updated_at",
        "written",
    )

    def __init__(
        self,
        row: Row,
        sports_type: int,
        event: Event,
        stamp: Stamp,
        markets: tuple[Market | None, ...],
        shown: tuple[Shown | None, ...],
        anew: Sequence[int],
        moved: Moved,
    ) -> None:
        self.written = UNWRITTEN
        self.follower: KnownRow | None = None
        self.row = row
        self.read = markets
        self.sports_type = sports_type
        self.event = event
        self.locator, self.updated_at, self.received_at = stamp
        self.shown = shown
        self.anew = anew
        self.moved = moved
        self.malay = 0
        self.faulty = False
        for one in shown:
            if one is not None and (one.malay or one.faults):
                self.malay += one.malay
                self.faulty = self.faulty or bool(one.faults)

    @property
    def faults(self) -> list[str]:
        """Return what was wrong in its markets."""
        return [fault for one in self.shown if one is not None for fault in one.faults]

    @property
    def markets(self) -> list[MarketKey]:
        """Return the markets it holds."""
        event = self.event.key
        return [
            (event, number, one.line)
            for number, one in enumerate(self.shown)
            if one is not None and one.line is not None
        ]

    def is_of_the_same(self, row: Row, sports_type: int) -> bool:
        """Tell whether a row is of the event of this one, and says of it what this one says."""
        mine = self.row
        return (
            sports_type == self.sports_type
            and row.match_id == mine.match_id
            and row.market_type_id == mine.market_type_id
            and row.start_time == mine.start_time
            and row.home_team == mine.home_team
            and row.away_team == mine.away_team
            and row.league_name == mine.league_name
        )

    def favours_the_same(self, row: Row) -> bool:
        """Tell whether a row names the same sides as giving goals, which turns handicaps."""
        mine = self.row
        return (
            row.full_time_favoured == mine.full_time_favoured
            and row.half_time_favoured == mine.half_time_favoured
            and row.favoured == mine.favoured
        )

    def make_way(self, successor: "KnownRow | None") -> None:
        """Give up the place among the rows, so that nobody takes this one for the latest."""
        if successor is not None:
            successor.follower = self.follower
        self.follower = None
        self.written = UNWRITTEN

    def holds(self, market: MarketKey) -> bool:
        """Tell whether it shows this market of its event."""
        shown = self.shown[market[1]]
        return shown is not None and shown.line == market[2]

    def quotes(self, market: MarketKey) -> Quotes:
        """Return its quotes for a market of its event, with the times of now."""
        shown = self.shown[market[1]]
        if shown is None or shown.line != market[2]:
            return NOTHING
        return {(quote.book, quote.selection.side): self._timed(quote) for quote in shown.quotes}

    def _timed(self, quote: Quote) -> Quote:
        if quote.received_at == self.received_at and quote.updated_at == self.updated_at:
            return quote
        return Quote(
            quote.selection,
            quote.book,
            quote.price,
            quote.locator,
            self.updated_at,
            self.received_at,
        )
