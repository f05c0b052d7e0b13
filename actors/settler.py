"""Settler: asks the book what became of every order, for as long as it takes.

Owns: the account's bets as the book tells them, and when each doubt is asked about again.
Hears: Token, its own clock, Steer from Control: which bets of the book to adopt.
Says: OrderMoved to Risk and the Executors, AccountState to Risk and Control, Steered to Control.
"""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from actors.absence import Absence, explained_stakes
from actors.books.asianodds.bets import BookBet
from actors.books.asianodds.client import CALLS_DEADLINE, AccountSummary, AsianOddsClient
from actors.errors import BookError, NotSentError, SessionLostError, ThrottledError
from actors.ledger import Ledger, Order
from actors.messages import (
    AccountState,
    OrderMoved,
    Steer,
    Steered,
    Token,
    TokenRejected,
    TokenWanted,
)
from actors.orders import OPEN, OrderState
from actors.reconciliation import PNL_TOLERANCE, find, own_figure, path, state_of
from actors.settings import AccountSettings
from actors.strangers import LEFT, Found, foreign_stakes, row, sift, strangers
from actors.units import Millis, money_text
from runtime.actor import Actor
from runtime.codec import Message
from runtime.errors import JournalError, OurError

EVERY = 2.0
LONGEST_PAUSE = 120.0
ASKED_ONE_BY_ONE = 10
HISTORY_AFTER = 8 * EVERY
LAST_LOOKS = 5


class _Round(Message, frozen=True):
    """Time to ask the book."""


class Settler(Actor):
    """Bring journal and book into agreement, by evidence only."""

    own_thread = True
    turn_deadline = CALLS_DEADLINE
    writes_journal = True

    def __init__(
        self,
        account: str,
        settings: AccountSettings,
        connect: Callable[[AccountSettings], AsianOddsClient],
        doubt_patience: float,
    ) -> None:
        super().__init__()
        self._account = account
        self._settings = settings
        self._connect = connect
        self._session = f"session/{account}"
        self._client: AsianOddsClient | None = None
        self._token = ""
        self._pause: dict[str, tuple[float, float]] = {}
        self._failures = 0
        self._absence = Absence(doubt_patience)
        self._reported: set[str] = set()
        self._leaving = False
        self._last: AccountState | None = None

    def on_start(self) -> None:
        self._client = self._connect(self._settings)
        self.tell(self._session, TokenWanted())
        self.after(EVERY, _Round(), "round")

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Token(value, base_url):
                self._token = value
                if self._client is not None:
                    self._client.set_base(base_url)
                if value and self._last is None:  # nothing is bet before the first look
                    self.after(0.0, _Round(), "round")
            case _Round():
                self._round()
            case Steer() if sender == "control":
                self._steer(message, sender)
            case _:
                super().on_message(message, sender)

    def on_stop(self) -> None:
        """Look once more, so that the journal ends where the book is."""
        if self._client is None or not self._token:
            return
        self._leaving = True
        try:
            for _ in range(LAST_LOOKS):
                if self._reconcile(self._client) == 0:
                    break
        except (BookError, NotSentError) as error:
            self.log.warning("no last look", reason=str(error))
        self._record_closing()

    def _round(self) -> None:
        client = self._client
        assert client is not None
        pause = EVERY
        if self._token:
            try:
                self._reconcile(client)
                self._failures = 0
            except SessionLostError:
                self._lose_session()
            except (BookError, NotSentError) as error:
                self._failures += 1
                pause = min(LONGEST_PAUSE, EVERY * 2.0 ** min(self._failures, 10))
                level = "throttled" if isinstance(error, ThrottledError) else "book not read"
                self.log.warning(level, reason=str(error), next_try_in=pause)
        self.after(pause, _Round(), "round")

    def _lose_session(self) -> None:
        self.tell(self._session, TokenRejected(self._token))
        self._token = ""

    def _reconcile(self, client: AsianOddsClient) -> int:
        """Follow every open order; return the book's total less ours, in minor units."""
        ledger = Ledger(self.journal)
        unsent = (OrderState.PERMITTED.value, OrderState.SENDING.value)
        orders = ledger.orders(OPEN, self._account)
        sent = [order for order in orders if order.state not in unsent]
        running = client.running_bets(self._token)
        known: list[BookBet] = [*running]
        if sent:
            known += client.finished_bets(self._token)
        unresolved = [order for order in sent if not self._follow(order, known)]
        silent = self._ask_one_by_one(client, unresolved, running, known)
        answered = all(
            order.id in self._pause or find(order, running) is not None for order in unresolved
        )
        summary = client.account(self._token)
        self._last = self._report(ledger, running, summary, answered)
        self._close_the_absent(ledger, silent, self._last)
        return self._last.difference

    def _ask_one_by_one(
        self,
        client: AsianOddsClient,
        orders: list[Order],
        running: tuple[BookBet, ...],
        known: list[BookBet],
    ) -> list[Order]:
        """Ask by reference for what no list shows, with a growing pause for each order.

        Returns the doubtful ones of which the book shows no trace anywhere.
        """
        now = self.clock.monotonic()
        silent: list[Order] = []
        asked = 0
        never = (0.0, EVERY)
        for order in sorted(orders, key=lambda order: self._pause.get(order.id, never)[0]):
            if find(order, running) is not None:
                continue  # accepted and open: nothing to learn
            due, pause = self._pause.get(order.id, never)
            if now < due or asked >= ASKED_ONE_BY_ONE:
                continue
            asked += 1
            self._pause[order.id] = (now + pause, min(LONGEST_PAUSE, pause * 2))
            tickets = [*known, *client.bets_by_reference(self._token, order.reference)]
            if self._follow(order, tickets) or pause < HISTORY_AFTER:
                continue
            tickets += client.history(self._token, _day_of(order))
            if not self._follow(order, tickets) and order.state == OrderState.IN_DOUBT.value:
                if any(bet.reference == order.reference for bet in tickets):
                    self.log.warning("a ticket carries its reference but differs", order=order.id)
                else:
                    silent.append(order)
        return silent

    def _close_the_absent(self, ledger: Ledger, silent: list[Order], account: AccountState) -> None:
        """Refuse a doubtful order once the book's own figures leave no room for it."""
        if not silent:
            return
        orders = ledger.orders(OPEN, self._account)
        held = explained_stakes(orders, account.foreign_stakes)
        for order in silent:
            explained = account.outstanding == held
            if self._absence.look(order.id, self.clock.monotonic(), explained=explained):
                reason = (
                    "the book has no such bet: none under its reference, none in its lists,"
                    f" and its outstanding stakes of {money_text(held)} are explained without it"
                )
                self.record("order.refused", order.id, reason=reason)
                self._announce(order, OrderState.REFUSED, 0)

    def _follow(self, order: Order, bets: list[BookBet] | tuple[BookBet, ...]) -> bool:
        """Move an order to where its ticket says it is; True when it is final or running."""
        bet = find(order, bets)
        then = None if bet is None else state_of(bet)
        if bet is None or then is None:
            return False
        now = OrderState(order.state)
        if then is OrderState.PENDING and now is not OrderState.IN_DOUBT:
            return False
        for state in path(now, then):
            self._record_move(order, bet, state)
        if path(now, then):
            pnl = self._pnl(bet) if then in (OrderState.SETTLED, OrderState.VOID) else 0
            self._announce(order, then, pnl)
            self.commit()
            self._pause.pop(order.id, None)
        return then is not OrderState.PENDING

    def _announce(self, order: Order, state: OrderState, pnl: int) -> None:
        moved = OrderMoved(order.id, order.selection, state.value, order.stake, pnl)
        self.tell("risk", moved)
        self.tell(f"executor/{order.selection}", moved)

    def _record_move(self, order: Order, bet: BookBet, state: OrderState) -> None:
        body: dict[str, object] = {"ticket": bet.ticket, "reason": self._words(bet)}
        if state is OrderState.ACCEPTED and bet.price is not None:
            body["price"] = bet.price
        if state in (OrderState.SETTLED, OrderState.VOID):
            body["pnl"] = self._pnl(bet)
            self._compare(order, bet)
        self.record(f"order.{state.value}", order.id, **body)

    @staticmethod
    def _pnl(bet: BookBet) -> int:
        return int(bet.pnl) if bet.pnl is not None else 0

    @staticmethod
    def _words(bet: BookBet) -> str:
        said = f"{bet.raw_status} {bet.message}".strip()
        if bet.final_home_score is None or bet.final_home_score < 0:
            return said
        return f"{said}, final score {bet.final_home_score}-{bet.final_away_score}"

    def _compare(self, order: Order, bet: BookBet) -> None:
        ours = own_figure(order, bet)
        if ours is not None and abs(ours - self._pnl(bet)) > PNL_TOLERANCE:
            self.log.error("settlement differs", order=order.id, ours=ours, book=bet.pnl)

    def _report(
        self,
        ledger: Ledger,
        running: tuple[BookBet, ...],
        summary: AccountSummary,
        answered: bool,
    ) -> AccountState:
        strange = strangers(running, ledger)
        for bet in strange:
            if bet.ticket not in self._reported:
                self._reported.add(bet.ticket)
                self.log.warning("bet at the book that is not ours", ticket=bet.ticket)
        total = summary.credit + summary.outstanding
        profit = ledger.profit(self._account)
        sent = ledger.orders(OPEN - {OrderState.PERMITTED}, self._account)
        state = AccountState(
            self._account,
            summary.credit,
            summary.outstanding,
            foreign_stakes(running, strange, sent, summary.outstanding),
            total - profit - self._opening_balance(total - profit),
            Millis(self.clock.now()),
            answered,
        )
        self.tell("risk", state)
        if not self._leaving and self._last is not None:
            self.tell("control", state)  # which comes after us, and leaves before us
        return state

    def _steer(self, steer: Steer, sender: str) -> None:
        try:
            body = self._adopt(steer.arguments)
        except JournalError:
            raise  # what is in the journal now, only a new start can tell
        except SessionLostError:
            self._lose_session()
            body = {"error": "the session was lost: try again in a moment"}
        except (BookError, NotSentError, OurError) as error:
            body = {"error": str(error)}
        failed = "error" in body or any(one["becomes"] == LEFT for one in body["bets"])
        self.tell(sender, Steered(steer.id, int(failed), body))

    def _adopt(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Make bets of the book orders of ours, so that whoever hears of the account finds them.

        All is read before: nothing fails between the commit and the news. Raises OurError,
        BookError or NotSentError when nothing was adopted.
        """
        client, last, only_look = self._client, self._last, given.get("look") == "yes"
        if client is None or last is None or not self._token:
            raise OurError(f"the account {self._account} was not read yet: try again in a moment")
        if not only_look and not given.get("reason"):
            raise OurError("adopt needs a reason")
        running = client.running_bets(self._token)
        shown = [*client.bets(self._token), *running]
        summary = client.account(self._token)
        ledger, now = Ledger(self.journal), Millis(self.clock.now())
        found = sift(self._account, ledger, shown, given.get("tickets", "").splitlines(), now)
        if not only_look:
            self._record_adopted(found, given)
            last = self._last = self._report(ledger, running, summary, last.answered)
        return {
            "account": self._account,
            "only_looked": only_look,
            "bets": [row(one) for one in found],
            "foreign_stakes": money_text(last.foreign_stakes),
            "difference": money_text(last.difference),
        }

    def _record_adopted(self, found: list[Found], given: Mapping[str, str]) -> None:
        for one in found:
            if one.order is not None:
                self.record(
                    "order.adopted",
                    one.order.order,
                    bet=msgspec.to_builtins(one.order),
                    reason=given["reason"],
                    by=given.get("by", ""),
                    earlier=one.earlier,
                )
        self.commit()

    def _record_closing(self) -> None:
        if self._last is not None:
            self.record(
                "account.closed",
                f"account/{self._account}",
                credit=self._last.credit,
                outstanding=self._last.outstanding,
                difference=self._last.difference,
            )

    def _opening_balance(self, seen: int) -> int:
        """Return what the account held before our first bet, and what was paid in or out since.

        It is journalled when it is first seen, before Risk hears of the account.
        """
        key = f"account/{self._account}"
        moved = {"account.opened": "opening", "account.adjusted": "amount"}
        found = [
            int(written.body[moved[written.kind]])
            for written in self.journal.entries(key)
            if written.kind in moved
        ]
        if not found:
            self.record("account.opened", key, opening=seen)
        return sum(found) if found else seen


def _day_of(order: Order) -> datetime.date:
    moment = datetime.datetime.fromtimestamp((order.placed_at or 0) / 1000, datetime.UTC)
    return moment.date()
