"""Poller: one polled market's cadence, from the book's answer to normalised quotes.

Owns: the source of prices with what it told, and what the Market has not been told yet.
Hears: Token, FeedTurn, Credit.
Says: FeedTurnWanted, Throttled and TokenRejected to the Session; MarketUpdate to its
Market, one for each credit, the newest price only.
"""

from collections.abc import Callable

from actors.books.asianodds.client import CALLS_DEADLINE, AsianOddsClient
from actors.books.sources import price_source
from actors.errors import (
    BookError,
    LoginRefusedError,
    MalformedAnswerError,
    NotSentError,
    QuotaSpentError,
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
from actors.price_source import PriceSource
from actors.settings import AccountSettings, MarketSettings
from actors.units import Millis
from runtime.actor import Actor
from runtime.codec import Message

ASK_AGAIN_AFTER = 5.0
FORGET_EVERY = 60_000
FORGET_AFTER = 6 * 3_600_000
"""Rows may vanish from the feed without a word; a match this long ago is over."""

FAILURE_PAUSE, LONGEST_PAUSE = 2.0, 120.0
REFUSED_PAUSE = 3_600.0
"""After a key was refused or the credits are spent; only people or a new month can help."""


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
        self._source: PriceSource | None = None
        self._session = f"session/{settings.account}"
        self._token = ""
        self._backlog = Backlog(market)
        self._polls = 0
        self._forget_at = 0
        self._failures = 0

    def on_start(self) -> None:
        self._source = price_source(self._settings, self._account, self._connect)
        if self._source.has_session:
            self.tell(self._session, TokenWanted())
        self.after(1.0, _AskTurn(), "turn")

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Token(value, base_url):
                self._token = value
                if self._source is not None:
                    self._source.set_base(base_url)
                if value:
                    self.after(0, _AskTurn(), "turn")
            case _AskTurn():
                self._ask_turn()
            case FeedTurn():
                self._poll()
            case Credit(full):
                if (
                    full and self._polls and self._has_session
                ):  # the core is new, and its Session has a new token
                    self.tell(self._session, TokenWanted())
                self._backlog.credit(full=full)
                self._send()
            case _:
                super().on_message(message, sender)

    @property
    def _has_session(self) -> bool:
        return self._source is not None and self._source.has_session

    def _ask_turn(self) -> None:
        if not self._has_session:
            self._poll()
            return
        if self._token:
            self.tell(self._session, FeedTurnWanted(self._market, self._settings.when))
        else:
            self.tell(self._session, TokenWanted())
        self.after(ASK_AGAIN_AFTER + self._settings.every, _AskTurn(), "turn")

    def _poll(self) -> None:
        source = self._source
        if source is None or (source.has_session and not self._token):
            return
        try:
            self._take(source, first=self._polls == 0)
        except ThrottledError as error:
            if not source.has_session:
                self._pause("the book says we ask too often", str(error))
                return
            self.tell(self._session, Throttled(self._market))
            self.after(0.1, _AskTurn(), "turn")
        except (QuotaSpentError, LoginRefusedError) as error:
            self.log.error("polling stopped", reason=str(error), next_try_in=REFUSED_PAUSE)
            self.after(REFUSED_PAUSE, _AskTurn(), "turn")
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

    def _take(self, source: PriceSource, first: bool) -> None:
        answer = source.ask(self._token)
        now = Millis(self.clock.now())
        change = source.read(answer, now)
        for fault in change.faults[:5]:
            self.log.warning("feed row refused", place=fault)
        if first or change.faults:
            self.log.info(
                "feed answer",
                rows=change.rows,
                faults=len(change.faults),
                skipped=dict(change.skipped),
            )
        self._backlog.take(change, now, self._settings.types)
        if now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY
            long_ago = Millis(now - FORGET_AFTER)
            self._backlog.drop(source.forget(long_ago), long_ago)

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
