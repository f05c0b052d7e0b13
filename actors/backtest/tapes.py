"""Recorded exchange markets as matches that the actors can bet on, as if at a bookmaker.

Match odds of football, basketball and tennis, and football's totals, Asian handicaps and first
halves are lines of a match; every other market is played as specials. All are played until they
go in play.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from actors.backtest.market_tape import MarketTape
from actors.backtest.tape_matches import TWICE, matches_of
from actors.backtest.taped_match import TapedMatch
from actors.books.asianodds.rows import MatchIdentity, match_of, sport_name, tidy
from actors.exchange.recording import Fault, Recording
from actors.exchange.replay import LOST_LINE
from actors.units import Millis
from runtime.errors import OurError

KEPT_OF_A_TWIN = 180
"""Letters of a name that another match has, too: the number behind has to be read as well."""


class Tapes(msgspec.Struct, frozen=True):
    """What files hold. `played` of all `markets` are in `matches`, the others by reason.

    Of the played ones `undecided` never close in their files: bets on them stay open.
    """

    matches: tuple[TapedMatch, ...]
    faults: tuple[str, ...]
    files: int
    markets: int
    played: int
    left_out: dict[str, int]
    undecided: int = 0


def read_tapes(
    path: Path, files: Sequence[Path], tell: Callable[[int], object] = lambda _: None
) -> Tapes:
    """Read recorded markets; `tell` hears of each file that is read.

    Raises OurError when no match can be played, or a file cannot be read.
    """
    reading = _Reading()
    for file in files:
        reading.read(file)
        tell(1)
    matches, counts = matches_of(reading.tapes.values())
    left_out = counts.left_out
    left_out[TWICE] += reading.twice
    told = ", ".join(f"{count:,} {why}" for why, count in left_out.items() if count)
    if not matches:
        raise OurError(
            f"{path} has no match that can be bet on as at a bookmaker: its markets are {told};"
            " a tictac.ExchangeStrategy plays them all"
        )
    return Tapes(
        tuple(_told_apart(sorted(matches, key=lambda one: (one.kick_off, one.match.home)))),
        tuple(reading.faults),
        len(files),
        len(reading.tapes) + reading.twice,
        len(reading.tapes) + reading.twice - left_out.total(),
        {why: count for why, count in left_out.items() if count},
        counts.undecided,
    )


def _told_apart(matches: Iterable[TapedMatch]) -> Iterator[TapedMatch]:
    """Number those that the client would take for one match, by what it reads of their names."""
    seen: set[MatchIdentity] = set()
    for one in matches:
        sport, home, away = sport_name(one.sport), tidy(one.match.home), tidy(one.match.away)
        named, number = home, 1
        while match_of(sport, (named, away), one.kick_off) in seen:
            number += 1
            named = f"{home[:KEPT_OF_A_TWIN]} #{number}"
        seen.add(match_of(sport, (named, away), one.kick_off))
        yield msgspec.structs.replace(one, match=msgspec.structs.replace(one.match, home=named))


class _Reading:
    """Files read one after another; a market is taken from the first that has it."""

    def __init__(self) -> None:
        self.tapes: dict[str, MarketTape] = {}
        self.faults: list[str] = []
        self.twice = 0

    def read(self, file: Path) -> None:
        own: dict[str, MarketTape] = {}
        others: set[str] = set()
        latest = Millis(0)
        for item in Recording(file).lines():
            if isinstance(item, Fault):
                self.faults.append(str(item))
                for tape in own.values():
                    tape.book.doubt = LOST_LINE
                    tape.write(latest)
                continue
            latest = Millis(item.pt)
            for change in item.mc:
                if change.id in self.tapes and change.id not in own:
                    others.add(change.id)
                    continue
                tape = own.get(change.id) or own.setdefault(change.id, MarketTape(change.id))
                tape.apply(change, latest)
        for tape in own.values():
            tape.end(latest)
        self.tapes |= own
        self.twice += len(others)
