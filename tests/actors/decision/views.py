"""Views of one event for the stages' tests, made as a Market makes them."""

from typing import Any

from actors.decision.history import PriceHistory
from actors.decision.proposal import EventMemory, Proposal
from actors.decision.settings import Stages
from actors.market_view import EventView, MarketView
from actors.messages import MarketUpdate
from actors.orders import Evidence
from actors.selections import MarketType, Period, Quote, Selection, Side
from actors.settings import SCALARS
from actors.strategies import Wish
from actors.units import Millis
from runtime.configuration import validate
from tests.actors.world import EVENT, HOME, NOW, quote

AWAY = Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, 25, Side.AWAY)

PINNACLE = {HOME: 1930, AWAY: 1970}
"""Without margin, multiplicative: home 0.505128 (1.9797), away 0.494872 (2.0207)."""

Prices = dict[Selection, int]


def stages(**given: Any) -> Stages:
    """Return what the configuration would make of this."""
    return validate(Stages, given, scalars=SCALARS)


class Feed:
    """One event whose prices change; times in seconds from NOW on."""

    def __init__(self, looks_back: float = 600.0) -> None:
        self.known = MarketView(30.0)
        self.known.history = PriceHistory(looks_back)

    def say(self, at: float = 0, **books: Prices) -> None:
        quotes = tuple(
            quote(wanted, book, price, NOW + int(at * 1000))
            for book, prices in books.items()
            for wanted, price in prices.items()
        )
        self.tell(MarketUpdate("m", (EVENT,), quotes, (), (), Millis(NOW), 1, 0))

    def tell(self, update: MarketUpdate) -> None:
        self.known.apply(update)
        self.known.history.follow(update)

    def view(self, at: float = 0) -> EventView:
        found = self.known.event_view("ao-1", NOW + int(at * 1000))
        assert found is not None
        return found


def view(at: float = 0, **books: Prices) -> EventView:
    feed = Feed()
    feed.say(**books)
    return feed.view(at)


def found(seen: EventView, wanted: Selection = HOME, book: str = "SBO") -> Quote:
    """Return one quote of a view."""
    return next(
        group.quotes[wanted.side][book]
        for group in seen.groups
        if book in group.quotes.get(wanted.side, {})
    )


def wish(seen: EventView, wanted: Selection = HOME, book: str = "SBO", floor: int = 1500) -> Wish:
    return Wish(found(seen, wanted, book), floor, 1_000, Evidence("wanted", 1_900, 100))


def proposal(
    seen: EventView, memory: EventMemory | None = None, since: int = NOW, **given: Any
) -> Proposal:
    """Return the wish for HOME at SBO, on its way through these stages."""
    return Proposal(wish(seen), seen, stages(**given), 30.0, memory or EventMemory(), since)
