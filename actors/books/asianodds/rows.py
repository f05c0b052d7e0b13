"""One MatchGame of GetFeeds: its fields, and the quotes it holds.

A row is one line of one match; several rows share a MatchId, and ids may be negative.
"""

import unicodedata
from functools import lru_cache
from typing import Annotated, NamedTuple

import msgspec

from actors.books.asianodds.texts import PRICE_ORDER
from actors.selections import Event, MarketType, Period, Phase, Side
from actors.units import Millis

MARKET_TYPE_IDS: dict[Phase, int] = {Phase.LIVE: 0, Phase.TODAY: 1, Phase.EARLY: 2}
PHASES: dict[int, Phase] = {number: phase for phase, number in MARKET_TYPE_IDS.items()}

# A and B, both running clients, poll no faster than this; sooner is code -810 or HTTP 429.
MINIMUM_INTERVAL_SECONDS: dict[Phase, int] = {Phase.LIVE: 5, Phase.TODAY: 10, Phase.EARLY: 20}

SPORTS: dict[int, str] = {1: "football", 2: "basketball", 3: "tennis", 9: "mma"}

_FULL_TIME = Period.FULL_TIME  # a name of the module is found sooner
_Instant = Annotated[Millis, msgspec.Meta(ge=0, le=2**53)]
_Identity = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


MatchIdentity = tuple[str, str, str, int]
"""Sport, home and away as far as spelling tells them apart, and the start."""


class Team(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A side of the match; the score is the one of now."""

    name: str = ""
    score: int = 0
    red_cards: int | None = None


class Market(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """One market of a row: prices by book, and a handicap or a goal line as text."""

    bookie_odds: str | None = None
    handicap: str | None = None
    goal: str | None = None


class Row(msgspec.Struct, frozen=True, rename="pascal", gc=False):
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

    @property
    def markets(self) -> "tuple[Market | None, ...]":
        """Return its markets in the order of SLOTS."""
        return (
            self.full_time_hdp,
            self.full_time_ou,
            self.full_time_one_x_two,
            self.half_time_hdp,
            self.half_time_ou,
            self.half_time_one_x_two,
        )

    def favoured_in(self, period: Period) -> int | None:
        """Return who gives the goals; feeds before 2018 had one field for both periods."""
        newer = self.full_time_favoured if period is _FULL_TIME else self.half_time_favoured
        return self.favoured if newer is None else newer


class Slot(NamedTuple):
    """One of the six markets that a row may show; its sides are in the order of its prices."""

    name: str
    type: MarketType
    period: Period
    sides: tuple[Side, ...]


def _slot(name: str, kind: MarketType, period: Period) -> Slot:
    return Slot(name, kind, period, PRICE_ORDER[kind])


SLOTS = (
    _slot("FullTimeHdp", MarketType.HANDICAP, Period.FULL_TIME),
    _slot("FullTimeOu", MarketType.TOTAL, Period.FULL_TIME),
    _slot("FullTimeOneXTwo", MarketType.ONE_X_TWO, Period.FULL_TIME),
    _slot("HalfTimeHdp", MarketType.HANDICAP, Period.HALF_TIME),
    _slot("HalfTimeOu", MarketType.TOTAL, Period.HALF_TIME),
    _slot("HalfTimeOneXTwo", MarketType.ONE_X_TWO, Period.HALF_TIME),
)


def sport_name(sports_type: int) -> str:
    """Name a SportsType; the ids not yet known read "sport-<id>"."""
    return SPORTS.get(sports_type) or f"sport-{sports_type}"


def tidy(name: str) -> str:
    """Return a name from the feed on one line, without what cannot be printed."""
    if name.isprintable() and "  " not in name and len(name) <= 200:
        return name.strip()  # nearly all are
    return "".join(c for c in " ".join(name.split()) if c.isprintable())[:200]


def names_of(row: Row) -> tuple[str, str]:
    """Return the names of home and away, each empty when there is none."""
    home, away = row.home_team, row.away_team
    return tidy(home.name) if home else "", tidy(away.name) if away else ""


def match_of(sport: str, names: tuple[str, str], start: int) -> MatchIdentity:
    """Return what two MatchIds have in common when they are one physical match.

    The names are those of `names_of`.
    """
    home, away = names
    return sport, _normal(home), _normal(away), start


def _normal(name: str) -> str:
    return name.lower() if name.isascii() else unicodedata.normalize("NFKC", name).casefold()


def event_of(row: Row, names: tuple[str, str], key: str, sport: str, phase: Phase) -> Event:
    """Build the event a row belongs to. Raises ValueError when a side has no name."""
    home, away = row.home_team, row.away_team
    if home is None or away is None or not all(names):
        raise ValueError("a match without two names")
    league = _league(row.league_name or "")
    start = row.start_time or Millis(0)
    return Event(key, sport, league, *names, start, phase, home.score, away.score)


@lru_cache(maxsize=4_096)
def _league(name: str) -> str:
    return tidy(name)
