"""The figures of a backtest: integers, counted from every bet that was wanted.

Money in minor units, prices in thousandths, `_bp` hundredths of a per cent. Intervals are of 95 %
(`actors.backtest.interval`).
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from actors.backtest.bets import Bet
from actors.backtest.closing import MISSING
from actors.backtest.interval import Ratio, ratio
from actors.backtest.seasons import UNITED_KINGDOM
from actors.orders import OPEN, OrderState

BANDS = (1500, 2000, 3000, 5000)
"""Where one price band ends and the next begins, in thousandths."""


class Figures(msgspec.Struct, frozen=True):
    """What came of a play. `bets` are those placed and settled, `events` their matches.

    The closing-line value needs no result, so open bets are measured, too. `clv_missing` counts by
    reason those whose value cannot be.
    """

    bets: int
    events: int
    won: int
    returned: int
    lost: int
    denied: int
    refused: int
    not_placed: int
    open: int
    staked: int
    profit: int
    yield_bp: int | None
    yield_low_bp: int | None
    yield_high_bp: int | None
    average_price: int | None
    max_drawdown: int
    longest_losing_run: int
    clv_measured: int
    clv_missing: dict[str, int]
    clv_bp: int | None
    clv_low_bp: int | None
    clv_high_bp: int | None
    beat_close: int


class Row(msgspec.Struct, frozen=True):
    """The figures of one league, book, market, price band, moment or month."""

    name: str
    bets: int
    staked: int
    profit: int
    yield_bp: int | None
    yield_low_bp: int | None
    yield_high_bp: int | None
    clv_measured: int
    clv_bp: int | None


class Denial(msgspec.Struct, frozen=True):
    """What one control said no to: `first` where it was the first to, `any` in all."""

    control: str
    first: int
    any: int
    stake: int


def figures(bets: Sequence[Bet]) -> Figures:
    """Count the figures of a play, or of a part of its bets."""
    settled = in_order(bets)
    states = Counter(bet.state for bet in bets)
    money, closing = _yield(settled), _closing(bets)
    values = [bet.worth.value for bet in bets if bet.worth and bet.worth.value is not None]
    missing = Counter(bet.worth.missing for bet in bets if bet.worth and bet.worth.missing)
    pnl = [bet.pnl or 0 for bet in settled]
    return Figures(
        bets=len(settled),
        events=len({bet.event for bet in settled}),
        won=sum(one > 0 for one in pnl),
        returned=sum(one == 0 for one in pnl),
        lost=sum(one < 0 for one in pnl),
        denied=states[OrderState.DENIED.value],
        refused=states[OrderState.REFUSED.value],
        not_placed=sum(
            states[state.value]
            for state in (OrderState.EXPIRED, OrderState.NOT_SENT, OrderState.ABANDONED)
        ),
        open=sum(states[state.value] for state in OPEN),
        staked=sum(bet.stake for bet in settled),
        profit=sum(pnl),
        yield_bp=money.value,
        yield_low_bp=money.low,
        yield_high_bp=money.high,
        average_price=round(sum(bet.price for bet in settled) / len(settled)) if settled else None,
        max_drawdown=max_drawdown(pnl),
        longest_losing_run=longest_losing_run(pnl),
        clv_measured=len(values),
        clv_missing={reason: missing[reason] for reason in MISSING},
        clv_bp=closing.value,
        clv_low_bp=closing.low,
        clv_high_bp=closing.high,
        beat_close=sum(value > 0 for value in values),
    )


def in_order(bets: Iterable[Bet]) -> list[Bet]:
    """Return the settled bets in the order in which they were settled."""
    return sorted(
        (bet for bet in bets if bet.settled), key=lambda bet: (bet.settled_at or 0, bet.id)
    )


def max_drawdown(profits: Iterable[int]) -> int:
    """Return the most that was lost again after a best, the start included."""
    balance = best = deepest = 0
    for profit in profits:
        balance += profit
        best = max(best, balance)
        deepest = max(deepest, best - balance)
    return deepest


def longest_losing_run(profits: Iterable[int]) -> int:
    """Return the most losses in a row; a stake returned neither makes nor breaks a run."""
    run = longest = 0
    for profit in profits:
        run = 0 if profit > 0 else run + (profit < 0)
        longest = max(longest, run)
    return longest


def by_group(bets: Iterable[Bet]) -> dict[str, list[Row]]:
    """Return rows by league, book, market, price band, moment of the prices and month."""
    settled = in_order(bets)
    return {name: _rows(settled, key) for name, key in GROUPS.items()}


def denials(bets: Iterable[Bet]) -> list[Denial]:
    """Return what each control said no to, the busiest first."""
    denied = [bet for bet in bets if bet.state == OrderState.DENIED.value]
    first = Counter(bet.denied_by for bet in denied)
    every = Counter(one.control for bet in denied for one in bet.controls if not one.passed)
    stakes = Counter[str]()
    for bet in denied:
        stakes[bet.denied_by] += bet.stake
    names = sorted(every, key=lambda name: (-first[name], -every[name], name))
    return [Denial(name, first[name], every[name], stakes[name]) for name in names]


def band(price: int) -> str:
    """Return the price band of a price in thousandths."""
    edges = [f"{edge / 1000:.2f}" for edge in BANDS]
    for number, edge in enumerate(BANDS):
        if price < edge:
            return f"below {edges[0]}" if number == 0 else f"{edges[number - 1]} to {edges[number]}"
    return f"{edges[-1]} and above"


def month(at: int) -> str:
    """Return the month of a kick-off, as the source's country counts them."""
    return datetime.datetime.fromtimestamp(at / 1000, UNITED_KINGDOM).strftime("%Y-%m")


GROUPS: dict[str, Callable[[Bet], str]] = {
    "league": lambda bet: bet.league,
    "book": lambda bet: bet.book,
    "market": lambda bet: bet.kind,
    "price": lambda bet: band(bet.price),
    "moment": lambda bet: bet.moment,
    "month": lambda bet: month(bet.start),
}


def _rows(settled: list[Bet], key: Callable[[Bet], str]) -> list[Row]:
    groups: dict[str, list[Bet]] = {}
    for bet in settled:
        groups.setdefault(key(bet), []).append(bet)
    # Bands have an order of their own: that of their prices.
    by_band = key is GROUPS["price"]
    names = sorted(groups, key=lambda name: min(b.price for b in groups[name]) if by_band else name)
    return [_row(name, groups[name]) for name in names]


def _row(name: str, bets: list[Bet]) -> Row:
    money, closing = _yield(bets), _closing(bets)
    return Row(
        name,
        len(bets),
        sum(bet.stake for bet in bets),
        sum(bet.pnl or 0 for bet in bets),
        *money,
        sum(1 for bet in bets if bet.worth and bet.worth.value is not None),
        closing.value,
    )


def _yield(bets: Iterable[Bet]) -> Ratio:
    return ratio((bet.event, bet.pnl or 0, bet.stake) for bet in bets)


def _closing(bets: Iterable[Bet]) -> Ratio:
    return ratio(
        (bet.event, bet.worth.value / 10_000, 1)
        for bet in bets
        if bet.worth and bet.worth.value is not None
    )
