"""The last look: between the connection and the first byte, for the call that asked for it."""

import pytest

from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.connection import Connection
from actors.books.asianodds.last_look import LookingHTTPSConnection
from actors.errors import NotSentError
from actors.selections import Phase
from tests.actors.books.answers import envelope, feed
from tests.actors.books.loopback import Loopback
from tests.actors.books.test_asianodds_client import HANDED, bet, client, server

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


def test_connections_over_tls_look_as_well() -> None:
    with Connection("https://127.0.0.1:1/Service")._connected() as session:
        adapter = session.get_adapter("https://127.0.0.1:1")
        pool = adapter.poolmanager.connection_from_url("https://127.0.0.1:1")  # type: ignore[attr-defined]
        assert pool.ConnectionCls is LookingHTTPSConnection
