"""One MatchGame of GetFeeds: its fields, and the quotes it holds.

A row is one line of one match; several rows share a MatchId, and ids may be negative.
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from actors.books.asianodds.texts import book_prices, home_line, line_value
from actors.selections import Event, MarketType, Period, Phase, Quote, Selection, Side
from actors.units import Millis

MARKET_TYPE_IDS: dict[Phase, int] = {Phase.LIVE: 0, Phase.TODAY: 1, Phase.EARLY: 2}
PHASES: dict[int, Phase] = {number: phase for phase, number in MARKET_TYPE_IDS.items()}

# A and B, both running clients, poll no faster than this; sooner is code -810 or HTTP 429.
MINIMUM_INTERVAL_SECONDS: dict[Phase, int] = {Phase.LIVE: 5, Phase.TODAY: 10, Phase.EARLY: 20}

SPORTS: dict[int, str] = {1: "football", 2: "basketball", 3: "tennis", 9: "mma"}

_Instant = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Identity = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Team(msgspec.Struct, frozen=True, rename="pascal"):
    """A side of the match; the score is the one of now."""

    name: str = ""
    score: int = 0
    red_cards: int | None = None


class Market(msgspec.Struct, frozen=True, rename="pascal"):
    """One market of a row: prices by book, and a handicap or a goal line as text."""

    bookie_odds: str | None = None
    handicap: str | None = None
    goal: str | None = None


class Row(msgspec.Struct, frozen=True, rename="pascal"):
    """A MatchGame as received; a missing or null field takes the default."""

    game_id: _Identity
    match_id: _Identity | None = None
    league_name: str | None = None
    home_team: Team | None = None
    away_team: Team | None = None
    start_time: _Instant | None = None
    market_type_id: int | None = None
    is_active: bool | None = None
    will_be_removed: bool | None = None
    updated_date_time: _Instant | None = None
    full_time_favoured: int | None = None
    half_time_favoured: int | None = None
    favoured: int | None = None
    full_time_hdp: Market | None = None
    full_time_ou: Market | None = None
    full_time_one_x_two: Market | None = None
    half_time_hdp: Market | None = None
    half_time_ou: Market | None = None
    half_time_one_x_two: Market | None = None

    @property
    def is_gone(self) -> bool:
        """Tell that nothing of the row can be bet on now."""
        return self.will_be_removed is True or self.is_active is False

    def markets(self) -> Iterator[tuple[str, MarketType, Period, Market]]:
        """Yield each market that is there, with the name it has in the answer."""
        for name, kind, period, market in (
            ("FullTimeHdp", MarketType.HANDICAP, Period.FULL_TIME, self.full_time_hdp),
            ("FullTimeOu", MarketType.TOTAL, Period.FULL_TIME, self.full_time_ou),
            ("FullTimeOneXTwo", MarketType.ONE_X_TWO, Period.FULL_TIME, self.full_time_one_x_two),
            ("HalfTimeHdp", MarketType.HANDICAP, Period.HALF_TIME, self.half_time_hdp),
            ("HalfTimeOu", MarketType.TOTAL, Period.HALF_TIME, self.half_time_ou),
            ("HalfTimeOneXTwo", MarketType.ONE_X_TWO, Period.HALF_TIME, self.half_time_one_x_two),
        ):
            if market is not None:
                yield name, kind, period, market

    def favoured_in(self, period: Period) -> int | None:
        """Return who gives the goals; feeds before 2018 had one field for both periods."""
        newer = self.full_time_favoured if period is Period.FULL_TIME else self.half_time_favoured
        return self.favoured if newer is None else newer


class Reading(msgspec.Struct, frozen=True):
    """The quotes of one row, what could not be read, and how many books wrote Malay."""

    quotes: tuple[Quote, ...]
    faults: tuple[str, ...]
    malay: int


def sport_name(sports_type: int) -> str:
    """Name a SportsType; the ids not yet known read "sport-<id>"."""
    return SPORTS.get(sports_type, f"sport-{sports_type}")


def tidy(name: str) -> str:
    """Return a name from the feed on one line, without what cannot be printed."""
    return "".join(c for c in " ".join(name.split()) if c.isprintable())[:200]


def event_of(row: Row, key: str, sports_type: int, phase: Phase) -> Event:
    """Build the event a row belongs to. Raises ValueError when a side has no name."""
    home, away = row.home_team or Team(), row.away_team or Team()
    names = tidy(home.name), tidy(away.name)
    if not all(names):
        raise ValueError("a match without two names")
    return Event(
        key=key,
        sport=sport_name(sports_type),
        league=tidy(row.league_name or ""),
        home=names[0],
        away=names[1],
        start=Millis(row.start_time or 0),
        phase=phase,
        home_score=home.score,
        away_score=away.score,
    )


def read_quotes(
    row: Row, event: Event, sports_type: int, received_at: Millis, where: str
) -> Reading:
    """Read every market of a row into quotes; each fault begins with `where` and the market."""
    locator = f"{row.game_id}/{MARKET_TYPE_IDS[event.phase]}/{sports_type}"
    updated_at = Millis(row.updated_date_time or 0)
    quotes: list[Quote] = []
    faults: list[str] = []
    malay = 0
    for name, kind, period, market in row.markets():
        if not (market.bookie_odds or "").strip():
            continue
        read = book_prices(market.bookie_odds or "", kind)
        faults.extend(f"{where}.{name}: {fault}" for fault in read.faults)
        malay += read.malay
        try:
            line = _line(row, kind, period, market)
        except ValueError as error:
            faults.append(f"{where}.{name}: {error}")
            continue
        for book, prices in read.prices.items():
            for side, price in prices.items():
                signed = -line if side is Side.AWAY else line
                selection = Selection(event.key, kind, period, signed, side)
                quotes.append(Quote(selection, book, price, locator, updated_at, received_at))
    return Reading(tuple(quotes), tuple(faults), malay)


def _line(row: Row, kind: MarketType, period: Period, market: Market) -> int:
    match kind:
        case MarketType.ONE_X_TWO:
            return 0
        case MarketType.TOTAL:
            return line_value(market.goal or "")
        case MarketType.HANDICAP:
            return home_line(line_value(market.handicap or ""), row.favoured_in(period))
