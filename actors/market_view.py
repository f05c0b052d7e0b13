"""The latest price per selection and book of one polled market, grouped for a strategy."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from actors.decision.history import PriceHistory
from actors.messages import MarketUpdate
from actors.selections import SIDES, Event, MarketType, Period, Quote, Reference, Side
from actors.units import Millis


@dataclass
class SelectionGroup:
    """The mutually exclusive sides of one line, each with its quotes by book.

    `quotes` can be bet on. What stands `beside` are prices of other sources, to compare with.
    """

    event: str
    type: MarketType
    period: Period
    quotes: dict[Side, dict[str, Quote]] = field(default_factory=dict)
    beside: dict[Side, dict[str, Quote]] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """Return the market key of its quotes, empty without any."""
        for books in self.quotes.values():
            for quote in books.values():
                return quote.selection.market_key
        return ""

    def prices_of(self, book: str) -> dict[Side, Quote] | None:
        """Return one book's quote for every side, or None when one is missing.

        Where it has not all of them here, those of another source; never some of each.
        """
        sides = SIDES[self.type]
        found = _complete(self.quotes, sides, book)
        return _complete(self.beside, sides, book) if found is None and self.beside else found


def _complete(
    quotes: Mapping[Side, Mapping[str, Quote]], sides: Iterable[Side], book: str
) -> dict[Side, Quote] | None:
    found = {}
    for side in sides:
        quote = quotes[side].get(book) if side in quotes else None
        if quote is None:
            return None
        found[side] = quote
    return found


NO_HISTORY = PriceHistory(0.0)


@dataclass(frozen=True)
class EventView:
    """What a strategy sees of one event: fresh quotes only. `now` in ms since 1970 UTC.

    `stale` counts, by market type, the quotes that were too old to be shown. `histories` are of
    the Markets beside, by name.
    """

    event: Event
    groups: tuple[SelectionGroup, ...]
    now: int
    stale: Mapping[MarketType, int] = field(default_factory=dict)
    history: PriceHistory = NO_HISTORY
    histories: Mapping[str, PriceHistory] = field(default_factory=dict)

    def moved(self, quote: Quote, seconds: float) -> float:
        """Return by how many per cent this book's price went in the last seconds; above 0 up.

        Raises OurError for more seconds than `looks_back` of the strategy asks for.
        """
        return self._of(quote).moved(quote, seconds, self.now)

    def volatility(self, quote: Quote, seconds: float) -> float:
        """Return the realised volatility of this book's price in the last seconds, in per cent.

        Raises OurError for more seconds than `looks_back` of the strategy asks for.
        """
        return self._of(quote).volatility(quote, seconds, self.now)

    def _of(self, quote: Quote) -> PriceHistory:
        if isinstance(quote, Reference):
            return self.histories.get(quote.market, self.history)
        return self.history


def stand_beside(view: EventView, references: Iterable[Quote]) -> None:
    """Put prices of another source beside the lines that are offered here.

    Those of a book that stands beside a line already are left out.
    """
    found: dict[str, list[Quote]] = {}
    for quote in references:
        found.setdefault(quote.selection.market_key, []).append(quote)
    for group in view.groups if found else ():
        taken = {book for books in group.beside.values() for book in books}
        for quote in found.get(group.line, ()):
            if quote.book not in taken:
                group.beside.setdefault(quote.selection.side, {})[quote.book] = quote


class MarketView:
    """Everything a Market knows; pure, fed by updates.

    A quote older than `max_age` seconds is stale; `max_ages` names market types with their own.
    """

    def __init__(self, max_age: float, max_ages: Mapping[MarketType, float] | None = None) -> None:
        ages = dict.fromkeys(MarketType, max_age) | dict(max_ages or {})
        self._max_age = {kind: age * 1000 for kind, age in ages.items()}
        self.history = NO_HISTORY
        self.histories: dict[str, PriceHistory] = {}
        self.events: dict[str, Event] = {}
        self.quotes: dict[tuple[str, str], Quote] = {}
        self._rows: Counter[str] = Counter()
        self._seen: dict[str, Millis] = {}
        self._by_event: dict[str, dict[tuple[str, str], None]] = {}

    def apply(self, update: MarketUpdate) -> set[str]:
        """Merge an update and return the keys of the events whose prices changed."""
        if update.full:
            for known in (self.events, self.quotes, self._rows, self._seen, self._by_event):
                known.clear()
        touched: set[str] = set()
        for event in update.events:
            self.events[event.key] = event
        for key in update.removed:
            quote = self._drop(key)
            if quote is not None:
                self._by_event.get(quote.selection.event, {}).pop(key, None)
        for quote in update.quotes:
            key = (quote.selection.key, quote.book)
            self._drop(key)
            self.quotes[key] = quote
            self._rows[quote.locator] += 1
            self._by_event.setdefault(quote.selection.event, {})[key] = None
            touched.add(quote.selection.event)
        for locator, at in update.confirmed:
            if locator in self._rows:
                self._seen[locator] = max(at, self._seen.get(locator, at))
        return touched

    def forget(self, started_before: int) -> None:
        """Drop events that began before the instant given, with their quotes."""
        old = [key for key, event in self.events.items() if event.start < started_before]
        for key in old:
            del self.events[key]
            self.drop(key)

    def drop(self, event: str) -> None:
        """Drop the quotes of an event."""
        for key in self._by_event.pop(event, {}):
            self._drop(key)

    def seen_at(self, quote: Quote) -> Millis:
        """Return when this price was last given or confirmed by the feed."""
        return max(quote.received_at, self._seen.get(quote.locator, quote.received_at))

    def offers(self, quote: Quote) -> bool:
        """Tell whether this very quote is known, seen when the feed last gave or confirmed it."""
        key = (quote.selection.key, quote.book)
        known = self.quotes.get(key)
        if known is None or self.seen_at(known) != quote.received_at:
            return False
        return msgspec.structs.replace(known, received_at=quote.received_at) == quote

    def event_view(self, event: str, now: int) -> EventView | None:
        """Return the event with its fresh quotes; None when nothing is known of it."""
        known = self.events.get(event)
        if known is None:
            return None
        groups: dict[str, SelectionGroup] = {}
        stale: Counter[MarketType] = Counter()
        for quote in self.latest(event):
            selection = quote.selection
            if now - quote.received_at > self._max_age[selection.type]:
                stale[selection.type] += 1
                continue
            group = groups.setdefault(
                selection.market_key,
                SelectionGroup(event, selection.type, selection.period),
            )
            group.quotes.setdefault(selection.side, {})[quote.book] = quote
        return EventView(known, tuple(groups.values()), now, stale, self.history, self.histories)

    def fresh(self, event: str, now: int) -> Iterator[Quote]:
        """Yield each quote that is fresh, also of an event that nobody named."""
        for quote in self.latest(event):
            if now - quote.received_at <= self._max_age[quote.selection.type]:
                yield quote

    def latest(self, event: str) -> Iterator[Quote]:
        """Yield each quote, received when the feed last gave or confirmed it."""
        for key in self._by_event.get(event, {}):
            quote = self.quotes[key]
            seen = self.seen_at(quote)
            same = quote.received_at == seen
            yield quote if same else msgspec.structs.replace(quote, received_at=seen)

    def _drop(self, key: tuple[str, str]) -> Quote | None:
        """Forget a quote, and its row when that has no other."""
        quote = self.quotes.pop(key, None)
        if quote is not None:
            self._rows[quote.locator] -= 1
            if not self._rows[quote.locator]:
                del self._rows[quote.locator]
                self._seen.pop(quote.locator, None)
        return quote
