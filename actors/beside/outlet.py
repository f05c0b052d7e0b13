"""What a Market has to say to one other that compares with its prices: the newest, on credit."""

from collections.abc import Iterable

import msgspec

from actors.market_view import MarketView
from actors.messages import MarketUpdate, PricesShared
from actors.price_change import Offer, offer_of
from actors.selections import Quote
from actors.units import Millis
from runtime.outflow import Outflow

LARGEST_SHARE = 2_000
"""Quotes at a time, so that nobody waits long for a turn of who hears them."""


class Outlet:
    """Prices of the events that one asker wants, which it has not been told yet."""

    def __init__(self, market: str, view: MarketView) -> None:
        self._market = market
        self._view = view
        self._wanted: dict[str, None] = {}
        self._news: Outflow[Offer, Quote] = Outflow()
        self._removed: dict[Offer, None] = {}
        self._confirmed: dict[str, Millis] = {}
        self._offers: set[Offer] = set()
        self._rows: set[str] = set()
        self._full = True
        self._sent = 0

    def credit(self, events: Iterable[str], *, full: bool) -> None:
        """Take a credit, and which events are wanted now; `full` when nothing is known there."""
        wanted = dict.fromkeys(events)  # no set: a replay is to say the same in the same order
        gained = wanted.keys() - self._wanted.keys()
        changed, self._wanted = wanted != self._wanted, wanted
        if full:
            self._begin_anew()
        elif changed:
            self._offers, self._rows = set(), set()
            for event in wanted:
                self._offer(event, news=event in gained)
        self._news.give()

    def follow(self, update: MarketUpdate) -> None:
        """Take over what an update has changed in the Market's view."""
        if update.full:
            self._begin_anew()
            return
        for offer in update.removed:
            if offer in self._offers:
                self._news.withdraw(offer)
                self._removed[offer] = None
        for quote in update.quotes:
            if quote.selection.event in self._wanted:
                self._note(quote, news=True)
        for locator, at in update.confirmed:
            if locator in self._rows:
                self._confirmed[locator] = at

    def next(self) -> PricesShared | None:
        """Return what is news, when there is a credit and there is any."""
        if not self._news.open or not (
            self._full or self._news or self._removed or self._confirmed
        ):
            return None
        full, self._full = self._full, False
        quotes = tuple(self._timed(quote) for quote in self._news.take(LARGEST_SHARE).values())
        removed = tuple(self._removed)
        self._removed.clear()
        confirmed: tuple[tuple[str, Millis], ...] = ()
        if not self._news:  # else one of a row might be confirmed before its news is told
            confirmed = tuple(self._confirmed.items())
            self._confirmed.clear()
        self._sent += 1
        return PricesShared(self._market, quotes, confirmed, removed, full, self._sent)

    def _begin_anew(self) -> None:
        was_open, self._news = self._news.open, Outflow()
        if was_open:
            self._news.give()
        self._full = True
        self._removed, self._confirmed = {}, {}
        self._offers, self._rows = set(), set()
        for event in self._wanted:
            self._offer(event, news=True)

    def _offer(self, event: str, *, news: bool) -> None:
        for quote in self._view.latest(event):
            self._note(quote, news=news)

    def _note(self, quote: Quote, *, news: bool) -> None:
        offer = offer_of(quote)
        self._offers.add(offer)
        self._rows.add(quote.locator)
        if news:
            self._news.offer(offer, quote)
            self._removed.pop(offer, None)

    def _timed(self, quote: Quote) -> Quote:
        """Return a quote with the time at which the feed gave or confirmed it last."""
        return msgspec.structs.replace(quote, received_at=self._view.seen_at(quote))
