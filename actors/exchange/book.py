"""What an exchange offers in one market: each runner's ladders, kept up by changes.

Prices are thousandths, sizes minor units. A ladder is a dict from price to size; nothing is sorted
until somebody asks.
"""

from actors.exchange.measures import HUNDREDTHS, THOUSANDTHS, nearest
from actors.exchange.stream import (
    Level,
    MarketChange,
    MarketDefinition,
    RunnerChange,
    RunnerDefinition,
    StartingPrice,
)

Ladder = dict[int, int]
RunnerKey = tuple[int, int]
"""Selection id and handicap in hundredths: an Asian market has one id on many lines."""

NONE = 10**9
"""Above every price: the lowest price of an empty ladder."""

BACK_UNKNOWN, LAY_UNKNOWN = NONE, -1
"""The best price has to be looked for. No price is above the one or below the other."""


class RunnerBook:
    """One runner. `back` is what a back order can take now, `lay` what a lay order can take.

    `traded` is all that was ever traded at a price as Betfair counts it, both sides' stakes.
    `near`, `far` and `starting` are starting prices; 0 where there is none, as with `last`.
    """

    __slots__ = (
        "_best_back",
        "_best_lay",
        "adjustment",
        "back",
        "far",
        "handicap",
        "id",
        "last",
        "lay",
        "name",
        "near",
        "starting",
        "status",
        "traded",
        "volume",
    )

    def __init__(self, key: RunnerKey) -> None:
        self.id, self.handicap = key
        self.name = ""
        self.status = ""
        self.adjustment = 0
        self.starting = 0
        self.empty()

    def empty(self) -> None:
        """Forget all prices, as an image does before it tells them anew."""
        self.back: Ladder = {}
        self.lay: Ladder = {}
        self.traded: Ladder = {}
        self.last = self.volume = self.near = self.far = 0
        self._best_back, self._best_lay = 0, NONE

    @property
    def key(self) -> RunnerKey:
        return self.id, self.handicap

    @property
    def best_back(self) -> int:
        """The highest price that can be backed now, 0 when there is none."""
        if self._best_back == BACK_UNKNOWN:
            self._best_back = max(self.back, default=0)
        return self._best_back

    @property
    def best_lay(self) -> int:
        """The lowest price that can be laid now, 0 when there is none."""
        if self._best_lay == LAY_UNKNOWN:
            self._best_lay = min(self.lay, default=NONE)
        return 0 if self._best_lay == NONE else self._best_lay

    @property
    def crossed(self) -> bool:
        """Tell that the ladders meet, which a whole record of an exchange never shows."""
        return 0 < self.best_lay <= self.best_back

    def apply(self, change: RunnerChange) -> None:
        """Take in what changed."""
        if change.atb:
            self._change_back(change.atb)
        if change.atl:
            self._change_lay(change.atl)
        if change.trd:
            self._change_traded(change.trd)
        if change.ltp is not None:
            self.last = THOUSANDTHS[change.ltp]
        if change.tv is not None:
            self.volume = int(change.tv * 100 + 0.5)
        if change.spn is not None:
            self.near = _starting_price(change.spn)
        if change.spf is not None:
            self.far = _starting_price(change.spf)

    # The three loops are alike and apart: most of a replay's time is spent in them.

    def _change_back(self, levels: list[Level]) -> None:
        thousandths, ladder, best = THOUSANDTHS, self.back, self._best_back
        for decimal, size in levels:
            price, amount = thousandths[decimal], int(size * 100 + 0.5)
            if amount:
                ladder[price] = amount
                if price > best:
                    best = price
            else:
                ladder.pop(price, None)
                if price == best:
                    best = BACK_UNKNOWN
        self._best_back = best

    def _change_lay(self, levels: list[Level]) -> None:
        thousandths, ladder, best = THOUSANDTHS, self.lay, self._best_lay
        for decimal, size in levels:
            price, amount = thousandths[decimal], int(size * 100 + 0.5)
            if amount:
                ladder[price] = amount
                if price < best:
                    best = price
            else:
                ladder.pop(price, None)
                if price == best:
                    best = LAY_UNKNOWN
        self._best_lay = best

    def _change_traded(self, levels: list[Level]) -> None:
        thousandths, traded = THOUSANDTHS, self.traded
        for decimal, size in levels:
            price, amount = thousandths[decimal], int(size * 100 + 0.5)
            if amount:
                traded[price] = amount
            else:
                traded.pop(price, None)

    def define(self, definition: RunnerDefinition) -> None:
        """Take in what the market's definition says. The adjustment is in thousandths of 1 %."""
        self.name = definition.name or self.name
        self.status = definition.status
        self.adjustment = nearest(definition.adjustment_factor or 0.0, 1000)
        self.starting = _starting_price(definition.bsp)


class MarketBook:
    """One market. `definition` is None, and nothing can be bet on, until the stream gave one.

    `doubt` says why the prices cannot be relied on; empty when they can. `conflated` tells that
    the last change put several together.
    """

    __slots__ = ("_plain", "conflated", "definition", "doubt", "id", "published", "runners")

    def __init__(self, market: str) -> None:
        self.id = market
        self.published = 0
        self.definition: MarketDefinition | None = None
        self.runners: dict[RunnerKey, RunnerBook] = {}
        self._plain: dict[int, RunnerBook] = {}
        self.conflated = False
        self.doubt = ""

    def apply(self, change: MarketChange, published: int) -> None:
        """Take in what changed at a moment in ms since 1970 UTC."""
        self.published = published
        self.conflated = change.con
        if change.img:
            self.doubt = ""
            for runner in self.runners.values():
                runner.empty()
        if change.market_definition is not None:
            self._define(change.market_definition)
        plain = self._plain
        for runner_change in change.rc:
            if runner_change.hc:
                runner = self._runner((runner_change.id, HUNDREDTHS[runner_change.hc]))
            else:
                try:
                    runner = plain[runner_change.id]
                except KeyError:
                    runner = self._runner((runner_change.id, 0))
            runner.apply(runner_change)

    def _define(self, definition: MarketDefinition) -> None:
        self.definition = definition
        for runner in definition.runners:
            self._runner((runner.id, HUNDREDTHS[runner.hc])).define(runner)

    def _runner(self, key: RunnerKey) -> RunnerBook:
        runner = self.runners.get(key)
        if runner is None:
            runner = self.runners[key] = RunnerBook(key)
            if key[1] == 0:
                self._plain[key[0]] = runner
        return runner

    @property
    def status(self) -> str:
        """INACTIVE, OPEN, SUSPENDED or CLOSED; empty without a definition."""
        return "" if self.definition is None else self.definition.status

    @property
    def in_play(self) -> bool:
        return self.definition is not None and self.definition.in_play

    @property
    def crossed(self) -> bool:
        """Tell that some runner's ladders meet: changes are missing, the prices are not real."""
        return any(runner.crossed for runner in self.runners.values())

    def age(self, now: int) -> int:
        """Return for how many ms nothing was heard of this market."""
        return now - self.published


def _starting_price(given: StartingPrice | None) -> int:
    """Return thousandths; 0 for none, and for the words that mean none."""
    return nearest(given, 1000) if isinstance(given, float) and 1 < given <= 1000 else 0
