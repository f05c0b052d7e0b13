"""What a strategy asks of an exchange, what became of it, and what it was filled with.

Prices are thousandths, stakes minor units, times ms since 1970 UTC. A stake is the backer's stake
on either side: a lay of 200 at 3000 risks 400.
"""

from enum import Enum

import msgspec

from actors.exchange.book import RunnerKey

VOID_PRICE = 1_000
"""At this price a bet neither wins nor costs anything, whatever comes."""


class Side(Enum):
    """Which way an order bets: that the runner wins, or that it does not."""

    BACK = "back"
    LAY = "lay"


class Persistence(Enum):
    """What becomes of the unmatched rest when the market is suspended or turns in play."""

    LAPSE = "lapse"
    PERSIST = "persist"


class LimitOrder(msgspec.Struct, frozen=True):
    """Back or lay a runner of this market at this price or better."""

    runner: RunnerKey
    side: Side
    price: int
    stake: int
    persistence: Persistence = Persistence.LAPSE
    reference: str = ""


class CancelOrder(msgspec.Struct, frozen=True):
    """Take away what is unmatched of an order."""

    order: int


class Rule(Enum):
    """Why an order was filled. The rules are in docs/replay-exchange-markets.md."""

    TAKEN = "taken"
    TRADED = "traded"
    OFFERED = "offered"


class Fill(msgspec.Struct, frozen=True):
    """A part of an order that was matched."""

    order: int
    market: str
    runner: RunnerKey
    side: Side
    at: int
    price: int
    size: int
    rule: Rule
    in_play: bool


class State(Enum):
    """Where an order is: on its way, at the exchange, or over."""

    SENT = "sent"
    DELAYED = "delayed"
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class Reason(Enum):
    """Why an order was refused; named as Betfair names it where it does."""

    MARKET_NOT_OPEN = "MARKET_NOT_OPEN_FOR_BETTING"
    SUSPENDED = "MARKET_SUSPENDED"
    RUNNER = "INVALID_RUNNER"
    REMOVED = "RUNNER_REMOVED"
    PRICE = "INVALID_ODDS"
    STAKE = "INVALID_BET_SIZE"
    CROSSED = "the ladders cross: prices are missing, no fill can be told"
    DOUBT = "the prices are in doubt"
    STALE = "the prices are too old"
    UNSUPPORTED = "this kind of market is not simulated"


class Order:
    """An order and what became of its stake; the parts always add up to the stake.

    `matched`, `cancelled`, `lapsed`, `voided` and `open` are minor units. `fills` keep the price
    that was matched; `prices` beside them what non-runners made of it.
    """

    __slots__ = (
        "asked",
        "cancelled",
        "fills",
        "id",
        "lapsed",
        "market",
        "matched",
        "open",
        "placed_at",
        "prices",
        "reason",
        "state",
        "voided",
    )

    def __init__(self, number: int, market: str, asked: LimitOrder, placed_at: int) -> None:
        self.id = number
        self.market = market
        self.asked = asked
        self.placed_at = placed_at
        self.state = State.SENT
        self.reason: Reason | None = None
        self.open = asked.stake
        self.matched = self.cancelled = self.lapsed = self.voided = 0
        self.fills: list[Fill] = []
        self.prices: list[int] = []

    def fill(self, at: int, price: int, size: int, rule: Rule, in_play: bool) -> Fill:
        """Match a part of what is open."""
        if not 0 < size <= self.open:
            raise ValueError(f"order {self.id} has {self.open} open, not {size} to fill")
        asked = self.asked
        done = Fill(self.id, self.market, asked.runner, asked.side, at, price, size, rule, in_play)
        self.open -= size
        self.matched += size
        self.fills.append(done)
        self.prices.append(price)
        if not self.open:
            self.state = State.DONE
        return done

    def refuse(self, reason: Reason) -> None:
        """End it before anything was matched."""
        self.reason = reason
        self.cancelled, self.open = self.open, 0
        self.state = State.REFUSED

    def cancel(self) -> None:
        """End it at its owner's wish."""
        self.cancelled, self.open = self.open, 0
        self.state = State.DONE

    def lapse(self) -> None:
        """End it because the market stopped."""
        self.lapsed, self.open = self.open, 0
        self.state = State.DONE

    def void(self) -> None:
        """Undo it whole: its runner does not run."""
        self.voided += self.matched + self.open + self.lapsed
        self.matched = self.open = self.lapsed = 0
        self.prices = [VOID_PRICE] * len(self.fills)
        self.state = State.DONE

    @property
    def average_price(self) -> float:
        """The mean matched price in thousandths, 0 when nothing was matched."""
        if not self.matched:
            return 0.0
        pairs = zip(self.fills, self.prices, strict=True)
        return sum(fill.size * price for fill, price in pairs) / self.matched
