"""The client against a server of our own: what it sends, what it concludes, what it hides."""

import datetime
import json
import socket

import pytest

from actors.books.asianodds import wire
from actors.books.asianodds.client import AccountSummary, AsianOddsClient, Login
from actors.books.asianodds.feed import FeedState
from actors.errors import (
    BookError,
    LoginRefusedError,
    MalformedAnswerError,
    NotSentError,
    SessionLostError,
    ThrottledError,
    UnknownOutcomeError,
)
from actors.selections import Phase
from actors.units import Millis, Money
from runtime.errors import TictacError
from tests.actors.books.answers import envelope, feed, row
from tests.actors.books.calling import (
    HANDED,
    bet,
    client,
    logged_in,
    offered,
    offers,
    server,
)
from tests.actors.books.loopback import CUT, SILENT, Loopback

__all__ = ["client", "server"]


def test_a_login_sends_the_hash_and_brings_token_key_and_base(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(logged_in("http://127.0.0.1:9/Other/"))
    login = client.login("me", "secret")
    assert login == Login("123", "abc", "http://127.0.0.1:9/Other")
    (asked,) = server.asked
    assert (asked.verb, asked.path) == ("GET", "/Service/Login")
    assert asked.query == {"username": "me", "password": "5ebe2294ecd0e0f08eab7690d2a6ee69"}
    assert "AOToken" not in asked.headers


def test_a_login_without_an_url_keeps_the_base(server: Loopback, client: AsianOddsClient) -> None:
    server.answer(logged_in())
    assert client.login("me", "secret").url == server.url


def test_a_login_with_a_strange_url_is_refused_as_malformed(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(logged_in("file:///etc/passwd"))
    with pytest.raises(MalformedAnswerError):
        client.login("me", "secret")


def test_register_sends_token_and_key_to_the_new_base(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(envelope({"Success": True, "TextMessage": "Successfully Registered."}))
    client.set_base(server.url + "/New/")
    client.register(Login("123", "abc", server.url), "me")
    (asked,) = server.asked
    assert (asked.path, asked.query) == ("/Service/New/Register", {"username": "me"})
    assert (asked.headers["AOToken"], asked.headers["AOKey"]) == ("123", "abc")


def test_a_register_that_fails_means_a_new_login(server: Loopback, client: AsianOddsClient) -> None:
    server.answer(envelope({"Success": False, "TextMessage": "too late"}))
    with pytest.raises(SessionLostError, match="too late"):
        client.register(Login("123", "abc", ""), "me")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, envelope({"SuccessfulLogin": False, "TextMessage": "bad password"}, -1)),
        (200, envelope({"SuccessfulLogin": False, "TextMessage": "bad password"}, 0)),
        (200, envelope(None, -1, "Login failed: bad password")),
    ],
)
def test_a_refused_login_says_why(
    server: Loopback, client: AsianOddsClient, status: int, body: bytes
) -> None:
    server.answer(body, status)
    with pytest.raises(LoginRefusedError, match="bad password"):
        client.login("me", "secret")


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_that_is_forbidden_is_refused_and_no_lost_session(
    server: Loopback, client: AsianOddsClient, status: int
) -> None:
    server.answer(b"", status)
    with pytest.raises(LoginRefusedError):
        client.login("me", "secret")


def test_maintenance_at_login_is_no_refusal_of_the_password(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(b"<html>", 503)
    with pytest.raises(BookError) as caught:
        client.login("me", "secret")
    assert not isinstance(caught.value, LoginRefusedError)


def test_no_error_of_login_shows_the_password_or_its_hash() -> None:
    client = AsianOddsClient("http://127.0.0.1:1/Service")
    with pytest.raises(TictacError) as caught:
        client.login("me", "secret")
    shown = repr(caught.value) + repr(caught.value.__cause__)
    assert "secret" not in shown
    assert "5ebe2294ecd0e0f08eab7690d2a6ee69" not in shown
    assert caught.value.__suppress_context__


def test_no_log_shows_the_hash_even_at_debug(
    server: Loopback, client: AsianOddsClient, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer(logged_in())
    with caplog.at_level("DEBUG"):
        client.login("me", "secret")
    assert "5ebe2294ecd0e0f08eab7690d2a6ee69" not in caplog.text


def test_a_book_that_echoes_the_hash_is_not_quoted(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(envelope(None, -1, "login with 5ebe2294ecd0e0f08eab7690d2a6ee69 failed"))
    with pytest.raises(LoginRefusedError, match=r"login with \*\*\* failed"):
        client.login("me", "secret")


def test_a_login_does_not_show_its_token() -> None:
    assert "123" not in repr(Login("123", "123", "http://x"))


def test_a_session_that_is_gone_is_not_logged_in(server: Loopback, client: AsianOddsClient) -> None:
    server.answer(envelope({"CurrentlyLoggedIn": True}))
    server.answer(envelope({"CurrentlyLoggedIn": False}))
    server.answer(envelope(None, -1, ""))
    server.answer(envelope(None, -4, ""))
    server.answer(b"", 401)
    assert [client.is_logged_in("123") for _ in range(5)] == [True, False, False, False, False]


def test_logout_bears_a_result_that_is_text(server: Loopback, client: AsianOddsClient) -> None:
    server.answer(envelope("bye"))
    client.logout("123")
    assert server.asked[0].headers["AOToken"] == "123"


def test_a_feed_is_asked_for_in_decimal_odds(server: Loopback, client: AsianOddsClient) -> None:
    server.answer(feed(row()))
    body = client.feed("123", Phase.EARLY, 1, "PIN,SBO", "5", 77)
    assert FeedState().apply(body, Millis(1)).quotes
    assert server.asked[0].query == {
        "sportsType": "1",
        "marketTypeId": "2",
        "bookies": "PIN,SBO",
        "leagues": "5",
        "oddsFormat": "00",
        "since": "77",
    }


@pytest.mark.parametrize("since", [None, 0])
def test_a_full_feed_is_asked_for_by_leaving_since_out(
    server: Loopback, client: AsianOddsClient, since: int | None
) -> None:
    server.answer(feed())
    client.feed("123", Phase.LIVE, 1, since=since)
    assert "since" not in server.asked[0].query


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 401, SessionLostError),
        (b"", 429, ThrottledError),
        (envelope(None, -810, ""), 200, ThrottledError),
        (envelope(None, -4, ""), 200, SessionLostError),
        (b"<html>", 200, MalformedAnswerError),
        (b"", 502, BookError),
        (b"", 302, BookError),
        (b"", CUT, BookError),
        (b"", SILENT, BookError),
    ],
)
def test_a_feed_that_fails_is_raised_as_what_it_is(
    server: Loopback, client: AsianOddsClient, body: bytes, status: int, error: type[BookError]
) -> None:
    server.answer(body, status)
    with pytest.raises(error):
        client.feed("123", Phase.LIVE, 1)
    assert len(server.asked) == 1


def test_the_account_is_read_into_minor_units(server: Loopback, client: AsianOddsClient) -> None:
    result = {
        "Credit": 2396.75,
        "CreditCurrency": "EUR",
        "Outstanding": "1,147.7",
        "TodayPnL": -3,
    }
    server.answer(envelope(result))
    assert client.account("123") == AccountSummary(Money(239675), Money(114770), "EUR", Money(-300))


@pytest.mark.parametrize("credit", ["plenty", 1e300, None, {}, True])
def test_an_account_without_a_readable_credit_is_malformed(
    server: Loopback, client: AsianOddsClient, credit: object
) -> None:
    server.answer(envelope({"Credit": credit}))
    with pytest.raises(MalformedAnswerError):
        client.account("123")


def test_a_reference_in_transit_or_unknown_is_an_empty_answer(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(envelope(None, -200, "not found"))
    server.answer(envelope([{"BetPlacementReference": "WA-a-1", "Status": "Running"}]))
    assert client.bets_by_reference("123", "WA-a-1") == ()
    assert [found.reference for found in client.bets_by_reference("123", "WA-a-1")] == ["WA-a-1"]
    assert server.asked[0].query == {"betReference": "WA-a-1"}


def test_a_lost_session_is_not_an_unknown_reference(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(envelope(None, -4, ""))
    server.answer(envelope(None, -200, ""), 401)
    for _ in range(2):
        with pytest.raises(SessionLostError):
            client.bets_by_reference("123", "WA-a-1")


def test_bet_lists_are_asked_for_by_their_names(server: Loopback, client: AsianOddsClient) -> None:
    for _ in range(4):
        server.answer(envelope(None, 300, "", Data=None))
    assert client.bets("1") == client.running_bets("1") == client.finished_bets("1") == ()
    assert client.history("1", datetime.date(2026, 3, 9)) == ()
    assert [asked.path.rpartition("/")[2] for asked in server.asked] == [
        "GetBets",
        "GetRunningBets",
        "GetNonRunningBets",
        "GetBetHistorySummary",
    ]
    assert server.asked[3].query == {"date": "03/09/2026", "bookies": "ALL"}


def test_sports_and_bookies_are_named(server: Loopback, client: AsianOddsClient) -> None:
    server.answer(envelope(None, Data=[{"Id": 1, "Name": "Football"}]))
    server.answer(envelope(None, Data=[{"Id": "IBC", "Name": "IBCBET", "IsFeedAvailable": True}]))
    assert client.sports("1") == {1: "Football"}
    assert client.bookies("1") == {"IBC": "IBCBET"}


def test_an_answer_that_never_ends_is_cut_off(
    server: Loopback, client: AsianOddsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LARGEST_ANSWER_BYTES", 1000)
    server.answer(b" " * 5000)
    with pytest.raises(MalformedAnswerError, match="too large"):
        client.feed("123", Phase.LIVE, 1)


def test_a_bet_is_posted_once_with_the_token(server: Loopback, client: AsianOddsClient) -> None:
    server.answer(envelope(HANDED))
    bet(client)
    (asked,) = server.asked
    assert (asked.verb, asked.path) == ("POST", "/Service/PlaceBet")
    assert asked.headers["AOToken"] == "123"
    assert asked.headers["Content-Type"] == "application/json"
    assert json.loads(asked.body)["PlaceBetId"] == "a-1"


def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    client = AsianOddsClient(f"http://127.0.0.1:{port}/Service")
    with pytest.raises(NotSentError):
        bet(client)
    with pytest.raises(NotSentError):
        client.feed("123", Phase.LIVE, 1)


@pytest.mark.parametrize("status", [CUT, SILENT, 302, 307, 500, 503])
def test_a_bet_that_is_not_answered_is_an_unknown_outcome_and_is_never_sent_again(
    server: Loopback, client: AsianOddsClient, status: int
) -> None:
    server.answer(envelope(HANDED), status)
    server.answer(envelope(HANDED))
    with pytest.raises(UnknownOutcomeError):
        bet(client)
    assert len(server.asked) == 1


def test_a_bet_is_not_sent_again_on_a_connection_that_was_kept_open(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(offered())
    server.answer(b"", CUT)
    server.answer(envelope(HANDED))
    offers(client)
    with pytest.raises(UnknownOutcomeError):
        bet(client)
    assert len(server.asked) == 2


def test_a_bet_that_cannot_be_meant_reaches_no_server(
    server: Loopback, client: AsianOddsClient
) -> None:
    with pytest.raises(NotSentError):
        bet(client, locator="nowhere")
    assert server.asked == []
