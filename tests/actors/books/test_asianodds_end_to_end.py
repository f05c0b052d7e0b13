"""The client against the paper bookmaker, which speaks the same API over HTTP."""

from collections.abc import Iterator

import pytest

from actors.books.asianodds.bets import BetState, BookBet
from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.feed import FeedState
from actors.books.asianodds.placement import Handed, place, placement_info, reference_of
from actors.errors import (
    LoginRefusedError,
    SessionLostError,
    ThrottledError,
    UnknownOutcomeError,
)
from actors.paper.faults import Fault, Faults, Kind
from actors.paper.server import open_server
from actors.paper.settings import PaperSettings
from actors.selections import MarketType, Phase, Quote
from actors.units import Millis, Money

START = 1_700_000_000_000
STRUCK = (
    (Kind.ANSWER_LOST, UnknownOutcomeError, True),
    (Kind.ERROR_AFTER, UnknownOutcomeError, True),
    (Kind.MALFORMED, UnknownOutcomeError, True),
    (Kind.ERROR_BEFORE, UnknownOutcomeError, False),
    (Kind.TOO_MANY, ThrottledError, False),
    (Kind.SESSION_LOST, SessionLostError, False),
)


class Shop:
    """A paper bookmaker whose clock the test moves, and a client that is logged in."""

    def __init__(self, *faults: Fault) -> None:
        self.now = START
        settings = PaperSettings(speed=60, reject_permille=0, balance=1_000_000)
        self.server = open_server(settings, lambda: self.now, Faults(faults))
        port = self.server.start()
        self.client = AsianOddsClient(f"http://127.0.0.1:{port}/AsianOddsService")
        self.token = ""

    def enter(self) -> None:
        """Log in and register."""
        login = self.client.login("paper", "paper")
        self.client.set_base(login.url)
        self.client.register(login, "paper")
        self.token = login.token

    def quotes(self) -> list[Quote]:
        """Poll today's football once."""
        answer = self.client.feed(self.token, Phase.TODAY, 1)
        change = FeedState().apply(answer, Millis(self.now))
        assert change.faults == ()
        return list(change.quotes)

    def bet(self, quote: Quote, place_bet_id: str) -> Handed:
        """Ask for the offer and take it."""
        (offer,) = placement_info(
            self.client,
            self.token,
            selection=quote.selection,
            locator=quote.locator,
            bookies=quote.book,
        )
        assert (offer.rejected, offer.fault) == (False, "")
        return place(
            self.client,
            self.token,
            selection=quote.selection,
            locator=quote.locator,
            book=quote.book,
            price=offer.price,
            stake=Money(1000),
            place_bet_id=place_bet_id,
            last_look=lambda: None,
        )

    def found(self, place_bet_id: str) -> tuple[BookBet, ...]:
        """Look a bet up after it has had time to show."""
        self.now += 10_000
        return self.client.bets_by_reference(self.token, reference_of(place_bet_id))

    def close(self) -> None:
        """Leave and stop the server."""
        self.client.close()
        self.server.stop()


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    shop.enter()
    yield shop
    shop.close()


def test_a_wrong_password_is_refused(shop: Shop) -> None:
    with pytest.raises(LoginRefusedError):
        shop.client.login("paper", "wrong")


def test_polling_too_soon_is_throttled(shop: Shop) -> None:
    shop.quotes()
    with pytest.raises(ThrottledError):
        shop.quotes()


def test_changes_asked_for_with_since_only_touch_what_was_told(shop: Shop) -> None:
    state, since = FeedState(Phase.TODAY), None
    told: set[tuple[str, str]] = set()
    for _ in range(6):
        answer = shop.client.feed(shop.token, Phase.TODAY, 1, since=since)
        change = state.apply(answer, Millis(shop.now))
        assert set(change.removed) <= told
        told -= set(change.removed)
        told |= {(quote.selection.key, quote.book) for quote in change.quotes}
        since = change.since
        shop.now += 60_000
    assert told


@pytest.mark.parametrize("kind", MarketType)
def test_a_bet_goes_from_the_feed_to_its_settlement(shop: Shop, kind: MarketType) -> None:
    quote = next(quote for quote in shop.quotes() if quote.selection.type is kind)
    assert shop.bet(quote, "a-1").reference == "WA-a-1"
    (bet,) = shop.found("a-1")
    assert bet.state in (BetState.PENDING, BetState.RUNNING)
    assert (bet.type, bet.side, bet.line) == (
        quote.selection.type,
        quote.selection.side,
        quote.selection.line,
    )
    assert (bet.book, bet.stake) == (quote.book, 1000)
    assert [running.ticket for running in shop.client.running_bets(shop.token)] == [bet.ticket]
    shop.now += 86_400_000
    shop.enter()
    (done,) = shop.client.finished_bets(shop.token)
    assert done.ticket == bet.ticket
    assert done.state not in (BetState.UNKNOWN, BetState.REJECTED)
    assert shop.client.account(shop.token).credit == 1_000_000 + (done.pnl or 0)


@pytest.mark.parametrize(("kind", "error", "exists"), STRUCK)
def test_whatever_strikes_a_placement_is_told_apart_by_its_error(
    kind: Kind, error: type[Exception], exists: bool
) -> None:
    shop = Shop(Fault(kind, "placebet", (1,)))
    try:
        shop.enter()
        quote = shop.quotes()[0]
        with pytest.raises(error):
            shop.bet(quote, "a-1")
        if kind is Kind.SESSION_LOST:
            shop.enter()
        assert bool(shop.found("a-1")) is exists
    finally:
        shop.close()


def test_a_bet_in_transit_is_not_found_at_first(shop: Shop) -> None:
    shop.bet(shop.quotes()[0], "a-1")
    assert shop.client.bets_by_reference(shop.token, "WA-a-1") == ()
    assert shop.found("a-1")
