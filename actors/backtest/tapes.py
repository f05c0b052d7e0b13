"""Recorded exchange markets as matches that the actors can bet on, as if at a bookmaker.

Played are match odds of football, basketball and tennis, and football's totals, Asian handicaps
and first halves, until they go in play. Every other market is left out and counted by its reason.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from actors.backtest.market_tape import Line, MarketTape, book_of, teams_of
from actors.backtest.tape_score import CORRECT_SCORES, Score, decided, is_certain, scores
from actors.exchange.recording import Fault, Recording
from actors.exchange.replay import LOST_LINE
from actors.exchange.stream import MarketDefinition
from actors.paper.recorded import RecordedMatch
from actors.paper.recorded import Recording as Board
from actors.paper.tape import Tape, TapedLine, Track
from actors.units import Millis
from runtime.errors import OurError

SPORTS = {"1": (1, "FOOTBALL"), "7522": (2, "BASKETBALL"), "2": (3, "TENNIS")}
"""Betfair's event types against the API's number of a sport and what it goes by here."""

ANOTHER_KIND = "of a kind that no bookmaker here has"
NAMELESS = "without the names of their teams"
NOT_DECIDED = "void, or with a result that is not certain"
NO_PRICES = "without a price before the off"
TWICE = "in two files, or twice in an event"
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
    matches, counts = _matches(reading.tapes.values())
    left_out = counts.left_out
    left_out[TWICE] += reading.twice
    told = ", ".join(f"{count:,} {why}" for why, count in left_out.items() if count)
    if not matches:
        raise OurError(
            f"{path} has no match that can be bet on as at a bookmaker: its markets are {told};"
            " a tictac.ExchangeStrategy plays them all"
        )
    return Tapes(
        tuple(sorted(matches, key=lambda one: (one.kick_off, one.match.home))),
        tuple(reading.faults),
        len(files),
        len(reading.tapes) + reading.twice,
        len(reading.tapes) + reading.twice - left_out.total(),
        {why: count for why, count in left_out.items() if count},
        counts.undecided,
    )


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


@dataclass
class _Counts:
    """How many markets are left out, by reason, and how many are played and never close."""

    left_out: Counter[str] = field(default_factory=Counter)
    undecided: int = 0


def _matches(tapes: Iterable[MarketTape]) -> tuple[list[TapedMatch], _Counts]:
    counts = _Counts()
    events: dict[str, list[MarketTape]] = {}
    for tape in tapes:
        why = _why_not(tape)
        if why:
            counts.left_out[why] += 1
        if not why or _tells_the_score(tape):
            definition = tape.book.definition
            assert definition is not None
            events.setdefault(definition.event_id or tape.book.id, []).append(tape)
    found = [_match(event, counts) for event in events.values()]
    return [match for match in found if match is not None], counts


def _why_not(tape: MarketTape) -> str:
    """Return why a market is not played, empty when it is."""
    definition = tape.book.definition
    if definition is None or definition.event_type_id not in SPORTS:
        return ANOTHER_KIND
    if not tape.lines:
        named = teams_of(definition) is not None and all(one.name for one in definition.runners)
        return ANOTHER_KIND if named else NAMELESS
    if _closed(definition) and not decided(definition):
        return NOT_DECIDED
    if definition.off == 0 or not tape.tracks:
        return NO_PRICES
    return ""


def _closed(definition: MarketDefinition) -> bool:
    return definition.status == "CLOSED"


def _tells_the_score(tape: MarketTape) -> bool:
    definition = tape.book.definition
    return (
        definition is not None
        and definition.market_type in CORRECT_SCORES
        and _closed(definition)
        and decided(definition)
    )


Scores = dict[bool, list[Score]]
"""Those that the markets of a match agree with: of the first half, and at the end."""


def _match(tapes: list[MarketTape], counts: _Counts) -> TapedMatch | None:
    """Make one match of its markets; count those that cannot be played after all."""
    known = [(tape, tape.book.definition) for tape in tapes if tape.book.definition is not None]
    over = [(definition, tape.lines) for tape, definition in known if _closed(definition)]
    found = {half: scores(over, half) for half in (False, True)}
    books: dict[str, dict[Line, Track]] = {}
    played: list[tuple[MarketTape, MarketDefinition]] = []
    for tape, definition in sorted(known, key=lambda one: -_length(one[0])):
        if not tape.lines:
            continue  # only there for the score
        own = books.setdefault(book_of(definition), {})
        tracks = tape.tracks
        if _closed(definition):
            tracks = {line: track for line, track in tracks.items() if _is_certain(line, found)}
        new = {line: track for line, track in tracks.items() if line not in own}
        if not new:
            counts.left_out[TWICE if tracks else NOT_DECIDED] += 1
            continue
        own |= new
        counts.undecided += not _closed(definition)
        played.append((tape, definition))
    return _made(played, found, books) if played else None


def _is_certain(line: Line, found: Scores) -> bool:
    return is_certain(line, found[line.half])


def _score(found: list[Score]) -> Score:
    """Return one that settles what is certain; none is left where markets contradict each other."""
    return found[0] if found else (0, 0)


def _made(
    played: list[tuple[MarketTape, MarketDefinition]],
    found: Scores,
    books: dict[str, dict[Line, Track]],
) -> TapedMatch:
    definition = played[0][1]
    teams, (sport, division) = teams_of(definition), SPORTS[definition.event_type_id]
    assert teams is not None
    off = Millis(min(one.off for _, one in played))
    moment = datetime.fromtimestamp(off / 1000, UTC)
    lines = sorted({line for own in books.values() for line in own})
    tape = tuple(
        TapedLine(
            line.market,
            line.line,
            {book: own[line] for book, own in sorted(books.items()) if line in own},
            half=line.half,
            decided=_is_certain(line, found),
        )
        for line in lines
    )
    first = min(track.times[0] for line in tape for track in line.books.values())
    return TapedMatch(
        kick_off=off,
        listed=Millis(max(first, off - LISTED_FOR)),
        ended=Millis(max(off + 1, *(tape.book.published for tape, _ in played))),
        sport=sport,
        match=RecordedMatch(
            division=division,
            date=f"{moment:%d/%m/%Y}",
            minute=60 * moment.hour + moment.minute,
            home=teams[0],
            away=teams[1],
            half_time=_score(found[True]),
            full_time=_score(found[False]),
            before=NO_BOARD,
            closing=NO_BOARD,
        ),
        tape=tape,
    )


def _length(tape: MarketTape) -> int:
    return sum(len(track.times) for track in tape.tracks.values())
