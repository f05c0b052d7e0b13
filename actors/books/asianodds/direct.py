"""The client without HTTP: its calls reach a bookmaker in the same process."""

from collections.abc import Mapping

from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.connection import Answer
from actors.books.asianodds.last_look import LastLook


class DirectClient(AsianOddsClient):
    """The real client but for its connection; a subclass carries the calls."""

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
        """Make one call. Raises what `carry` does."""
        if last_look is not None:
            self.connect()
            last_look()
        headers = {"aotoken": token} if token else {}
        headers |= {"aokey": key} if key else {}
        params = {name.lower(): value for name, value in (query or {}).items()}
        return self.carry(call.lower(), params, headers, document)

    def connect(self) -> None:
        """Let the connection of a placement come to stand; here it stands at once."""

    def carry(
        self,
        method: str,
        params: dict[str, str],
        headers: dict[str, str],
        document: bytes | None,
    ) -> Answer:
        """Carry one call to the book and its answer back; method and names in lower case."""
        raise NotImplementedError
