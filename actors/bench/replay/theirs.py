"""One run of flumine, in the benchmark's own environment: the same request, the same answer.

Its simulation with what its own pages advise: no logging, no controls that are not asked for.
"""

import gc
import importlib.metadata
import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flumine import BaseStrategy, FlumineSimulation, clients, config
from flumine.order.ordertype import LimitOrder
from flumine.order.trade import Trade

COLLECTOR_THRESHOLDS = (20_000, 20, 50)
"""As in `runtime.collector`, for both sides alike."""

MINOR = 100


class Placing(BaseStrategy):
    """Place what is planned at the first book with its publish time."""

    def add(self, _flumine: Any) -> None:
        self.delivered = 0
        self.placed: list[Any] = []
        self.planned: dict[int, list[dict[str, Any]]] = {}
        for each in self.context["orders"]:
            self.planned.setdefault(each["at"], []).append(each)

    def check_market_book(self, _market: Any, market_book: Any) -> bool:
        self.delivered += 1
        return market_book.publish_time_epoch in self.planned

    def process_market_book(self, market: Any, market_book: Any) -> None:
        for each in self.planned.pop(market_book.publish_time_epoch):
            selection, handicap = each["runner"]
            trade = Trade(market_book.market_id, selection, handicap / 100, self)
            order = trade.create_order(
                side=each["side"].upper(),
                order_type=LimitOrder(each["price"] / 1000, each["stake"] / MINOR),
            )
            self.placed.append(order)
            market.place_order(order)


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Run the simulation; seconds are the processor's."""
    logging.getLogger().setLevel(logging.CRITICAL)
    config.place_latency = request["latency"] / 1000
    client = clients.SimulatedClient(transaction_limit=None)
    framework = FlumineSimulation(client=client)
    strategy = Placing(
        market_filter={"markets": [request["file"]]},
        context={"orders": request["orders"]},
        max_order_exposure=None,
        max_selection_exposure=None,
        max_live_trade_count=10**9,
        multi_order_trades=True,
    )
    framework.add_strategy(strategy)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    began = time.process_time()
    framework.run()
    seconds = time.process_time() - began
    return {
        "seconds": seconds,
        "delivered": strategy.delivered,
        "orders": [_told(order) for order in strategy.placed],
        "versions": {
            name: importlib.metadata.version(name) for name in ("flumine", "betfairlightweight")
        },
    }


def _told(order: Any) -> dict[str, Any]:
    simulated = order.simulated
    return {
        "fills": [
            [at, round(price * 1000), round(size * MINOR), ""]
            for at, price, size in simulated.matched
        ],
        "matched": round(simulated.size_matched * MINOR),
        "lapsed": round(simulated.size_lapsed * MINOR),
        "voided": round(simulated.size_voided * MINOR),
        "why": order.violation_msg or "",
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the libraries print out of the answer."""
    out, sys.stdout = sys.stdout, sys.stderr
    try:
        yield
    finally:
        sys.stdout = out


if __name__ == "__main__":
    with _quiet():
        answer = run(json.load(sys.stdin))
    print(json.dumps(answer))
