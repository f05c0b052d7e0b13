"""What a Market says when a strategy wants a bet, or several that belong together."""

from typing import NamedTuple

from actors.decision.chain import Bet
from actors.market_view import MarketView
from actors.messages import HedgeWanted, Signal
from actors.strategies import Bundle, Wish


class Signalling(NamedTuple):
    """Turn wishes for prices of one Market into signals."""

    account: str
    market: str
    view: MarketView

    def letter(
        self, strategy: str, event: str, wanted: Wish | Bundle, legs: Bet
    ) -> tuple[str, Signal | HedgeWanted]:
        """Return whom to tell, and what."""
        signals = tuple(self._signal(strategy, event, wish) for wish in legs)
        first = signals[0].selection
        if isinstance(wanted, Bundle):
            bundle = HedgeWanted(signals, wanted.cap, wanted.most_loss, wanted.step)
            return f"hedge/{first.market_key}", bundle
        return f"executor/{first.key}", signals[0]

    def _signal(self, strategy: str, event: str, wish: Wish) -> Signal:
        quote = wish.quote
        return Signal(
            self.account,
            self.view.events[event],
            quote.selection,
            quote.book,
            quote.locator,
            quote.price,
            wish.floor,
            wish.stake,
            strategy,
            self.view.seen_at(quote),
            wish.evidence,
            self.market,
        )
