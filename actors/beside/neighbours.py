"""A Market's dealings with Fixtures and with the Markets of other sources; pure: letters come out.

It lists the Market's events, learns which of them are events of other sources, asks for the prices
of those, and passes on its own to who asks. Only a configuration with several sources has one.
"""

from collections.abc import Collection
from typing import NamedTuple

from actors.beside.outlet import Outlet
from actors.beside.references import References
from actors.fixtures.listing import Listing
from actors.market_view import EventView, MarketView
from actors.messages import (
    EventsWanted,
    FixturesFound,
    FixturesWanted,
    MarketUpdate,
    PricesShared,
    PricesWanted,
)
from runtime.codec import Message

PREFIX = "market/"
FIXTURES = "fixtures"


class Said(NamedTuple):
    """Something to be told, and to whom."""

    to: str
    message: Message


class Heard(NamedTuple):
    """What comes of a message: what is to be told, and whose references have changed."""

    said: list[Said]
    touched: set[str]


class Neighbours:
    """What one Market knows of the other sources, and they of it."""

    def __init__(self, market: str, source: str, view: MarketView, references: References) -> None:
        self._market = market
        self._source = source
        self._view = view
        self._references = references
        self._listing = Listing(source)
        self._listed = False
        self._outlets: dict[str, Outlet] = {}
        self._paired = False
        self._asked: dict[str, tuple[str, ...]] = {}

    @property
    def pairs(self) -> dict[str, int]:
        """Return, by Market beside, how many events are surely events of it."""
        return self._references.pairs

    def begin(self) -> list[Said]:
        """Ask Fixtures which events are others', where somebody is to look at their prices."""
        asks = self._references.markets and not self._paired
        return [Said(FIXTURES, FixturesWanted(self._source))] if asks else []

    def remind(self) -> list[Said]:
        """Say again what may have been lost, or said to somebody who began anew since."""
        said = self.begin() + self._asks(self._asked)
        return [*said, Said(FIXTURES, self._listing.nothing())] if self._listed else said

    def follow(self, update: MarketUpdate, *, knows_all: bool) -> list[Said]:
        """Tell Fixtures the events that are new, and who asked for prices those that changed."""
        said = []
        if knows_all:
            self._listed = True
            news = self._listing.news(update, self._view.events)
            said += [] if news is None else [Said(FIXTURES, news)]
        for asker, outlet in self._outlets.items():
            outlet.follow(update)
            said += _next(asker, outlet)
        return said

    def hear(self, message: Message, sender: str) -> Heard | None:
        """Take a message of Fixtures or of another Market; None when it is none."""
        match message:
            case EventsWanted() if sender == FIXTURES:
                return Heard(self._tell_all(), set())
            case FixturesFound(_, twins) if sender == FIXTURES:
                self._paired = True
                touched = self._references.pair(twins)
                return Heard(self._asks(()), touched)
            case PricesWanted() if sender.startswith(PREFIX):
                return Heard(self._give(message, sender), set())
            case PricesShared(market) if sender == f"{PREFIX}{market}":
                if market not in self._references.markets:
                    return None
                touched = self._references.take(message)
                return Heard(self._asks((market,)), touched)
        return None

    def show(self, view: EventView) -> None:
        """Put the references of an event beside its quotes."""
        self._references.show(view)

    def forget(self) -> None:
        """Forget what the Market has forgotten."""
        self._listing.keep_only(self._view.events)

    def _tell_all(self) -> list[Said]:
        self._paired = False
        self._listing.tell_all()
        if not self._listed:
            return self.begin()
        return [Said(FIXTURES, self._listing.everything(self._view.events)), *self.begin()]

    def _give(self, wanted: PricesWanted, asker: str) -> list[Said]:
        outlet = self._outlets.get(asker)
        if outlet is None:
            outlet = self._outlets[asker] = Outlet(self._market, self._view)
        outlet.credit(wanted.events, full=wanted.full)
        return _next(asker, outlet)

    def _asks(self, again: Collection[str]) -> list[Said]:
        """Give a credit to these Markets, and to those of which other events are wanted now."""
        said = []
        for market, (events, full) in self._references.wanted().items():
            if (events and market in again) or events != self._asked.get(market, ()):
                self._asked[market] = events
                said.append(Said(f"{PREFIX}{market}", PricesWanted(events, full)))
        return said


def _next(asker: str, outlet: Outlet) -> list[Said]:
    shared = outlet.next()
    return [] if shared is None else [Said(asker, shared)]
