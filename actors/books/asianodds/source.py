"""AsianOdds as a source of prices for a Poller."""

from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.feed import FeedState
from actors.price_change import PriceChange
from actors.settings import MarketSettings
from actors.units import Millis


class AsianOddsSource:
    """Ask for changes since the last answer, and for everything each `full_every` polls."""

    has_session = True

    def __init__(self, settings: MarketSettings, client: AsianOddsClient) -> None:
        self._settings = settings
        self._client = client
        self._state = FeedState(settings.when)
        self._since: int | None = None
        self._polls = 0

    def set_base(self, url: str) -> None:
        self._client.set_base(url)

    def ask(self, token: str) -> bytes:
        settings = self._settings
        since = None if self._polls % settings.full_every == 0 else self._since
        return self._client.feed(
            token, settings.when, settings.sport, settings.books, settings.leagues, since
        )

    def read(self, answer: bytes, now: Millis) -> PriceChange:
        change = self._state.apply(answer, now)
        self._since = change.since
        self._polls += 1
        return change

    def forget(self, started_before: Millis) -> PriceChange:
        return self._state.forget(started_before)
