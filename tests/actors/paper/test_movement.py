from hypothesis import given, settings
from hypothesis import strategies as st

from actors.paper.programme import Programme
from actors.paper.recorded import BOOKS, recorded_days
from actors.paper.rows import Kind, find_row, prices, rows

ORIGIN = 1_700_000_000_000
PROGRAMME = Programme(recorded_days(), ORIGIN, 300, 1)
FIXTURES = st.integers(0, 300).map(PROGRAMME.fixture)


@given(FIXTURES)
def test_prices_start_at_the_pre_closing_ones_and_end_at_the_closing_ones(fixture):
    goals, first, *_, last = rows(fixture)
    listed, end = fixture.listed_ms, fixture.kick_off_ms - 1
    before, closing = fixture.match.before, fixture.match.closing
    assert prices(goals, "x", listed, BOOKS) == before.one_x_two
    assert prices(goals, "x", end, BOOKS) == closing.one_x_two
    assert prices(goals, "o", listed, BOOKS) == before.total
    assert prices(goals, "o", end, BOOKS) == closing.total
    assert prices(first, "h", listed, BOOKS) == before.handicap
    current = last if last.kind is Kind.LAST_LINE else first
    assert prices(current, "h", end, BOOKS) == closing.handicap


@settings(max_examples=50)
@given(FIXTURES, st.floats(0, 1))
def test_the_margin_never_vanishes_on_the_way(fixture, share):
    now = int(fixture.listed_ms + share * (fixture.kick_off_ms - fixture.listed_ms))
    for row in rows(fixture):
        for market in "xoh":
            for board in prices(row, market, now, BOOKS).values():
                assert min(board) > 1000
                assert 0.999 <= sum(1000 / price for price in board) <= 1.16


@given(FIXTURES, st.floats(0, 1))
def test_the_same_seed_and_moment_give_the_same_prices(fixture, share):
    again = Programme(PROGRAMME.days, ORIGIN, 300, 1)
    now = int(fixture.listed_ms + share * (fixture.kick_off_ms - fixture.listed_ms))
    row = rows(fixture)[0]
    assert prices(find_row(again, row.game_id), "x", now, BOOKS) == prices(row, "x", now, BOOKS)


def test_prices_move_and_a_sharp_book_moves_more_often_than_a_slow_one():
    row = rows(PROGRAMME.day(0)[-1])[0]
    moments = range(ORIGIN, row.until_ms, 200)
    changes = {
        book: len({prices(row, "x", now, BOOKS)[book] for now in moments}) for book in ("PIN", "IW")
    }
    assert changes["PIN"] > changes["IW"] > 5


def test_the_update_time_is_when_a_price_last_changed():
    row = rows(PROGRAMME.day(1)[-1])[0]
    for now in range(row.from_ms, row.until_ms - 1, 1_700):
        updated = row.updated_ms(now)
        assert row.from_ms <= updated <= now
        assert prices(row, "x", updated, BOOKS) == prices(row, "x", now, BOOKS)
