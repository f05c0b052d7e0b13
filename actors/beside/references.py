"""The prices of other sources for the events that surely are one's own; pure, fed by messages.

They are kept apart from one's own in views of their own, and shown beside them. A pair that is
sure no more takes its prices along at once.
"""

from collections.abc import Collection, Iterable, Mapping

from actors.decision.history import PriceHistory
from actors.fixtures.match import Twin
from actors.fixtures.settlement import counterpart
from actors.market_view import EventView, MarketView, stand_beside
from actors.messages import MarketUpdate, PricesShared
from actors.price_change import Offer, offer_of
from actors.selections import MarketType, Quote, Reference
from actors.units import Millis


class References:
    """What the Markets beside tell, in one's own selections."""

    def __init__(
        self,
        sources: Mapping[str, str],
        max_age: float,
        max_ages: Mapping[str, Mapping[MarketType, float]],
        looks_back: float,
    ) -> None:
        """`max_ages` has by Market how old its prices may be, in seconds; else `max_age`."""
        self._links = {
            market: _Link(market, source, MarketView(max_age, max_ages.get(market)), looks_back)
            for market, source in sources.items()
        }

    @property
    def markets(self) -> Collection[str]:
        """Return the names of the Markets beside."""
        return self._links.keys()

    @property
    def histories(self) -> dict[str, PriceHistory]:
        """Return how the prices of each Market went."""
        return {market: link.view.history for market, link in self._links.items()}

    def pair(self, twins: Iterable[Twin]) -> set[str]:
        """Take all that is sure now, and return one's own events whose pairs have changed."""
        known = list(twins)
        return {event for link in self._links.values() for event in link.pair(known)}

    @property
    def pairs(self) -> dict[str, int]:
        """Return, by Market, how many of one's own events are surely events of it."""
        return {
            market: len({twin.event for twin in link.twins.values()})
            for market, link in self._links.items()
        }

    def wanted(self) -> dict[str, tuple[tuple[str, ...], bool]]:
        """Return, by Market, the events that it is asked for, and whether all is to be told."""
        return {
            market: (tuple(link.twins), not link.knows_all) for market, link in self._links.items()
        }

    def take(self, shared: PricesShared) -> set[str]:
        """Merge what a Market told, and return one's own events whose references changed."""
        return self._links[shared.market].take(shared)

    def show(self, view: EventView) -> None:
        """Put what is fresh beside the lines that are offered here.

        Of a book that two Markets have, the one that is named first counts.
        """
        for link in self._links.values():
            stand_beside(view, link.view.fresh(view.event.key, view.now))


class _Link:
    """One Market beside: its pairs, and the references that it gave."""

    def __init__(self, market: str, source: str, view: MarketView, looks_back: float) -> None:
        self.market = market
        self.source = source
        self.view = view
        self.view.history = PriceHistory(looks_back)
        self.twins: dict[str, Twin] = {}
        self.knows_all = False
        self._number = 0
        self._offers: dict[Offer, Offer] = {}

    def pair(self, twins: Iterable[Twin]) -> set[str]:
        before = self.twins
        self.twins = {twin.other: twin for twin in twins if twin.source == self.source}
        changed = {
            twin.event
            for old, new in ((before, self.twins), (self.twins, before))
            for key, twin in old.items()
            if key not in new or _told(new[key]) != _told(twin)
        }
        if any(key in before and twin.event in changed for key, twin in self.twins.items()):
            self.knows_all = False  # it is asked for as before, so nothing would be told anew
        for event in changed:
            self.view.drop(event)
        if changed:
            self.view.history.keep_only(self.view.quotes)
            kept = {offer_of(quote) for quote in self.view.quotes.values()}
            self._offers = {key: own for key, own in self._offers.items() if own in kept}
        return changed

    def take(self, shared: PricesShared) -> set[str]:
        """Merge; after a share that was lost nothing is confirmed before all is told again."""
        lost = shared.number != self._number + 1 and not shared.full
        self._number = shared.number
        self.knows_all = shared.full or (self.knows_all and not lost)
        removed = [self._offers.pop(key) for key in shared.removed if key in self._offers]
        before = self.view.quotes
        leaving = before if shared.full else [key for key in removed if key in before]
        gone = {before[key].selection.event for key in leaving}
        update = MarketUpdate(
            self.market,
            (),
            tuple(self._own(one) for one in shared.quotes if one.selection.event in self.twins),
            shared.confirmed if self.knows_all else (),
            tuple(removed),
            Millis(0),
            0,
            0,
            shared.full,
        )
        if self.view.history.seconds:
            self.view.history.follow(update)
        return self.view.apply(update) | gone

    def _own(self, quote: Quote) -> Reference:
        twin = self.twins[quote.selection.event]
        found = Reference(
            counterpart(quote.selection, twin.event, twin.swapped),
            quote.book,
            quote.price,
            quote.locator,
            quote.updated_at,
            quote.received_at,
            quote.max_stake,
            self.market,
            twin.differences,
        )
        self._offers[offer_of(quote)] = offer_of(found)
        return found


def _told(twin: Twin) -> tuple[object, ...]:
    """Return what a reference is made by."""
    return twin.event, twin.swapped, twin.differences
