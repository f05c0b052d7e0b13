"""What one recorded exchange market showed before it went in play, as a bookmaker's lines.

The exchange is read as a bookmaker that pays its best price to back, less the market's commission,
and takes what is offered there. Files without ladders have the last price traded instead, and no
amount.
"""

from collections.abc import Collection
from functools import cached_property

from actors.backtest.market_lines import Line, Lines, lines_of
from actors.backtest.specials import against_the_field, cut_by_non_runners, specials_of
from actors.exchange.book import MarketBook, RunnerBook, RunnerKey
from actors.exchange.measures import HUNDREDTHS
from actors.exchange.stream import MarketChange, MarketDefinition
from actors.paper.recorded import Prices
from actors.paper.tape import Track
from actors.units import Millis

FINEST = 1_000
"""Ms in which at most two prices are kept: nobody here asks more often."""


class MarketTape:
    """Keep one market's book and write down its prices until it goes in play."""

    def __init__(self, market: str) -> None:
        self.book = MarketBook(market)
        self.lines: Lines = {}
        self._lines_by_runner: dict[RunnerKey, list[Line]] = {}
        self._cut_by: frozenset[RunnerKey] = frozenset()
        self._over = self._has_ladders = False
        self._writers: dict[Line, _Writer] = {}

    def apply(self, change: MarketChange, published: Millis) -> None:
        """Take in what changed."""
        if self.is_of_no_use and change.market_definition is None:
            return
        self.book.apply(change, published)
        if change.market_definition is not None:
            self._define(change.market_definition)
        first = not self._has_ladders and any(one.atb or one.atl for one in change.rc)
        self._has_ladders = self._has_ladders or first
        if first or change.img or change.market_definition is not None:
            self.write(published)
        else:
            self._write(published, {(one.id, HUNDREDTHS[one.hc]) for one in change.rc})

    def _define(self, definition: MarketDefinition) -> None:
        self.lines = lines_of(definition) or specials_of(definition)
        self._lines_by_runner = {}
        for line, keys in self.lines.items():
            for key in keys:
                self._lines_by_runner.setdefault(key, []).append(line)
        cut_by = cut_by_non_runners(definition)
        if cut_by - self._cut_by:
            # What was bet before is paid less, and nobody says it beforehand: it is not played.
            self._writers.clear()
        self._cut_by |= cut_by

    @property
    def is_special(self) -> bool:
        """Tell that the market is no line of a match."""
        return any(line.special for line in self.lines)

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
        self._write(published, self._lines_by_runner)

    def _write(self, published: Millis, changed: Collection[RunnerKey]) -> None:
        """Write down the lines of runners that changed."""
        if self._over:
            return
        self._over = self.book.in_play
        closed = self._over or self.book.status != "OPEN" or bool(self.book.doubt)
        for line in {line: None for key in changed for line in self._lines_by_runner.get(key, ())}:
            prices, sizes = self._shown([self.book.runners[key] for key in self.lines[line]])
            writer = self._writers.setdefault(line, _Writer())
            writer.write(published, None if closed else prices, sizes)

    @cached_property
    def tracks(self) -> dict[Line, Track]:
        """What was shown on each line that ever had a price; asked for when all is read.

        A market is what it said last: what it showed as something else is left out.
        """
        return {
            line: writer.track(self._has_ladders)
            for line, writer in self._writers.items()
            if any(writer.prices) and (line in self.lines or not (line.special or self.is_special))
        }

    def _shown(self, runners: list[RunnerBook]) -> tuple[Prices | None, Prices]:
        """Return what each side pays, None unless all of them have a price, and takes."""
        if len(runners) == 1:
            gross, sizes = against_the_field(runners[0], self._has_ladders)
        else:
            gross = tuple(one.best_back if self._has_ladders else one.last for one in runners)
            sizes = tuple(one.back.get(one.best_back, 0) for one in runners)
        if any(one.status != "ACTIVE" or one.crossed for one in runners):
            return None, sizes
        net = tuple(map(self._net, gross))
        return net if min(net) > 1_000 else None, sizes

    def _net(self, gross: int) -> int:
        """Return a price less the market's commission."""
        assert self.book.definition is not None
        kept = 1 - self.book.definition.market_base_rate / 100
        return 1_000 + int((gross - 1_000) * kept + 1e-9)


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
        is_again = bool(self.times) and self.times[-1] == published
        if is_again or (len(self.times) > 1 and published - self.times[-2] < FINEST):
            # The one between is left out: a price may stand too long, never before it came.
            for kept in (self.times, self.prices, self.sizes):
                kept.pop()
        self.times.append(published)
        self.prices.append(prices)
        self.sizes.append(sizes)

    def track(self, has_sizes: bool) -> Track:
        sizes = tuple(self.sizes) if has_sizes else ()
        return Track(tuple(self.times), tuple(self.prices), sizes, self.whole)
