"""One match with all its prices: what recorded markets are made into."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from actors.backtest.market_lines import Line
from actors.backtest.tape_score import Score
from actors.exchange.book import MarketBook
from actors.paper.recorded import RecordedMatch
from actors.paper.recorded import Recording as Board
from actors.paper.tape import Tape, TapedLine, Track
from actors.units import Millis

LISTED_FOR = 8 * 86_400_000
"""Ms before the off from which prices are played."""

NO_BOARD = Board({}, {}, {}, 0)


class TapedMatch(msgspec.Struct, frozen=True):
    """One match with all its prices. Times in ms since 1970 UTC; `sport` as the API numbers it."""

    kick_off: Millis
    listed: Millis
    ended: Millis
    sport: int
    match: RecordedMatch
    tape: Tape


class Name(NamedTuple):
    """What a match goes by; `sport` as the API numbers it."""

    sport: int
    division: str
    home: str
    away: str


class Ends(NamedTuple):
    """How a match ended, at half time and at the end, and for which lines that is certain."""

    half_time: Score
    full_time: Score
    is_certain: Callable[[Line], bool]


def taped_match(
    name: Name,
    markets: Sequence[MarketBook],
    books: Mapping[str, Mapping[Line, Track]],
    ends: Ends,
) -> TapedMatch:
    """Make one match of the lines that some markets, now over, showed by book."""
    off = Millis(min(one.definition.off for one in markets if one.definition is not None))
    moment = datetime.fromtimestamp(off / 1000, UTC)
    tape = tuple(
        TapedLine(
            line.market,
            line.line,
            {book: own[line] for book, own in sorted(books.items()) if line in own},
            half=line.half,
            decided=ends.is_certain(line),
        )
        for line in sorted({line for own in books.values() for line in own})
    )
    first = min(track.times[0] for line in tape for track in line.books.values())
    return TapedMatch(
        kick_off=off,
        listed=Millis(max(first, off - LISTED_FOR)),
        ended=Millis(max(off + 1, *(one.published for one in markets))),
        sport=name.sport,
        match=RecordedMatch(
            division=name.division,
            date=f"{moment:%d/%m/%Y}",
            minute=60 * moment.hour + moment.minute,
            home=name.home,
            away=name.away,
            half_time=ends.half_time,
            full_time=ends.full_time,
            before=NO_BOARD,
            closing=NO_BOARD,
        ),
        tape=tape,
    )
