"""What bets on one match come to at each score."""

import pytest

from actors.odds.exposure import (
    LARGEST_LINE,
    SCORES,
    ScoreBet,
    profit_by_score,
    range_by_result,
    worst_profit,
)
from actors.odds.settlement import profit, result
from actors.selections import MarketType, Side
from tests.actors.odds.vectors import EXPOSURE, rows

HOME = ScoreBet(MarketType.HANDICAP, Side.HOME, -25, 10_000, 1950)
OVER = ScoreBet(MarketType.TOTAL, Side.OVER, 225, 6_000, 2050)


@pytest.mark.parametrize(("home", "away", "handicap", "over", "total"), rows(EXPOSURE))
def test_two_bets_on_one_match_pay_as_the_table_says(
    home: str, away: str, handicap: str, over: str, total: str
) -> None:
    score = int(home), int(away)
    assert profit_by_score([HOME])[score] == int(handicap)
    assert profit_by_score([OVER])[score] == int(over)
    assert profit_by_score([HOME, OVER])[score] == int(total)
    for bet, expected in ((HOME, handicap), (OVER, over)):
        outcome = result(bet.type, bet.side, bet.line, *score)
        assert profit(bet.stake, bet.price, outcome) == int(expected)


def test_the_worst_score_is_the_one_in_the_table() -> None:
    assert worst_profit([HOME, OVER]) == -16_000
    assert profit_by_score([HOME, OVER])[(0, 1)] == -16_000
    assert worst_profit([]) == 0


def test_bets_of_1x2_alone_have_one_profit_for_each_result() -> None:
    bets = [
        ScoreBet(MarketType.ONE_X_TWO, Side.HOME, 0, 1000, 2500),
        ScoreBet(MarketType.ONE_X_TWO, Side.DRAW, 0, 500, 3400),
    ]
    assert range_by_result(bets) == {
        Side.HOME: (1000, 1000),
        Side.DRAW: (200, 200),
        Side.AWAY: (-1500, -1500),
    }


def test_other_bets_have_a_range_for_each_result() -> None:
    assert range_by_result([HOME, OVER]) == {
        Side.HOME: (3500, 15_800),
        Side.DRAW: (-11_000, 1300),
        Side.AWAY: (-16_000, -3700),
    }


def test_what_may_not_exist_loses_and_never_wins() -> None:
    found = profit_by_score([OVER._replace(firm=False)])
    assert (found[(0, 0)], found[(2, 1)]) == (-6000, 0)


def test_a_line_beyond_the_scores_that_are_looked_at_is_refused() -> None:
    assert len(profit_by_score([OVER._replace(line=LARGEST_LINE)])) == len(SCORES)
    with pytest.raises(ValueError, match="beyond"):
        worst_profit([OVER._replace(line=LARGEST_LINE + 25)])
