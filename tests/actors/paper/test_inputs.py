from hypothesis import given, settings
from hypothesis import strategies as st

from tests.actors.paper.conftest import Desk

METHODS = st.sampled_from(
    [
        "login",
        "register",
        "getfeeds",
        "getmatches",
        "getleagues",
        "gethistorystatement",
        "getbethistorysummary",
        "getbetbyreference",
        "getplacementinfo",
        "placebet",
    ]
)
NAMES = st.sampled_from(
    [
        "Username",
        "Password",
        "SportsType",
        "MarketTypeId",
        "Bookies",
        "Leagues",
        "Since",
        "OddsFormat",
        "From",
        "To",
        "Date",
        "BetReference",
        "IsFullTime",
        "BookieOdds",
        "Amount",
        "PlaceBetId",
        "AcceptChangedOdds",
    ]
)
ODD_TEXTS = st.sampled_from(
    ["\ud800", "\x00", "9" * 6000, "1e999999", "PIN:1e999999", "PIN:2", "00", "12/31/9999", "²"]
)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | ODD_TEXTS
    | st.lists(st.integers(), max_size=2)
)
DESK = Desk(throttle=False)
DESK.login()
SELECTION = DESK.selection(DESK.games()[0])


@settings(max_examples=300, deadline=None)
@given(METHODS, st.dictionaries(NAMES, VALUES, max_size=8), st.booleans())
def test_whatever_a_client_sends_the_answer_is_an_envelope(method, sent, aimed):
    DESK.ask(method, (SELECTION if aimed else {}) | sent)
    assert DESK.answer.status == 200
    assert isinstance(DESK.answer.payload["Code"], int)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_whatever_is_sent_to_place_can_be_stored(sent):
    DESK.changes.clear()
    DESK.ask("PlaceBet", SELECTION | sent)
    for change in DESK.changes:
        for name in change.__struct_fields__:
            value = getattr(change, name)
            if isinstance(value, str):
                value.encode()
            elif value is not None:
                assert abs(value) < 2**63
