"""What one recorded exchange market showed before it went in play, as a bookmaker's lines.

The exchange is read as a bookmaker that pays its best price to back, less the market's commission,
and takes what is offered there. Files without ladders have the last price traded instead, and no
amount. Match odds without a draw are the level handicap: both pay the same. So is "draw no bet".
"""

import re
from functools import cached_property
from typing import NamedTuple

from actors.exchange.book import MarketBook, RunnerBook, RunnerKey
from actors.exchange.measures import HUNDREDTHS
from actors.exchange.stream import MarketChange, MarketDefinition, RunnerDefinition
from actors.paper.recorded import Prices
from actors.paper.tape import Track
from actors.units import Millis

FINEST = 1_000
"""Ms in which at most two prices are kept: nobody here asks more often."""

INTERNATIONAL = "MR_INT"
BOOK = "BF"
HOME_FIRST, AWAY_FIRST = (" v ", " vs "), (" @ ",)
DRAW, DRAW_ID = "The Draw", 58805
"""The same runner in every match."""

MATCH_ODDS = ("MATCH_ODDS", "DRAW_NO_BET")
_TOTAL = re.compile(r"(OVER_UNDER|FIRST_HALF_GOALS)_(\d{2,3})")


class Line(NamedTuple):
    """`market` is `x`, `h` or `o`; `line` the home handicap or the goal line in hundredths.

    `half`: of the first half only.
    """

    market: str
    line: int
    half: bool = False


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
    """Return the lines of a market; none when a bookmaker of ours has no such market."""
    teams = teams_of(definition)
    if teams is None:
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
    found = {one.name.partition(" ")[0]: (one.id, 0) for one in definition.runners}
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


class MarketTape:
    """Keep one market's book and write down its prices until it goes in play."""

    def __init__(self, market: str) -> None:
        self.book = MarketBook(market)
        self.lines: Lines = {}
        self._over = self._has_ladders = False
        self._writers: dict[Line, _Writer] = {}

    def apply(self, change: MarketChange, published: Millis) -> None:
        """Take in what changed."""
        if self.is_of_no_use and change.market_definition is None:
            return
        self.book.apply(change, published)
        if change.market_definition is not None:
            self.lines = lines_of(change.market_definition)
        self._has_ladders = self._has_ladders or any(one.atb or one.atl for one in change.rc)
        self.write(published)

    @property
    def is_of_no_use(self) -> bool:
        """Tell that the market has said what it is and has no line."""
        return self.book.definition is not None and not self.lines

    def end(self, latest: Millis) -> None:
        """Say that the recording ends after a moment: nobody knows what stood then."""
        definition = self.book.definition
        if self._over or definition is None or definition.status == "CLOSED":
            return
        self._over = True
        for writer in self._writers.values():
            writer.end(Millis(latest + 1), whole=0 < definition.off <= latest)

    def write(self, published: Millis) -> None:
        """Write down what stands now; nothing can be bet on when the book is in doubt."""
        if self._over:
            return
        self._over = self.book.in_play
        closed = self._over or self.book.status != "OPEN" or bool(self.book.doubt)
        for line, keys in self.lines.items():
            writer = self._writers.setdefault(line, _Writer())
            runners = [self.book.runners[key] for key in keys]
            prices = None if closed else self._prices(runners)
            writer.write(published, prices, tuple(map(_size, runners)))

    @cached_property
    def tracks(self) -> dict[Line, Track]:
        """What was shown on each line that ever had a price; asked for when all is read."""
        return {
            line: writer.track(self._has_ladders)
            for line, writer in self._writers.items()
            if any(writer.prices)
        }

    def _prices(self, runners: list[RunnerBook]) -> Prices | None:
        """Return what each side pays, or None unless all of them have a price."""
        assert self.book.definition is not None
        kept = 1 - self.book.definition.market_base_rate / 100
        found = []
        for runner in runners:
            if runner.status != "ACTIVE" or runner.crossed:
                return None
            gross = runner.best_back if self._has_ladders else runner.last
            net = 1_000 + int((gross - 1_000) * kept + 1e-9)
            if net <= 1_000:
                return None
            found.append(net)
        return tuple(found)


def _size(runner: RunnerBook) -> int:
    return runner.back.get(runner.best_back, 0)


class _Writer:
    """The track of one line as it grows."""

    def __init__(self) -> None:
        self.times: list[Millis] = []
        self.prices: list[Prices | None] = []
        self.sizes: list[Prices] = []
        self.whole = True

    def end(self, after: Millis, whole: bool) -> None:
        """Take the last prices back."""
        self.whole = whole
        if self.times and self.prices[-1] is not None:
            self.times.append(after)
            self.prices.append(None)
            self.sizes.append(self.sizes[-1])

    def write(self, published: Millis, prices: Prices | None, sizes: Prices) -> None:
        if not self.times and prices is None:
            return
        if self.times and self.prices[-1] == prices and self.sizes[-1] == sizes:
            return
        if len(self.times) > 1 and published - self.times[-2] < FINEST:
            # The one between is left out: a price may stand too long, never before it came.
            for kept in (self.times, self.prices, self.sizes):
                kept.pop()
        self.times.append(published)
        self.prices.append(prices)
        self.sizes.append(sizes)

    def track(self, has_sizes: bool) -> Track:
        sizes = tuple(self.sizes) if has_sizes else ()
        return Track(tuple(self.times), tuple(self.prices), sizes, self.whole)
