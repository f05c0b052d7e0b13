"""Gateway courier: carries one order at a time to the book, through the door.

Owns: a connection to the book, the orders it is sending.
Hears: Token, Place.
Says: OrderMoved to Risk and the Executor, each after the new state is durable.
"""

from collections.abc import Callable

from actors.books.asianodds.client import CALLS_DEADLINE, AsianOddsClient
from actors.books.asianodds.placement import Handed, placement_info, reference_of
from actors.door import Door, Ready, fit
from actors.errors import (
    BookError,
    BookRefusedError,
    IllegalTransitionError,
    NotSentError,
    SessionLostError,
    ThrottledError,
)
from actors.gate import KillGate
from actors.ledger import Ledger
from actors.messages import OrderMoved, Place, Token, TokenRejected, TokenWanted
from actors.orders import Intent, OrderState, Permit
from actors.permits import PermitKey
from actors.settings import AccountSettings, Mode
from actors.units import money_text, price_text
from runtime.actor import Actor
from runtime.codec import Message
from runtime.errors import TictacError

LONGEST_WAIT_FOR_OFFER = 8


class Gateway(Actor):
    """Place what Risk has permitted, journalled before the first byte."""

    own_thread = True
    turn_deadline = CALLS_DEADLINE
    writes_journal = True

    def __init__(
        self,
        account: str,
        settings: AccountSettings,
        connect: Callable[[AccountSettings], AsianOddsClient],
        gate: KillGate,
        key: PermitKey,
        mode: Mode,
        max_price_age: float,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._connect = connect
        self._session = f"session/{account}"
        self._gate = gate
        self._key = key
        self._mode = mode
        self._max_price_age = max_price_age
        self._token = ""
        self._client: AsianOddsClient | None = None
        self._door: Door | None = None

    def on_start(self) -> None:
        self._client = self._connect(self._settings)
        self._door = Door(
            self._gate, self._key, self.clock, self.journal.term, self._mode, self._max_price_age
        )
        for order in Ledger(self.journal).orders({OrderState.SENDING}):
            if order.courier == self.address:
                self.record("order.in_doubt", order.id, reason="courier restarted while sending")
                self._announce(order.id, order.selection, OrderState.IN_DOUBT, order.stake)
        self.tell(self._session, TokenWanted())

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Token(value, base_url):
                self._token = value
                if self._client is not None:
                    self._client.set_base(base_url)
            case Place(intent, permit):
                self._place(intent, permit)
            case _:
                super().on_message(message, sender)

    def _place(self, intent: Intent, permit: Permit) -> None:
        assert self._client is not None
        assert self._door is not None
        if not self._token:
            self._end(intent, OrderState.EXPIRED, "not logged in")
            return
        priced_at = self.clock.monotonic()  # the price may be as old as the question
        ready = self._offer(self._client, intent, permit)
        reason = ready if isinstance(ready, str) else self._door.look(ready, priced_at)
        if isinstance(ready, str) or reason:
            self._end(intent, OrderState.EXPIRED, reason)
        elif self._begin_sending(ready):
            self._send(self._client, self._door, ready, priced_at)

    def _offer(self, client: AsianOddsClient, intent: Intent, permit: Permit) -> Ready | str:
        left = int(permit.expires - self.clock.monotonic())
        if left < 1:
            return "permit ran out"
        try:
            offers = placement_info(
                client,
                self._token,
                selection=intent.selection,
                locator=intent.locator,
                bookies=intent.book,
                wait_seconds=min(left, LONGEST_WAIT_FOR_OFFER),
            )
        except SessionLostError:
            self._lose_token()
            return "session lost"
        except (BookError, NotSentError) as error:
            return f"no offer: {error}"
        return fit(intent, permit, offers)

    def _begin_sending(self, ready: Ready) -> bool:
        """Make SENDING durable; False when Risk has taken the permit back meanwhile."""
        self.record(
            "order.sending",
            ready.intent.order,
            price=ready.price,
            stake=ready.stake,
            courier=self.address,
            reference=reference_of(ready.intent.order),
        )
        try:
            self.commit()
        except IllegalTransitionError as error:
            self.log.warning("not sent", reason=str(error))
            return False
        return True

    def _send(self, client: AsianOddsClient, door: Door, ready: Ready, priced_at: float) -> None:
        intent = ready.intent
        try:
            answer = door.send(client, self._token, ready, priced_at)
        except NotSentError as error:
            self._end(intent, OrderState.NOT_SENT, str(error))
        except SessionLostError as error:
            self._lose_token()
            self._end(intent, OrderState.REFUSED, f"session lost: {error}")
        except (ThrottledError, BookRefusedError) as error:
            self._end(intent, OrderState.REFUSED, str(error))
        except TictacError as error:
            self._end(intent, OrderState.IN_DOUBT, str(error), ready.stake)
        else:
            self._answered(ready, answer)

    def _answered(self, ready: Ready, answer: Handed | str) -> None:
        if isinstance(answer, str):
            self._end(ready.intent, OrderState.NOT_SENT, answer)
            return
        words = f"handed over at {price_text(ready.price)} for {money_text(ready.stake)}"
        reason = f"{words}: {answer.message}" if answer.message else words
        state = OrderState.PENDING if answer.accepted else OrderState.IN_DOUBT
        self._end(ready.intent, state, reason, ready.stake)

    def _end(self, intent: Intent, state: OrderState, reason: str, stake: int = 0) -> None:
        self.record(f"order.{state.value}", intent.order, reason=reason)
        try:
            self.commit()
        except IllegalTransitionError as error:
            self.log.warning("moved already", reason=str(error))
            return
        self._announce(intent.order, intent.selection.key, state, stake or intent.stake)

    def _announce(self, order: str, selection: str, state: OrderState, stake: int) -> None:
        moved = OrderMoved(order, selection, state.value, stake)
        self.tell("risk", moved)
        self.tell(f"executor/{selection}", moved)

    def _lose_token(self) -> None:
        self.tell(self._session, TokenRejected(self._token))
        self._token = ""
