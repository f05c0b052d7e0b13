"""What a Market has not been told yet: merged, the newest price only, sent on credit."""

import msgspec

from actors.books.asianodds.feed import FeedChange
from actors.messages import MarketUpdate
from actors.selections import Event, MarketType, Quote
from actors.units import Millis
from runtime.outflow import Outflow

LARGEST_UPDATE = 2_000

Key = tuple[str, str]
"""Selection key and book."""


class Backlog:
    """Everything known of one polled market, and which part of it is news."""

    def __init__(self, market: str) -> None:
        self._market = market
        self._events: dict[str, Event] = {}
        self._quotes: dict[Key, Quote] = {}
        self._new_events: set[str] = set()
        self._news: Outflow[Key, Quote] = Outflow()
        self._confirmed: dict[Key, None] = {}
        self._removed: dict[Key, None] = {}
        self._full = True
        self._polled_at = Millis(0)
        self._answers = 0
        self._answers_told = 0
        self._faults = 0

    def take(self, change: FeedChange, now: Millis, types: tuple[MarketType, ...]) -> None:
        """Merge one answer's change; market types that are not polled for are left out."""
        self._polled_at = now
        self._answers += 1
        self._faults += len(change.faults)
        for event in change.events:
            self._events[event.key] = event
            self._new_events.add(event.key)
        for key in self._confirmed:  # they waited: told with a time of their own
            self._news.offer(key, self._quotes[key])
        self._confirmed = {}
        self._remove(change.removed)
        for quote in change.quotes:
            if quote.selection.type in types:
                key = (quote.selection.key, quote.book)
                self._quotes[key] = quote
                self._news.offer(key, quote)
                self._removed.pop(key, None)
        for key in change.confirmed:
            if key in self._quotes:
                confirmed = msgspec.structs.replace(self._quotes[key], received_at=now)
                self._quotes[key] = confirmed
                if key in self._news:
                    self._news.offer(key, confirmed)
                self._confirmed[key] = None

    def drop(self, change: FeedChange, started_before: Millis) -> None:
        """Forget what belongs to matches that are long over: they began before the instant given.

        A match that has no price yet is kept: the feed names it once, and it may get one.
        """
        if change.removed:
            self._remove(change.removed)
            held = {quote.selection.event for quote in self._quotes.values()}
            self._events = {
                key: event
                for key, event in self._events.items()
                if key in held or event.start >= started_before
            }

    def count_fault(self) -> None:
        """Count an answer that could not be read at all."""
        self._faults += 1

    def credit(self, *, full: bool) -> None:
        """Allow one more update; `full` when the Market knows nothing yet."""
        self._news.give()
        if full:
            self._full = True

    def next_update(self) -> MarketUpdate | None:
        """Return the next update, when there is a credit and an answer came since the last.

        An answer without news is told, too: the Market is to know that it was asked for.
        """
        if not self._news.open or not self._polled_at:
            return None
        full, self._full = self._full, False
        if full:
            self._new_events = set(self._events)
            for key, quote in self._quotes.items():
                self._news.offer(key, quote)
        elif self._answers == self._answers_told and not self._has_news():
            return None
        self._answers_told = self._answers
        quotes = tuple(self._news.take(LARGEST_UPDATE).values())
        named = self._new_events | {quote.selection.event for quote in quotes}
        update = MarketUpdate(
            self._market,
            tuple(self._events[name] for name in sorted(named) if name in self._events),
            quotes,
            tuple(self._confirmed),
            tuple(self._removed),
            self._polled_at,
            self._answers,
            self._faults,
            full,
        )
        self._new_events, self._confirmed, self._removed = set(), {}, {}
        return update

    def _has_news(self) -> bool:
        return bool(self._new_events or self._news or self._confirmed or self._removed)

    def _remove(self, keys: tuple[Key, ...]) -> None:
        for key in keys:
            if self._quotes.pop(key, None) is not None:
                self._removed[key] = None
                self._news.withdraw(key)
                self._confirmed.pop(key, None)
