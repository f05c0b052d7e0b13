"""The one door to PlaceBet: what goes out, and what may be concluded from what comes back."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import actors
from actors.books.asianodds.placement import (
    Handed,
    bet_document,
    read_placement,
    reference_of,
)
from actors.errors import (
    BookRefusedError,
    NotSentError,
    SessionLostError,
    ThrottledError,
    UnknownOutcomeError,
)
from actors.selections import MarketType, Period, Selection, Side
from tests.actors.books.answers import envelope

QUARTER = Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, -25, Side.HOME)


def document(
    selection: Selection = QUARTER,
    locator: str = "-11/0/1",
    book: str = "PIN",
    price: int = 1930,
    stake: int = 1250,
    place_bet_id: str = "a-1",
) -> dict[str, Any]:
    """Return the body of PlaceBet as JSON reads it."""
    body = bet_document(selection, locator, book, price, stake, place_bet_id)
    whole: dict[str, Any] = json.loads(body)
    return whole


def placed(
    result: object = None, code: int = 0, message: str = "", status: int = 200, **part: object
) -> Handed:
    """Read an answer to PlaceBet with one part of PIN."""
    one = {"Bookie": "PIN", "ReturnCode": 0, "Message": None, **part}
    whole = {"BetPlacementReference": "WA-a-1", "Message": "", "PlacementData": [one]}
    answer = envelope(whole if result is None else result, code, message)
    return read_placement(status, answer, "PIN", "WA-a-1")


def test_a_bet_goes_out_in_decimal_odds_and_takes_no_other_price() -> None:
    assert document() == {
        "GameId": -11,
        "GameType": "H",
        "OddsName": "HomeOdds",
        "IsFullTime": 1,
        "MarketTypeId": 0,
        "SportsType": 1,
        "OddsFormat": "00",
        "PlaceBetId": "a-1",
        "BookieOdds": "PIN:1.93",
        "Amount": 12.5,
        "AcceptChangedOdds": 0,
    }


@pytest.mark.parametrize(
    ("kind", "side", "letter", "name"),
    [
        (MarketType.HANDICAP, Side.AWAY, "H", "AwayOdds"),
        (MarketType.TOTAL, Side.OVER, "O", "OverOdds"),
        (MarketType.TOTAL, Side.UNDER, "O", "UnderOdds"),
        (MarketType.ONE_X_TWO, Side.HOME, "X", "HomeOdds"),
        (MarketType.ONE_X_TWO, Side.DRAW, "X", "DrawOdds"),
        (MarketType.ONE_X_TWO, Side.AWAY, "X", "AwayOdds"),
    ],
)
def test_a_side_is_named_as_the_book_names_it(
    kind: MarketType, side: Side, letter: str, name: str
) -> None:
    sent = document(Selection("ao-1", kind, Period.HALF_TIME, 0, side))
    assert (sent["GameType"], sent["OddsName"], sent["IsFullTime"]) == (letter, name, 0)


@pytest.mark.parametrize(
    ("price", "text"), [(1930, "1.93"), (1935, "1.935"), (2000, "2.00"), (10500, "10.50")]
)
def test_a_price_is_written_as_decimal_text(price: int, text: str) -> None:
    assert document(price=price)["BookieOdds"] == f"PIN:{text}"


@pytest.mark.parametrize(("stake", "text"), [(1, "0.01"), (500, "5.00"), (123456789, "1234567.89")])
def test_an_amount_is_a_number_in_major_units(stake: int, text: str) -> None:
    assert f'"Amount":{text},'.encode() in bet_document(QUARTER, "1/0/1", "PIN", 1930, stake, "a")


@pytest.mark.parametrize(
    "fault",
    [
        {"place_bet_id": ""},
        {"place_bet_id": "x" * 41},
        {"place_bet_id": "a b"},
        {"book": "BEST"},
        {"book": "PIN:1.9,SBO"},
        {"book": ""},
        {"price": 1000},
        {"price": 0},
        {"price": 1_000_001},
        {"stake": 0},
        {"stake": -5},
        {"locator": "11"},
        {"locator": "11/7/1"},
        {"locator": "x/0/1"},
        {"locator": ""},
    ],
)
def test_what_cannot_be_meant_is_not_sent(fault: dict[str, Any]) -> None:
    with pytest.raises(NotSentError):
        document(**fault)


def test_a_bet_that_was_handed_on_has_its_reference() -> None:
    assert placed(PlacedSuccessfully=True, Rejected=False) == Handed("WA-a-1", True, 0, "")


def test_the_reference_may_stand_in_the_part_or_nowhere() -> None:
    part = {"Bookie": "PIN", "PlacedSuccessfully": True, "BetPlacementReference": "WA-zz"}
    assert placed({"PlacementData": [part]}).reference == "WA-zz"
    del part["BetPlacementReference"]
    assert placed({"PlacementData": [part]}).reference == reference_of("a-1") == "WA-a-1"


def test_a_clear_rejection_is_a_refusal_with_its_code() -> None:
    with pytest.raises(BookRefusedError) as caught:
        placed(PlacedSuccessfully=False, Rejected=True, ReturnCode=-5, Message="Odds changed")
    assert caught.value.code == -5
    assert "Odds changed" in str(caught.value)


def test_too_low_an_amount_is_a_refusal() -> None:
    with pytest.raises(BookRefusedError) as caught:
        placed({"PlacementData": []}, -1303, "Amount too low")
    assert caught.value.code == -1303


def test_too_low_an_amount_that_was_placed_all_the_same_is_not_known() -> None:
    with pytest.raises(UnknownOutcomeError):
        placed(None, -1303, PlacedSuccessfully=True)


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"PlacedSuccessfully": False},
        {"PlacedSuccessfully": False, "Rejected": False},
        {"PlacedSuccessfully": True, "Rejected": True},
        {"PlacedSuccessfully": None, "Rejected": True},
        {"PlacedSuccessfully": True, "ReturnCode": -9},
        {"PlacedSuccessfully": "yes"},
        {"PlacedSuccessfully": False, "Rejected": True, "Bookie": "SBO"},
        {"PlacedSuccessfully": True, "Bookie": "SBO"},
    ],
)
def test_a_part_that_is_not_clear_is_an_unknown_outcome(part: dict[str, Any]) -> None:
    with pytest.raises(UnknownOutcomeError):
        placed(**part)


@pytest.mark.parametrize(
    "result",
    [
        "null",
        [],
        {},
        {"BetPlacementReference": "WA-a-1"},
        {"PlacementData": None},
        {"PlacementData": []},
        {"PlacementData": [{}, {}]},
        {"PlacementData": 5},
    ],
)
def test_a_result_without_one_clear_part_is_an_unknown_outcome(result: object) -> None:
    with pytest.raises(UnknownOutcomeError):
        placed(result)


def test_a_placement_problem_with_a_result_is_still_an_unknown_outcome() -> None:
    with pytest.raises(UnknownOutcomeError):
        placed(None, -1307, PlacedSuccessfully=False, Rejected=True)


@pytest.mark.parametrize("status", [500, 502, 504, 302, 400])
def test_a_failed_status_is_an_unknown_outcome_whatever_the_body_says(status: int) -> None:
    with pytest.raises(UnknownOutcomeError):
        placed(status=status, PlacedSuccessfully=False, Rejected=True)


def test_a_lost_session_and_a_throttle_surely_placed_nothing() -> None:
    with pytest.raises(SessionLostError):
        placed(status=401)
    with pytest.raises(ThrottledError):
        placed(status=429)


@given(st.binary(max_size=200))
def test_rubbish_in_place_of_an_answer_is_an_unknown_outcome(answer: bytes) -> None:
    with pytest.raises(UnknownOutcomeError):
        read_placement(200, answer, "PIN", "WA-a")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["Bookie", "PlacedSuccessfully", "Rejected", "ReturnCode", "Message"]),
        JSON,
    )
)
def test_only_a_clear_no_is_a_refusal_and_only_a_clear_yes_is_handed(part: dict[str, Any]) -> None:
    try:
        placed({"PlacementData": [part]})
    except BookRefusedError:
        assert part["PlacedSuccessfully"] is False
        assert part["Rejected"] is True
    except UnknownOutcomeError:
        return
    else:
        assert part["PlacedSuccessfully"] is True


def test_placebet_is_named_in_one_module_only() -> None:
    package = Path(actors.__file__).parent / "books" / "asianodds"
    naming = {
        path.name
        for path in package.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and str(node.value).casefold() == "placebet"
    }
    assert naming == {"placement.py"}
