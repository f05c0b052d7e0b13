"""The same match on tape with another future: what was not known at a moment is made up.

From then on each side of a line has the prices of the next one, and a match that was not over ends
with another winner, and with few goals instead of many or the other way round.
"""

from bisect import bisect_right

from msgspec.structs import replace

from actors.backtest.tape_score import Score
from actors.backtest.taped_match import TapedMatch
from actors.paper.recorded import Prices
from actors.paper.tape import Track

FEW_GOALS = 2


def scramble_tape(one: TapedMatch, moment: int) -> TapedMatch:
    """Return a match with another future after a moment; one that was over stays as it is."""
    if one.ended <= moment:
        return one
    tape = tuple(
        replace(line, books={book: _turned(track, moment) for book, track in line.books.items()})
        for line in one.tape
    )
    match = replace(
        one.match,
        half_time=another_score(*one.match.half_time),
        full_time=another_score(*one.match.full_time),
    )
    return replace(one, match=match, tape=tape)


def another_score(home: int, away: int) -> Score:
    """Return a score with another winner, and few goals for many or many for few."""
    most = 1 if home + away > FEW_GOALS else FEW_GOALS + 1
    return (0, most) if home > away else (most, 0)


def _turned(track: Track, moment: int) -> Track:
    known = bisect_right(track.times, moment)
    prices = *track.prices[:known], *(one and _next(one) for one in track.prices[known:])
    sizes = *track.sizes[:known], *map(_next, track.sizes[known:])
    return replace(track, prices=prices, sizes=sizes)


def _next(sides: Prices) -> Prices:
    return (*sides[1:], sides[0])
