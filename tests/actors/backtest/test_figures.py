"""The figures, each worked out by hand."""

from math import sqrt

import pytest

from actors.backtest.closing import Worth
from actors.backtest.figures import (
    band,
    by_group,
    denials,
    figures,
    longest_losing_run,
    max_drawdown,
)
from actors.backtest.interval import ratio
from actors.backtest.series import running
from tests.actors.backtest.samples import bet, denied


def test_the_interval_is_the_formula_by_hand() -> None:
    # Matches: +10 of 20 (two bets), -10 of 10, +4 of 10. y = 4/40 = 0.1.
    parts = [("a", 20, 10), ("a", -10, 10), ("b", -10, 10), ("c", 4, 10)]
    # p - ys: 10 - 2 = 8, -10 - 1 = -11, 4 - 1 = 3; squares 64 + 121 + 9 = 194.
    half = 1.959963984540054 * sqrt(3 / 2 * 194) / 40
    found = ratio(parts)
    assert found.value == 1_000
    assert found.low == round(10_000 * (0.1 - half))
    assert found.high == round(10_000 * (0.1 + half))


def test_two_bets_on_one_match_are_one_piece_of_evidence() -> None:
    apart = ratio([("a", 1, 1), ("b", 1, 1), ("c", -1, 1), ("d", -1, 1)])
    together = ratio([("a", 1, 1), ("a", 1, 1), ("b", -1, 1), ("b", -1, 1)])
    assert apart.high is not None
    assert together.high is not None
    assert together.high > apart.high


def test_there_is_no_interval_of_one_match_and_no_yield_of_nothing() -> None:
    assert ratio([("a", 1, 2)]) == (5_000, None, None)
    assert ratio([]) == (None, None, None)


@pytest.mark.parametrize(
    ("profits", "deepest"),
    [
        ([], 0),
        ([5, 5], 0),
        ([-3, -4, 10], 7),  # below the start counts
        ([10, -6, 2, -5, 20, -8], 9),
    ],
)
def test_the_drawdown_is_from_the_best_so_far(profits: list[int], deepest: int) -> None:
    assert max_drawdown(profits) == deepest


@pytest.mark.parametrize(
    ("profits", "longest"),
    [([], 0), ([1, 2], 0), ([-1, -1, 1, -1], 2), ([-1, 0, -1, 1], 2), ([0, 0], 0)],
)
def test_a_stake_returned_neither_makes_nor_breaks_a_losing_run(
    profits: list[int], longest: int
) -> None:
    assert longest_losing_run(profits) == longest


def test_the_figures_of_a_few_bets() -> None:
    missing = Worth(missing="the line moved")
    bets = [
        bet(3, pnl=-1_000, price=3_000, worth=Worth(3_100, -324)),
        bet(1),
        bet(2, event="ao-1", pnl=0, worth=missing),
        denied(4, "event_cooldown", "max_exposure"),
        bet(5, state="refused", pnl=None, settled_at=None, worth=None),
        bet(6, state="expired", pnl=None, settled_at=None, worth=None),
        bet(7, state="accepted", pnl=None, settled_at=None, worth=None),
    ]
    found = figures(bets)
    assert (found.bets, found.events) == (3, 2)
    assert (found.won, found.returned, found.lost) == (1, 1, 1)
    assert (found.denied, found.refused, found.not_placed, found.open) == (1, 1, 1, 1)
    assert (found.staked, found.profit, found.yield_bp) == (3_000, 200, 667)
    assert (found.max_drawdown, found.longest_losing_run) == (1_000, 1)
    assert found.average_price == round((2_200 + 2_200 + 3_000) / 3)
    assert (found.clv_measured, found.clv_bp, found.beat_close) == (2, 338, 1)
    assert found.clv_missing == {
        "bet at the close": 0,
        "the line moved": 1,
        "no closing price": 0,
        "closing prices without margin": 0,
        "bet in play": 0,
    }


def test_nothing_bet_has_figures_too() -> None:
    found = figures([])
    assert (found.bets, found.profit, found.yield_bp, found.clv_bp) == (0, 0, None, None)


def test_groups_add_up_to_the_whole_and_bands_stand_in_order() -> None:
    bets = [bet(n, price=price, pnl=n) for n, price in enumerate((5_000, 1_499, 2_000, 1_999))]
    groups = by_group(bets)
    assert [row.name for row in groups["price"]] == [
        "below 1.50",
        "1.50 to 2.00",
        "2.00 to 3.00",
        "5.00 and above",
    ]
    for rows in groups.values():
        assert sum(row.bets for row in rows) == 4
        assert sum(row.profit for row in rows) == 6


@pytest.mark.parametrize(
    ("price", "name"),
    [
        (1_499, "below 1.50"),
        (1_500, "1.50 to 2.00"),
        (4_999, "3.00 to 5.00"),
        (5_000, "5.00 and above"),
    ],
)
def test_a_price_band_begins_with_its_lower_edge(price: int, name: str) -> None:
    assert band(price) == name


def test_denials_count_the_first_no_and_every_no() -> None:
    wishes = [denied(1, "a", "b"), denied(2, "b"), denied(3, "a"), bet(4)]
    found = [(one.control, one.first, one.any, one.stake) for one in denials(wishes)]
    assert found == [("a", 2, 2, 2_000), ("b", 1, 2, 1_000)]


def test_the_running_figures_end_where_the_figures_are() -> None:
    bets = [
        bet(n, event=f"ao-{n // 2}", pnl=pnl, stake=1_000 + n)
        for n, pnl in enumerate((900, -1_001, -1_002, 2_500, -1_004, 300))
    ]
    last, all_in_all = running(bets, 50_000)[-1], figures(bets)
    assert last.bankroll == 50_000 + all_in_all.profit
    assert round(100 * last.yielded) == all_in_all.yield_bp
    assert round(100 * last.low) == all_in_all.yield_low_bp
    assert round(100 * last.high) == all_in_all.yield_high_bp
    assert max(step.drawdown for step in running(bets, 50_000)) == all_in_all.max_drawdown
