"""Every order of a replay of recorded markets as a bet of a backtest.

The stake of a bet is what it can lose: the backer's stake of a back, the liability of a lay. Its
profit is net: the market's commission is shared by the bets that won, by their winnings. Closing
value is against Betfair's starting price, which has no margin, where there was one and the bet was
made before the off.
"""

from collections.abc import Iterable, Iterator, Mapping

from actors.backtest.bets import Bet
from actors.backtest.closing import IN_PLAY_BET, NO_PRICE, Worth
from actors.exchange.book import MarketBook, RunnerBook
from actors.exchange.measures import half_even
from actors.exchange.orders import Order, Side, State
from actors.exchange.replay import Replayed
from actors.exchange.settlement import MarketResult
from actors.exchange.stream import MarketDefinition
from actors.orders import OrderState
from actors.units import line_text, money_text, price_text

EXCHANGE = "exchange"
UNDEFINED = MarketDefinition("INACTIVE", False, 0, 0, [])
"""Of a market that never said what it is: no order is accepted there."""

BEFORE, IN_PLAY = "before the off", "in play"


def bets_of_markets(of: Replayed, strategy: str) -> Iterator[Bet]:
    """Yield every order of a replay, oldest first."""
    results = {result.market: result for result in of.results}
    nets = {number: net for result in of.results for number, net in net_profits(result).items()}
    for order in of.orders:
        yield _bet(order, of.books[order.market], results, nets, strategy)


def net_profits(result: MarketResult) -> dict[int, int]:
    """Return what each order of a market has brought after its part of the commission.

    Parts are rounded down, and the first winners pay what is left, a minor unit each.
    """
    won = {number: profit for number, profit in result.profits.items() if profit > 0}
    total = sum(won.values())
    parts = {number: result.commission * profit // total for number, profit in won.items()}
    left = result.commission - sum(parts.values())
    for place, number in enumerate(parts):
        parts[number] += place < left
    return {number: profit - parts.get(number, 0) for number, profit in result.profits.items()}


def _bet(
    order: Order,
    book: MarketBook,
    results: Mapping[str, MarketResult],
    nets: Mapping[int, int],
    strategy: str,
) -> Bet:
    definition, runner = book.definition or UNDEFINED, book.runners.get(order.asked.runner)
    closed = order.market in results
    state = _state(order, closed)
    settled = state in (OrderState.SETTLED, OrderState.VOID)
    price = round(order.average_price) or order.asked.price
    in_play = any(fill.in_play for fill in order.fills)
    asked = order.asked
    return Bet(
        id=str(order.id),
        state=state.value,
        event=definition.event_id or order.market,
        match=definition.event_name or definition.name or order.market,
        division="",
        league=definition.market_type or definition.betting_type,
        start=definition.off,
        market=asked.side.value,
        period="",
        side=asked.side.value,
        line=asked.runner[1],
        text=_name(runner, order),
        book=EXCHANGE,
        moment=IN_PLAY if in_play else BEFORE,
        strategy=strategy,
        wanted_price=asked.price,
        price=price,
        floor=asked.price,
        stake=_risked(order, price),
        pnl=nets.get(order.id, 0) if settled else None,
        made_at=order.placed_at,
        placed_at=order.fills[0].at if order.fills else None,
        settled_at=book.published if settled else None,
        score="" if runner is None or not closed else runner.status.lower(),
        outcome=_outcome(order),
        reason=_asked(order),
        fair=0,
        edge=0,
        seen=(),
        controls=(),
        worth=_worth(order, runner, price, in_play) if state is OrderState.SETTLED else None,
    )


def _state(order: Order, closed: bool) -> OrderState:
    if order.state is State.REFUSED:
        return OrderState.REFUSED
    if order.matched:
        return OrderState.SETTLED if closed else OrderState.ACCEPTED
    if order.voided and order.fills:
        return OrderState.VOID
    return OrderState.EXPIRED


def _risked(order: Order, price: int) -> int:
    """Return what can be lost, in minor units; of what was not matched what was asked for."""
    stake = order.matched or order.asked.stake
    if order.asked.side is Side.BACK:
        return stake
    pairs = zip(order.fills, order.prices, strict=True)
    matched = sum(fill.size * (paid - 1_000) for fill, paid in pairs) if order.matched else 0
    return half_even(matched or stake * (price - 1_000), 1_000)


def _worth(order: Order, runner: RunnerBook | None, price: int, in_play: bool) -> Worth:
    if in_play:
        return Worth(missing=IN_PLAY_BET)
    if runner is None or not runner.starting:
        return Worth(missing=NO_PRICE)
    value = price / runner.starting - 1
    if order.asked.side is Side.LAY:
        value = -value * 1_000 / (price - 1_000)  # of what the lay risks
    return Worth(runner.starting, round(value * 10_000))


def _asked(order: Order) -> str:
    asked = order.asked
    wanted = f"{asked.side.value} {money_text(asked.stake)} at {price_text(asked.price)}"
    return f"{wanted}, {asked.persistence.value}"


def _outcome(order: Order) -> str:
    """Say what became of each part of the stake."""
    if order.reason is not None:
        return order.reason.value
    parts: Iterable[tuple[str, int]] = (
        ("matched", order.matched),
        ("lapsed", order.lapsed),
        ("cancelled", order.cancelled),
        ("void", order.voided),
        ("still open", order.open),
    )
    return ", ".join(f"{money_text(amount)} {name}" for name, amount in parts if amount)


def _name(runner: RunnerBook | None, order: Order) -> str:
    number, line = order.asked.runner
    name = (runner.name if runner is not None else "") or str(number)
    return f"{name} {line_text(line)}" if line else name
