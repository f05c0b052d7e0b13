"""The orders that both sides place: when, on what, at which price."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actors.exchange.book import RunnerBook
from actors.exchange.desk import ExchangeSettings
from actors.exchange.orders import LimitOrder, Side
from actors.exchange.replay import replay
from actors.exchange.strategy import ExchangeStrategy, ExchangeView, ExchangeWish

STAKE = 200
"""Two of the currency: more than the least stake, less than most levels hold."""

KINDS = (
    (Side.BACK, "best_back"),  # taken at once
    (Side.BACK, "best_lay"),  # waits in the queue
    (Side.LAY, "best_lay"),
    (Side.LAY, "best_back"),
)

Planned = dict[str, Any]
"""An order as JSON has it: at, market, runner, side, price, stake, and the bet delay in ms."""


class Planner(ExchangeStrategy):
    """Note an order at every n-th update at which one is possible, on each runner by turns."""

    def __init__(self, every: int) -> None:
        super().__init__()
        self._every = every
        self._updates = 0
        self.possible = 0
        self.planned: list[Planned] = []

    def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
        book = view.book
        definition = book.definition
        if definition is None or definition.status != "OPEN" or book.doubt:
            return ()
        priced = [runner for runner in book.runners.values() if _priced(runner)]
        if not priced:
            return ()
        self.possible += 1
        if self.possible % self._every:
            return ()
        turn = len(self.planned)
        runner = priced[turn % len(priced)]
        side, price = KINDS[turn // len(priced) % len(KINDS)]
        self.planned.append(
            {
                "at": view.now,
                "market": book.id,
                "runner": list(runner.key),
                "side": side.value,
                "price": getattr(runner, price),
                "stake": STAKE,
                "delay": definition.bet_delay * 1000,
            }
        )
        return ()


def plan(file: Path, count: int) -> list[Planned]:
    """Return about this many orders, spread evenly over what can be bet on in a recording.

    Fewer when there are fewer moments; none when the recording has no ladders.
    """
    everywhere = Planner(1)
    replay([file], everywhere)
    if not everywhere.possible:
        return []
    planner = Planner(max(1, everywhere.possible // count))
    replay([file], planner)
    return planner.planned[:count]


class Placer(ExchangeStrategy):
    """Place what is planned, when its moment comes."""

    def __init__(self, planned: Sequence[Planned]) -> None:
        super().__init__()
        self._planned: dict[int, list[LimitOrder]] = {}
        for each in planned:
            order = LimitOrder(
                (each["runner"][0], each["runner"][1]),
                Side(each["side"]),
                each["price"],
                each["stake"],
            )
            self._planned.setdefault(each["at"], []).append(order)

    def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
        return self._planned.pop(view.now, ()) if view.now in self._planned else ()


def settings(request: dict[str, Any]) -> ExchangeSettings:
    """Return the exchange both sides are to play: the latency of flumine's simulation."""
    return ExchangeSettings(place_latency=request["latency"])


def _priced(runner: RunnerBook) -> bool:
    return runner.status == "ACTIVE" and 0 < runner.best_back < runner.best_lay
