"""When prices were to be had: the moments at which the source took them."""

import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from actors.backtest.calendar import CLOSING_MINUTES, Calendar, collected_at
from actors.backtest.run import moments
from actors.backtest.seasons import read_seasons
from actors.paper.programme import Phase
from actors.paper.rows import Kind, rows
from tests.actors.backtest.samples import SEASON, write

LONDON = ZoneInfo("Europe/London")


def ms(text: str) -> int:
    moment = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=LONDON)
    return round(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("kick_off", "collected"),
    [
        ("2021-08-13 20:00", "2021-08-13 15:00"),  # Friday night, that afternoon
        ("2021-08-14 15:00", "2021-08-13 15:00"),  # Saturday
        ("2021-08-16 20:00", "2021-08-13 15:00"),  # Monday
        ("2021-08-17 19:45", "2021-08-17 15:00"),  # Tuesday night, that afternoon
        ("2021-08-19 18:00", "2021-08-17 15:00"),  # Thursday
        ("2021-08-13 15:30", "2021-08-10 15:00"),  # too early for that afternoon's
        ("2021-08-13 16:00", "2021-08-13 15:00"),  # just late enough
        ("2021-10-31 14:00", "2021-10-29 15:00"),  # the clocks went back in between
        ("2021-03-28 14:00", "2021-03-26 15:00"),  # and forward
    ],
)
def test_earlier_prices_are_those_of_the_collection_before(kick_off: str, collected: str) -> None:
    assert collected_at(ms(kick_off)) == ms(collected)


def test_times_are_those_of_the_united_kingdom(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [{}, {"Date": "14/01/2022", "Time": "20:00"}])
    summer, winter = read_seasons(path).matches
    assert summer.kick_off == 1_628_949_600_000  # 14:00 UTC
    assert winter.kick_off == 1_642_190_400_000  # 20:00 UTC


def test_a_fixture_is_listed_then_closes_then_begins_then_ends() -> None:
    for fixture in Calendar(read_seasons(SEASON).matches).fixtures:
        closing = fixture.closing_ms
        assert closing is not None
        assert fixture.listed_ms < closing < fixture.kick_off_ms < fixture.full_time_ms
        assert fixture.kick_off_ms - closing == CLOSING_MINUTES * 60_000
        assert fixture.span(Phase.TODAY) == (fixture.listed_ms, fixture.kick_off_ms)


def test_each_moment_comes_once_and_each_match_ends_once() -> None:
    calendar = Calendar(read_seasons(SEASON).matches)
    found = list(moments(calendar))
    assert [at for at, _ in found] == sorted(at for at, _ in found)
    ended = [match for _, matches in found for match in matches]
    assert sorted(ended) == [fixture.match_id for fixture in calendar.fixtures]


def test_a_row_is_found_by_its_id_and_no_other_id_is() -> None:
    calendar = Calendar(read_seasons(SEASON).matches)
    for fixture in (calendar.fixtures[0], calendar.fixtures[-1]):
        for row in rows(fixture):
            assert calendar.find(row.game_id) == (fixture, row.kind)
        assert calendar.of_event(f"ao-{fixture.match_id}") is fixture
    last = calendar.fixtures[-1].game_id(max(Kind))
    assert calendar.find(last + 1) is None
    assert calendar.find(-1) is None


def test_around_a_moment_is_what_is_listed_or_has_just_ended() -> None:
    calendar = Calendar(read_seasons(SEASON).matches)
    first = calendar.fixtures[0]
    assert calendar.around(first.listed_ms - 1) == []
    assert first in calendar.around(first.listed_ms)
    assert first in calendar.around(first.full_time_ms + 299_000)
    assert first not in calendar.around(first.full_time_ms + 600_000)
