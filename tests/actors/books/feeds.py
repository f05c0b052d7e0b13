"""A feed with somebody who follows what it tells, for the tests of reading feeds."""

from actors.books.asianodds.feed import FeedChange, FeedState
from actors.price_change import Offer, offer_of
from actors.selections import Quote
from actors.units import Millis
from tests.actors.books.answers import feed, row

HOME = "ao-1:ah:ft:-25:home"
AWAY = "ao-1:ah:ft:25:away"
BOTH = {(HOME, "PIN"), (AWAY, "PIN")}


OTHER = row(12, 2, HomeTeam={"Name": "Leeds"})


class Followed(FeedState):
    """A feed with somebody who follows what it tells, as the Backlog and the Market do."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[Offer, Quote] = {}
        self.confirmed: set[Offer] = set()

    def apply(self, answer: bytes, received_at: Millis) -> FeedChange:
        change = super().apply(answer, received_at)
        for offer in change.removed:
            del self.told[offer]
        self.confirmed = {
            offer for offer, quote in self.told.items() if quote.locator in change.seen
        } - set(prices(change))
        self.told |= {offer_of(quote): quote for quote in change.quotes}
        return change


def prices(change: FeedChange) -> dict[tuple[str, str], int]:
    """Return the quotes of a change as (selection key, book) to price."""
    return {(quote.selection.key, quote.book): quote.price for quote in change.quotes}


def applied(state: FeedState, *rows: object, at: int = 1) -> FeedChange:
    """Apply an answer with these rows."""
    return state.apply(feed(*rows), Millis(at))
