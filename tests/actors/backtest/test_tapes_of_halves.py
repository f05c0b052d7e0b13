"""Markets of the first half on tape: lines of their own, settled on the half-time score."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actors.backtest.market_lines import Line
from actors.backtest.plan import Plan
from actors.backtest.plays import Play, ground_of, played
from actors.backtest.scramble_tapes import scramble_tape
from actors.backtest.taped_match import TapedMatch
from actors.backtest.tapes import read_tapes
from actors.market_view import EventView
from actors.orders import Evidence
from actors.paper.settling import half_stakes, profit
from actors.selections import MarketType, Period
from actors.strategies import Strategy, Wish
from tests.actors.backtest.samples import CONFIG
from tests.actors.backtest.tape_samples import (
    MATCH,
    OFF_MS,
    definition,
    ended,
    ladders,
    line,
    write,
)

BACK_HALF = "tests.actors.backtest.test_tapes_of_halves:BackHalf"
HALF: dict[str, Any] = {"marketType": "HALF_TIME"}
HOUR = 3_600


class BackHalf(Strategy):
    """Back every side of the first half's 1X2, whatever it pays."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        return [
            Wish(quote, 1_001, 1_000, Evidence("of the first half", quote.price, 0, ()))
            for group in view.groups
            if (group.period, group.type) == (Period.HALF_TIME, MarketType.ONE_X_TWO)
            for books in group.quotes.values()
            for quote in books.values()
        ]


def stream(tmp_path: Path) -> Path:
    """Write a match that the home side wins after the away side was ahead."""
    return write(
        tmp_path / "a.jsonl",
        line(2 * HOUR, marketDefinition=definition(), rc=ladders(2.0, 4.0, 3.8)),
        line(2 * HOUR, "1.2", marketDefinition=definition(**HALF), rc=ladders(2.6, 4.5, 2.2)),
        line(0, marketDefinition=definition(inPlay=True)),
        line(0, "1.2", marketDefinition=definition(inPlay=True, **HALF)),
        line(-HOUR, "1.2", marketDefinition=ended(2, **HALF)),
        line(-2 * HOUR, marketDefinition=ended(1)),
    )


def only_match(path: Path) -> TapedMatch:
    matches = read_tapes(path, [path]).matches
    (one,) = (one for one in matches if one.match.division == "FOOTBALL")
    return one


def test_each_period_has_its_lines_and_its_score(tmp_path: Path) -> None:
    one = only_match(stream(tmp_path))
    found = {Line(board.market, board.line, board.half): board for board in one.tape}
    assert found.keys() == {Line("x", 0), Line("x", 0, half=True)}
    assert found[Line("x", 0, half=True)].books["BF"].at(OFF_MS - 1) == (2_520, 4_325, 2_140)
    (home, away), (home_at_half, away_at_half) = one.match.full_time, one.match.half_time
    assert home > away
    assert home_at_half < away_at_half


def test_first_halves_that_contradict_each_other_leave_the_match_to_be_played(
    tmp_path: Path,
) -> None:
    other = HALF | {"regulators": ["MR_ESP"]}
    lines = (
        *stream(tmp_path).read_text(encoding="utf-8").splitlines(),
        line(2 * HOUR, "1.3", marketDefinition=definition(**other), rc=ladders(2.6, 4.5, 2.2)),
        line(0, "1.3", marketDefinition=definition(inPlay=True, **other)),
        line(-HOUR, "1.3", marketDefinition=ended(1, **other)),
    )
    whole = sorted(lines, key=lambda one: int(json.loads(one)["pt"]))
    path = write(tmp_path / "b.jsonl", *whole)
    found = read_tapes(path, [path])
    (one,) = found.matches
    assert {(board.market, board.half) for board in one.tape} == {("x", False)}
    assert found.left_out == {"void, or with a result that is not certain": 2}


def test_a_bet_on_the_first_half_is_decided_by_its_score(tmp_path: Path) -> None:
    found = played(ground_of(Plan(stream(tmp_path), CONFIG, BACK_HALF)), Play(whole=True))
    assert found.difference == 0
    settled = {bet.side: bet for bet in found.bets if bet.settled}
    assert settled
    for side, bet in settled.items():
        assert (bet.kind, bet.score) == ("1x2, first half", "0-1")
        assert bet.pnl == profit(bet.stake, bet.price, half_stakes("X", side, 0, 0, 1))
        assert bet.worth is not None
        assert bet.worth.fair is not None


def test_the_first_half_of_a_real_match_is_decided_as_it_was() -> None:
    one = only_match(MATCH)
    assert (one.match.half_time, one.match.full_time) == ((1, 0), (2, 2))
    halves = {(board.market, board.line) for board in one.tape if board.half}
    assert halves == {("x", 0), ("o", 150), ("o", 250)}
    assert all(board.decided for board in one.tape)


def test_another_future_has_another_first_half(tmp_path: Path) -> None:
    one = only_match(stream(tmp_path))
    other = scramble_tape(one, one.listed)
    (home, away), (other_home, other_away) = one.match.half_time, other.match.half_time
    assert (home < away) != (other_home < other_away)
