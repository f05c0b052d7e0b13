"""One call of the Web API over HTTP: sent once, never redirected, never retried.

Nothing raised here carries an address: the one of Login holds the password's hash.
"""

import logging
from collections.abc import Mapping

import msgspec
import requests
import urllib3

from actors.books.asianodds import wire
from actors.books.asianodds.last_look import LastLook, LookingAdapter, next_look
from actors.errors import NotSentError, UnknownOutcomeError

_CHUNK_BYTES = 256 * 1024


class Answer(msgspec.Struct, frozen=True):
    """An HTTP status and the bytes that came with it; names of headers in lower case."""

    status: int
    body: bytes
    headers: dict[str, str] = {}


class Connection:
    """Hold a base URL and one requests.Session, made at the first call in the calling thread.

    Times out after `connect_seconds` to connect and `read_seconds` of silence.
    """

    def __init__(
        self,
        base_url: str,
        connect_seconds: float = 5.0,
        read_seconds: float = 30.0,
        session: requests.Session | None = None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._timeouts = (connect_seconds, read_seconds)
        self._session = session

    def set_base(self, url: str) -> None:
        """Use this base URL from now on: the one that Login returned."""
        self._base = url.rstrip("/")

    def close(self) -> None:
        """Close the connections that are kept open."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def exchange(
        self,
        call: str,
        *,
        token: str = "",
        key: str = "",
        query: Mapping[str, str] | None = None,
        document: bytes | None = None,
        last_look: LastLook | None = None,
    ) -> Answer:
        """Make one call, once: a POST when there is a document, else a GET.

        `last_look` is called when the connection stands, before the first byte; what it raises
        ends the call.

        Raises NotSentError when no connection came about and UnknownOutcomeError when the
        connection failed later, for reads as well.
        """
        headers = {"Accept": "application/json"}
        headers |= {"AOToken": token} if token else {}
        headers |= {"AOKey": key} if key else {}
        headers |= {"Content-Type": "application/json"} if document is not None else {}
        next_look.set(last_look)
        try:
            with self._connected().request(
                "GET" if document is None else "POST",
                f"{self._base}/{call}",
                params=dict(query or {}),
                data=document,
                headers=headers,
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                told = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, _body(response), told)
        except (OSError, urllib3.exceptions.HTTPError, ValueError) as error:
            fault = f"network: {type(error).__name__} at {call}"
            if _never_connected(error):
                raise NotSentError(fault) from None
            raise UnknownOutcomeError(fault) from None

    def _connected(self) -> requests.Session:
        if self._session is None:
            # At DEBUG urllib3 writes every address, Login's with the password's hash in it.
            logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
            self._session = requests.Session()
            # A proxy from the environment would change the address the token is bound to.
            self._session.trust_env = False
            for scheme in ("http://", "https://"):
                self._session.mount(scheme, LookingAdapter())
        return self._session


def _body(response: requests.Response) -> bytes:
    """Read the body, but never more than one chunk past the largest answer."""
    gathered = bytearray()
    for chunk in response.iter_content(_CHUNK_BYTES):
        gathered += chunk
        if len(gathered) > wire.LARGEST_ANSWER_BYTES:
            break
    return bytes(gathered)


def _never_connected(error: Exception) -> bool:
    """Tell that the connection was refused or not made in time, so no byte was sent."""
    if isinstance(error, requests.exceptions.ProxyError):
        return False
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(
        reason,
        urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError,
    )
