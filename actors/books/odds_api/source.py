"""The Odds API as a source of prices for a Poller: one sport a poll, within the credits."""

from actors.books.odds_api.client import OddsApiClient, cost
from actors.books.odds_api.feed import OddsApiFeed
from actors.books.odds_api.quota import Quota
from actors.errors import QuotaSpentError
from actors.price_change import PriceChange
from actors.settings import AccountSettings, MarketSettings
from actors.units import Millis


class OddsApiSource:
    """Ask for the sports of an account by turns, and never for more than the credits allow."""

    has_session = False

    def __init__(
        self, settings: MarketSettings, account: AccountSettings, client: OddsApiClient
    ) -> None:
        self._client = client
        self._sports = account.sports
        self._regions = account.regions
        books = () if settings.books == "ALL" else settings.books.split(",")
        self._feed = OddsApiFeed(settings.when, [book.strip() for book in books])
        self._quota = Quota(account.reserve)
        self._sport = ""
        self._asked = 0

    def set_base(self, url: str) -> None:
        """Do nothing: there is no login that could give an address."""

    def ask(self, token: str) -> bytes:  # noqa: ARG002 - there is no session
        """Ask for one sport, after a free call when it is not known that the credits suffice.

        Raises QuotaSpentError when a paid call would use the reserve; it was not made then.
        """
        price = cost(self._regions)
        if not self._quota.allows(price):
            self._quota.note(self._client.sports().headers)
        if not self._quota.allows(price):
            left = self._quota.remaining
            known = "it is not known how many credits are left" if left is None else f"{left} left"
            raise QuotaSpentError(f"{known}, a call costs {price} and must leave the reserve")
        self._sport = self._sports[self._asked % len(self._sports)]
        self._asked += 1
        self._quota.paid(price)
        try:
            answer = self._client.odds(self._sport, self._regions)
        except QuotaSpentError:
            self._quota.spent()
            raise
        self._quota.note(answer.headers)
        return answer.body

    def read(self, answer: bytes, now: Millis) -> PriceChange:
        return self._feed.apply(self._sport, answer, now)

    def forget(self, started_before: Millis) -> PriceChange:
        return self._feed.forget(started_before)
