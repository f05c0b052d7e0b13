"""Back every side of a market so that each result pays the same: what to stake, what is left.

Prices in thousandths, money in minor units. Payouts are rounded down, so that a result that is
promised here is never less at the book.
"""

from collections.abc import Sequence


def inverse_sum(prices: Sequence[int]) -> float:
    """Return the sum of the inverse prices: below 1 every result pays more than was staked."""
    return sum(1000 / price for price in prices)


def payout(stake: int, price: int) -> int:
    """Return what a won bet pays back, stake included, rounded down."""
    return stake * price // 1000


def stakes(
    prices: Sequence[int],
    outlay: int,
    step: int,
    limits: Sequence[int | None] = (),
    open_at_most: int | None = None,
) -> list[int]:
    """Return stakes in whole steps, together `outlay` at most, that pay about the same.

    All are made smaller alike where one is above what its book takes, or where all but the last,
    in the order given, come to more than `open_at_most`. Then each is rounded down.
    """
    total = inverse_sum(prices)
    ideal = [outlay * 1000 / price / total for price in prices]
    share = 1.0
    for wanted, limit in zip(ideal, limits or [None] * len(ideal), strict=True):
        if limit is not None and wanted > limit:
            share = min(share, limit / wanted)
    first = sum(ideal[:-1])
    if open_at_most is not None and first > open_at_most:
        share = min(share, open_at_most / first)
    return [int(wanted * share / step) * step for wanted in ideal]


def worst_loss(placed: Sequence[tuple[int, int]]) -> int:
    """Return what the worst result of a market loses; below 0 it wins.

    `placed` has stake and price of each side, stake 0 for a side without a bet.
    """
    return sum(stake for stake, _ in placed) - min(payout(*bet) for bet in placed)


def stake_to_pay(wanted: int, price: int, step: int) -> int:
    """Return the stake in whole steps that pays no more than this at a price."""
    return wanted * 1000 // price // step * step


def price_to_lose(placed: Sequence[tuple[int, int]], side: int, stake: int, loss: int) -> int:
    """Return the lowest price of one side at which no result loses more than `loss`.

    `placed` is what the other sides have. It is out of reach, 0, where one of those already
    makes the loss larger.
    """
    others = [bet for number, bet in enumerate(placed) if number != side]
    total = sum(staked for staked, _ in others) + stake
    if stake <= 0 or total - min(payout(*bet) for bet in others) > loss:
        return 0
    return max(1001, -(-(total - loss) * 1000 // stake))
