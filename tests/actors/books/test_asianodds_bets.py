"""Bets as the book tells them: words, codes, and what cannot be read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.books.asianodds import wire
from actors.books.asianodds.bets import BetState, BookBet, bet_state, price_in, read_bet, read_bets
from actors.errors import MalformedAnswerError
from actors.selections import MarketType, Period, Side
from actors.units import Millis
from tests.actors.books.answers import envelope


def bet(**fields: Any) -> dict[str, Any]:
    """Build a row of the history: home gave 0.25 at PIN and won."""
    return {
        "BetPlacementReference": "WA-abc",
        "InternalReferenceNumber": "0123456789",
        "Bookie": "PIN",
        "Currency": "EUR",
        "LeagueName": "*ENGLISH PREMIER LEAGUE",
        "HomeName": "Arsenal",
        "AwayName": "Everton",
        "GameType": "Handicap",
        "BetType": "HDP Home",
        "HdpOrGoal": "0-0.5",
        "Term": "FT",
        "FullTimeFavoured": 1,
        "HalfTimeFavoured": 0,
        "Odds": 1.93,
        "OddsType": "00",
        "Stake": 5,
        "Pnl": 4.65,
        "HomeScore": "1",
        "AwayScore": "0",
        "FullTimeHomeScore": "-1",
        "FullTimeAwayScore": "-1",
        "KickoffTime": 1_607_275_800_000,
        "TicketDate": 1_607_254_028_000,
        "Status": "2",
        "PnlInfo": "Won",
        "BetPlacementMessage": "",
        **fields,
    }


def test_a_settled_bet_is_read_whole() -> None:
    assert read_bet(bet()) == BookBet(
        reference="WA-abc",
        ticket="0123456789",
        book="PIN",
        home="Arsenal",
        away="Everton",
        type=MarketType.HANDICAP,
        side=Side.HOME,
        line=-25,
        period=Period.FULL_TIME,
        price=1930,
        stake=read_bet(bet(Stake="5.00")).stake,
        state=BetState.WON,
        pnl=read_bet(bet(Pnl="4.65")).pnl,
        placed_at=read_bet(bet()).placed_at,
        message="",
        raw_status="2",
        currency="EUR",
        home_score=1,
        away_score=0,
        league="*ENGLISH PREMIER LEAGUE",
        kick_off=Millis(1_607_275_800_000 - 8 * 3_600_000),
    )
    assert (read_bet(bet()).stake, read_bet(bet()).pnl) == (500, 465)
    assert read_bet(bet()).placed_at == 1_607_254_028_000


@pytest.mark.parametrize("told", [None, "soon", 0, -1, 8 * 3_600_000])
def test_a_kick_off_that_is_none_is_not_told(told: Any) -> None:
    assert read_bet(bet(KickoffTime=told)).kick_off is None


@pytest.mark.parametrize(
    ("status", "info", "state"),
    [
        ("Sending", "", BetState.SENDING),
        ("Pending", "", BetState.PENDING),
        ("RUNNING", "", BetState.RUNNING),
        ("rejected", "", BetState.REJECTED),
        ("Won", "", BetState.WON),
        ("Lost", "", BetState.LOST),
        ("Won", "Half won", BetState.HALF_WON),
        ("Lost", "Half lost", BetState.HALF_LOST),
        ("Half Won", "", BetState.HALF_WON),
        ("HALF_LOST", "", BetState.HALF_LOST),
        ("Void", "", BetState.VOID),
        ("Cancelled", "", BetState.VOID),
        ("Push", "", BetState.PUSH),
        ("2", "Won", BetState.WON),
        ("2", "lost", BetState.LOST),
        ("2", "Half won", BetState.HALF_WON),
        ("2", "Half lost", BetState.HALF_LOST),
        ("2", "Stake returned", BetState.PUSH),
        ("2", "", BetState.UNKNOWN),
        ("2", "Abandoned", BetState.UNKNOWN),
        ("8", "", BetState.REJECTED),
        ("V", "", BetState.VOID),
        ("v", "", BetState.VOID),
        ("S", "", BetState.SENDING),
        ("0", "", BetState.PENDING),
        ("1", "", BetState.PENDING),
    ],
)
def test_a_status_means_what_the_sheet_says(status: str, info: str, state: BetState) -> None:
    assert bet_state(status, info) is state


@pytest.mark.parametrize(
    "status", ["", "E", "Error", "9", "Danger", "Not rejected", "-8", "8?", "88"]
)
def test_a_status_that_is_not_known_is_never_a_refusal(status: str) -> None:
    assert bet_state(status) is BetState.UNKNOWN


@pytest.mark.parametrize(
    ("fields", "side", "line"),
    [
        ({}, Side.HOME, -25),
        ({"BetType": "hdp away"}, Side.AWAY, 25),
        ({"FullTimeFavoured": 2}, Side.HOME, 25),
        ({"FullTimeFavoured": 2, "BetType": "HDP Away"}, Side.AWAY, -25),
        ({"FullTimeFavoured": None, "Favoured": 1}, Side.HOME, -25),
        ({"FullTimeFavoured": 0}, Side.HOME, None),
        ({"FullTimeFavoured": 0, "HdpOrGoal": "0.0"}, Side.HOME, 0),
        ({"Term": "HT"}, Side.HOME, None),
        ({"Term": "HT", "HalfTimeFavoured": 2}, Side.HOME, 25),
        ({"HdpOrGoal": "-0.25"}, Side.HOME, None),
        ({"BetType": "sideways"}, None, None),
    ],
)
def test_a_handicap_is_signed_from_the_side_backed(
    fields: dict[str, Any], side: Side | None, line: int | None
) -> None:
    read = read_bet(bet(**fields))
    assert (read.side, read.line) == (side, line)


@pytest.mark.parametrize(
    ("kind", "word", "line", "expected"),
    [
        ("Over/Under", "OVER", "2.5", (MarketType.TOTAL, Side.OVER, 250)),
        ("Over/Under", "Under", "2.5-3", (MarketType.TOTAL, Side.UNDER, 275)),
        ("1X2", "1", "", (MarketType.ONE_X_TWO, Side.HOME, 0)),
        ("1x2", "X", "", (MarketType.ONE_X_TWO, Side.DRAW, 0)),
        ("1X2", "2", "", (MarketType.ONE_X_TWO, Side.AWAY, 0)),
        ("Parlay", "1", "1", (None, None, None)),
    ],
)
def test_game_and_bet_words_name_the_selection(
    kind: str, word: str, line: str, expected: tuple[object, ...]
) -> None:
    read = read_bet(bet(GameType=kind, BetType=word, HdpOrGoal=line))
    assert (read.type, read.side, read.line) == expected


@pytest.mark.parametrize(
    ("odds", "written", "price"),
    [
        (1.93, "00", 1930),
        ("1.93", "", 1930),
        (0.93, "MY", 1930),
        (-0.73, "MY", 2369),
        (1.2, "HK", 2200),
        (0.93, "00", None),
        (-0.73, None, None),
        (1.93, "??", None),
        (True, "00", None),
        (None, "00", None),
    ],
)
def test_a_price_is_converted_or_not_known(odds: object, written: object, price: object) -> None:
    assert read_bet(bet(Odds=odds, OddsType=written)).price == price


def test_amounts_may_come_as_text_with_thousands_commas() -> None:
    assert read_bet(bet(Stake="1,250.50", Pnl="-1,250.50")).stake == 125050


def test_a_score_of_minus_one_is_not_known() -> None:
    read = read_bet(bet(HomeScore="-1", FullTimeHomeScore="3", FullTimeAwayScore=2))
    assert (read.home_score, read.final_home_score, read.final_away_score) == (None, 3, 2)


def test_the_ticket_is_also_found_under_its_other_name() -> None:
    assert read_bet(bet(InternalReferenceNumber=None, ReferenceNumber="77")).ticket == "77"


def test_fields_of_the_wrong_type_never_drop_a_bet() -> None:
    junk = {name: [{"odd": 1}] for name in bet()} | {"BetPlacementReference": "WA-abc"}
    read = read_bet(junk)
    assert (read.reference, read.state, read.stake, read.price) == (
        "WA-abc",
        BetState.UNKNOWN,
        None,
        None,
    )


@pytest.mark.parametrize("row", [None, 5, "WA-abc", [], {}, {"Status": "8"}])
def test_a_row_without_a_reference_spoils_the_list_rather_than_vanish(row: object) -> None:
    with pytest.raises(MalformedAnswerError):
        read_bets(wire.decode(envelope(None, Data=[bet(), row])))


@pytest.mark.parametrize(
    "answer",
    [
        envelope(None, Data=[bet()]),
        envelope([bet()]),
        envelope(bet()),
        envelope({"BetSummaries": [bet()], "Total": "4.65"}),
        envelope({"Bets": [bet()]}),
    ],
)
def test_bets_are_found_wherever_the_method_puts_them(answer: bytes) -> None:
    assert [read.reference for read in read_bets(wire.decode(answer))] == ["WA-abc"]


@pytest.mark.parametrize(
    "answer",
    [
        envelope(None, 300, Data=None),
        envelope(None, Data=None),
        envelope(None, Data=[]),
        envelope({"BetSummaries": []}),
        envelope({"BetSummaries": None}),
    ],
)
def test_no_bets_is_an_empty_list(answer: bytes) -> None:
    assert read_bets(wire.decode(answer)) == ()


@pytest.mark.parametrize(
    "answer", [envelope({"Other": 1}), envelope("text"), envelope(None, Data=5)]
)
def test_an_answer_without_a_list_is_not_read_as_no_bets(answer: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        read_bets(wire.decode(answer))


def test_a_price_code_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="XX"):
        price_in("1.93", "XX")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(bet())), JSON, max_size=6))
def test_a_mutated_bet_is_a_bet_or_our_error(fields: dict[str, Any]) -> None:
    try:
        read = read_bet(bet(**fields))
    except MalformedAnswerError:
        return
    if "Status" not in fields:
        assert read.state is not BetState.REJECTED
