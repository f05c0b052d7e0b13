"""The score of a match from what its markets paid: the real one is never left out."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.backtest.market_lines import Line, lines_of
from actors.backtest.tape_score import decided, is_certain, scores
from actors.exchange.stream import MarketDefinition
from actors.odds.settlement import Result, result
from actors.selections import MarketType, Side
from tests.actors.backtest.tape_samples import definition

GOOD = (Result.WON, Result.HALF_WON)


def market(kind: str, *runners: tuple[str, float, bool]) -> MarketDefinition:
    """Return a closed market: each runner's name, line, and whether it has won."""
    told: list[dict[str, Any]] = [
        {"id": number, "name": name, "hc": hc, "status": "WINNER" if won else "LOSER"}
        for number, (name, hc, won) in enumerate(runners, 1)
    ]
    for one in told:  # a team has one id on all of its lines
        one["id"] = {"Leeds": 1, "Derby": 2}.get(one["name"], one["id"])
    return msgspec.convert(definition("CLOSED", marketType=kind, runners=told), MarketDefinition)


def match_odds(home: int, away: int) -> MarketDefinition:
    sides = (("Leeds", home > away), ("Derby", away > home), ("The Draw", home == away))
    return market("MATCH_ODDS", *((name, 0.0, won) for name, won in sides))


def total(line: int, goals: int) -> MarketDefinition:
    over = 100 * goals > line
    return market(f"OVER_UNDER_{line // 10:02}", ("Over", 0.0, over), ("Under", 0.0, not over))


def handicaps(lines: list[int], home: int, away: int) -> MarketDefinition:
    sides = ((Side.HOME, "Leeds", 1), (Side.AWAY, "Derby", -1))
    return market(
        "ASIAN_HANDICAP",
        *(
            (
                name,
                sign * line / 100,
                result(MarketType.HANDICAP, side, sign * line, home, away) in GOOD,
            )
            for line in lines
            for side, name, sign in sides
        ),
    )


def found(*markets: MarketDefinition) -> list[tuple[int, int]]:
    return scores((one, lines_of(one)) for one in markets)


GOALS = st.integers(0, 8)
LINES = st.lists(st.integers(-16, 16).map(lambda n: 25 * n), unique=True, max_size=9)


@given(GOALS, GOALS, LINES, st.lists(st.integers(0, 8), unique=True, max_size=4))
def test_the_real_score_agrees_with_every_market(
    home: int, away: int, lines: list[int], totals: list[int]
) -> None:
    markets = [match_odds(home, away), handicaps(lines, home, away)]
    markets += [total(100 * goals + 50, home + away) for goals in totals]
    assert (home, away) in found(*markets)


@given(GOALS, GOALS, LINES)
def test_a_line_that_is_certain_is_settled_as_it_was(
    home: int, away: int, lines: list[int]
) -> None:
    told = found(match_odds(home, away), handicaps(lines, home, away))
    for line in lines:
        if is_certain(Line("h", line), told):
            results = {result(MarketType.HANDICAP, Side.HOME, line, *score) for score in told}
            assert results == {result(MarketType.HANDICAP, Side.HOME, line, home, away)}


def test_half_a_loss_is_told_from_a_whole_one_by_the_lines_beside_it() -> None:
    alone = found(handicaps([-125], 2, 1))
    assert not is_certain(Line("h", -125), alone)  # the stream says LOSER of both
    assert is_certain(Line("h", -125), found(handicaps([-125, -100], 2, 1)))


def test_the_correct_score_leaves_one() -> None:
    exact = market("CORRECT_SCORE", ("2 - 1", 0.0, True), ("1 - 1", 0.0, False))
    assert found(match_odds(2, 1), exact) == [(2, 1)]
    other = market("CORRECT_SCORE", ("2 - 1", 0.0, False), ("Any Other Home Win", 0.0, True))
    assert len(found(match_odds(5, 1), other)) > 1


def test_markets_that_contradict_each_other_leave_none() -> None:
    told = found(match_odds(2, 1), match_odds(1, 2))
    assert told == []
    assert not is_certain(Line("x", 0), told)


@pytest.mark.parametrize(("status", "is_decided"), [("LOSER", True), ("REMOVED", False)])
def test_a_market_with_a_void_runner_is_not_decided(status: str, is_decided: bool) -> None:
    told = market("MATCH_ODDS", ("Leeds", 0.0, True), ("Derby", 0.0, False))
    told.runners[1] = msgspec.structs.replace(told.runners[1], status=status)
    assert decided(told) is is_decided
