"""A client at a server on loopback."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.placement import Offer, place, placement_info
from actors.selections import MarketType, Period, Selection, Side
from actors.units import Money
from tests.actors.books.answers import envelope, recorded
from tests.actors.books.loopback import Loopback, listening

QUARTER = Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, -25, Side.HOME)
HANDED = {
    "BetPlacementReference": "WA-a-1",
    "PlacementData": [{"Bookie": "PIN", "PlacedSuccessfully": True, "Rejected": False}],
}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with listening() as loopback:
        yield loopback


@pytest.fixture
def client(server: Loopback) -> Iterator[AsianOddsClient]:
    client = AsianOddsClient(server.url, connect_seconds=2, read_seconds=0.2)
    yield client
    client.close()


def logged_in(url: str = "", **fields: object) -> bytes:
    """Return the answer to a login that succeeds."""
    result = {"SuccessfulLogin": True, "Token": "123", "Key": "abc", "Url": url, **fields}
    return envelope(result)


def bet(client: AsianOddsClient, **changed: Any) -> object:
    """Place the quarter line at PIN."""
    wanted: dict[str, Any] = {
        "selection": QUARTER,
        "locator": "11/0/1",
        "book": "PIN",
        "price": 1930,
        "stake": Money(500),
        "place_bet_id": "a-1",
        "last_look": lambda: None,
    }
    return place(client, "123", **(wanted | changed))


def offers(client: AsianOddsClient, selection: Selection = QUARTER) -> tuple[Offer, ...]:
    """Ask PIN about a selection."""
    return placement_info(client, "123", selection=selection, locator="-11/1/1", bookies="PIN")


def offered(**fields: object) -> bytes:
    """Return the recorded offer, made one for home -0.25 at PIN."""
    whole = json.loads(recorded("GetPlacementInfo"))
    (one,) = whole["Result"]["OddsPlacementData"]
    one |= {"Bookie": "PIN", "GameType": "H", "HDPorGoal": "0-0.5", **fields}
    return json.dumps(whole).encode()
