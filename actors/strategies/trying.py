"""What a strategy would see, made of a few quotes: for the tests of users' strategies."""

from collections.abc import Sequence

from actors.decision.history import PriceHistory
from actors.decision.settings import LONGEST_WINDOW
from actors.market_view import EventView, MarketView, stand_beside
from actors.messages import MarketUpdate
from actors.selections import Event, Quote, Reference
from actors.strategies import Bundle, Strategy, Wish
from actors.strategies.answers import checked
from actors.units import Millis

FRESH_FOR = 30.0


class Tryout:
    """One event and its prices, for a strategy to be tried on as its Market would ask it."""

    def __init__(self, event: Event) -> None:
        self._event = event
        self._known = MarketView(FRESH_FOR)
        self._known.history = PriceHistory(LONGEST_WINDOW)
        self._beside: dict[str, MarketView] = {}
        self._now = 0

    def prices(self, *quotes: Quote) -> EventView:
        """Let these prices come, at the latest `received_at` of them, and return what is seen.

        Each `Reference` among them stands beside the others.
        """
        self._now = max((quote.received_at for quote in quotes), default=self._now)
        self._take(self._known, [one for one in quotes if not isinstance(one, Reference)])
        references = [one for one in quotes if isinstance(one, Reference)]
        for market in dict.fromkeys(one.market for one in references):
            known = self._beside.setdefault(market, MarketView(FRESH_FOR))
            known.history = self._known.histories.setdefault(market, PriceHistory(LONGEST_WINDOW))
            self._take(known, [one for one in references if one.market == market])
        found = self._known.event_view(self._event.key, self._now)
        assert found is not None
        for known in self._beside.values():
            stand_beside(found, known.fresh(self._event.key, self._now))
        return found

    def wishes(self, strategy: Strategy, *quotes: Quote) -> Sequence[Wish]:
        """Let these prices come, ask the strategy, and look at its answer as a Market does.

        Raises what the strategy raises, and BadAnswerError for what cannot be bet on.
        """
        return [one for one in self._answer(strategy, quotes) if isinstance(one, Wish)]

    def bundles(self, strategy: Strategy, *quotes: Quote) -> Sequence[Bundle]:
        """Do the same and return what is wanted together."""
        return [one for one in self._answer(strategy, quotes) if isinstance(one, Bundle)]

    def _take(self, known: MarketView, quotes: Sequence[Quote]) -> None:
        now = Millis(self._now)
        update = MarketUpdate(self._event.key, (self._event,), tuple(quotes), (), (), now, 1, 0)
        known.apply(update)
        known.history.follow(update)

    def _answer(self, strategy: Strategy, quotes: tuple[Quote, ...]) -> Sequence[Wish | Bundle]:
        return checked(strategy.on_update(self.prices(*quotes)), self._known)
