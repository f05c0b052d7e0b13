"""Nobody can know the future: what is shown holds none of it, and the guard finds who has it."""

import gc
import json
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from actors.backtest.calendar import Calendar
from actors.backtest.peeking import Guarded, elsewhere, guard
from actors.backtest.plan import Ground, Parameters, Plan, ground
from actors.backtest.plays import Play, ground_of, played
from actors.backtest.run import play
from actors.backtest.scramble import closing_columns, scramble
from actors.backtest.seasons import read_seasons, season_rows
from actors.paper.book import PaperBook
from actors.paper.programme import Fixture
from actors.paper.recorded import RecordedMatch, Recording
from tests.actors.backtest.peekers import Counts
from tests.actors.backtest.samples import CONFIG, SEASON
from tests.actors.backtest.tape_samples import falling

HERE = "tests.actors.backtest.peekers"


def guarded(strategy: str, **parameters: str) -> Guarded:
    given: Parameters = dict(parameters)
    name = strategy if strategy == "value" else f"{HERE}:{strategy}"
    return guard(ground(Plan(SEASON, CONFIG, name, given)))


def guarded_on_tape(data: Path, strategy: str, **parameters: str) -> Guarded:
    on = ground_of(Plan(data, CONFIG, f"{HERE}:{strategy}", dict(parameters)))
    assert isinstance(on, Ground)
    return guard(on)


def looks(found: Guarded) -> set[str]:
    return {finding.look for finding in found.findings}


def test_a_strategy_that_remembers_results_from_a_file_is_caught() -> None:
    found = guarded("RemembersResults", file=str(SEASON))
    assert looks(found) == {"future", "files", "names"}
    words = {finding.look: finding.words for finding in found.findings}
    assert str(SEASON) in words["files"]
    assert "results and later prices changed" in words["future"]
    assert " at " in words["future"]
    assert " v " in words["future"]


@pytest.mark.parametrize("strategy", ["LooksAround", "KnowsTheClose"])
def test_a_strategy_that_searches_the_memory_is_caught_by_another_future(strategy: str) -> None:
    assert looks(guarded(strategy)) == {"future"}


def test_a_strategy_that_knows_teams_from_elsewhere_is_caught_by_other_names(
    tmp_path: Path,
) -> None:
    notes = tmp_path / "notes.json"
    won = [one.match for one in read_seasons(SEASON).matches]
    names = [match.home for match in won if match.full_time[0] > match.full_time[1]]
    notes.write_text(json.dumps(names), encoding="utf-8")
    assert looks(guarded("HasNotes", notes=str(notes))) == {"names"}


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return falling(tmp_path / "a.jsonl")


@pytest.mark.parametrize("strategy", ["LooksAround", "KnowsLaterPrices"])
def test_whoever_searches_the_memory_for_what_comes_on_tape_is_caught(
    tape: Path, strategy: str
) -> None:
    assert looks(guarded_on_tape(tape, strategy)) == {"future"}


def test_opening_recorded_markets_and_knowing_teams_is_caught_on_tape(tape: Path) -> None:
    found = guarded_on_tape(tape, "OpensItsNotes", notes=str(tape))
    assert looks(found) == {"files", "names"}


def test_an_honest_strategy_passes_on_tape(tape: Path) -> None:
    found = guarded_on_tape(tape, "Counts")
    assert found.findings == ()
    assert found.wishes > 5
    assert len(found.moments) == 2


@pytest.mark.parametrize("strategy", ["value", "Counts"])
def test_an_honest_strategy_passes(strategy: str) -> None:
    found = guarded(strategy)
    assert found.findings == ()
    assert found.wishes > 0
    assert found.matches > 0


def test_what_a_strategy_is_shown_leads_to_no_result_and_to_no_later_price() -> None:
    Counts.seen.clear()
    on = ground(Plan(SEASON, CONFIG, f"{HERE}:Counts"))
    played(on, Play())
    assert len(Counts.seen) > 50
    hidden = (RecordedMatch, Recording, Fixture, Calendar, PaperBook)
    known: set[int] = set()
    ahead: list[object] = list(Counts.seen)
    while ahead:
        one = ahead.pop()
        if id(one) in known or isinstance(one, type | ModuleType | FunctionType):
            continue
        known.add(id(one))
        assert not isinstance(one, hidden)
        ahead += gc.get_referents(one)
        ahead += [getattr(one, name) for name in getattr(one, "__struct_fields__", ())]
    assert len(known) > len(Counts.seen)
    Counts.seen.clear()


def test_every_price_that_is_shown_was_recorded_for_that_moment() -> None:
    Counts.seen.clear()
    on = ground(Plan(SEASON, CONFIG, f"{HERE}:Counts"))
    calendar = Calendar(on.recorded.matches)
    play(on.settings, calendar, on.balance)
    for view in Counts.seen:
        fixture = calendar.of_event(view.event.key)
        assert fixture.closing_ms is not None
        before = view.now < fixture.closing_ms
        recording = fixture.match.before if before else fixture.match.closing
        boards = (recording.one_x_two, recording.total, recording.handicap)
        recorded = {price for board in boards for prices in board.values() for price in prices}
        shown = {
            quote.price
            for group in view.groups
            for by_book in group.quotes.values()
            for quote in by_book.values()
        }
        assert shown <= recorded
        assert (view.event.home_score, view.event.away_score) == (0, 0)
    Counts.seen.clear()


def test_a_play_is_the_same_each_time() -> None:
    on = ground(Plan(SEASON, CONFIG))
    assert played(on, Play(whole=True)) == played(on, Play(whole=True))


# How the future is changed.


def moment() -> int:
    """Return a moment after half of the sample has begun."""
    matches = read_seasons(SEASON).matches
    return matches[len(matches) // 2].kick_off + 60_000


def test_what_was_known_stays_and_what_was_not_is_from_other_matches(tmp_path: Path) -> None:
    at = moment()
    copy = scramble(SEASON, tmp_path, at)
    real, made = read_seasons(SEASON).matches, read_seasons(copy).matches
    assert [one.kick_off for one in real] == [one.kick_off for one in made]
    assert [one.match.home for one in real] == [one.match.home for one in made]
    assert [one.match.before for one in real] == [one.match.before for one in made]
    for was, now in zip(real, made, strict=True):
        if was.kick_off + 111 * 60_000 < at:
            assert was.match == now.match
        if was.kick_off < at:
            assert was.match.closing == now.match.closing
    later = [
        (was.match, now.match) for was, now in zip(real, made, strict=True) if was.kick_off > at
    ]
    changed = [was.closing != now.closing for was, now in later]
    assert sum(changed) > 0.9 * len(later)
    results = [winner(was) != winner(now) for was, now in later]
    assert sum(results) > 0.9 * len(later)
    assert {now.full_time for _, now in later} <= {was.full_time for was, _ in later}


def winner(match: RecordedMatch) -> int:
    home, away = match.full_time
    return (home > away) - (home < away)


def test_the_closing_columns_are_told_from_those_that_end_like_them() -> None:
    columns, _ = season_rows(SEASON)
    found = closing_columns(columns)
    assert {"VCCH", "PSCH", "AHCh", "PC>2.5", "B365CAHA", "MaxCD"} <= set(found)
    assert {"VCH", "VCD", "VCA", "AHh", "PSH", "B365H"}.isdisjoint(found)
    assert len(found) == sum("C" in name.removeprefix("VC") for name in columns if name != "Div")


def test_parameters_that_name_the_data_name_the_copy(tmp_path: Path) -> None:
    folder, copy = SEASON.parent, tmp_path / "copy"
    copy.mkdir()
    (copy / SEASON.name).touch()
    given: Parameters = {
        "a": str(SEASON),
        "b": "PIN",
        "c": 1.5,
        "d": [str(folder), "x"],
        "e": str(folder / "ORIGIN.md"),
    }
    moved = elsewhere(given, folder, copy)
    named = {"a": str(copy / SEASON.name), "d": [str(copy), "x"]}
    assert moved == given | named, "what has no copy keeps its name"
