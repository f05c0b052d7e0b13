"""A simulated exchange: orders travel, wait out the bet delay, meet the market, and are filled.

Updates go in, orders go in, fills come out. Time is the publish time of the updates. What is due
at a moment meets the book as it stood then: everything published up to it, nothing after.
"""

import heapq
from collections.abc import Callable, Iterable

from actors.exchange.book import MarketBook
from actors.exchange.desk import Desk, ExchangeSettings
from actors.exchange.orders import CancelOrder, Fill, LimitOrder, Order, Reason, State
from actors.exchange.settlement import MarketResult
from actors.exchange.stream import MarketChange

Due = tuple[int, int, Callable[[int], None]]


class SimulatedExchange:
    """All markets in which we have had an order."""

    def __init__(self, settings: ExchangeSettings = ExchangeSettings()) -> None:  # noqa: B008
        self.settings = settings
        self.fills: list[Fill] = []
        self.orders: list[Order] = []
        self.desks: dict[str, Desk] = {}
        self.due: list[Due] = []
        self._sent = 0

    def place(self, book: MarketBook, asked: LimitOrder, now: int) -> Order:
        """Send an order to the market of a book. It meets the market after the latency.

        While the market has a bet delay, it waits that long at the exchange, too, and is
        refused when the market stops meanwhile.
        """
        desk = self.desks.get(book.id)
        if desk is None:
            desk = self.desks[book.id] = Desk(book, self.settings, self.fills.append)
        order = Order(len(self.orders) + 1, book.id, asked, now)
        self.orders.append(order)
        desk.orders.append(order)
        desk.open[order.id] = order
        self._at(now + self.settings.place_latency, lambda at: self._reach(desk, order, at))
        return order

    def cancel(self, asked: CancelOrder, now: int) -> None:
        """Send a cancellation; it takes away what is still unmatched when it arrives.

        Raises ValueError for an order that was never placed.
        """
        if not 0 < asked.order <= len(self.orders):
            raise ValueError(f"there is no order {asked.order}; {len(self.orders)} were placed")
        order = self.orders[asked.order - 1]
        desk = self.desks[order.market]
        self._at(now + self.settings.cancel_latency, lambda _: desk.cancel(order))

    def run_until(self, moment: int) -> None:
        """Let everything happen that is due before a moment."""
        due = self.due
        while due and due[0][0] < moment:
            at, _, act = heapq.heappop(due)
            act(at)

    def update(self, book: MarketBook, change: MarketChange, published: int) -> None:
        """Apply a change to its book and let it meet our orders there."""
        desk = self.desks.get(book.id)
        if desk is None:
            book.apply(change, published)
        else:
            desk.update(change, published)

    @property
    def results(self) -> Iterable[MarketResult]:
        """The settled markets."""
        return (desk.result for desk in self.desks.values() if desk.result is not None)

    def _at(self, moment: int, act: Callable[[int], None]) -> None:
        self._sent += 1
        heapq.heappush(self.due, (moment, self._sent, act))

    def _reach(self, desk: Desk, order: Order, now: int) -> None:
        if order.state is not State.SENT:
            return  # void meanwhile
        definition = desk.book.definition
        delay = definition.bet_delay * 1_000 if definition is not None else 0
        if not delay or desk.refusal(order.asked, now) is not None:
            desk.arrive(order, now)
            return
        order.state = State.DELAYED
        stops = desk.suspensions
        self._at(now + delay, lambda at: self._after_delay(desk, order, stops, at))

    @staticmethod
    def _after_delay(desk: Desk, order: Order, stops: int, now: int) -> None:
        if order.state is not State.DELAYED:
            return
        if desk.suspensions != stops:
            order.refuse(Reason.SUSPENDED)
            desk.open.pop(order.id, None)
        else:
            desk.arrive(order, now)
