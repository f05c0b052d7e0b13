"""Which lines of a match a recorded exchange market is.

Match odds without a draw are the level handicap: both pay the same. So is "draw no bet".
"""

import re
from typing import NamedTuple

from actors.exchange.book import RunnerKey
from actors.exchange.measures import HUNDREDTHS
from actors.exchange.stream import MarketDefinition, RunnerDefinition

INTERNATIONAL = "MR_INT"
BOOK = "BF"
HOME_FIRST, AWAY_FIRST = (" v ", " vs "), (" @ ",)
DRAW, DRAW_ID = "The Draw", 58805
"""The same runner in every match."""

MATCH_ODDS = ("MATCH_ODDS", "DRAW_NO_BET")
_TOTAL = re.compile(r"(OVER_UNDER|FIRST_HALF_GOALS)_(\d{2,3})")


class Sport(NamedTuple):
    """The API's number of a sport, and what it goes by here."""

    number: int
    name: str


SPORTS = {"1": Sport(1, "FOOTBALL"), "7522": Sport(2, "BASKETBALL"), "2": Sport(3, "TENNIS")}
"""By Betfair's event types: those that have matches with lines."""


class Line(NamedTuple):
    """`market` is `x`, `h` or `o`; `line` the home handicap or the goal line in hundredths.

    `half`: of the first half only. `special`: not of a match, but of the market of these runners.
    """

    market: str
    line: int
    half: bool = False
    special: tuple[RunnerKey, ...] = ()


Lines = dict[Line, tuple[RunnerKey, ...]]
"""The runners of each line, in the API's order."""


def book_of(definition: MarketDefinition) -> str:
    """Name the exchange: Betfair has some of their own for some countries."""
    if not definition.regulators or INTERNATIONAL in definition.regulators:
        return BOOK
    return BOOK + definition.regulators[0].removeprefix("MR_")


def teams_of(definition: MarketDefinition) -> tuple[str, str] | None:
    """Return who is at home and who is away; None when nothing says it.

    The event's name does. A stream without names has the runners in this order, by their ids.
    """
    for words in (*HOME_FIRST, *AWAY_FIRST):
        first, found, second = definition.event_name.partition(words)
        if found:
            home, away = (second, first) if words in AWAY_FIRST else (first, second)
            return home.strip(), away.strip()
    return None if definition.event_name else _by_order(definition)


def _by_order(definition: MarketDefinition) -> tuple[str, str] | None:
    runners = sorted(definition.runners, key=lambda one: one.sort_priority)
    if any(one.name or not one.sort_priority for one in runners):
        return None
    names = list(dict.fromkeys(_name(one) for one in runners if one.id != DRAW_ID))
    match names:
        case [home, away]:
            return home, away
    return None


def _name(runner: RunnerDefinition) -> str:
    return runner.name or (DRAW if runner.id == DRAW_ID else f"team {runner.id}")


def _runners_of(definition: MarketDefinition, *teams: str) -> dict[tuple[str, int], RunnerKey]:
    """Return the runners by name and handicap; a player's name may stand there in full."""
    found = {}
    for one in definition.runners:
        name, line = _name(one), HUNDREDTHS[one.hc]
        full = [team for team in teams if name.endswith(" " + team)]
        found[name if name in teams or len(full) != 1 else full[0], line] = (one.id, line)
    return found


def lines_of(definition: MarketDefinition) -> Lines:
    """Return the lines of a match that a market is; none when it is something else."""
    teams = teams_of(definition)
    if teams is None or definition.event_type_id not in SPORTS:
        return {}
    total = _TOTAL.fullmatch(definition.market_type)
    if total is not None:
        return _total(definition, Line("o", 10 * int(total[2]), total[1] == "FIRST_HALF_GOALS"))
    if definition.market_type in MATCH_ODDS:
        return _match_odds(definition, *teams)
    if definition.market_type == "HALF_TIME":
        lines = _match_odds(definition, *teams)
        return {line._replace(half=True): keys for line, keys in lines.items()}
    if definition.market_type == "ASIAN_HANDICAP":
        return _handicaps(definition, *teams)
    return {}


def _total(definition: MarketDefinition, line: Line) -> Lines:
    found = {one.name.partition(" ")[0]: (one.id, HUNDREDTHS[one.hc]) for one in definition.runners}
    return {line: (found["Over"], found["Under"])} if {"Over", "Under"} <= {*found} else {}


def _match_odds(definition: MarketDefinition, home: str, away: str) -> Lines:
    found = {name: key for (name, _), key in _runners_of(definition, home, away).items()}
    if len(found) < len(definition.runners):
        return {}
    if found.keys() == {home, away, DRAW}:
        return {Line("x", 0): (found[home], found[away], found[DRAW])}
    return {Line("h", 0): (found[home], found[away])} if found.keys() == {home, away} else {}


def _handicaps(definition: MarketDefinition, home: str, away: str) -> Lines:
    found = _runners_of(definition, home, away)
    return {
        Line("h", line): (key, found[away, -line])
        for (name, line), key in found.items()
        if name == home and (away, -line) in found
    }
