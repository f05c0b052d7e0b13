"""The last look: between the connection and the first byte, for the call that asked for it."""

import socket

import pytest
from urllib3.connection import HTTPConnection, HTTPSConnection

from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.connection import Connection
from actors.books.asianodds.last_look import (
    LookingHTTPConnection,
    LookingHTTPSConnection,
    next_look,
)
from actors.errors import BookError, NotSentError
from actors.selections import Phase
from tests.actors.books.answers import envelope, feed
from tests.actors.books.calling import HANDED, bet, client, server
from tests.actors.books.loopback import CUT, Loopback

__all__ = ["client", "server"]


def test_the_last_look_is_when_the_connection_stands_and_before_the_first_byte(
    server: Loopback, client: AsianOddsClient
) -> None:
    """Also on a connection that was kept open, and for no other call than this one."""
    server.answer(envelope(HANDED))
    server.answer(envelope(HANDED))
    looks: list[int] = []

    def look() -> None:
        looks.append(len(server.asked))

    bet(client, last_look=look)
    bet(client, last_look=look)
    assert looks == [0, 1]
    server.answer(feed())
    client.feed("123", Phase.LIVE, 1)
    assert looks == [0, 1]


def test_what_the_last_look_stops_reaches_no_server_and_spoils_nothing(
    server: Loopback, client: AsianOddsClient
) -> None:
    def stop() -> None:
        raise NotSentError("the gate was closed")

    for _ in range(2):
        with pytest.raises(NotSentError, match="the gate was closed"):
            bet(client, last_look=stop)
    assert server.asked == []
    server.answer(envelope(HANDED))
    bet(client)
    assert len(server.asked) == 1


@pytest.mark.parametrize("kind", [HTTPConnection, HTTPSConnection])
def test_a_connection_is_made_before_the_look_and_nothing_leaves_before_it(
    monkeypatch: pytest.MonkeyPatch, kind: type[HTTPConnection]
) -> None:
    """Whoever looks first and connects then has not looked when the bytes leave."""
    done: list[str] = []

    def connect(self: HTTPConnection) -> None:
        done.append("connect")
        self.sock = socket.socket()

    def send(self: HTTPConnection, data: bytes) -> None:
        assert self.sock is not None
        done.append(data.decode())

    monkeypatch.setattr(kind, "connect", connect)
    monkeypatch.setattr(kind, "send", send)
    looking = {HTTPConnection: LookingHTTPConnection, HTTPSConnection: LookingHTTPSConnection}
    connection = looking[kind]("127.0.0.1", 1)
    next_look.set(lambda: done.append("look"))
    connection.send(b"head")
    connection.send(b"body")
    next_look.set(lambda: done.append("look"))
    connection.send(b"another head")
    connection.close()
    assert done == ["connect", "look", "head", "body", "look", "another head"]


def test_a_read_that_was_cut_off_is_not_repeated_by_the_connection(
    server: Loopback, client: AsianOddsClient
) -> None:
    server.answer(b"", CUT)
    server.answer(feed())
    with pytest.raises(BookError, match="network"):
        client.feed("123", Phase.LIVE, 1)
    assert len(server.asked) == 1


def test_connections_over_tls_look_as_well() -> None:
    with Connection("https://127.0.0.1:1/Service")._connected() as session:
        adapter = session.get_adapter("https://127.0.0.1:1")
        pool = adapter.poolmanager.connection_from_url("https://127.0.0.1:1")  # type: ignore[attr-defined]
        assert pool.ConnectionCls is LookingHTTPSConnection
