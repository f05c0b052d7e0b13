"""Our orders in one market: what arrives, what the market does to them, what they came to."""

from collections.abc import Callable

import msgspec

from actors.exchange.book import MarketBook, RunnerBook, RunnerKey
from actors.exchange.measures import HUNDREDTHS
from actors.exchange.orders import (
    Fill,
    LimitOrder,
    Order,
    Persistence,
    Reason,
    Rule,
    Side,
    State,
)
from actors.exchange.reduction import lays_go, reduced
from actors.exchange.settlement import DOUBLE_LINE, REMOVED, SINGLE_LINE, MarketResult, settle
from actors.exchange.steps import is_step, ladder
from actors.exchange.stream import MarketChange, MarketDefinition, RunnerChange
from actors.exchange.waiting import Waiting

BETTING_TYPES = ("ODDS", DOUBLE_LINE, SINGLE_LINE)
EACH_WAY = "EACH_WAY"


class ExchangeSettings(msgspec.Struct, frozen=True):
    """How the simulated exchange treats us. Times in ms, amounts in minor units.

    An order under `least_stake` is accepted when it would return `least_return`. Prices older
    than `oldest_prices` fill nothing; 0 is no limit, right for a recording without gaps.
    """

    place_latency: int = 120
    cancel_latency: int = 170
    least_stake: int = 100
    least_return: int = 1_000
    oldest_prices: int = 0


class Desk:
    """One market's book and our orders in it."""

    def __init__(
        self, book: MarketBook, settings: ExchangeSettings, heard: Callable[[Fill], object]
    ) -> None:
        self.book = book
        self.orders: list[Order] = []
        self.open: dict[int, Order] = {}
        self.suspensions = 0
        self.result: MarketResult | None = None
        self._settings = settings
        self._heard = heard
        self._waiting: dict[RunnerKey | int, Waiting] = {}
        self._now = 0

    def arrive(self, order: Order, now: int) -> None:
        """Meet the market at a moment: refused, or filled as far as it goes, or waiting."""
        self._now = now
        reason = self.refusal(order.asked, now)
        if reason is not None:
            order.refuse(reason)
            self.open.pop(order.id, None)
            return
        order.state = State.OPEN
        key = _short(order.asked.runner)
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = Waiting(self.book.runners[order.asked.runner])
        waiting.enter(order, self._match)

    def cancel(self, order: Order) -> None:
        """Take away what is unmatched; nothing happens when nothing is."""
        if order.state is State.OPEN:
            self._leave(order)
            order.cancel()
            del self.open[order.id]

    def refusal(self, asked: LimitOrder, now: int) -> Reason | None:
        """Return why an order cannot be accepted, None when it can."""
        definition, runner = self.book.definition, self.book.runners.get(asked.runner)
        if definition is None or definition.status in ("INACTIVE", "CLOSED"):
            return Reason.MARKET_NOT_OPEN
        if definition.status == "SUSPENDED":
            return Reason.SUSPENDED
        if runner is None or runner.status != "ACTIVE":
            return Reason.REMOVED if runner and runner.status in REMOVED else Reason.RUNNER
        if self.book.doubt:
            return Reason.DOUBT
        oldest = self._settings.oldest_prices
        if oldest and self.book.age(now) > oldest:
            return Reason.STALE
        return self._malformed(asked, definition) or (Reason.CROSSED if runner.crossed else None)

    def _malformed(self, asked: LimitOrder, definition: MarketDefinition) -> Reason | None:
        steps = ladder(definition)
        kind = definition.betting_type not in BETTING_TYPES or definition.market_type == EACH_WAY
        if steps is None or kind:
            return Reason.UNSUPPORTED
        if not is_step(asked.price, steps):
            return Reason.PRICE
        settings = self._settings
        least = asked.stake >= settings.least_stake
        enough = asked.stake * asked.price >= settings.least_return * 1_000
        return None if asked.stake > 0 and (least or enough) else Reason.STAKE

    def update(self, change: MarketChange, published: int) -> None:
        """Let a change happen to the book and to our orders, in the order the rules have.

        First what was traded, then the book, then what the market's new state does to orders, then
        what is offered now.
        """
        self._now = published
        book, waiting, match = self.book, self._waiting, self._match
        before, was_fillable = book.definition, self._fillable
        if was_fillable and waiting:
            for runner in change.rc:
                if runner.trd:
                    ours = waiting.get(_key(runner))
                    if ours is not None:
                        ours.trade(runner.trd, match)
        book.apply(change, published)
        if change.market_definition is not None:
            self._define(before, change.market_definition)
        fillable = self._fillable
        if change.img or fillable != was_fillable:
            for ours in waiting.values():
                ours.all_changed(fillable, match)
        elif waiting:
            for runner in change.rc:
                ours = waiting.get(_key(runner))
                if ours is not None:
                    ours.changed(runner, fillable, match)

    @property
    def _fillable(self) -> bool:
        definition = self.book.definition
        return definition is not None and definition.status == "OPEN" and not self.book.doubt

    def _leave(self, order: Order) -> None:
        self._waiting[_short(order.asked.runner)].leave(order)

    def _match(self, order: Order, price: int, size: int, rule: Rule) -> None:
        fill = order.fill(self._now, price, size, rule, self.book.in_play)
        if not order.open:
            del self.open[order.id]
        self._heard(fill)

    def _define(self, before: MarketDefinition | None, now: MarketDefinition) -> None:
        for runner in self.book.runners.values():
            if runner.status in REMOVED and self._ran(before, runner):
                self._remove(runner, now.market_type)
        stopped = now.status != "OPEN"
        was_open = before is None or before.status == "OPEN"
        in_play_before = before is not None and before.in_play
        if stopped and was_open:
            self.suspensions += 1
        if now.status == "CLOSED" or (stopped and in_play_before):
            self._lapse(tuple(Persistence))
        elif stopped or (now.in_play and not in_play_before):
            self._lapse((Persistence.LAPSE,))
        if now.status == "CLOSED" and self.result is None:
            self.result = settle(now, self.book.id, self.orders)

    @staticmethod
    def _ran(before: MarketDefinition | None, runner: RunnerBook) -> bool:
        return before is not None and any(
            known.status not in REMOVED
            for known in before.runners
            if (known.id, HUNDREDTHS[known.hc]) == runner.key
        )

    def _lapse(self, which: tuple[Persistence, ...]) -> None:
        for order in list(self.open.values()):
            if order.state is State.OPEN and order.asked.persistence in which:
                self._leave(order)
                order.lapse()
                del self.open[order.id]

    def _remove(self, runner: RunnerBook, market_type: str) -> None:
        """A runner does not run: bets on it are void, bets on the others get another price.

        Only what was matched before the off is changed.
        """
        for order in self.orders:
            if order.asked.runner == runner.key:
                if order.state is State.OPEN:
                    self._leave(order)
                if order.state is not State.REFUSED:
                    self.open.pop(order.id, None)
                    order.void()
            elif not order.voided:
                order.prices = [
                    price if fill.in_play else reduced(price, runner.adjustment, market_type)
                    for fill, price in zip(order.fills, order.prices, strict=True)
                ]
                unmatched_lay = order.asked.side is Side.LAY and order.state is State.OPEN
                if unmatched_lay and lays_go(runner.adjustment, market_type):
                    self.cancel(order)


def _key(change: RunnerChange) -> RunnerKey | int:
    """Return what orders of a runner are filed under; the bare id is faster."""
    return (change.id, HUNDREDTHS[change.hc]) if change.hc else change.id


def _short(key: RunnerKey) -> RunnerKey | int:
    return key if key[1] else key[0]
