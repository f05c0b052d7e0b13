"""Recorded markets as matches, and the actors that run live on them, to the cent."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from actors.backtest.calendar import Calendar
from actors.backtest.closing import Closing, Worth
from actors.backtest.outcome import Outcome, body
from actors.backtest.plan import Ground, Plan
from actors.backtest.plays import Play, Played, ground_of, played
from actors.backtest.report import page
from actors.backtest.run import moments
from actors.backtest.tapes import Tapes, read_tapes
from actors.backtest.text import lines as text_lines
from actors.odds.margin import fair
from actors.paper.answers import Asked
from actors.paper.feeds import changed, wanted
from actors.paper.settling import half_stakes, profit
from actors.selections import MarketType, Side
from runtime.errors import OurError
from tests.actors.backtest.samples import CONFIG
from tests.actors.backtest.tape_samples import (
    MATCH,
    OFF_MS,
    TEAMS,
    definition,
    ended,
    ladders,
    line,
    write,
)

BACK_FIRST = "tests.actors.backtest.tape_samples:BackFirst"
HOUR = 3_600
WHOLE = (
    line(2 * HOUR, marketDefinition=definition(), rc=ladders(2.0, 4.0, 3.8)),
    line(HOUR, rc=ladders(2.2)),
    line(0, marketDefinition=definition(inPlay=True)),
    line(-2 * HOUR, marketDefinition=ended(1)),
)


def read(tmp_path: Path, *lines: str) -> Tapes:
    """Read these lines by their times, as an exchange sends them."""
    path = write(tmp_path / "a.jsonl", *sorted(lines, key=lambda one: int(json.loads(one)["pt"])))
    return read_tapes(path, [path])


def variant(number: int, **more: Any) -> list[str]:
    """Return WHOLE with another definition at its beginning and its end."""
    own = {"marketDefinition": definition(**more)}
    first = line(2 * HOUR, f"1.{number}", **own, rc=ladders(2.0, 4.0, 3.8))
    return [first, line(-2 * HOUR, f"1.{number}", marketDefinition=ended(1, **more))]


def test_a_market_becomes_a_match_with_its_times_and_its_score(tmp_path: Path) -> None:
    found = read(tmp_path, *WHOLE)
    (one,) = found.matches
    assert (one.match.home, one.match.away, one.match.division) == ("Leeds", "Derby", "FOOTBALL")
    assert one.match.full_time[0] > one.match.full_time[1]
    assert (one.listed, one.kick_off) == (OFF_MS - 2 * HOUR * 1000, OFF_MS)
    assert one.ended == OFF_MS + 2 * HOUR * 1000
    assert (found.markets, found.played, found.left_out) == (1, 1, {})
    (board,) = one.tape
    assert board.books["BF"].at(OFF_MS - 1) == (2_140, 3_850, 3_660)
    assert board.books["BF"].at(OFF_MS) is None


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"marketType": "EACH_WAY"}, "of a kind that no bookmaker here has"),
        ({"bettingType": "RANGE", "marketType": "X"}, "of a kind that no bookmaker here has"),
        (
            {"eventName": "", "bettingType": "ASIAN_HANDICAP_DOUBLE_LINE"},
            "without the names of their teams",
        ),
        ({"marketTime": ""}, "without a price before the off"),
        ({"marketTime": "", "eventTypeId": "7"}, "without a price before the off"),
    ],
)
def test_every_market_that_is_not_played_has_its_reason(
    tmp_path: Path, more: dict[str, Any], why: str
) -> None:
    found = read(tmp_path, *WHOLE, *variant(2, eventId="78", **more))
    assert (found.markets, found.played, found.left_out) == (2, 1, {why: 1})


def test_what_was_void_is_not_played(tmp_path: Path) -> None:
    void = ended(1, eventId="79")
    void["runners"][2]["status"] = "REMOVED"
    lines = (
        *WHOLE,
        *variant(3, eventId="79")[:1],
        line(-9, "1.3", marketDefinition=void),
    )
    assert read(tmp_path, *lines).left_out == {
        "void, or with a result that is not certain": 1,
    }


def test_a_market_that_comes_twice_is_played_once(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{name}.jsonl", *WHOLE) for name in "ab"]
    found = read_tapes(tmp_path, paths)
    assert (found.markets, found.left_out) == (2, {"in two files, or twice in an event": 1})
    same = read(tmp_path, *WHOLE, *variant(2))
    assert same.left_out == {"in two files, or twice in an event": 1}
    assert len(same.matches[0].tape[0].books["BF"].times) > 2  # the one with more prices


def test_of_a_line_that_two_markets_have_the_rest_of_both_is_played(tmp_path: Path) -> None:
    sides = [(1, "Leeds", -0.5), (2, "Derby", 0.5), (1, "Leeds", 0.0), (2, "Derby", 0.0)]
    open_ones, over = (
        [
            {"id": number, "name": name, "hc": hc, "status": status}
            for (number, name, hc), status in zip(sides, told, strict=True)
        ]
        for told in (("ACTIVE",) * 4, ("WINNER", "LOSER", "WINNER", "LOSER"))
    )
    handicap = {"marketType": "ASIAN_HANDICAP"}
    shown = [{"id": number, "hc": hc, "atb": [[2.0 + hc / 4, 100.0]]} for number, _, hc in sides]
    level = {"marketType": "DRAW_NO_BET"}
    pair = [{"id": n, "name": TEAMS[n], "status": "ACTIVE"} for n in (1, 2)]
    won = [one | {"status": "WINNER" if one["id"] == 1 else "LOSER"} for one in pair]
    busy = [line(HOUR + at, "1.2", rc=ladders(2.7 - at / 50)) for at in range(30)]
    found = read(
        tmp_path,
        *WHOLE,
        line(2 * HOUR, "1.2", marketDefinition=definition(runners=pair, **level), rc=ladders(2, 2)),
        *busy,
        line(-HOUR, "1.2", marketDefinition=definition("CLOSED", runners=won, **level)),
        line(2 * HOUR, "1.3", marketDefinition=definition(runners=open_ones, **handicap), rc=shown),
        line(-HOUR, "1.3", marketDefinition=definition("CLOSED", runners=over, **handicap)),
    )
    (one,) = found.matches
    assert {(board.market, board.line) for board in one.tape} == {("x", 0), ("h", 0), ("h", -50)}
    assert (found.played, found.left_out) == (3, {})


def test_markets_of_two_exchanges_are_two_books_of_one_match(tmp_path: Path) -> None:
    found = read(tmp_path, *WHOLE, *variant(2, regulators=["MR_ESP"]))
    (one,) = found.matches
    assert {book for board in one.tape for book in board.books} == {"BF", "BFESP"}


def test_a_line_that_cannot_be_read_is_named_and_its_market_has_no_price(tmp_path: Path) -> None:
    more = line(2 * HOUR - 60, rc=ladders(2.1))
    path = write(tmp_path / "a.jsonl", WHOLE[0], more, "no json", *WHOLE[1:])
    found = read_tapes(path, [path])
    (one,) = found.matches
    assert ["a.jsonl:3" in fault for fault in found.faults] == [True]
    (board,) = one.tape
    assert board.books["BF"].at(OFF_MS - 2 * HOUR * 1000) is not None
    assert board.books["BF"].at(OFF_MS - 1) is None


def test_each_sport_is_asked_for_by_its_own_market_and_shown_alone(tmp_path: Path) -> None:
    pair = [{"id": n, "name": TEAMS[n], "status": "ACTIVE"} for n in (1, 2)]
    over = [one | {"status": "WINNER" if one["id"] == 1 else "LOSER"} for one in pair]
    tennis = {"eventId": "78", "eventTypeId": "2"}
    first = definition(**tennis, runners=pair)
    last = definition("CLOSED", **tennis, inPlay=True, runners=over)
    lines = (
        *WHOLE,
        line(2 * HOUR, "1.2", marketDefinition=first, rc=ladders(1.8, 2.2)),
        line(-2 * HOUR, "1.2", marketDefinition=last),
    )
    calendar = Calendar(read(tmp_path, *lines).matches)
    shown = {}
    for sport in (1, 2, 3):
        want = wanted(calendar, Asked({"sportstype": str(sport), "markettypeid": "1"}, None))
        rows = [] if want is None else changed(calendar, want, OFF_MS - 1_000)
        shown[sport] = [one.row.taped.market for one in rows if one.row.taped is not None]
    assert shown == {1: ["x"], 2: [], 3: ["h"]}


def test_files_without_such_a_match_are_refused_with_the_reasons(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *variant(2, marketType="EACH_WAY"))
    with pytest.raises(OurError, match=r"1 of a kind that.*ExchangeStrategy plays them all"):
        ground_of(Plan(path, CONFIG, "value"))


def test_a_calendar_of_tapes_wakes_at_each_price_until_the_off(tmp_path: Path) -> None:
    calendar = Calendar(read(tmp_path, *WHOLE).matches)
    hour = HOUR * 1000
    assert [at - OFF_MS for at, _ in moments(calendar)] == [-2 * hour, -hour, 2 * hour]


@pytest.mark.parametrize(
    ("side", "price", "fair_place"), [(Side.HOME, 2_500, 0), (Side.DRAW, 3_660, 2)]
)
def test_closing_value_is_against_the_last_price_before_the_off(
    tmp_path: Path, side: Side, price: int, fair_place: int
) -> None:
    (fixture,) = Calendar(read(tmp_path, *WHOLE).matches).fixtures
    track = fixture.tape[0].books["BF"]
    worth = Closing().worth_on_tape(track, OFF_MS, MarketType.ONE_X_TWO, side, price)
    chance = fair((2_140, 3_850, 3_660), "shin")[fair_place]
    assert worth == Worth(round(1000 / chance), round((price * chance / 1000 - 1) * 10_000))


def test_of_a_line_without_a_closing_price_nothing_is_measured(tmp_path: Path) -> None:
    (fixture,) = Calendar(read(tmp_path, *WHOLE).matches).fixtures
    track = replace(fixture.tape[0].books["BF"], whole=False)
    worth = Closing().worth_on_tape(track, OFF_MS, MarketType.ONE_X_TWO, Side.HOME, 2_000)
    assert worth == Worth(missing="no closing price")
    worth = Closing().worth_on_tape(None, OFF_MS, MarketType.TOTAL, Side.OVER, 2_000)
    assert worth == Worth(missing="no closing price")


@pytest.fixture(scope="module")
def real() -> tuple[Ground, Played]:
    on = ground_of(Plan(MATCH.parent, CONFIG, "value", {"sharp": "BF"}))
    assert isinstance(on, Ground)
    return on, played(on, Play(whole=True))


def test_a_real_match_is_played_by_the_actors_that_run_live(real: tuple[Ground, Played]) -> None:
    on, found = real
    assert isinstance(on.recorded, Tapes)
    (one,) = (one for one in on.recorded.matches if one.match.division == "FOOTBALL")
    assert (one.match.home, one.match.away, one.match.full_time) == (
        "Middlesbrough",
        "Man City",
        (2, 2),
    )
    assert on.recorded.played + sum(on.recorded.left_out.values()) == on.recorded.markets == 77
    assert (found.difference, found.figures.bets) == (0, 1)
    (bet,) = (bet for bet in found.bets if bet.settled)
    assert (bet.book, bet.side, bet.score) == ("BFESP", "draw", "2-2")
    assert bet.pnl == profit(bet.stake, bet.price, half_stakes("X", "draw", 0, 2, 2))
    (told,) = (board for board in one.tape if board.market == "x" and not board.half)
    assert bet.price == told.books["BFESP"].at(bet.made_at)[2]  # type: ignore[index]
    assert {control for wish in found.bets for control in [wish.denied_by] if control}


def test_an_answer_and_a_report_say_what_was_not_played(real: tuple[Ground, Played]) -> None:
    on, found = real
    outcome = Outcome(on, found.bets)
    told = body(outcome)["data"]
    assert (told["kind"], told["matches"], told["played"]) == ("tapes", 211, 59)
    assert told["books"] == ["BF", "BFESP"]
    assert told["leagues"] == ["FOOTBALL", "FOOTBALL SPECIALS"]
    words = text_lines(outcome)
    assert words[0] == "value on 211 matches of 1 file, 2017-04-30 to 2017-04-30"
    assert words[1] == (
        "59 of 77 markets are played; 17 without a price before the off,"
        " 1 void, or with a result that is not certain"
    )
    assert "59 of 77 recorded markets" in page(outcome)


def test_no_more_than_what_is_offered_is_bet(tmp_path: Path) -> None:
    lines = (
        line(2 * HOUR, marketDefinition=definition(), rc=ladders(2, 4, 3.8, size=7)),
        *WHOLE[2:],
    )
    path = write(tmp_path / "a.jsonl", *lines)
    on = ground_of(Plan(path, CONFIG, BACK_FIRST))
    found = played(on, Play(whole=True))
    assert found.difference == 0
    assert {bet.state for bet in found.bets} <= {"denied", "refused", "expired", "settled"}
    assert all(bet.stake <= 700 for bet in found.bets if bet.settled)


def test_a_strategy_of_ones_own_bets_before_the_off_only(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *WHOLE)
    found = played(ground_of(Plan(path, CONFIG, BACK_FIRST)), Play(whole=True))
    placed = [bet for bet in found.bets if bet.settled]
    assert placed
    assert all(bet.made_at < OFF_MS for bet in placed)
    assert found.difference == 0
