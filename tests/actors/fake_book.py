"""A bookmaker's account as plain objects: the same methods as the client, answers laid ready."""

from collections.abc import Callable
from typing import Any

import msgspec

from actors.books.asianodds import wire
from actors.books.asianodds.client import Login
from actors.books.asianodds.connection import Answer
from actors.selections import Phase
from actors.settings import AccountSettings
from tests.actors.books.answers import envelope


class FakeBook:
    """The book's side, which outlives the clients that connect to it.

    What is laid ready in `logins`, `looks`, `feeds`, `offers` and `bets` is taken in order, the
    last one stays; an exception among it is raised.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[float, str, str]] = []
        self.now: Callable[[], float] = lambda: 0.0
        self.logins: list[Any] = [None]
        self.registers: list[Any] = [None]
        self.looks: list[Any] = [True]
        self.feeds: list[Any] = []
        self.offers: list[Any] = [offered()]
        self.bets: list[Any] = [taken()]
        self.sent: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.when_asked: Callable[[], None] = lambda: None
        self.when_connecting: Callable[[], None] = lambda: None
        self.when_sent: Callable[[], None] = lambda: None
        self.tokens = 0

    def connect(self, settings: AccountSettings) -> Any:
        """Be what `connect` is for the actors."""
        return FakeClient(self, settings.url)

    def called(self, call: str) -> list[float]:
        """Return when a call was made."""
        return [at for at, name, _ in self.calls if name == call]

    def note(self, call: str, token: str = "") -> None:
        self.calls.append((self.now(), call, token))


class FakeClient:
    """What an actor holds: AsianOddsClient's methods, without a network."""

    def __init__(self, book: FakeBook, url: str) -> None:
        self.book = book
        self.base = url

    def set_base(self, url: str) -> None:
        self.base = url

    def login(self, username: str, password: str) -> Login:
        assert (username, password) == ("me", "hush")
        assert self.base == "http://book/login"
        self.book.note("Login")
        taken_next(self.book.logins)
        self.book.tokens += 1
        return Login(f"token-{self.book.tokens}", f"key-{self.book.tokens}", "http://book/base")

    def register(self, login: Login, username: str) -> None:
        assert (username, self.base) == ("me", login.url)
        self.book.note("Register", login.token)
        taken_next(self.book.registers)

    def is_logged_in(self, token: str) -> bool:
        self.book.note("IsLoggedIn", token)
        return bool(taken_next(self.book.looks))

    def feed(
        self, token: str, phase: Phase, sport: int, books: str, leagues: str, since: int | None
    ) -> bytes:
        self.book.note("GetFeeds", token)
        self.book.asked.append(
            {"phase": phase, "sport": sport, "books": books, "leagues": leagues, "since": since}
        )
        answer: bytes = taken_next(self.book.feeds)
        return answer

    def read(self, call: str, token: str, document: bytes) -> wire.Envelope:
        self.book.note(call, token)
        self.book.asked.append(msgspec.json.decode(document))
        self.book.when_asked()
        return wire.read_envelope(200, taken_next(self.book.offers))

    def exchange(
        self, call: str, *, token: str, document: bytes, last_look: Callable[[], None]
    ) -> Answer:
        self.book.when_connecting()
        last_look()
        self.book.note(call, token)
        self.book.sent.append(msgspec.json.decode(document))
        self.book.when_sent()
        answer = taken_next(self.book.bets)
        return answer if isinstance(answer, Answer) else Answer(200, answer)


def taken_next(ready: list[Any]) -> Any:
    """Take the next of what is laid ready; the last one stays. Exceptions are raised."""
    one = ready.pop(0) if len(ready) > 1 else ready[0]
    if isinstance(one, BaseException):
        raise one
    return one


def offered(**fields: Any) -> bytes:
    """Return SBO's answer to GetPlacementInfo: 1.96 for 5.00 to 500.00."""
    row = {
        "Bookie": "SBO",
        "Price": 1.96,
        "OddsFormat": "00",
        "MinimumAmount": 5,
        "MaximumAmount": 500,
        "HDPorGoal": "-0.25",
        **fields,
    }
    return envelope({"OddsPlacementData": [row]})


def taken(code: int = 0, message: str = "", **fields: Any) -> bytes:
    """Return the answer to a PlaceBet that was taken, or is told otherwise."""
    part = {"Bookie": "SBO", "PlacedSuccessfully": True, "ReturnCode": 0, **fields}
    return envelope({"BetPlacementReference": "WA-x", "PlacementData": [part]}, code, message)
