"""What The Odds API offers of one sport after another, merged answer by answer. Pure.

An answer holds all matches of its sport, so what is no longer in it is no longer offered. What
cannot be read keeps its earlier prices, which are not confirmed and so grow old.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from actors.books.asianodds.wire import LARGEST_ANSWER_BYTES, one_line
from actors.books.odds_api.matches import UNREADABLE, Named, Read, key_of, read_match
from actors.errors import MalformedAnswerError
from actors.price_change import Offer, PriceChange, offer_of
from actors.selections import Event, Phase, Quote
from actors.units import Millis

MOST_MATCHES = 10_000
MOST_FAULTS_TOLD = 200

Held = dict[str, tuple[Quote, ...]]
"""The quotes of a match by locator."""


class OddsApiFeed:
    """Everything told so far of the matches that are of this phase."""

    def __init__(self, phase: Phase, books: Sequence[str] = ()) -> None:
        self._phase = phase
        self._books = frozenset(books) or None
        self._held: dict[str, dict[str, Held]] = {}
        self._events: dict[str, Event] = {}

    def apply(self, sport: str, answer: bytes, received_at: Millis) -> PriceChange:
        """Merge an answer about one sport and return what it changed.

        Raises MalformedAnswerError, and nothing is changed then.
        """
        matches = _opened(answer)
        before = self._held.get(sport, {})
        now: dict[str, Held] = {}
        turn = _Turn()
        all_named = True
        for place, raw in enumerate(matches):
            key = ""
            try:
                key = key_of(msgspec.json.decode(raw, type=Named).id)
                if key in now:
                    raise ValueError("a match that is there twice")
                read = read_match(raw, received_at, self._books)
            except UNREADABLE as error:
                turn.faults.append(f"matches[{place}]: {one_line(str(error))}")
                all_named = all_named and bool(key)
                if key in before:
                    now.setdefault(key, before[key])
                continue
            if read.event.phase is not self._phase:
                turn.skipped["a match of another phase"] += 1
                continue
            turn.faults += [one_line(fault) for fault in read.faults]
            turn.skipped += read.skipped
            if self._events.get(key) != read.event:
                self._events[key] = turn.events[key] = read.event
            now[key] = self._merged(turn, before.get(key, {}), read)
        if not all_named:  # who knows which match it was
            now = before | now
        return self._replaced(turn, sport, now, len(matches))

    def forget(self, started_before: Millis) -> PriceChange:
        """Drop the matches that began before the instant given."""
        old = {key for key, event in self._events.items() if event.start < started_before}
        removed: list[Offer] = []
        for held in self._held.values():
            for key in old & held.keys():
                removed += [
                    offer_of(quote) for quotes in held.pop(key).values() for quote in quotes
                ]
        for key in old:
            del self._events[key]
        return PriceChange(removed=tuple(removed))

    def _merged(self, turn: "_Turn", before: Held, read: Read) -> Held:
        """Return what is offered of a match now, and note what is new and what was seen again."""
        now = {
            locator: quotes
            for locator, quotes in before.items()
            if locator in read.unread or not read.all_books_known
        }
        for locator, quotes in read.quotes.items():
            told = {offer_of(quote): quote.price for quote in before.get(locator, ())}
            turn.quotes += [quote for quote in quotes if told.get(offer_of(quote)) != quote.price]
            turn.seen.append(locator)
            now[locator] = quotes
        return now

    def _replaced(self, turn: "_Turn", sport: str, now: dict[str, Held], rows: int) -> PriceChange:
        offered = _offers(now)
        removed = [offer for offer in _offers(self._held.get(sport, {})) if offer not in offered]
        self._held[sport] = now
        listed = {key for held in self._held.values() for key in held}
        self._events = {key: event for key, event in self._events.items() if key in listed}
        return PriceChange(
            events=tuple(turn.events.values()),
            quotes=tuple(turn.quotes),
            seen=tuple(turn.seen),
            removed=tuple(removed),
            faults=turn.all_faults(),
            rows=rows,
            skipped=tuple(sorted(turn.skipped.items())),
        )


class _Turn:
    """What is gathered while one answer is merged."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.quotes: list[Quote] = []
        self.seen: list[str] = []
        self.faults: list[str] = []
        self.skipped: Counter[str] = Counter()

    def all_faults(self) -> tuple[str, ...]:
        told = self.faults[:MOST_FAULTS_TOLD]
        if len(self.faults) > len(told):
            told.append(f"and {len(self.faults) - len(told)} faults more")
        return tuple(told)


def _opened(answer: bytes) -> list[msgspec.Raw]:
    if len(answer) > LARGEST_ANSWER_BYTES:
        raise MalformedAnswerError(f"an answer of {len(answer)} bytes is too large")
    try:
        matches = msgspec.json.decode(answer, type=list[msgspec.Raw])
    except UNREADABLE as error:
        raise MalformedAnswerError(
            f"the answer is no list of matches: {one_line(str(error))}"
        ) from None
    if len(matches) > MOST_MATCHES:
        raise MalformedAnswerError(f"an answer of {len(matches)} matches is too large")
    return matches


def _offers(held: dict[str, Held]) -> dict[Offer, None]:
    return {
        offer_of(quote): None
        for match in held.values()
        for quotes in match.values()
        for quote in quotes
    }
