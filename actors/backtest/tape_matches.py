"""Which matches recorded markets make: those with lines by their event, specials one by one.

A market that cannot be played is left out and counted by its reason.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from actors.backtest.market_lines import SPORTS, Line, book_of, teams_of
from actors.backtest.market_tape import MarketTape
from actors.backtest.specials import league_of, scores_of, sides_of, sport_of
from actors.backtest.tape_score import CORRECT_SCORES, Score, decided, is_certain, scores
from actors.backtest.taped_match import Ends, Name, TapedMatch, taped_match
from actors.exchange.book import MarketBook
from actors.exchange.settlement import DOUBLE_LINE
from actors.exchange.stream import MarketDefinition
from actors.paper.tape import Track

ANOTHER_KIND = "of a kind that no bookmaker here has"
NAMELESS = "without the names of their teams"
NOT_DECIDED = "void, or with a result that is not certain"
NO_PRICES = "without a price before the off"
TWICE = "in two files, or twice in an event"


@dataclass
class Counts:
    """How many markets are left out, by reason, and how many are played and never close."""

    left_out: Counter[str] = field(default_factory=Counter)
    undecided: int = 0


Defined = tuple[MarketTape, MarketDefinition]
"""A market that has said what it is."""


def matches_of(tapes: Iterable[MarketTape]) -> tuple[list[TapedMatch], Counts]:
    """Make the matches that can be played, and count the markets that cannot."""
    counts = Counts()
    events: dict[str, list[Defined]] = {}
    specials: dict[tuple[object, ...], list[Defined]] = {}
    for tape in tapes:
        definition, why = tape.book.definition, _why_not(tape)
        if why:
            counts.left_out[why] += 1
        if definition is None:
            continue
        event = definition.event_id or tape.book.id
        if tape.is_special and not why:
            same = event, definition.market_type, definition.name, definition.off
            specials.setdefault(same, []).append((tape, definition))
        if _tells_the_score(definition) or not (tape.is_special or why):
            events.setdefault(event, []).append((tape, definition))
    found = [_match(event, counts) for event in events.values()]
    singles = [one for market in specials.values() for one in _singles(market, counts)]
    return [*(match for match in found if match is not None), *singles], counts


def _why_not(tape: MarketTape) -> str:
    """Return why a market is not played, empty when it is."""
    definition = tape.book.definition
    if definition is None:
        return ANOTHER_KIND
    if not tape.lines:
        return NAMELESS if definition.betting_type == DOUBLE_LINE else ANOTHER_KIND
    if _closed(definition):
        ends = scores_of(definition, tape.lines) if tape.is_special else decided(definition)
        if not ends:
            return NOT_DECIDED
    if definition.off == 0 or not tape.tracks:
        return NO_PRICES
    return ""


def _closed(definition: MarketDefinition) -> bool:
    return definition.status == "CLOSED"


def _tells_the_score(definition: MarketDefinition) -> bool:
    return definition.market_type in CORRECT_SCORES and _closed(definition) and decided(definition)


def _match(tapes: Sequence[Defined], counts: Counts) -> TapedMatch | None:
    """Make one match of its markets; some are there for the score only."""
    over = [
        (definition, {} if tape.is_special else tape.lines)
        for tape, definition in tapes
        if _closed(definition)
    ]
    found = {half: scores(over, half) for half in (False, True)}

    def certain(line: Line) -> bool:
        return is_certain(line, found[line.half])

    played = _played([one for one in tapes if not one[0].is_special], certain, counts)
    if not played.markets:
        return None
    definition = played.markets[0][1]
    teams, sport = teams_of(definition), SPORTS[definition.event_type_id]
    assert teams is not None
    ends = Ends(_score(found[True]), _score(found[False]), certain)
    return taped_match(Name(*sport, *teams), played.market_books, played.books, ends)


def _score(found: list[Score]) -> Score:
    """Return one that settles what is certain; none is left where markets contradict each other."""
    return found[0] if found else (0, 0)


def _singles(tapes: Sequence[Defined], counts: Counts) -> list[TapedMatch]:
    """Make a match of each special of one market, which several exchanges may have."""
    told = [scores_of(definition, tape.lines) for tape, definition in tapes if _closed(definition)]
    lines = {line for found in told for line in found}
    ends = {line: {found[line] for found in told if line in found} for line in lines}
    sure = {line: found.pop() for line, found in ends.items() if len(found) == 1}
    played = _played(tapes, sure.__contains__, counts)
    made = []
    for line in sorted({line for own in played.books.values() for line in own}):
        books = {book: {line: own[line]} for book, own in played.books.items() if line in own}
        tape, definition = next(one for one in played.markets if line in one[0].lines)
        name = Name(
            sport_of(definition),
            league_of(tape.book.id, definition),
            *sides_of(tape.book.id, definition, tape.lines[line]),
        )
        score = sure.get(line, (0, 0))
        made.append(
            taped_match(name, played.market_books, books, Ends(score, score, sure.__contains__))
        )
    return made


@dataclass
class _Played:
    """The lines that are played, by book, and the markets that they are of."""

    books: dict[str, dict[Line, Track]] = field(default_factory=dict)
    markets: list[Defined] = field(default_factory=list)

    @property
    def market_books(self) -> list[MarketBook]:
        return [tape.book for tape, _ in self.markets]


def _played(
    tapes: Sequence[Defined], is_certain: Callable[[Line], bool], counts: Counts
) -> _Played:
    """Choose what is played; count the markets that cannot be after all."""
    found = _Played()
    for tape, definition in sorted(tapes, key=lambda one: -_length(one[0])):
        own = found.books.setdefault(book_of(definition), {})
        tracks = tape.tracks
        if _closed(definition):
            tracks = {line: track for line, track in tracks.items() if is_certain(line)}
        new = {line: track for line, track in tracks.items() if line not in own}
        if not new:
            counts.left_out[TWICE if tracks else NOT_DECIDED] += 1
            continue
        own |= new
        counts.undecided += not _closed(definition)
        found.markets.append((tape, definition))
    return found


def _length(tape: MarketTape) -> int:
    return sum(len(track.times) for track in tape.tracks.values())
