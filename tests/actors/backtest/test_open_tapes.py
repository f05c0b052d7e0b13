"""Recordings that end too soon, and those without names: played as far as they tell."""

import json
from pathlib import Path
from typing import Any

import pytest

from actors.backtest.outcome import Outcome, body
from actors.backtest.plan import Ground, Plan
from actors.backtest.plays import Play, Played, ground_of, played
from actors.backtest.tapes import read_tapes
from actors.backtest.text import lines as text_lines
from actors.orders import OrderState
from tests.actors.backtest.samples import CONFIG
from tests.actors.backtest.tape_samples import OFF_MS, definition, ended, ladders, line, write

BACK_FIRST = "tests.actors.backtest.tape_samples:BackFirst"
HOUR = 3_600
IDS = (63_907, 47_999, 58_805)
NAMELESS: dict[str, Any] = {
    "eventName": "",
    "runners": [
        {"id": one, "sortPriority": place, "status": "ACTIVE"} for place, one in enumerate(IDS, 1)
    ],
}
BOARD = [
    {"id": one, "atb": [[price, 100.0]]} for one, price in zip(IDS, (2.0, 4, 3.8), strict=True)
]


def play(tmp_path: Path, *lines: str) -> tuple[Ground, Played]:
    path = write(tmp_path / "a.jsonl", *sorted(lines, key=lambda one: int(json.loads(one)["pt"])))
    on = ground_of(Plan(path, CONFIG, BACK_FIRST))
    assert isinstance(on, Ground)
    return on, played(on, Play(whole=True))


def opened(ends: int, **more: Any) -> list[str]:
    """Return a market that never closes; its recording ends so many seconds before the off."""
    return [
        line(
            2 * HOUR,
            marketDefinition=definition(**more),
            rc=BOARD if more else ladders(2, 3.6, 3.6),
        ),
        line(HOUR, rc=[{"id": 999, "ltp": 2.0}] if more else ladders(2.2)),
        line(ends, "1.9"),
    ]


def test_a_stream_without_names_is_played_by_the_ids_of_its_runners(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *opened(-60, **NAMELESS))
    found = read_tapes(path, [path])
    (one,) = found.matches
    assert (one.match.home, one.match.away) == ("team 63907", "team 47999")
    assert one.tape[0].books["BF"].at(OFF_MS - 1) == (1_950, 3_850, 3_660)
    assert (found.played, found.undecided) == (1, 1)


def test_a_bet_on_a_market_that_never_closes_stays_open(tmp_path: Path) -> None:
    on, found = play(tmp_path, *opened(-60))
    assert (found.figures.open, found.figures.bets, found.difference) == (1, 0, 0)
    (bet,) = (bet for bet in found.bets if bet.state == OrderState.ACCEPTED.value)
    assert (bet.pnl, bet.settled_at, bet.score) == (None, None, "")
    outcome = Outcome(on, found.bets)
    assert body(outcome)["data"]["undecided"] == 1
    assert "1 of the played ones never close in their files: bets on them stay open" in text_lines(
        outcome
    )


@pytest.mark.parametrize(("ends", "missing"), [(-60, ""), (600, "no closing price")])
def test_an_open_bet_is_measured_when_the_recording_goes_on_to_the_off(
    tmp_path: Path, ends: int, missing: str
) -> None:
    _, found = play(tmp_path, *opened(ends))
    (bet,) = (bet for bet in found.bets if bet.state == OrderState.ACCEPTED.value)
    assert bet.worth is not None
    assert bet.worth.missing == missing
    assert found.figures.clv_measured == (not missing)


def test_no_price_stands_after_the_end_of_a_recording(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *opened(600))
    (one,) = read_tapes(path, [path]).matches
    track = one.tape[0].books["BF"]
    ends = OFF_MS - 600_000
    assert [track.at(at) is None for at in (ends, ends + 1)] == [False, True]


def test_other_markets_may_tell_the_result_of_one_that_never_closes(tmp_path: Path) -> None:
    total = {"marketType": "OVER_UNDER_05", "runners": pair("Under 0.5", "Over 0.5")}
    none = [one | {"status": "WINNER" if one["id"] == 1 else "LOSER"} for one in total["runners"]]
    over = definition("CLOSED", inPlay=True, **total | {"runners": none})
    _, found = play(
        tmp_path,
        *opened(-60),
        line(2 * HOUR, "1.2", marketDefinition=definition(**total), rc=ladders(9.0, 1.1)),
        line(-2 * HOUR, "1.2", marketDefinition=over),
    )
    placed = [bet for bet in found.bets if bet.state in ("settled", "accepted")]
    assert {(bet.state, bet.score) for bet in placed} == {("settled", "0-0")}  # no goal: a draw


def test_a_match_with_a_market_of_each_kind_settles_the_one_that_closed(tmp_path: Path) -> None:
    other = {"eventId": "78", "eventName": "Hull v York"}
    teams = [
        {"id": number, "name": name, "status": "ACTIVE"}
        for number, name in enumerate(("Hull", "York", "The Draw"), 1)
    ]
    last = [one | {"status": "WINNER" if one["id"] == 1 else "LOSER"} for one in teams]
    on, found = play(
        tmp_path,
        *opened(-60),
        line(HOUR, "1.2", marketDefinition=definition(runners=teams, **other), rc=ladders(2, 4, 4)),
        line(-2 * HOUR, "1.2", marketDefinition=ended(1, **other) | {"runners": last}),
    )
    states = {bet.match: bet.state for bet in found.bets if bet.state in ("settled", "accepted")}
    assert states == {"Leeds v Derby": "accepted", "Hull v York": "settled"}
    told = body(Outcome(on, found.bets))["data"]
    assert (told["played"], told["undecided"]) == (2, 1)


def pair(*names: str) -> list[dict[str, Any]]:
    return [{"id": n, "name": name, "status": "ACTIVE"} for n, name in enumerate(names, 1)]
