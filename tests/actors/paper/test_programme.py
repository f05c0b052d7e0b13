import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.paper.goals import goals, in_game_minutes, score
from actors.paper.programme import Phase, Programme
from actors.paper.recorded import BOOKS, recorded_days
from actors.paper.rows import Kind, find_row, rows

ORIGIN = 1_700_000_000_000
DAYS = recorded_days()
PROGRAMME = Programme(DAYS, ORIGIN, 300, 1)


def test_every_recorded_book_has_a_margin_and_no_defective_price():
    for match in (match for day in DAYS for match in day):
        for recording in (match.before, match.closing):
            boards = (recording.one_x_two, recording.total, recording.handicap)
            for prices in (prices for board in boards for prices in board.values()):
                assert min(prices) > 1000
                assert 1.0 <= sum(1000 / price for price in prices) <= 1.15
            assert all("PIN" in board and "B365" in board for board in boards)
            assert set(recording.one_x_two) <= set(BOOKS)


def test_forty_matches_of_the_first_day_are_over_after_ninety_seconds_at_speed_300():
    over = [fixture for fixture in PROGRAMME.day(0) if fixture.full_time_ms <= ORIGIN + 90_000]
    assert len(over) >= 40


def test_the_first_match_begins_an_hour_of_play_time_after_the_start():
    assert min(fixture.kick_off_ms for fixture in PROGRAMME.day(0)) == ORIGIN + 12_000


def test_a_match_goes_from_early_to_today_to_live_and_away():
    fixture = PROGRAMME.day(1)[0]
    moments = [
        (fixture.today_ms - 1, Phase.EARLY),
        (fixture.today_ms, Phase.TODAY),
        (fixture.kick_off_ms - 1, Phase.TODAY),
        (fixture.kick_off_ms, Phase.LIVE),
        (fixture.full_time_ms - 1, Phase.LIVE),
        (fixture.full_time_ms, None),
    ]
    for now, expected in moments:
        found = [phase for phase in Phase if fixture in PROGRAMME.in_phase(phase, now)]
        assert found == ([] if expected is None else [expected])


def test_the_programme_begins_again_with_new_match_ids():
    first, again = PROGRAMME.day(0), PROGRAMME.day(len(DAYS))
    assert [f.match.home for f in first] == [f.match.home for f in again]
    assert not {f.match_id for f in first} & {f.match_id for f in again}


def test_a_programme_made_again_from_the_same_numbers_is_the_same():
    assert Programme(DAYS, ORIGIN, 300, 1).day(7) == PROGRAMME.day(7)


@given(st.integers(0, 5_000))
def test_every_row_is_found_again_by_its_game_id(number):
    for row in rows(PROGRAMME.fixture(number)):
        assert find_row(PROGRAMME, row.game_id) == row


@given(st.integers())
def test_a_foreign_game_id_finds_nothing_or_a_row_of_that_very_id(game_id):
    row = find_row(PROGRAMME, game_id)
    assert row is None or row.game_id == game_id


def test_no_two_rows_or_matches_share_an_id():
    fixtures = [fixture for day in range(12) for fixture in PROGRAMME.day(day)]
    ids = [row.game_id for fixture in fixtures for row in rows(fixture)]
    ids += [fixture.match_id for fixture in fixtures]
    assert len(ids) == len(set(ids))


def test_the_line_row_changes_once_where_the_recorded_lines_differ():
    for fixture in PROGRAMME.day(0):
        lines = [row for row in rows(fixture) if row.kind in (Kind.FIRST_LINE, Kind.LAST_LINE)]
        if fixture.match.before.line == fixture.match.closing.line:
            assert len(lines) == 1
        else:
            assert [row.line for row in lines] == [
                fixture.match.before.line,
                fixture.match.closing.line,
            ]
            assert fixture.listed_ms < lines[0].until_ms == lines[1].from_ms < fixture.kick_off_ms


@given(st.integers(0, 2_000))
def test_the_goals_lead_to_the_recorded_half_time_and_full_time_scores(number):
    fixture = PROGRAMME.fixture(number)
    half_time = fixture.before_kick_off(-46)
    assert score(fixture, fixture.kick_off_ms) == (0, 0)
    assert score(fixture, half_time) == fixture.match.half_time
    assert score(fixture, fixture.full_time_ms) == fixture.match.full_time
    assert len(goals(fixture)) == sum(fixture.match.full_time)


@pytest.mark.parametrize(
    ("minute", "code"), [(-5, 0), (0, 61), (30, 91), (45, 60), (59, 60), (60, 120), (108, 168)]
)
def test_the_minute_of_play_is_coded_as_the_api_codes_it(minute, code):
    fixture = Programme(DAYS, ORIGIN, 1, 1).day(0)[0]
    assert in_game_minutes(fixture, fixture.kick_off_ms + minute * 60_000) == code


def test_a_speed_below_one_is_refused():
    with pytest.raises(ValueError, match="speed"):
        Programme(DAYS, ORIGIN, 0, 1)
