"""A market of two runners, A and B, that a test moves by hand. Prices are decimals, as sent."""

from collections.abc import Sequence
from typing import Any

import msgspec

from actors.exchange.book import MarketBook
from actors.exchange.desk import ExchangeSettings
from actors.exchange.exchange import SimulatedExchange
from actors.exchange.orders import CancelOrder, Fill, LimitOrder, Order, Persistence, Side
from actors.exchange.stream import MarketChange

A, B = (1, 0), (2, 0)
NO_LATENCY = ExchangeSettings(place_latency=0, cancel_latency=0)
Levels = Sequence[tuple[float, float]]


def definition(
    status: str = "OPEN",
    runners: dict[tuple[int, int], dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return a market's definition as the stream has it; `runners` adds keys to a runner."""
    given = {A: {}, B: {}} | (runners or {})
    return {
        "status": status,
        "inPlay": False,
        "betDelay": 0,
        "version": 1,
        "numberOfWinners": 1,
        "marketType": "WIN",
        "marketBaseRate": 5.0,
        "runners": [
            {"id": key[0], "hc": key[1] / 100, "status": "ACTIVE"} | own
            for key, own in given.items()
        ],
    } | more


def runner_change(key: tuple[int, int] = A, **levels: Any) -> dict[str, Any]:
    return {"id": key[0], "hc": key[1] / 100, **levels}


def market_change(*rc: dict[str, Any], **more: Any) -> MarketChange:
    return msgspec.convert({"id": "1.1", "rc": list(rc), **more}, MarketChange)


class Scene:
    """One market at a simulated exchange; each step is one second after the one before."""

    def __init__(self, settings: ExchangeSettings = NO_LATENCY, **defined: Any) -> None:
        self.exchange = SimulatedExchange(settings)
        self.book = MarketBook("1.1")
        self.now = 0
        self.hears(marketDefinition=definition(**defined))

    def hears(self, *rc: dict[str, Any], after: int = 1_000, **more: Any) -> list[Fill]:
        """Let a change come; return what it has filled, orders that were due before included."""
        before = len(self.exchange.fills)
        self.now += after
        self.exchange.run_until(self.now)
        self.exchange.update(self.book, market_change(*rc, **more), self.now)
        return self.exchange.fills[before:]

    def shows(
        self, back: Levels = (), lay: Levels = (), traded: Levels = (), runner: Any = A
    ) -> list[Fill]:
        """Let levels of one runner change."""
        return self.hears(runner_change(runner, atb=back, atl=lay, trd=traded))

    def becomes(self, status: str = "OPEN", **defined: Any) -> list[Fill]:
        """Let the market's definition change."""
        return self.hears(marketDefinition=definition(status, **defined))

    def places(
        self,
        side: Side,
        price: int,
        stake: int,
        runner: tuple[int, int] = A,
        persistence: Persistence = Persistence.LAPSE,
    ) -> Order:
        """Send an order, and let it arrive when nothing holds it up."""
        asked = LimitOrder(runner, side, price, stake, persistence)
        order = self.exchange.place(self.book, asked, self.now)
        self.exchange.run_until(self.now + 1)
        return order

    def cancels(self, order: Order) -> None:
        self.exchange.cancel(CancelOrder(order.id), self.now)
        self.exchange.run_until(self.now + 1)


def parts(order: Order) -> int:
    """Return all parts of an order's stake together."""
    return order.matched + order.open + order.cancelled + order.lapsed + order.voided


def seen(order: Order) -> list[tuple[int, int, str]]:
    """Return price, size and rule of each fill."""
    return [(fill.price, fill.size, fill.rule.value) for fill in order.fills]
