"""What to stake so that every result pays the same, on figures done by hand and on any."""

import pytest
from hypothesis import given
from hypothesis import strategies as any_of

from actors.odds.arbitrage import (
    inverse_sum,
    payout,
    price_to_lose,
    stake_to_pay,
    stakes,
    worst_loss,
)

PRICES = any_of.lists(any_of.integers(1_010, 20_000), min_size=2, max_size=3)


def test_the_sum_of_the_inverse_prices_says_what_is_left() -> None:
    assert inverse_sum([2000, 2000]) == 1
    assert inverse_sum([2100, 2050]) == pytest.approx(0.963995)


def test_every_result_pays_about_the_same() -> None:
    # 2.10 and 2.05: 0.476190 and 0.487805 of 0.963995; of 20.00 that is 9.87 and 10.12.
    assert stakes([2100, 2050], 2000, 1) == [987, 1012]
    assert worst_loss([(987, 2100), (1012, 2050)]) == 1999 - 2072


def test_stakes_are_whole_steps_rounded_down() -> None:
    assert stakes([2100, 2050], 2000, 50) == [950, 1000]
    assert stakes([2100, 2050], 150, 100) == [0, 0]


def test_a_book_that_takes_less_makes_all_stakes_smaller() -> None:
    assert stakes([2100, 2050], 2000, 1, [None, 506]) == [493, 506]
    assert stakes([2100, 2050], 2000, 1, [0, None]) == [0, 0]


def test_what_is_open_before_the_last_leg_is_within_its_limit() -> None:
    assert stakes([2100, 2050], 2000, 1, (), 500) == [500, 512]
    three = stakes([3000, 3400, 3600], 3000, 1, (), 1500)
    assert sum(three[:-1]) <= 1500


def test_a_payout_is_rounded_down() -> None:
    assert payout(333, 1999) == 665


def test_a_side_without_a_bet_loses_everything() -> None:
    assert worst_loss([(500, 2100), (0, 2050)]) == 500
    assert worst_loss([(0, 2100), (0, 2050)]) == 0


@given(PRICES, any_of.integers(1, 100_000), any_of.integers(1, 500), any_of.integers(0, 50_000))
def test_stakes_keep_every_limit(prices: list[int], outlay: int, step: int, cap: int) -> None:
    limits = [outlay // 2] * len(prices)
    found = stakes(prices, outlay, step, limits, cap)
    assert all(stake >= 0 and stake % step == 0 for stake in found)
    assert sum(found) <= outlay
    assert sum(found[:-1]) <= cap
    assert all(stake <= outlay // 2 for stake in found)


@given(
    PRICES,
    any_of.integers(100, 100_000),
    any_of.integers(0, 2_000),
    any_of.integers(0, 3_000),
)
def test_the_lowest_price_keeps_the_loss_and_one_less_does_not(
    prices: list[int], outlay: int, loss: int, extra: int
) -> None:
    sized = stakes(prices, outlay, 1)
    bets = list(zip(sized, prices, strict=True))
    stake = sized[-1] + extra
    floor = price_to_lose(bets, len(bets) - 1, stake, loss)
    if floor == 0:
        others = [payout(*bet) for bet in bets[:-1]]
        assert stake <= 0 or sum(sized[:-1]) + stake - min(others) > loss
        return
    assert worst_loss([*bets[:-1], (stake, floor)]) <= loss
    if floor > 1001:
        assert worst_loss([*bets[:-1], (stake, floor - 1)]) > loss


@given(any_of.integers(0, 100_000), any_of.integers(1_010, 20_000), any_of.integers(1, 500))
def test_a_stake_pays_no_more_than_is_wanted(wanted: int, price: int, step: int) -> None:
    stake = stake_to_pay(wanted, price, step)
    assert payout(stake, price) <= wanted < (stake + step) * price / 1000 + 1
