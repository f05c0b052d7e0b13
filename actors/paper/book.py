"""The paper bookmaker itself: a request in, an answer and what changed out. No I/O, no clock."""

import json
from collections.abc import Callable, Iterable

from actors.paper.answers import Answer, Asked, Code, Payload, Refusal, data, refused, result
from actors.paper.bets import Bet
from actors.paper.deciding import next_state
from actors.paper.faults import BEFORE, ONLY_METHOD, Fault, Faults, Kind
from actors.paper.feeds import feeds, leagues, matches, wanted
from actors.paper.ledger import Ledger, User
from actors.paper.misquoting import misquote
from actors.paper.notation import day_text
from actors.paper.placing import Betting, placement_info
from actors.paper.programme import Phase, Programme
from actors.paper.recorded import recorded_days
from actors.paper.reports import (
    account_summary,
    bet_list,
    by_reference,
    day_summary,
    history_statement,
)
from actors.paper.sessions import Session, Sessions
from actors.paper.settings import PaperSettings

# Seconds between two GetFeeds of an account and market, a twentieth of it forgiven.
FEED_EVERY_MS = {Phase.LIVE: 5_000, Phase.TODAY: 10_000, Phase.EARLY: 20_000}
NEVER_EXPIRES_MS = 4_102_444_800_000
BOOK_NAMES = {
    "B365": "bet365",
    "BW": "bwin",
    "IW": "Interwetten",
    "PIN": "Pinnacle",
    "WH": "William Hill",
    "VC": "BetVictor",
}

SPORT_NAMES = {1: "Football", 2: "Basketball", 3: "Tennis"}

Handler = Callable[[Session, Asked, int], Payload]


class PaperBook:
    """One bookmaker in memory. `handle` answers a request; `advance` lets time pass."""

    def __init__(
        self,
        settings: PaperSettings,
        programme: Programme,
        users: Iterable[User] = (),
        bets: Iterable[Bet] = (),
        faults: Faults | None = None,
    ) -> None:
        self.settings, self.programme = settings, programme
        self.ledger = Ledger(users or [account(settings)], bets)
        self.url = "/AsianOddsService"
        self._faults = faults or Faults()
        self._sessions = Sessions(self.ledger.users, settings.seed, settings.expired_status)
        self._betting = Betting(programme, self.ledger, settings)
        self._last_feed: dict[tuple[str, Phase], int] = {}
        self._handlers = self._table()

    def handle(
        self,
        method: str,
        params: dict[str, str],
        headers: dict[str, str],
        body: Payload | None,
        now_ms: int,
    ) -> Answer:
        """Answer one request at a moment.

        `method` in any case; `params` and `headers` by lower-case name; `body` the JSON object of
        a POST. Never raises for what a client sends. `Answer.changes` must be stored before
        the answer leaves.
        """
        method = method.lower()
        changes = self.advance(now_ms)
        fault = self._faults.strike(method)
        asked = Asked(params, body)
        token = headers.get("aotoken") or params.get("aotoken", "")
        key = headers.get("aokey") or params.get("aokey", "")
        if fault is not None and fault.kind in BEFORE:
            return self._struck_before(fault, token, changes, now_ms)
        self._betting.held_ms = fault.delay_ms if fault and fault.kind is Kind.STUCK else 0
        status, payload = self._answer(method, asked, token, key, now_ms)
        answer = Answer(
            status=status,
            payload=payload,
            mark=self.settings.mark and method == "getfeeds",
            changes=changes + self.ledger.take_changes(),
        )
        return answer if fault is None else _struck_after(fault, answer)

    def advance(self, now_ms: int) -> tuple[object, ...]:
        """Decide and settle everything due by now, and return what changed."""
        settings = self.settings
        while (bet := self.ledger.due(now_ms)) is not None:
            changed = next_state(
                self.programme, bet, settings.reject_permille, settings.void_permille
            )
            self.ledger.put(changed)
        return self.ledger.take_changes()

    def _answer(
        self, method: str, asked: Asked, token: str, key: str, now_ms: int
    ) -> tuple[int, Payload]:
        try:
            if method == "login":
                name, secret = asked.text("username"), asked.text("password")
                return 200, self._sessions.login(name, secret, self.url, now_ms)
            if method == "register":
                name = asked.text("username")
                return 200, self._sessions.register(token, key, name, now_ms)
            if method == "isloggedin":
                return 200, self._sessions.is_logged_in(token, now_ms)
            if method == "logout":
                return 200, self._sessions.logout(token, now_ms)
            handler = self._handlers.get(method)
            if handler is None:
                raise Refusal(f"There is no method {method[:40]!r}.", status=404)
            session = self._sessions.require(token, now_ms)
            return 200, handler(session, asked, now_ms)
        except Refusal as refusal:
            return refusal.status, refused(refusal)

    def _table(self) -> dict[str, Handler]:
        programme, ledger = self.programme, self.ledger
        lists: dict[str, Handler] = {
            name: lambda s, _, now, name=name, bets=bets: bet_list(  # type: ignore[misc]
                programme, name, bets(s.user), now
            )
            for name, bets in (
                ("getbets", ledger.newest_first),
                ("getrunningbets", ledger.open_bets),
                ("getnonrunningbets", ledger.newest_first),
            )
        }
        return lists | {
            "getsports": lambda *_: data(
                [
                    {"Id": sport, "Name": SPORT_NAMES.get(sport, f"Sport {sport}")}
                    for sport in programme.sports
                ]
            ),
            "getbookies": lambda *_: data(
                [
                    {"Id": book, "Name": BOOK_NAMES.get(book, book), "IsFeedAvailable": True}
                    for book in programme.books
                ]
            ),
            "getleagues": lambda _, asked, now: leagues(programme, asked, now),
            "getmatches": lambda _, asked, now: matches(programme, asked, now),
            "getfeeds": self._feeds,
            "getuserinformation": self._user_information,
            "getaccountsummary": lambda s, _, now: account_summary(ledger, s.user, now),
            "gethistorystatement": self._statement,
            "getbethistorysummary": lambda s, asked, now: day_summary(
                programme, ledger.bets(s.user), asked.text("date"), asked.names("bookies"), now
            ),
            "getbetbyreference": lambda s, asked, now: by_reference(
                programme, ledger.bets(s.user), asked.text("betReference"), now
            ),
            "getplacementinfo": lambda s, asked, now: placement_info(
                programme, s, ledger.users[s.user.lower()], asked, now
            ),
            "placebet": self._betting.place,
        }

    def _feeds(self, session: Session, asked: Asked, now_ms: int) -> Payload:
        want = wanted(self.programme, asked)
        phase = want.phase if want else Phase.LIVE
        place = (session.user, phase)
        wait = FEED_EVERY_MS[phase] * 95 // 100
        last = self._last_feed.get(place)
        if self.settings.throttle and last is not None and now_ms - last < wait:
            seconds = FEED_EVERY_MS[phase] // 1000
            raise Refusal(f"Too frequent: once in {seconds} seconds.", Code.TOO_FREQUENT)
        self._last_feed[place] = now_ms
        return feeds(self.programme, asked, now_ms)

    def _statement(self, session: Session, asked: Asked, now_ms: int) -> Payload:
        today = day_text(now_ms)
        first, last = asked.text("from", today), asked.text("to", today)
        return history_statement(self.ledger, session.user, first, last, asked.names("bookies"))

    def _user_information(self, session: Session, _: Asked, __: int) -> Payload:
        user = self.ledger.users[session.user.lower()]
        return result(
            {
                "UserId": user.name,
                "Status": "Active",
                "ActiveBookies": list(self.programme.books),
                "BaseCurrency": user.currency,
                "CreationDate": self.programme.origin_ms,
                "ExpiryDate": NEVER_EXPIRES_MS,
                "DefaultStake": 0,
                "ExternalIp": "127.0.0.1",
                "OddsType": "MY",
            }
        )

    def _struck_before(
        self, fault: Fault, token: str, changes: tuple[object, ...], now_ms: int
    ) -> Answer:
        if fault.kind is Kind.SESSION_LOST:
            self._sessions.logout(token, now_ms)
        refusal = Refusal(fault.kind.value)
        return Answer(BEFORE[fault.kind], refused(refusal), changes=changes)


def account(settings: PaperSettings) -> User:
    """Return the one account the settings describe."""
    return User(settings.user, settings.password, settings.balance, settings.currency)


def paper_book(
    settings: PaperSettings,
    origin_ms: int,
    bets: Iterable[Bet] = (),
    faults: Faults | None = None,
) -> PaperBook:
    """Make a bookmaker on the recorded match days whose programme began at `origin_ms`.

    Raises ValueError for a speed below 1.
    """
    programme = Programme(recorded_days(), origin_ms, settings.speed, settings.seed)
    return PaperBook(settings, programme, bets=bets, faults=faults)


def _struck_after(fault: Fault, answer: Answer) -> Answer:
    if fault.kind in ONLY_METHOD:
        if fault.kind is not Kind.STUCK:
            misquote(answer.payload, fault.kind)
        return answer
    whole = json.dumps(answer.payload)
    effects: dict[Kind, dict[str, object]] = {
        Kind.ANSWER_LOST: {"cut": True},
        Kind.ERROR_AFTER: {"status": 500, "payload": refused(Refusal(fault.kind.value))},
        Kind.MALFORMED: {"raw": whole[: len(whole) // 2]},
        Kind.SLOW: {"delay_ms": fault.delay_ms},
    }
    changed = {name: getattr(answer, name) for name in answer.__struct_fields__}
    return Answer(**(changed | effects[fault.kind]))
