"""What a Market has not been told yet: merged, the newest price only, sent on credit."""

from itertools import islice
from typing import TypeVar

import msgspec

from actors.messages import MarketUpdate
from actors.price_change import Offer, PriceChange, offer_of
from actors.selections import Event, MarketType, Quote
from actors.units import Millis
from runtime.outflow import Outflow

LARGEST_UPDATE = 2_000
MOST_NAMED = 50_000
"""Rows seen, and offers removed; what is above it waits for the next update."""

_Named = TypeVar("_Named", str, Offer)


class Backlog:
    """Everything known of one polled market, and which part of it is news."""

    def __init__(self, market: str) -> None:
        self._market = market
        self._events: dict[str, Event] = {}
        self._quotes: dict[Offer, Quote] = {}
        self._new_events: set[str] = set()
        self._news: Outflow[Offer, Quote] = Outflow()
        self._seen: dict[str, Millis] = {}
        self._confirmed: dict[str, None] = {}
        self._removed: dict[Offer, None] = {}
        self._full = True
        self._polled_at = Millis(0)
        self._answers = 0
        self._answers_told = 0
        self._faults = 0
        self._sent = 0

    def take(self, change: PriceChange, now: Millis, types: tuple[MarketType, ...]) -> None:
        """Merge one answer's change; market types that are not polled for are left out."""
        self._polled_at = now
        self._answers += 1
        self._faults += len(change.faults)
        for event in change.events:
            self._events[event.key] = event
            self._new_events.add(event.key)
        self._seen.update(dict.fromkeys(change.seen, now))
        self._confirmed.update(dict.fromkeys(change.seen))
        self._remove(change.removed)
        for quote in change.quotes:
            if quote.selection.type in types:
                key = offer_of(quote)
                self._quotes[key] = quote
                self._news.offer(key, quote)
                self._removed.pop(key, None)

    def drop(self, change: PriceChange, started_before: Millis) -> None:
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
        locators = {quote.locator for quote in self._quotes.values()}
        self._seen = {locator: at for locator, at in self._seen.items() if locator in locators}
        self._confirmed = {locator: None for locator in self._confirmed if locator in locators}

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
        quotes = tuple(self._timed(quote) for quote in self._news.take(LARGEST_UPDATE).values())
        removed = _taken(self._removed)
        self._sent += 1
        named = self._new_events | {quote.selection.event for quote in quotes}
        update = MarketUpdate(
            self._market,
            tuple(self._events[name] for name in sorted(named) if name in self._events),
            quotes,
            self._take_confirmed(),
            removed,
            self._polled_at,
            self._answers,
            self._faults,
            full,
            self._sent,
        )
        self._new_events = set()
        return update

    def _take_confirmed(self) -> tuple[tuple[str, Millis], ...]:
        """Say which rows were seen, but nothing while more news of one may wait."""
        if self._news or self._removed:
            return ()
        return tuple((locator, self._seen[locator]) for locator in _taken(self._confirmed))

    def _timed(self, quote: Quote) -> Quote:
        """Return a quote with the time at which its row was seen last."""
        seen = self._seen.get(quote.locator, quote.received_at)
        if seen <= quote.received_at:
            return quote
        return msgspec.structs.replace(quote, received_at=seen)

    def _has_news(self) -> bool:
        return bool(self._new_events or self._news or self._confirmed or self._removed)

    def _remove(self, keys: tuple[Offer, ...]) -> None:
        for key in keys:
            if self._quotes.pop(key, None) is not None:
                self._removed[key] = None
                self._news.withdraw(key)


def _taken(waiting: dict[_Named, None]) -> tuple[_Named, ...]:
    """Take what has waited longest, as much as an update may name."""
    chosen = tuple(islice(waiting, MOST_NAMED))
    for one in chosen:
        del waiting[one]
    return chosen
