"""Another future of a match on tape: what was known stays, and everything after it is different."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from actors.backtest.scramble_tapes import another_score, scramble_tape
from actors.backtest.taped_match import TapedMatch
from actors.backtest.tapes import read_tapes
from actors.paper.tape import TapedLine, Track
from actors.units import Millis
from tests.actors.backtest.tape_samples import MATCH


def taped() -> TapedMatch:
    matches = read_tapes(MATCH, [MATCH]).matches
    return next(one for one in matches if one.match.division == "FOOTBALL")


def test_prices_up_to_the_moment_stay_and_each_side_has_those_of_the_next_from_then_on() -> None:
    one = taped()
    moment = (one.listed + one.kick_off) // 2
    other = scramble_tape(one, moment)
    later = 0
    for line, made in zip(one.tape, other.tape, strict=True):
        for book, track in line.books.items():
            turned = made.books[book]
            assert turned.times == track.times
            for at, was, now in zip(track.times, track.prices, turned.prices, strict=True):
                expected = was if at <= moment or was is None else (*was[1:], was[0])
                assert now == expected
                later += at > moment and now != was
    assert later > 100
    assert other.match.full_time != one.match.full_time
    assert (other.kick_off, other.listed, other.ended) == (one.kick_off, one.listed, one.ended)


def test_sizes_go_with_their_prices() -> None:
    first, second = Millis(1), Millis(2)
    track = Track((first, second), ((2_000, 3_000), (2_100, 2_900)), ((5, 6), (7, 8)))
    one = replace(taped(), tape=(TapedLine("h", 0, {"BF": track}),))
    (turned,) = scramble_tape(one, first).tape[0].books.values()
    assert turned.prices == ((2_000, 3_000), (2_900, 2_100))
    assert turned.sizes == ((5, 6), (8, 7))


def test_a_match_that_was_over_stays_as_it_was() -> None:
    one = taped()
    assert scramble_tape(one, one.ended) is one


@given(st.integers(0, 25), st.integers(0, 25))
def test_another_score_has_another_winner_and_few_goals_for_many(home: int, away: int) -> None:
    found = another_score(home, away)
    assert (home > away) - (home < away) != (found[0] > found[1]) - (found[0] < found[1])
    assert (home + away > 2) != (sum(found) > 2)
