"""The Web API's session, feed, account and bets; nothing here can place a bet."""

import datetime
import hashlib
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from actors.books.asianodds import wire
from actors.books.asianodds.bets import BookBet, read_bets
from actors.books.asianodds.connection import Answer, Connection
from actors.books.asianodds.rows import MARKET_TYPE_IDS
from actors.errors import (
    BookError,
    BookRefusedError,
    LoginRefusedError,
    MalformedAnswerError,
    SessionLostError,
    UnknownOutcomeError,
)
from actors.selections import Phase
from actors.units import Money, money

CALLS_DEADLINE = 300.0
"""Seconds for a turn of an actor that calls the book several times, each with its timeouts."""

_T = TypeVar("_T")


class Login(msgspec.Struct, frozen=True):
    """What Login gives: the token of every later call, the key of Register, the base URL."""

    token: str
    key: str
    url: str

    def __repr__(self) -> str:
        return f"Login(token='***', key='***', url={self.url!r})"


class AccountSummary(msgspec.Struct, frozen=True):
    """The account in minor units; `credit` is already net of `outstanding` stakes."""

    credit: Money
    outstanding: Money
    currency: str
    today_pnl: Money


def password_digest(password: str) -> str:
    """Return what Login wants instead of the password: its MD5 in lower-case hex."""
    return hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()


class AsianOddsClient(Connection):
    """Speak to one account, in one thread."""

    def login(self, username: str, password: str) -> Login:
        """Log in; Register must follow within 60 seconds. Raises LoginRefusedError."""
        digest = password_digest(password)
        answer = self._ask("Login", query={"username": username, "password": digest})
        if answer.status in (401, 403):
            raise LoginRefusedError(f"HTTP {answer.status}")
        try:
            envelope = wire.read_envelope(answer.status, answer.body)
        except (BookRefusedError, SessionLostError) as error:
            said = _login_text(answer.body) or str(error)
            raise LoginRefusedError(said.replace(digest, "***")) from None
        result = _decode(envelope.result, _LoginResult)
        if not result.successful_login or not result.token:
            said = wire.one_line(result.text_message or envelope.text or "no reason given")
            raise LoginRefusedError(said.replace(digest, "***"))
        return Login(result.token, result.key or "", _base_after_login(result.url, self._base))

    def register(self, login: Login, username: str) -> None:
        """Make the token of a login usable. Raises SessionLostError when it is not."""
        answer = self._ask(
            "Register", token=login.token, key=login.key, query={"username": username}
        )
        envelope = wire.read_envelope(answer.status, answer.body)
        result = _decode(envelope.result, _RegisterResult)
        if not result.success:
            raise SessionLostError(wire.one_line(result.text_message or "not registered"))

    def is_logged_in(self, token: str) -> bool:
        """Ask whether the token is good; this also resets the idle limit of five minutes."""
        try:
            result = _decode(self._read("IsLoggedIn", token).result, _SessionResult)
        except (SessionLostError, BookRefusedError):
            return False
        return result.currently_logged_in

    def logout(self, token: str) -> None:
        """End the session."""
        self._read("Logout", token)

    def feed(
        self,
        token: str,
        phase: Phase,
        sports_type: int,
        bookies: str = "ALL",
        leagues: str = "ALL",
        since: int | None = None,
    ) -> bytes:
        """Return the GetFeeds answer for `FeedState.apply`, in decimal odds, checked.

        No `since`, or 0, asks for everything: one source found that 0 itself gives nothing.
        """
        query = {
            "sportsType": str(sports_type),
            "marketTypeId": str(MARKET_TYPE_IDS[phase]),
            "bookies": bookies,
            "leagues": leagues,
            "oddsFormat": "00",
        }
        if since:
            query["since"] = str(since)
        answer = self._ask("GetFeeds", token=token, query=query)
        wire.read_envelope(answer.status, answer.body)
        return answer.body

    def account(self, token: str) -> AccountSummary:
        """Return credit, open stakes and today's profit."""
        result = _decode(self._read("GetAccountSummary", token).result, _AccountResult)
        try:
            return AccountSummary(
                credit=money(result.credit),
                outstanding=money(result.outstanding),
                currency=result.credit_currency or result.outstanding_currency or "",
                today_pnl=money(result.today_pnl),
            )
        except (ValueError, ArithmeticError) as error:
            raise MalformedAnswerError(wire.one_line(f"GetAccountSummary: {error}")) from None

    def bets_by_reference(self, token: str, reference: str) -> tuple[BookBet, ...]:
        """Return the tickets of a reference, newest first.

        Empty means in transit or unknown; it never proves that no bet exists.
        """
        answer = self._ask("GetBetByReference", token=token, query={"betReference": reference})
        if answer.status == 200:
            envelope = wire.decode(answer.body)
            if envelope.code == wire.IN_TRANSIT_OR_UNKNOWN:
                return ()
        return read_bets(wire.read_envelope(answer.status, answer.body))

    def bets(self, token: str) -> tuple[BookBet, ...]:
        """Return the newest bets, open or not; the book gives 150 at most."""
        return read_bets(self._read("GetBets", token))

    def running_bets(self, token: str) -> tuple[BookBet, ...]:
        """Return the open bets; the book gives 50 at most."""
        return read_bets(self._read("GetRunningBets", token))

    def finished_bets(self, token: str) -> tuple[BookBet, ...]:
        """Return the bets that are no longer open; the book gives 100 at most."""
        return read_bets(self._read("GetNonRunningBets", token))

    def history(self, token: str, date: datetime.date) -> tuple[BookBet, ...]:
        """Return the bets of one day."""
        query = {"date": date.strftime("%m/%d/%Y"), "bookies": "ALL"}
        return read_bets(self._read("GetBetHistorySummary", token, query))

    def sports(self, token: str) -> dict[int, str]:
        """Return the sports the book names, by SportsType."""
        rows = _decode(self._read("GetSports", token).data, list[_Sport])
        return {row.id: row.name for row in rows}

    def bookies(self, token: str) -> dict[str, str]:
        """Return the books behind the broker, by id."""
        rows = _decode(self._read("GetBookies", token).data, list[_Bookie])
        return {row.id: row.name for row in rows}

    def read(self, call: str, token: str, document: bytes) -> wire.Envelope:
        """POST a question that changes nothing, as GetPlacementInfo is."""
        answer = self._ask(call, token=token, document=document)
        return wire.read_envelope(answer.status, answer.body)

    def _read(self, call: str, token: str, query: Mapping[str, str] | None = None) -> wire.Envelope:
        answer = self._ask(call, token=token, query=query)
        return wire.read_envelope(answer.status, answer.body)

    def _ask(
        self,
        call: str,
        *,
        token: str = "",
        key: str = "",
        query: Mapping[str, str] | None = None,
        document: bytes | None = None,
    ) -> Answer:
        try:
            return self.exchange(call, token=token, key=key, query=query, document=document)
        except UnknownOutcomeError as error:
            raise BookError(str(error)) from None


class _LoginResult(msgspec.Struct, frozen=True, rename="pascal"):
    successful_login: bool = False
    token: str | None = None
    key: str | None = None
    url: str | None = None
    text_message: str | None = None


class _RegisterResult(msgspec.Struct, frozen=True, rename="pascal"):
    success: bool = False
    text_message: str | None = None


class _SessionResult(msgspec.Struct, frozen=True, rename="pascal"):
    currently_logged_in: bool = False


class _AccountResult(msgspec.Struct, frozen=True, rename="pascal"):
    credit: int | float | str
    outstanding: int | float | str = 0
    credit_currency: str | None = None
    outstanding_currency: str | None = None
    today_pnl: int | float | str = msgspec.field(default=0, name="TodayPnL")


class _Sport(msgspec.Struct, frozen=True, rename="pascal"):
    id: int
    name: str = ""


class _Bookie(msgspec.Struct, frozen=True, rename="pascal"):
    id: str
    name: str = ""


def _decode(raw: msgspec.Raw, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(raw, type=kind)
    except wire.UNREADABLE as error:
        raise MalformedAnswerError(wire.one_line(f"{kind.__name__}: {error}")) from None


def _login_text(body: bytes) -> str:
    """Return the reason inside the Result of a failed login, if it can be read."""
    try:
        result = _decode(wire.decode(body).result, _LoginResult)
    except MalformedAnswerError:
        return ""
    return wire.one_line(result.text_message or "")


def _base_after_login(given: str | None, before: str) -> str:
    """Return the base URL to use next; a login in TLS never goes on in the clear."""
    if not given or not given.strip():
        return before
    url = urlsplit(given.strip())
    if url.scheme not in ("http", "https") or not url.netloc:
        raise MalformedAnswerError("Login gives an Url that is none")
    if urlsplit(before).scheme == "https":
        url = url._replace(scheme="https")
    return url.geturl().rstrip("/")
