"""What orders came to when their market closed. All in minor units, each order rounded once.

An Asian line is settled from the margin of goals, not from the runner's status: the stream calls
a push and a half-lost bet LOSER and a half-won one WINNER. The margin follows from the statuses of
all lines together.
"""

from collections.abc import Iterable
from math import ceil, floor

import msgspec

from actors.exchange.book import RunnerKey
from actors.exchange.measures import HUNDREDTHS, half_even
from actors.exchange.orders import Order, Side
from actors.exchange.stream import MarketDefinition, RunnerDefinition
from actors.odds.settlement import Result, result
from actors.selections import MarketType
from actors.selections import Side as Team

DOUBLE_LINE = "ASIAN_HANDICAP_DOUBLE_LINE"
SINGLE_LINE = "ASIAN_HANDICAP_SINGLE_LINE"
REMOVED = ("REMOVED", "REMOVED_VACANT")
UNBOUNDED = 10_000
"""More goals than any match has."""


class Outcome(msgspec.Struct, frozen=True):
    """Which parts of a back bet have won and lost, out of how many; the rest comes back.

    `doubt` says why nobody can tell from the stream alone.
    """

    won: int
    lost: int
    parts: int = 1
    doubt: str = ""


WON, LOST, VOID = Outcome(1, 0), Outcome(0, 1), Outcome(0, 0)
_ASIAN = {
    Result.WON: WON,
    Result.HALF_WON: Outcome(1, 0, 2),
    Result.PUSH: VOID,
    Result.HALF_LOST: Outcome(0, 1, 2),
    Result.LOST: LOST,
}


class MarketResult(msgspec.Struct, frozen=True):
    """A settled market: each order's profit by its id, their sum, the commission on it.

    `doubts` holds what could not be told from the stream and how it was taken.
    """

    market: str
    profits: dict[int, int]
    gross: int
    commission: int
    doubts: tuple[str, ...] = ()

    @property
    def net(self) -> int:
        return self.gross - self.commission


def outcomes(definition: MarketDefinition, side: Side) -> dict[RunnerKey, Outcome]:
    """Return what a bet of this side on each runner came to in a closed market.

    More winners than places is a dead heat. With one winner to be found the stake is shared.
    With several the stream does not say who shares which place: then a back is taken to share the
    last one and a lay is taken to have lost whole, the worst either way.
    """
    if definition.betting_type in (DOUBLE_LINE, SINGLE_LINE):
        return _asian(definition)
    wanted = definition.number_of_winners
    winners = sum(runner.status == "WINNER" for runner in definition.runners)
    won = WON
    if 0 < wanted < winners:
        if wanted == 1:
            won = Outcome(1, winners - 1, winners)
        else:
            over = winners - wanted
            text = f"{winners} winners for {wanted} places; which of them share is not recorded"
            share = Outcome(1, over, over + 1, text)
            won = share if side is Side.BACK else msgspec.structs.replace(WON, doubt=text)
    by_status = {"WINNER": won, "LOSER": LOST, "REMOVED": VOID, "REMOVED_VACANT": VOID}
    return {
        key(runner): by_status.get(
            runner.status, Outcome(0, 0, doubt=f"closed as {runner.status}: stake back")
        )
        for runner in definition.runners
    }


def settle(definition: MarketDefinition, market: str, orders: Iterable[Order]) -> MarketResult:
    """Settle the matched parts of all orders of a closed market.

    Commission is the market's base rate of what was won in all, nothing when that is no gain.
    """
    by_side = {side: outcomes(definition, side) for side in Side}
    profits: dict[int, int] = {}
    doubts: dict[str, None] = {}
    for order in orders:
        if not order.matched:
            continue
        outcome = by_side[order.asked.side].get(
            order.asked.runner, Outcome(0, 0, doubt="its runner is not in the last definition")
        )
        profits[order.id] = profit(order, outcome)
        if outcome.doubt:
            doubts[outcome.doubt] = None
    gross = sum(profits.values())
    basis_points = HUNDREDTHS[definition.market_base_rate]
    commission = half_even(gross * basis_points, 10_000) if gross > 0 else 0
    return MarketResult(market, profits, gross, commission, tuple(doubts))


def profit(order: Order, outcome: Outcome) -> int:
    """Return what an order's matched stake has brought, before commission."""
    pairs = zip(order.fills, order.prices, strict=True)
    winnings = sum(fill.size * (price - 1_000) for fill, price in pairs)
    exact = winnings * outcome.won - order.matched * 1_000 * outcome.lost
    back = half_even(exact, 1_000 * outcome.parts)
    return back if order.asked.side is Side.BACK else -back


def key(runner: RunnerDefinition) -> RunnerKey:
    """Return the runner's key in its market."""
    return runner.id, HUNDREDTHS[runner.hc]


def _asian(definition: MarketDefinition) -> dict[RunnerKey, Outcome]:
    """Settle each line by the margin that all lines of the market agree on.

    On a double line the two teams have opposite margins; on a single line ("3 goals or more") all
    lines speak of the same number.
    """
    double = definition.betting_type == DOUBLE_LINE
    groups: dict[int, list[RunnerDefinition]] = {}
    for runner in definition.runners:
        groups.setdefault(runner.id if double else 0, []).append(runner)
    margins = {team: _margins(lines) for team, lines in groups.items()}
    if double and len(groups) == 2:
        (one, first), (other, second) = margins.items()
        lowest, highest = max(first[0], -second[1]), min(first[1], -second[0])
        margins = {one: (lowest, highest), other: (-highest, -lowest)}
    return {
        key(runner): _line(runner, *margins[team])
        for team, lines in groups.items()
        for runner in lines
    }


def _margins(runners: list[RunnerDefinition]) -> tuple[int, int]:
    """Return the margins that fit: above minus each line that won, at most minus each that lost."""
    won = [HUNDREDTHS[runner.hc] for runner in runners if runner.status == "WINNER"]
    lost = [HUNDREDTHS[runner.hc] for runner in runners if runner.status == "LOSER"]
    lowest = floor(-min(won) / 100) + 1 if won else -UNBOUNDED
    return lowest, floor(-max(lost) / 100) if lost else UNBOUNDED


def _line(runner: RunnerDefinition, lowest: int, highest: int) -> Outcome:
    if runner.status in REMOVED:
        return VOID
    line = HUNDREDTHS[runner.hc]
    if lowest > highest or line % 25:
        return Outcome(0, 0, doubt="the lines contradict each other: stake back")
    # Only a margin within a goal of the line makes a difference to it.
    near = {lowest, highest, ceil(-line / 100), floor(-line / 100)}
    results = {
        result(MarketType.HANDICAP, Team.HOME, line, margin, 0)
        for margin in near
        if lowest <= margin <= highest
    }
    if len(results) == 1:
        return _ASIAN[results.pop()]
    whole = WON if runner.status == "WINNER" else LOST
    return msgspec.structs.replace(whole, doubt="the margin is not recorded: taken by its status")
