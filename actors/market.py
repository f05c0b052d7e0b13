"""Market: what one polled market offers now, and what its strategies make of it.

Owns: the latest price per selection and book, the strategies and their state.
Hears: MarketUpdate from its Poller.
Says: Credit to the Poller, Signal to `executor/<selection>`, FeedReport to Control.
"""

import msgspec

from actors.market_view import MarketView
from actors.messages import Credit, FeedReport, MarketUpdate, Signal
from actors.settings import MarketSettings, StrategySettings
from actors.strategies import Strategy, Wish, load
from runtime.actor import Actor
from runtime.codec import Message

ASK_AGAIN_AFTER = 5.0
ASK_FIRST_AFTER = 0.5
FORGET_EVERY = 60_000
FORGET_AFTER = 6 * 3_600_000


class _AskAgain(Message, frozen=True):
    """No update came: the credit, or the update, may have been lost on the wire."""


class Market(Actor):
    """Turn updates into signals."""

    def __init__(
        self,
        market: str,
        settings: MarketSettings,
        strategies: dict[str, StrategySettings],
        max_age: float,
    ) -> None:
        super().__init__()
        self._market = market
        self._settings = settings
        self._view = MarketView(max_age, settings.max_age)
        self._knows_all = False
        self._number = 0
        self._signals = 0
        self._forget_at = 0
        self._strategies: dict[str, Strategy] = {
            name: load(f"strategies.{name}", strategies[name].use, strategies[name].parameters)
            for name in settings.strategies
        }

    def on_start(self) -> None:
        self._ask()

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case MarketUpdate():
                self._update(message)
                self._ask()
            case _AskAgain():
                self._ask()
            case _:
                super().on_message(message, sender)

    def _ask(self) -> None:
        self.tell(f"poller/{self._market}", Credit(full=not self._knows_all))
        self.after(ASK_AGAIN_AFTER if self._knows_all else ASK_FIRST_AFTER, _AskAgain(), "ask")

    def _update(self, update: MarketUpdate) -> None:
        update = self._complete(update)
        now = self.clock.now()
        for event in sorted(self._view.apply(update)):
            for name in list(self._strategies):
                self._consult(name, event, now)
        if now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY
            self._view.forget(now - FORGET_AFTER)
        report = FeedReport(
            self._market,
            update.polled_at,
            len(self._view.events),
            len(self._view.quotes),
            update.answers,
            update.faults,
            self._signals,
        )
        self.tell("control", report)

    def _complete(self, update: MarketUpdate) -> MarketUpdate:
        """Return an update as far as it can be believed.

        After one that was lost a price may be an old one, and its row is seen all the same;
        so nothing counts as confirmed before everything was told again.
        """
        lost = update.number not in (0, self._number + 1) and not update.full
        self._number = update.number
        if lost and self._knows_all:
            self.log.warning("an update was lost", before=update.number)
        self._knows_all = update.full or (self._knows_all and not lost)
        return update if self._knows_all else msgspec.structs.replace(update, confirmed=())

    def _consult(self, name: str, event: str, now: int) -> None:
        view = self._view.event_view(event, now)
        if view is None:
            return
        try:
            for wish in self._strategies[name].on_update(view):
                self._signal(name, view.event.key, wish)
        except Exception as error:  # users' code: it stops that strategy alone
            self.log.error("strategy stopped", strategy=name, exc_info=error)
            del self._strategies[name]

    def _signal(self, strategy: str, event: str, wish: Wish) -> None:
        quote = wish.quote
        self._signals += 1
        signal = Signal(
            self._settings.account,
            self._view.events[event],
            quote.selection,
            quote.book,
            quote.locator,
            quote.price,
            wish.floor,
            wish.stake,
            strategy,
            self._view.seen_at(quote),
            wish.evidence,
            self._market,
        )
        self.tell(f"executor/{quote.selection.key}", signal)
