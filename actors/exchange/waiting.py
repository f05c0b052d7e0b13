"""Our orders that wait at one runner, and what we had of what its ladders show.

A recorded stream does not know of our orders. So two things are remembered here: how much of
others stands before ours at a price, and how much of a displayed level we have had already.

Who waits is filled by two rules. TRADED: what is traded at an order's price, or beyond it, goes
first through what stood before it, then through our orders, the best price and the oldest first.
OFFERED: an offer shown at an order's price, or beyond it, would have met that order first.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable

from actors.exchange.book import Ladder, RunnerBook
from actors.exchange.measures import THOUSANDTHS
from actors.exchange.orders import Order, Rule, Side
from actors.exchange.stream import Level, RunnerChange

Match = Callable[[Order, int, int, Rule], object]
"""Fill an order at a price with a size, by a rule."""


class _Place:
    """An order of ours and what of others stands between it and the one of ours before it."""

    __slots__ = ("before", "order")

    def __init__(self, order: Order, before: int) -> None:
        self.order = order
        self.before = before


class _Queue:
    """Our orders at one price, oldest first."""

    __slots__ = ("ahead", "live", "places")

    def __init__(self) -> None:
        self.places: deque[_Place] = deque()
        self.live = 0
        self.ahead = 0

    def join(self, order: Order, displayed: int) -> None:
        """Stand behind all that is displayed, as those of ours did that came earlier."""
        before = max(0, displayed - self.ahead)
        self.ahead += before
        self.live += 1
        self.places.append(_Place(order, before))

    def pass_through(self, volume: int, price: int, match: Match) -> int:
        """Let a volume go through and return what of it is left."""
        while volume and self.live:
            place = self.places[0]
            if place.before:
                gone = min(volume, place.before)
                place.before -= gone
                self.ahead -= gone
                volume -= gone
                continue
            volume -= self._match_first(volume, price, Rule.TRADED, match)
        return volume

    def meet(self, size: int, price: int, match: Match) -> int:
        """Let an offer meet the orders, nobody being before them, and return what is left."""
        for place in self.places:
            place.before = 0
        self.ahead = 0
        while size and self.live:
            size -= self._match_first(size, price, Rule.OFFERED, match)
        return size

    def _match_first(self, size: int, price: int, rule: Rule, match: Match) -> int:
        order = self.places[0].order
        filled = min(size, order.open)
        if filled:
            match(order, price, filled, rule)
            if order.open:
                return filled
            self.live -= 1
        self.places.popleft()  # filled, or gone by another way
        return filled


class _OneSide:
    """Our waiting orders of one side by price, and what we had of the ladder they could take."""

    __slots__ = ("_lay", "_sign", "prices", "queues", "taken")

    def __init__(self, side: Side) -> None:
        self._lay = side is Side.LAY
        self._sign = 1 if self._lay else -1
        self.prices: list[int] = []  # sorted so that the last is the first to be met
        self.queues: dict[int, _Queue] = {}
        self.taken: Ladder = {}

    def join(self, order: Order, displayed: int) -> None:
        price = order.asked.price
        queue = self.queues.get(price)
        if queue is None:
            queue = self.queues[price] = _Queue()
            insort(self.prices, self._rank(price))
        queue.join(order, displayed)

    def leave(self, order: Order) -> None:
        queue = self.queues[order.asked.price]
        queue.live -= 1
        if not queue.live:
            self._drop(order.asked.price)

    def _rank(self, price: int) -> int:
        """Return what sorts prices: a back is met the earlier the lower it is, a lay the higher."""
        return self._sign * price

    def _drop(self, price: int) -> None:
        del self.queues[price]
        del self.prices[bisect_left(self.prices, self._rank(price))]

    def trade(self, at: int, volume: int, match: Match) -> int:
        """Let what was traded at a price go through all that wait there or beyond."""
        while volume and self.reached_by(at):
            price = abs(self.prices[-1])
            queue = self.queues[price]
            volume = queue.pass_through(volume, price, match)
            if not queue.live:
                self._drop(price)
        return volume

    def reached_by(self, at: int) -> bool:
        """Tell whether an order waits at this price or beyond."""
        return bool(self.prices) and self.prices[-1] >= self._rank(at)

    def offer(self, at: int, displayed: int, match: Match) -> None:
        """Let an offer meet all that wait at its price or beyond, but for what we had of it."""
        left = size = displayed - self.taken.get(at, 0)
        if size <= 0:
            return
        while left and self.reached_by(at):
            price = abs(self.prices[-1])
            queue = self.queues[price]
            left = queue.meet(left, price, match)
            if not queue.live:
                self._drop(price)
        self.taken[at] = self.taken.get(at, 0) + size - left

    def take(self, order: Order, ladder: Ladder, match: Match) -> None:
        """Take what is there at the order's price or better, the best first."""
        limit = order.asked.price
        if self._lay:
            there = sorted(price for price in ladder if price <= limit)
        else:
            there = sorted((price for price in ladder if price >= limit), reverse=True)
        for price in there:
            had = self.taken.get(price, 0)
            size = min(ladder[price] - had, order.open)
            if size > 0:
                match(order, price, size, Rule.TAKEN)
                self.taken[price] = had + size
            if not order.open:
                return

    def changed(
        self,
        levels: Iterable[Level],
        ladder: Ladder,
        runner: RunnerBook,
        fillable: bool,
        match: Match,
    ) -> None:
        """Hear which levels of the ladder have changed, after the book did."""
        taken, prices, sign = self.taken, self.prices, self._sign
        if not taken and not prices:
            return
        for decimal, _ in levels:
            at = THOUSANDTHS[decimal]
            if at in taken:
                self._remember(at, ladder)
            met = fillable and prices and prices[-1] >= sign * at
            if met and at in ladder and not runner.crossed:
                self.offer(at, ladder[at], match)

    def all_changed(self, ladder: Ladder, runner: RunnerBook, fillable: bool, match: Match) -> None:
        """Hear that all levels may have changed."""
        for at in list(self.taken):
            self._remember(at, ladder)
        if fillable and not runner.crossed:
            for at in list(ladder):
                if self.reached_by(at):
                    self.offer(at, ladder[at], match)

    def _remember(self, at: int, ladder: Ladder) -> None:
        """Keep of what we had of a level only what is displayed still."""
        displayed = ladder.get(at, 0)
        if displayed == 0:
            del self.taken[at]
        elif self.taken[at] > displayed:
            self.taken[at] = displayed


class Waiting:
    """All of ours at one runner."""

    __slots__ = ("_backs", "_lays", "runner")

    def __init__(self, runner: RunnerBook) -> None:
        self.runner = runner
        self._backs = _OneSide(Side.BACK)
        self._lays = _OneSide(Side.LAY)

    def enter(self, order: Order, match: Match) -> None:
        """Take what is there; the rest waits behind what is displayed at the order's price."""
        runner = self.runner
        if order.asked.side is Side.BACK:
            side, other, own = self._backs, runner.back, runner.lay
        else:
            side, other, own = self._lays, runner.lay, runner.back
        side.take(order, other, match)
        if order.open:
            side.join(order, own.get(order.asked.price, 0))

    def leave(self, order: Order) -> None:
        """Take out an order that waits, before it is ended."""
        (self._backs if order.asked.side is Side.BACK else self._lays).leave(order)

    def trade(self, levels: Iterable[Level], match: Match) -> None:
        """Hear new totals of what was traded, before the book does.

        A total that falls is a correction, or prices rewritten for a non-runner: then nothing was
        traded. Betfair counts both sides' stakes, so half of the growth changed hands. What we
        had of a level that is displayed still cannot trade once more.
        """
        backs, lays, traded = self._backs, self._lays, self.runner.traded
        grown = []
        for price, size in levels:
            at = THOUSANDTHS[price]
            total = int(size * 100 + 0.5)
            growth = total - traded.get(at, 0)
            if growth < 0:
                return
            grown.append((at, total, growth // 2))
        for at, total, volume in grown:
            traded[at] = total  # so that a runner told twice in a line is not heard twice
            left = volume - backs.taken.get(at, 0) - lays.taken.get(at, 0)
            if left > 0:
                left = backs.trade(at, left, match)
                lays.trade(at, left, match)

    def changed(self, change: RunnerChange, fillable: bool, match: Match) -> None:
        """Hear which levels have changed, after the book did; fill only where that may be.

        What is offered at an order's price or beyond meets it, but never in a crossed book.
        """
        runner = self.runner
        if change.atb:
            self._backs.changed(change.atb, runner.back, runner, fillable, match)
        if change.atl:
            self._lays.changed(change.atl, runner.lay, runner, fillable, match)

    def all_changed(self, fillable: bool, match: Match) -> None:
        """Hear that everything may have changed."""
        runner = self.runner
        self._backs.all_changed(runner.back, runner, fillable, match)
        self._lays.all_changed(runner.lay, runner, fillable, match)
