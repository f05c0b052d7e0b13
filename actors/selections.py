"""What can be bet on: an event, a market type, a period, a line and a side.

A selection's key is its name everywhere: in addresses (`executor/<key>`), in the journal
and in what operators read. It is made here only.
"""

from enum import Enum

import msgspec

from actors.units import Millis, line_text


class MarketType(Enum):
    ONE_X_TWO = "1x2"
    HANDICAP = "ah"
    TOTAL = "ou"


class Period(Enum):
    FULL_TIME = "ft"
    HALF_TIME = "ht"


class Side(Enum):
    HOME = "home"
    DRAW = "draw"
    AWAY = "away"
    OVER = "over"
    UNDER = "under"


SIDES: dict[MarketType, tuple[Side, ...]] = {
    MarketType.ONE_X_TWO: (Side.HOME, Side.DRAW, Side.AWAY),
    MarketType.HANDICAP: (Side.HOME, Side.AWAY),
    MarketType.TOTAL: (Side.OVER, Side.UNDER),
}


class Phase(Enum):
    """When a market is played, as a bookmaker files it."""

    LIVE = "live"
    TODAY = "today"
    EARLY = "early"


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One match as one book names it. `key` is unique and stable, `<book>-<match id>`."""

    key: str
    sport: str
    league: str
    home: str
    away: str
    start: Millis
    phase: Phase
    home_score: int = 0
    away_score: int = 0

    @property
    def name(self) -> str:
        return f"{self.home} v {self.away}"


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One thing to back. `line` is signed from this side (totals: the goal line, 1x2: 0)."""

    event: str
    type: MarketType
    period: Period
    line: int
    side: Side

    @property
    def key(self) -> str:
        return f"{self.event}:{self.type.value}:{self.period.value}:{self.line}:{self.side.value}"

    @property
    def market_key(self) -> str:
        """Name the group of mutually exclusive sides; both sides of one handicap share it."""
        line = -self.line if self.side is Side.AWAY else self.line
        return f"{self.event}:{self.type.value}:{self.period.value}:{line}"

    @property
    def text(self) -> str:
        """Read for people: "home -0.25", "over 2.50", "draw"."""
        if self.type is MarketType.ONE_X_TWO:
            return self.side.value
        line = line_text(self.line)
        return f"{self.side.value} {line.lstrip('+') if self.type is MarketType.TOTAL else line}"


class Quote(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One book's price for one selection: what every source of prices is read into.

    The selection names event, market type, period, line and side. `price` is in thousandths;
    `max_stake` in minor units is the most that the book takes, None when it does not say.
    `locator` is what the book's adapter needs to find the selection again when placing;
    only the adapter reads it. `updated_at` is the book's own time, `received_at` ours.
    """

    selection: Selection
    book: str
    price: int
    locator: str
    updated_at: Millis
    received_at: Millis
    max_stake: int | None = None

    @property
    def for_sale(self) -> bool:
        """Tell whether it can be bet on here."""
        return True


class Reference(Quote, frozen=True, forbid_unknown_fields=True, gc=False):
    """A price of another source for the same match: to compare with, never to bet on here.

    The selection is our own, turned round where home and away are. `market` is whose Market told
    it. `differences` says in words what both sources settle differently, or may: unknown rules do.
    """

    market: str = ""
    differences: tuple[str, ...] = ()

    @property
    def for_sale(self) -> bool:
        """Tell that it cannot be bet on here."""
        return False
