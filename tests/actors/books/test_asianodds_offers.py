"""Offers of the book: asked for with all that it needs, and read strictly."""

import json

import pytest

from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.placement import Offer
from actors.errors import (
    BookError,
    BookRefusedError,
    MalformedAnswerError,
)
from actors.selections import MarketType, Period, Selection, Side
from actors.units import Money
from tests.actors.books.answers import envelope, recorded
from tests.actors.books.calling import (
    client,
    offered,
    offers,
    server,
)
from tests.actors.books.loopback import Loopback, listening

__all__ = ["client", "server"]


def test_the_recorded_offer_is_read() -> None:
    draw = Selection("ao-1", MarketType.ONE_X_TWO, Period.FULL_TIME, 0, Side.HOME)
    with listening() as server:
        server.answer(recorded("GetPlacementInfo"))
        (offer,) = offers(AsianOddsClient(server.url), draw)
    assert offer == Offer(
        book="IBC",
        price=1920,
        minimum=Money(400),
        maximum=Money(549100),
        rejected=False,
        message="",
        line_text="",
        currency="EUR",
        home_score=0,
        away_score=0,
    )


def test_an_offer_is_asked_for_with_everything_the_book_needs(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(offered())
    (offer,) = offers(client)
    assert (offer.price, offer.rejected, offer.line_text) == (1920, False, "0-0.5")
    assert json.loads(server.asked[0].body) == {
        "GameId": -11,
        "GameType": "H",
        "OddsName": "HomeOdds",
        "IsFullTime": 1,
        "MarketTypeId": 1,
        "SportsType": 1,
        "OddsFormat": "00",
        "Bookies": "PIN",
        "Timeout": 10,
    }


@pytest.mark.parametrize(
    ("fields", "price"),
    [
        ({"Odds": None, "Price": 1.93}, 1930),
        ({"Odds": -0.73, "OddsFormat": "MY"}, 2369),
        ({"Odds": 0.93, "OddsFormat": "HK"}, 1930),
    ],
)
def test_an_offer_in_another_spelling_is_converted(
    server: Loopback, client: AsianOddsClient, fields: dict[str, object], price: int
) -> None:
    server.answer(offered(**fields))
    (offer,) = offers(client)
    assert (offer.price, offer.rejected) == (price, False)


@pytest.mark.parametrize(
    "fields",
    [
        {"Odds": 0},
        {"Odds": None},
        {"Odds": -0.73},
        {"Odds": "NaN"},
        {"OddsFormat": "XX"},
        {"HDPorGoal": "0.5"},
        {"HDPorGoal": ""},
        {"HDPorGoal": None},
        {"GameType": "O"},
        {"IsFullTime": False},
        {"MaximumAmount": 1e300},
        {"Rejected": True},
        {"Code": -5},
    ],
)
def test_an_offer_that_is_not_the_bet_meant_counts_as_rejected(
    server: Loopback, client: AsianOddsClient, fields: dict[str, object]
) -> None:
    server.answer(offered(**fields))
    (offer,) = offers(client)
    assert offer.rejected


def test_no_offers_is_an_empty_answer_and_another_shape_is_malformed(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(envelope(None))
    server.answer(envelope({"OddsPlacementData": "none"}))
    server.answer(envelope(None, -1200, "Bookies missing"))
    assert offers(client) == ()
    with pytest.raises(MalformedAnswerError):
        offers(client)
    with pytest.raises(BookError):
        offers(client)


def test_an_offer_refused_with_a_reason_is_a_refusal(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(envelope(None, -1, "The match is closed"))
    with pytest.raises(BookRefusedError):
        offers(client)
