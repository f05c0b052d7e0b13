"""What a poll of The Odds API costs, when it is not made, and that the key is never shown."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from actors.books.asianodds.connection import Answer, Connection
from actors.books.odds_api.client import OddsApiClient, cost
from actors.books.odds_api.quota import Quota
from actors.books.odds_api.source import OddsApiSource
from actors.errors import (
    BookError,
    LoginRefusedError,
    MalformedAnswerError,
    NotSentError,
    QuotaSpentError,
    ThrottledError,
    UnknownOutcomeError,
)
from actors.price_change import PriceChange
from actors.selections import Phase
from actors.settings import AccountSettings, Book, MarketSettings
from actors.units import Millis
from runtime.concealment import Secret
from tests.actors.books.loopback import Loopback, listening
from tests.actors.books.odds_answers import NOON, answer, match

KEY = "4f1d9a0c5e"


class Wire:
    """Stand in for the connection; answers laid ready, an exception among them is raised."""

    def __init__(self, *ready: Any) -> None:
        self.ready = list(ready)
        self.asked: list[tuple[str, dict[str, str]]] = []

    def exchange(self, call: str, *, query: dict[str, str]) -> Answer:
        self.asked.append((call, query))
        found = self.ready.pop(0)
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, Answer)
        return found

    @property
    def calls(self) -> list[str]:
        return [call.removeprefix("v4/sports") for call, _ in self.asked]


def said(left: object = None, body: bytes = b"[]", status: int = 200) -> Answer:
    return Answer(status, body, {} if left is None else {"x-requests-remaining": str(left)})


def source(wire: Any, sports: tuple[str, ...] = ("a",), reserve: int = 10) -> OddsApiSource:
    account = AccountSettings(
        Book.ODDS_API, key=Secret(KEY), regions=("eu", "uk"), sports=sports, reserve=reserve
    )
    market = MarketSettings("toa", Phase.TODAY, strategies=())
    return OddsApiSource(market, account, OddsApiClient(KEY, wire))


def polled(made: OddsApiSource) -> PriceChange:
    return made.read(made.ask(""), Millis(NOON))


def test_a_call_costs_its_markets_times_its_regions() -> None:
    assert cost(("eu", "uk")) == 6


def test_the_credits_are_asked_for_before_the_first_call_that_costs_some() -> None:
    wire = Wire(said(16), said(10, answer(match())))
    change = polled(source(wire))
    assert wire.calls == ["", "/a/odds"]
    assert len(change.quotes) == 3
    assert wire.asked[1][1] == {
        "regions": "eu,uk",
        "markets": "h2h,spreads,totals",
        "oddsFormat": "decimal",
        "dateFormat": "iso",
        "apiKey": KEY,
    }


@pytest.mark.parametrize("left", [15, 0, None, "many", "-3", "9" * 13])
def test_no_call_is_made_that_would_use_the_reserve(left: object) -> None:
    wire = Wire(said(left))
    with pytest.raises(QuotaSpentError):
        polled(source(wire))
    assert wire.calls == [""]


def test_a_call_without_an_answer_is_counted_as_paid() -> None:
    wire = Wire(said(21), UnknownOutcomeError("network: ReadTimeout at x"), said(15))
    made = source(wire)
    with pytest.raises(BookError):
        polled(made)
    with pytest.raises(QuotaSpentError):
        polled(made)
    assert wire.calls == ["", "/a/odds", ""]


def test_sports_are_asked_for_by_turns() -> None:
    wire = Wire(said(100), *(said(90) for _ in range(3)))
    made = source(wire, ("a", "b"))
    for _ in range(3):
        polled(made)
    assert wire.calls == ["", "/a/odds", "/b/odds", "/a/odds"]


def test_when_the_credits_are_spent_only_the_free_call_is_made() -> None:
    spent = said(None, b'{"error_code": "OUT_OF_USAGE_CREDITS", "message": "no"}', 401)
    wire = Wire(said(100), spent, said(0), said(500), said(494))
    made = source(wire)
    for _ in range(2):
        with pytest.raises(QuotaSpentError):
            polled(made)
    polled(made)
    assert wire.calls == ["", "/a/odds", "", "", "/a/odds"]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "INVALID_KEY", LoginRefusedError),
        (403, "", LoginRefusedError),
        (401, "OUT_OF_USAGE_CREDITS", QuotaSpentError),
        (429, "EXCEEDED_FREQ_LIMIT", ThrottledError),
        (422, "INVALID_REGION", BookError),
        (404, "UNKNOWN_SPORT", BookError),
        (500, "", BookError),
        (302, "", BookError),
    ],
)
def test_a_failure_is_of_its_kind_and_says_nothing_that_came_from_outside(
    status: int, code: str, kind: type[BookError]
) -> None:
    body = f'{{"error_code": "{code}", "message": "your key {KEY}"}}'.encode()
    client = OddsApiClient(KEY, Wire(Answer(status, body)))  # type: ignore[arg-type]
    with pytest.raises(kind) as raised:
        client.odds("a", ("eu",))
    assert type(raised.value) is kind
    assert KEY not in str(raised.value)
    assert code in str(raised.value)


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[]", b'{"error_code": "a b"}', b'{"error_code": 5}']
)
def test_a_failure_that_cannot_be_read_is_a_failure(body: bytes) -> None:
    with pytest.raises(LoginRefusedError, match=r"^HTTP 401 at v4/sports$"):
        OddsApiClient(KEY, Wire(Answer(401, body))).sports()  # type: ignore[arg-type]


def test_an_answer_that_cannot_be_read_still_says_what_credits_are_left() -> None:
    wire = Wire(said(100), said(12, b"{"), said(12))
    made = source(wire)
    with pytest.raises(MalformedAnswerError):
        polled(made)
    with pytest.raises(QuotaSpentError):
        polled(made)


def test_credits_may_be_written_with_a_fraction() -> None:
    quota = Quota(0)
    quota.note({"x-requests-remaining": "12.0"})
    assert quota.remaining == 12


@pytest.fixture
def server() -> Iterator[Loopback]:
    with listening() as made:
        yield made


def test_the_key_is_in_no_log_and_no_error(
    server: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answer(b"[]")
    client = OddsApiClient(KEY, Connection(server.url, 2.0, 2.0))
    assert client.sports().body == b"[]"
    assert server.asked[0].query["apiKey"] == KEY
    assert server.asked[0].path.endswith("/v4/sports")
    nowhere = OddsApiClient(KEY, Connection("http://127.0.0.1:1", 0.2, 0.2))
    with pytest.raises(NotSentError) as raised:
        nowhere.sports()
    assert KEY not in str(raised.value) + caplog.text
