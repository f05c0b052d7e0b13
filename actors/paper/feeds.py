"""GetFeeds, GetMatches and GetLeagues: the open rows, or what changed since a moment.

In-play betting is not offered: a match being played stands in the live market with its score
and minute, IsActive false and no prices.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from actors.paper.answers import Asked, Payload, Refusal, result
from actors.paper.goals import in_game_minutes, score
from actors.paper.notation import FORMATS, book_odds, favoured, line_range, starts_on
from actors.paper.programme import FOOTBALL, Fixture, Phase, Programme
from actors.paper.rows import Kind, Row, market_line, prices, rows
from actors.paper.seeding import number

REMOVED_AFTER_MS = 300_000

_LEAGUE_ID = re.compile(r"[0-9]{1,9}")

_LEAGUES = {
    "E0": (101, "*ENGLISH PREMIER LEAGUE"),
    "E1": (102, "ENGLISH CHAMPIONSHIP"),
    "E2": (103, "ENGLISH LEAGUE ONE"),
    "SC0": (111, "SCOTLAND PREMIERSHIP"),
    "D1": (121, "*GERMANY BUNDESLIGA"),
    "SP1": (131, "*SPAIN LA LIGA"),
    "I1": (141, "*ITALY SERIE A"),
    "F1": (151, "*FRANCE LIGUE 1"),
    "P1": (161, "PORTUGAL PRIMEIRA LIGA"),
    "B1": (171, "BELGIUM FIRST DIVISION A"),
    "D2": (122, "GERMANY 2. BUNDESLIGA"),
    "N1": (181, "*NETHERLANDS EREDIVISIE"),
}
_OTHER_LEAGUES_FROM = 1_000


def league(division: str) -> tuple[int, str]:
    """Return number and name of a league; one that the book does not know goes by its code."""
    known = _LEAGUES.get(division)
    return known or (_OTHER_LEAGUES_FROM + number(1_000_000, "league", division), division)


class Shown(NamedTuple):
    """A row as one answer shows it; `going_ms` is when it went away, None while it stands."""

    row: Row
    updated_ms: int
    going_ms: int | None


class Wanted(NamedTuple):
    """What a feed request asks for."""

    phase: Phase
    sport: int
    books: tuple[str, ...]
    leagues: frozenset[int] | None
    odds_format: str
    since_ms: int


def wanted(programme: Programme, asked: Asked) -> Wanted | None:
    """Read a feed request; None means a sport that is not offered. Raises Refusal."""
    sport = asked.integer("sportsType", FOOTBALL)
    market = asked.integer("marketTypeId", 0)
    if market not in tuple(Phase):
        raise Refusal(f"marketTypeId must be 0, 1 or 2, not {market}.")
    books, leagues = asked.names("bookies"), asked.names("leagues")
    since = asked.integer("since", 0)
    odds_format = asked.choice("oddsFormat", FORMATS, "MY")
    if leagues is not None and not all(map(_LEAGUE_ID.fullmatch, leagues)):
        raise Refusal("leagues must be ALL or league ids separated by commas.")
    if sport not in programme.sports:
        return None
    offered = programme.books
    return Wanted(
        phase=Phase(market),
        sport=sport,
        books=offered if books is None else tuple(book for book in offered if book in books),
        leagues=None if leagues is None else frozenset(map(int, leagues)),
        odds_format=odds_format,
        since_ms=max(0, since),
    )


def feeds(programme: Programme, asked: Asked, now_ms: int) -> Payload:
    """Answer GetFeeds. Raises Refusal for parameters that cannot be read."""
    want = wanted(programme, asked)
    sports = []
    if want is not None:
        games = [match_game(shown, want, now_ms) for shown in changed(programme, want, now_ms)]
        sports.append({"SportsType": want.sport, "MatchGames": games})
    return result({"Since": now_ms, "Sports": sports})


def matches(programme: Programme, asked: Asked, now_ms: int) -> Payload:
    """Answer GetMatches: one entry a match, no prices. Raises Refusal."""
    want = wanted(programme, asked)
    games: dict[int, Payload] = {}
    if want is not None:
        for shown in changed(programme, want, now_ms):
            if shown.going_ms is None:
                fixture = shown.row.fixture
                names = {"Home": fixture.match.home, "Away": fixture.match.away, "Since": now_ms}
                games[fixture.match_id] = _match(fixture, want.phase, now_ms) | names
    content = [{"SportsType": _sport(want), "Matches": list(games.values())}]
    return result({"Since": now_ms, "Sports": content})


def leagues(programme: Programme, asked: Asked, now_ms: int) -> Payload:
    """Answer GetLeagues: the leagues with a match in the market now. Raises Refusal."""
    want = wanted(programme, asked)
    found: dict[int, Payload] = {}
    if want is not None:
        for fixture in programme.in_phase(want.phase, now_ms):
            if fixture.sport != want.sport:
                continue
            league_id, name = league(fixture.match.division)
            found[league_id] = {
                "LeagueId": league_id,
                "LeagueName": name,
                "Bookies": list(programme.books),
                "MarketTypeId": int(want.phase),
                "Since": now_ms,
            }
    offered = [found[league_id] for league_id in sorted(found)]
    return result({"Since": now_ms, "Sports": [{"SportsType": _sport(want), "League": offered}]})


def _sport(want: Wanted | None) -> int:
    return FOOTBALL if want is None else want.sport


def changed(programme: Programme, want: Wanted, now_ms: int) -> Iterable[Shown]:
    """Yield the rows that stand in the market, or, given a moment, what happened after it."""
    for fixture in programme.around(now_ms):
        if fixture.sport != want.sport:
            continue
        if want.leagues is not None and league(fixture.match.division)[0] not in want.leagues:
            continue
        phase_from, phase_until = fixture.span(want.phase)
        for row in rows(fixture):
            start, end = max(phase_from, row.from_ms), min(phase_until, row.until_ms)
            if start <= now_ms < end:
                updated = max(start, row.updated_ms(now_ms))
                if updated > want.since_ms:
                    yield Shown(row, updated, None)
            elif start <= want.since_ms < end <= now_ms < end + REMOVED_AFTER_MS:
                yield Shown(row, end, end)


def match_game(shown: Shown, want: Wanted, now_ms: int) -> Payload:
    """Write one MatchGame."""
    row, updated_ms, going_ms = shown
    at_ms = now_ms if going_ms is None else going_ms - 1
    played = row.kind == Kind.PLAYED
    level = favoured(row.line) if row.has_handicap else 0
    boards = {
        market: book_odds(prices(row, market, at_ms, want.books), want.odds_format)
        for market in "hox"
    }
    handicap = line_range(market_line(row, "h")) if boards["h"] else ""
    goal = line_range(market_line(row, "o")) if boards["o"] else ""
    offered, other = ("HalfTime", "FullTime") if row.half else ("FullTime", "HalfTime")
    return {
        "GameId": row.game_id,
        **_match(row.fixture, want.phase, now_ms),
        "IsActive": going_ms is None and not played,
        "Favoured": level,
        f"{offered}Favoured": level,
        f"{other}Favoured": 0,
        f"{offered}Hdp": {"BookieOdds": boards["h"], "Handicap": handicap},
        f"{offered}Ou": {"BookieOdds": boards["o"], "Goal": goal},
        f"{offered}OneXTwo": {"BookieOdds": boards["x"]},
        f"{other}Hdp": {"BookieOdds": "", "Handicap": ""},
        f"{other}Ou": {"BookieOdds": "", "Goal": ""},
        f"{other}OneXTwo": {"BookieOdds": ""},
        "UpdatedDateTime": updated_ms,
        "WillBeRemoved": going_ms is not None,
        "ToBeRemovedOn": updated_ms + REMOVED_AFTER_MS,
    }


def _match(fixture: Fixture, phase: Phase, now_ms: int) -> Payload:
    league_id, league_name = league(fixture.match.division)
    home, away = score(fixture, now_ms) if phase is Phase.LIVE else (0, 0)
    return {
        "MatchId": fixture.match_id,
        "LeagueId": league_id,
        "LeagueName": league_name,
        "HomeTeam": {"Name": fixture.match.home, "Score": home, "RedCards": 0},
        "AwayTeam": {"Name": fixture.match.away, "Score": away, "RedCards": 0},
        "StartTime": fixture.kick_off_ms,
        "StartsOn": starts_on(fixture.kick_off_ms),
        "MarketType": phase.name.title(),
        "MarketTypeId": int(phase),
        "IsLive": int(phase is Phase.LIVE),
        "InGameMinutes": in_game_minutes(fixture, now_ms) if phase is Phase.LIVE else 0,
        "ExpectedLength": 45,
    }
