"""Which source of prices an account's markets are polled from."""

from collections.abc import Callable

from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.connection import Connection
from actors.books.asianodds.source import AsianOddsSource
from actors.books.odds_api.client import OddsApiClient
from actors.books.odds_api.source import OddsApiSource
from actors.price_source import PriceSource
from actors.settings import AccountSettings, Book, MarketSettings


def price_source(
    settings: MarketSettings,
    account: AccountSettings,
    connect: Callable[[AccountSettings], AsianOddsClient],
) -> PriceSource:
    """Make the source of one polled market, in the thread that will use it."""
    match account.book:
        case Book.ASIANODDS:
            return AsianOddsSource(settings, connect(account))
        case Book.ODDS_API:
            connection = Connection(account.address, account.connect_timeout, account.read_timeout)
            return OddsApiSource(settings, account, OddsApiClient(account.key.reveal(), connection))
