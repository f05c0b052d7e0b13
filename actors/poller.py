"""Poller: one polled market's cadence, from the book's answer to normalised quotes.

Owns: the merged state of the feed, and what the Market has not been told yet.
Hears: Token, FeedTurn, Credit.
Says: FeedTurnWanted, Throttled and TokenRejected to the Session; MarketUpdate to its
Market, one for each credit, the newest price only.
"""

from collections.abc import Callable

from actors.books.asianodds.client import CALLS_DEADLINE, AsianOddsClient
from actors.books.asianodds.feed import FeedState
from actors.errors import (
    BookError,
    MalformedAnswerError,
    NotSentError,
    SessionLostError,
    ThrottledError,
)
from actors.messages import (
    Credit,
    FeedTurn,
    FeedTurnWanted,
    Throttled,
    Token,
    TokenRejected,
    TokenWanted,
)
from actors.poll_backlog import Backlog
from actors.settings import AccountSettings, MarketSettings
from actors.units import Millis
from runtime.actor import Actor
from runtime.codec import Message

ASK_AGAIN_AFTER = 5.0
FORGET_EVERY = 60_000
FORGET_AFTER = 6 * 3_600_000
"""Rows may vanish from the feed without a word; a match this long ago is over."""

FAILURE_PAUSE, LONGEST_PAUSE = 2.0, 120.0


class _AskTurn(Message, frozen=True):
    """Time to ask the Session for a turn, or to ask again if no answer came."""


class Poller(Actor):
    """Poll one market without ever letting a bad answer overwrite good state."""

    own_thread = True
    turn_deadline = CALLS_DEADLINE

    def __init__(
        self,
        market: str,
        settings: MarketSettings,
        account: AccountSettings,
        connect: Callable[[AccountSettings], AsianOddsClient],
    ) -> None:
        super().__init__()
        self._market = market
        self._settings = settings
        self._account = account
        self._connect = connect
        self._client: AsianOddsClient | None = None
        self._session = f"session/{settings.account}"
        self._token = ""
        self._state = FeedState(settings.when)
        self._backlog = Backlog(market)
        self._since: int | None = None
        self._polls = 0
        self._forget_at = 0
        self._failures = 0

    def on_start(self) -> None:
        self._client = self._connect(self._account)
        self.tell(self._session, TokenWanted())
        self.after(1.0, _AskTurn(), "turn")

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Token(value, base_url):
                self._token = value
                if self._client is not None:
                    self._client.set_base(base_url)
                if value:
                    self.after(0, _AskTurn(), "turn")
            case _AskTurn():
                self._ask_turn()
            case FeedTurn():
                self._poll()
            case Credit(full):
                if full and self._polls:  # the core is new, and its Session has a new token
                    self.tell(self._session, TokenWanted())
                self._backlog.credit(full=full)
                self._send()
            case _:
                super().on_message(message, sender)

    def _ask_turn(self) -> None:
        if self._token:
            self.tell(self._session, FeedTurnWanted(self._market, self._settings.when))
        else:
            self.tell(self._session, TokenWanted())
        self.after(ASK_AGAIN_AFTER + self._settings.every, _AskTurn(), "turn")

    def _poll(self) -> None:
        client = self._client
        if client is None or not self._token:
            return
        since = None if self._polls % self._settings.full_every == 0 else self._since
        try:
            answer = client.feed(
                self._token,
                self._settings.when,
                self._settings.sport,
                self._settings.books,
                self._settings.leagues,
                since,
            )
            self._take(answer, first=self._polls == 0)
        except ThrottledError:
            self.tell(self._session, Throttled(self._market))
            self.after(0.1, _AskTurn(), "turn")
        except SessionLostError:
            self.tell(self._session, TokenRejected(self._token))
            self._token = ""
            self.after(1.0, _AskTurn(), "turn")
        except MalformedAnswerError as error:
            self._backlog.count_fault()
            self._pause("unreadable feed answer", str(error))
        except (BookError, NotSentError) as error:
            self._pause("poll failed", str(error))
        else:
            self._polls += 1
            self._failures = 0
            self._send()
            self.after(self._settings.every, _AskTurn(), "turn")

    def _take(self, answer: bytes, first: bool) -> None:
        now = Millis(self.clock.now())
        change = self._state.apply(answer, now)
        self._since = change.since
        for fault in change.faults[:5]:
            self.log.warning("feed row refused", place=fault)
        if first or change.faults:
            self.log.info("feed answer", rows=change.rows, faults=len(change.faults))
        self._backlog.take(change, now, self._settings.types)
        if now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY
            long_ago = Millis(now - FORGET_AFTER)
            self._backlog.drop(self._state.forget(long_ago), long_ago)

    def _pause(self, what: str, reason: str) -> None:
        self._failures += 1
        full = min(LONGEST_PAUSE, FAILURE_PAUSE * 2.0 ** min(self._failures - 1, 20))
        pause = self.chance.uniform(full / 2, full)
        self.log.warning(what, reason=reason, next_try_in=round(pause, 1))
        self.after(pause, _AskTurn(), "turn")

    def _send(self) -> None:
        update = self._backlog.next_update()
        if update is not None:
            self.tell(f"market/{self._market}", update)
