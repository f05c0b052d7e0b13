"""Replay recorded markets: each change goes to its book, the exchange and the strategy."""

from collections.abc import Callable, Container, Sequence
from pathlib import Path

import msgspec

from actors.exchange.book import MarketBook
from actors.exchange.desk import ExchangeSettings
from actors.exchange.exchange import SimulatedExchange
from actors.exchange.orders import CancelOrder, Fill, Order
from actors.exchange.recording import Fault, Recording, merged
from actors.exchange.settlement import MarketResult
from actors.exchange.strategy import ExchangeStrategy, ExchangeView

LOST_LINE = "a line of its recording could not be read"
LATE = "the exchange itself said that its stream was late"
EXCHANGE_IS_LATE = 503
MOST_FAULTS = 1_000


class Replayed(msgspec.Struct, frozen=True):
    """What a replay came to. `updates` counts market changes delivered to the strategy.

    Of `faults` the first thousand are kept and `fault_count` has them all.
    """

    updates: int
    books: dict[str, MarketBook]
    orders: list[Order]
    fills: list[Fill]
    results: list[MarketResult]
    faults: list[Fault]
    fault_count: int

    @property
    def profit(self) -> int:
        """Net of commission, in minor units, of all markets that closed."""
        return sum(result.net for result in self.results)

    @property
    def unsettled(self) -> list[Order]:
        """Orders that were matched in markets that never closed."""
        closed = {result.market for result in self.results}
        return [order for order in self.orders if order.matched and order.market not in closed]


class Replay:
    """One run over some files, with a strategy; a market is replayed from one file only.

    `over` is called for each file that is at its end; `only` these markets are replayed, else all.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        strategy: ExchangeStrategy,
        settings: ExchangeSettings = ExchangeSettings(),  # noqa: B008
        over: Callable[[], object] = lambda: None,
        only: Container[str] | None = None,
    ) -> None:
        self._only = only
        self._recordings = [Recording(path, over) for path in paths]
        self._strategy = strategy
        self.exchange = SimulatedExchange(settings)
        self.books: dict[str, MarketBook] = {}
        self._views: list[dict[str, ExchangeView | None]] = [{} for _ in paths]
        self._faults: list[Fault] = []
        self._fault_count = 0
        self._late: set[int] = set()

    def run(self) -> Replayed:
        """Replay everything. Raises RecordingError, and what the strategy raises."""
        updates = 0
        exchange, on_update = self.exchange, self._strategy.on_update
        due, desks, update = exchange.due, exchange.desks, exchange.update
        for number, line in merged(self._recordings):
            if isinstance(line, Fault):
                self._fault(number, line)
                continue
            published, views = line.pt, self._views[number]
            if due and due[0][0] < published:
                exchange.run_until(published)
            if line.status is not None or self._late:
                self._listen(number, line.status == EXCHANGE_IS_LATE)
            for change in line.mc:
                try:
                    view = views[change.id]
                except KeyError:
                    view = self._meet(number, change.id)
                if view is None:
                    continue
                updates += 1
                if desks:
                    update(view.book, change, published)
                else:
                    view.book.apply(change, published)
                for wish in on_update(view):
                    if isinstance(wish, CancelOrder):
                        exchange.cancel(wish, published)
                    else:
                        self._place(view, exchange.place(view.book, wish, published))
        return Replayed(
            updates,
            self.books,
            exchange.orders,
            exchange.fills,
            list(exchange.results),
            self._faults,
            self._fault_count,
        )

    def _place(self, view: ExchangeView, order: Order) -> None:
        """Let the view show its orders from the first one on."""
        if not view.open:
            view.open = self.exchange.desks[order.market].open

    def _meet(self, number: int, market: str) -> ExchangeView | None:
        """Take in a market at its first change; None when another file has it, or nobody asked."""
        view: ExchangeView | None = None
        wanted = self._only is None or market in self._only
        if wanted and market in self.books:
            path = str(self._recordings[number].path)
            what = f"market {market} is in another file already; it is replayed from that one"
            self._note(Fault(path, self._recordings[number].lines_read, what))
        elif wanted:
            book = self.books[market] = MarketBook(market)
            view = ExchangeView(book, {})
        self._views[number][market] = view
        return view

    def _fault(self, number: int, fault: Fault) -> None:
        self._note(fault)
        self._doubt(number, LOST_LINE)

    def _listen(self, number: int, late: bool) -> None:
        """Doubt the markets of a file while the exchange says that they are late."""
        if late:
            self._late.add(number)
            self._doubt(number, LATE)
        elif number in self._late:
            self._late.remove(number)
            for view in self._views[number].values():
                if view is not None and view.book.doubt == LATE:
                    view.book.doubt = ""

    def _doubt(self, number: int, why: str) -> None:
        for view in self._views[number].values():
            if view is not None:
                view.book.doubt = why

    def _note(self, fault: Fault) -> None:
        self._fault_count += 1
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(fault)


def replay(
    paths: Sequence[Path],
    strategy: ExchangeStrategy,
    settings: ExchangeSettings = ExchangeSettings(),  # noqa: B008
) -> Replayed:
    """Replay files of recorded streams with a strategy. Raises RecordingError."""
    return Replay(paths, strategy, settings).run()
