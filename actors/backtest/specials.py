"""Markets that are no line of a match, as specials: each runner against all the others.

Bookmakers sell them so: "Nickem v the field" is a match by itself, whose level handicap pays the
home side when the runner wins its market. Against it one lays at the exchange. A market of two of
which one wins is a single special: "Yes v No".
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from actors.backtest.market_lines import SPORTS, Line, Lines
from actors.backtest.tape_score import Score
from actors.exchange.book import RunnerBook, RunnerKey
from actors.exchange.desk import EACH_WAY
from actors.exchange.orders import Side
from actors.exchange.settlement import (
    LOST,
    REMOVED,
    SINGLE_LINE,
    VOID,
    WON,
    Outcome,
    key,
    outcomes,
)
from actors.exchange.stream import MarketDefinition
from actors.paper.recorded import Prices

FIELD = "the field"
ODDS = "ODDS"
KINDS = {"7": "RACING", "4339": "GREYHOUNDS"}
"""Betfair's event types that have a name of their own."""

MARKET_AFTER = ": "
SPORTS_FROM = 1_000
"""What the API calls other sports is not known; here they have the exchange's number above this."""

_SCORES: dict[tuple[Outcome | None, ...], Score] = {
    (WON,): (1, 0),
    (LOST,): (0, 1),
    (VOID,): (0, 0),
    (WON, LOST): (1, 0),
    (LOST, WON): (0, 1),
    (VOID, VOID): (0, 0),
}
"""What a special ends with by what its runners came to; a non-runner's stakes come back."""


def specials_of(definition: MarketDefinition) -> Lines:
    """Return the specials of a market; none of one whose bets can be won in part."""
    in_parts = definition.betting_type not in (ODDS, SINGLE_LINE)
    if in_parts or definition.market_type == EACH_WAY:
        return {}
    keys = [key(runner) for runner in definition.runners]
    if len(keys) == 2 and definition.number_of_winners == 1:
        return {Line("h", 0, special=tuple(keys)): tuple(keys)}
    return {Line("h", 0, special=(one,)): (one,) for one in keys}


def against_the_field(runner: RunnerBook, has_ladders: bool) -> tuple[Prices, Prices]:
    """Return what the runner and the field pay before commission, and what is offered on each.

    A price is 0 where there is none. Who lays at a price risks what the field's backer stakes: so
    much is offered there.
    """
    if not has_ladders:
        return (runner.last, _opposite(runner.last)), (0, 0)
    back, lay = runner.best_back, runner.best_lay
    risk = runner.lay[lay] * (lay - 1_000) // 1_000 if lay else 0
    return (back, _opposite(lay)), (runner.back.get(back, 0), risk)


def _opposite(price: int) -> int:
    """Return what pays when a runner loses, of which this is the price to win, in thousandths."""
    return 1_000 + 1_000_000 // (price - 1_000) if price > 1_000 else 0


def cut_by_non_runners(definition: MarketDefinition) -> frozenset[RunnerKey]:
    """Return the non-runners for whom the prices of the others were cut after they were bet."""
    gone = (one for one in definition.runners if one.status in REMOVED)
    return frozenset(key(one) for one in gone if one.adjustment_factor)


def scores_of(definition: MarketDefinition, specials: Lines) -> dict[Line, Score]:
    """Return what the specials of a closed market ended with.

    Nothing where that is in doubt, or some runner shares its place: a dead heat pays less.
    """
    told = outcomes(definition, Side.BACK)
    if any(outcome.doubt or outcome.parts > 1 for outcome in told.values()):
        return {}
    ends = {line: tuple(map(told.get, runners)) for line, runners in specials.items()}
    return {line: _SCORES[ended] for line, ended in ends.items() if ended in _SCORES}


def sport_of(definition: MarketDefinition) -> int:
    """Return the API's number of the sport, or one that is surely none of them."""
    kind = definition.event_type_id
    if kind in SPORTS:
        return SPORTS[kind].number
    return SPORTS_FROM + (int(kind) if kind.isdecimal() and len(kind) < 10 else 0)


def _group(definition: MarketDefinition) -> str:
    """Name what a special belongs to: racing, or a sport's specials."""
    kind = definition.event_type_id
    if kind in SPORTS:
        return f"{SPORTS[kind].name} SPECIALS"
    return KINDS.get(kind, f"SPORT {kind}".strip())


def league_of(market: str, definition: MarketDefinition) -> str:
    """Name a market as the league of its specials, so that limits of leagues hold for it."""
    off = datetime.fromtimestamp(definition.off / 1000, UTC)
    return f"{_group(definition)}{MARKET_AFTER}{_words(market, definition)}, {off:%H:%M}"


def without_market(league: str) -> str:
    """Return the group alone of a special's league, and any other league as it is."""
    return league.partition(MARKET_AFTER)[0]


def sides_of(
    market: str, definition: MarketDefinition, runners: tuple[RunnerKey, ...]
) -> tuple[str, str]:
    """Name the two sides of a special, and with the first one the market.

    By its names and its start a bookmaker's match is known.
    """
    names = _names(definition)
    first, *others = (names[one] for one in runners)
    return f"{first} ({_words(market, definition)})", others[0] if others else FIELD


def _words(market: str, definition: MarketDefinition) -> str:
    event = definition.event_name or f"market {market}"
    return f"{event}, {definition.name or definition.market_type}"


def _names(definition: MarketDefinition) -> Mapping[RunnerKey, str]:
    """Return a name for each runner, with its handicap where another one is called so, too."""
    plain = {key(one): one.name.strip() or f"runner {one.id}" for one in definition.runners}
    times = Counter(plain.values())
    return {
        one: f"{name} {one[1] / 100:+g}" if times[name] > 1 else name for one, name in plain.items()
    }
