"""The two calls of The Odds API that are made: the list of sports, which is free, and odds.

The key is part of every address, so no error text carries an address or what the vendor says.
"""

import re

import msgspec

from actors.books.asianodds.connection import Answer, Connection
from actors.errors import (
    BookError,
    LoginRefusedError,
    QuotaSpentError,
    ThrottledError,
    UnknownOutcomeError,
)

MARKETS = ("h2h", "spreads", "totals")

_CODE = re.compile(r"[A-Z_]{1,60}", re.ASCII)


class _Refusal(msgspec.Struct, frozen=True):
    error_code: str = ""


class OddsApiClient:
    """Ask for prices with one key, in one thread; nothing can be placed here."""

    def __init__(self, key: str, connection: Connection) -> None:
        self._key = key
        self._connection = connection

    def sports(self) -> Answer:
        """Ask which sports there are, for nothing: its headers say what credits are left."""
        return self._get("v4/sports", {})

    def odds(self, sport: str, regions: tuple[str, ...]) -> Answer:
        """Ask for the prices of a sport in decimal odds; costs markets times regions."""
        query = {
            "regions": ",".join(regions),
            "markets": ",".join(MARKETS),
            "oddsFormat": "decimal",
            "dateFormat": "iso",
        }
        return self._get(f"v4/sports/{sport}/odds", query)

    def _get(self, path: str, query: dict[str, str]) -> Answer:
        """Raises LoginRefusedError, QuotaSpentError, ThrottledError, BookError or NotSentError."""
        try:
            answer = self._connection.exchange(path, query={**query, "apiKey": self._key})
        except UnknownOutcomeError as error:
            raise BookError(str(error)) from None
        if answer.status == 200:
            return answer
        code = _code(answer.body)
        said = f"HTTP {answer.status} {code} at {path}".replace("  ", " ")
        match answer.status:
            case 401 if code == "OUT_OF_USAGE_CREDITS":
                raise QuotaSpentError(said)
            case 401 | 403:
                raise LoginRefusedError(said)
            case 429:
                raise ThrottledError(said)
        raise BookError(said)


def cost(regions: tuple[str, ...]) -> int:
    """Return what a call for odds costs, in credits."""
    return len(MARKETS) * len(regions)


def _code(body: bytes) -> str:
    try:
        code = msgspec.json.decode(body[:65_536], type=_Refusal).error_code
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return code if _CODE.fullmatch(code) else ""
