"""Session: one account's login, kept alive; the only actor that sees credentials.

Owns: the credentials, the token, the rate budget that all callers of the account share.
Hears: TokenWanted, TokenRejected, FeedTurnWanted, Throttled, SessionReportWanted.
Says: Token to everyone who ever wanted it, FeedTurn when a poll may be made, SessionReport to
whoever shows it to operators.
"""

from collections.abc import Callable

from actors.books.asianodds.client import CALLS_DEADLINE, AsianOddsClient, password_digest
from actors.errors import BookError, LoginRefusedError, NotSentError, SessionLostError
from actors.messages import (
    FeedTurn,
    FeedTurnWanted,
    SessionReport,
    SessionReportWanted,
    Throttled,
    Token,
    TokenRejected,
    TokenWanted,
)
from actors.rate_budget import RateBudget
from actors.selections import Phase
from actors.settings import AccountSettings
from runtime.actor import Actor
from runtime.codec import Message
from runtime.logs import conceal

KEEP_ALIVE_EVERY = 120.0
"""The idle limit is 5 minutes; the vendor asks for once in 1 to 4 minutes."""

SHORTEST_RETRY, LONGEST_RETRY = 1.0, 300.0
REFUSED_RETRY, LONGEST_REFUSED_RETRY = 60.0, 3_600.0


class _LogIn(Message, frozen=True):
    control = True


class _KeepAlive(Message, frozen=True):
    control = True


class _GiveTurn(Message, frozen=True):
    to: str
    market: str
    phase: Phase


class Session(Actor):
    """Log in, register, stay logged in, and log in again once when the token is lost."""

    own_thread = True
    turn_deadline = CALLS_DEADLINE

    def __init__(
        self, settings: AccountSettings, connect: Callable[[AccountSettings], AsianOddsClient]
    ) -> None:
        super().__init__()
        self._settings = settings
        self._connect = connect
        self._client: AsianOddsClient | None = None
        self._token = Token("", settings.address)
        self._subscribers: set[str] = set()
        self._watchers: set[str] = set()
        self._report = SessionReport(self.address.partition("/")[2], "logging in", "")
        self._failures = 0
        self._promised: set[str] = set()
        self._budget = RateBudget(self.chance)

    def on_start(self) -> None:
        conceal(password_digest(self._settings.password.reveal()))
        self._client = self._connect(self._settings)
        self.after(0, _LogIn(), "login")

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case TokenWanted():
                self._subscribers.add(sender)
                self.tell(sender, self._token)
            case TokenRejected(value):
                if value and value == self._token.value:
                    self._lose_token("a caller was refused")
                else:
                    self.tell(sender, self._token)  # it held an older one
            case FeedTurnWanted(market, phase):
                if market not in self._promised:  # who asks again while it waits gets one turn
                    self._promised.add(market)
                    self._promise(sender, market, phase)
            case _GiveTurn(to, market, phase) if self._budget.paused(self.clock.monotonic()):
                self._promise(to, market, phase)
            case _GiveTurn(to, market):
                self._promised.discard(market)
                self.tell(to, FeedTurn(market))
            case Throttled(market):
                pause = self._budget.throttled(market, self.clock.monotonic())
                self.log.warning("the book says we ask too often", market=market, pause=pause)
            case SessionReportWanted():
                self._watchers.add(sender)
                self.tell(sender, self._report)
            case _LogIn():
                self._log_in()
            case _KeepAlive():
                self._keep_alive()
            case _:
                super().on_message(message, sender)

    def _promise(self, to: str, market: str, phase: Phase) -> None:
        wait = self._budget.book(market, phase, self.clock.monotonic())
        self.after(wait, _GiveTurn(to, market, phase))

    def _lose_token(self, reason: str) -> None:
        self.log.warning("session lost", reason=reason)
        self._tell_state("logging in", reason)
        self._publish(Token("", self._token.base_url))
        self.after(0, _LogIn(), "login")

    def _tell_state(self, state: str, reason: str = "") -> None:
        self._report = SessionReport(self._report.account, state, reason)
        for watcher in sorted(self._watchers):
            self.tell(watcher, self._report)

    def _publish(self, token: Token) -> None:
        self._token = token
        for subscriber in sorted(self._subscribers):
            self.tell(subscriber, token)

    def _log_in(self) -> None:
        client = self._client
        assert client is not None
        if self._token.value:
            return
        try:
            client.set_base(self._settings.address)
            login = client.login(self._settings.username, self._settings.password.reveal())
            conceal(login.token)
            conceal(login.key)
            client.set_base(login.url)
            client.register(login, self._settings.username)
        except LoginRefusedError as error:
            self._try_again(
                REFUSED_RETRY,
                LONGEST_REFUSED_RETRY,
                f"the bookmaker refuses these credentials ({error}); check username and password",
            )
            return
        except (BookError, NotSentError) as error:
            self._try_again(SHORTEST_RETRY, LONGEST_RETRY, str(error))
            return
        self._failures = 0
        self.log.info("logged in", base_url=login.url)
        self._tell_state("logged in")
        self._publish(Token(login.token, login.url))
        self.after(KEEP_ALIVE_EVERY, _KeepAlive(), "keep alive")

    def _try_again(self, first: float, longest: float, reason: str) -> None:
        self._failures += 1
        full = min(longest, first * 2.0 ** min(self._failures - 1, 20))
        pause = self.chance.uniform(full / 2, full)
        self.log.error("login failed", reason=reason, next_try_in=round(pause, 1))
        self._tell_state("failed", reason)
        self.after(pause, _LogIn(), "login")

    def _keep_alive(self) -> None:
        client = self._client
        assert client is not None
        if not self._token.value:
            return
        try:
            if not client.is_logged_in(self._token.value):
                self._lose_token("the book says we are not logged in")
                return
        except SessionLostError as error:
            self._lose_token(str(error))
            return
        except (BookError, NotSentError) as error:
            self.log.warning("keep-alive failed", reason=str(error))
        self.after(KEEP_ALIVE_EVERY, _KeepAlive(), "keep alive")
