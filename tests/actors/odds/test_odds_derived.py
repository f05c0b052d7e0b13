"""Fair prices that follow from 1X2 or from the chances of all scores."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.odds.derived import chances_by_draw, chances_by_scores, push_share
from actors.odds.edge import Chances, expected_value_of, fair_odds
from actors.selections import MarketType, Side
from tests.actors.odds.vectors import DERIVED, rows

LINES = (-50, -25, 0, 25, 50)
# Nine scores from 0-0 to 2-2, each as likely.
UNIFORM = {(home, away): 1 / 9 for home in range(3) for away in range(3)}


def total(chances: Chances) -> float:
    halves = chances.half_won + chances.half_lost
    return chances.won + halves + chances.push + chances.lost


@pytest.mark.parametrize(("line", "won", "drawn", "lost", "expected"), rows(DERIVED))
def test_a_line_is_fair_at_the_printed_odds(
    line: str, won: str, drawn: str, lost: str, expected: str
) -> None:
    chances = chances_by_draw(int(line), *(1 / float(odds) for odds in (won, drawn, lost)))
    assert fair_odds(chances) == pytest.approx(float(expected), abs=1e-9)


@pytest.mark.parametrize("line", [-75, 75, 10, -100])
def test_a_line_that_a_draw_does_not_decide_is_refused(line: int) -> None:
    with pytest.raises(ValueError, match="follow"):
        chances_by_draw(line, 0.5, 0.25, 0.25)


@given(st.sampled_from(LINES), st.floats(0.05, 0.9), st.floats(0.05, 0.95))
def test_the_two_sides_of_a_fair_line_pay_each_other(line: int, won: float, share: float) -> None:
    drawn = (1 - won) * share
    lost = 1 - won - drawn
    ours = fair_odds(chances_by_draw(line, won, drawn, lost))
    theirs = fair_odds(chances_by_draw(-line, lost, drawn, won))
    assert (ours - 1) * (theirs - 1) == pytest.approx(1)
    price = round(ours * 1000)
    expected = expected_value_of(price, chances_by_draw(line, won, drawn, lost))
    assert expected == pytest.approx(0, abs=1e-3)


@given(st.lists(st.integers(0, 100), min_size=25, max_size=25).filter(any), st.sampled_from(LINES))
def test_chances_by_scores_are_those_by_the_draw_where_both_are_known(
    weights: list[int], line: int
) -> None:
    every = [(home, away) for home in range(5) for away in range(5)]
    scores = {score: w / sum(weights) for score, w in zip(every, weights, strict=True)}
    won = sum(p for (home, away), p in scores.items() if home > away)
    drawn = sum(p for (home, away), p in scores.items() if home == away)
    by_scores = chances_by_scores(MarketType.HANDICAP, Side.HOME, line, scores)
    by_draw = chances_by_draw(line, won, drawn, 1 - won - drawn)
    assert total(by_scores) == pytest.approx(1)
    for name in Chances.__struct_fields__:
        assert getattr(by_scores, name) == pytest.approx(getattr(by_draw, name), abs=1e-9)


def test_the_push_share_of_a_quarter_line_is_the_printed_one() -> None:
    # P penaltyblog: a uniform grid of 3 x 3 scores, totals 1.25, push 1/9
    for side in (Side.OVER, Side.UNDER):
        chances = chances_by_scores(MarketType.TOTAL, side, 125, UNIFORM)
        assert push_share(chances) == pytest.approx(1 / 9)
        assert total(chances) == pytest.approx(1)
