"""An order's life as a table, and the facts that travel with it.

INTENT is made by Risk; from PERMITTED on, the exposure is reserved until a final state.
Only evidence leaves IN_DOUBT. The diagram in the docs is drawn from TRANSITIONS.
"""

from enum import Enum
from typing import Annotated

import msgspec

from actors.errors import IllegalTransitionError
from actors.selections import Event, Selection
from actors.units import Millis
from runtime.limits import Few, Finite

Signature = Annotated[bytes, msgspec.Meta(max_length=32)]


class OrderState(Enum):
    INTENT = "intent"
    DENIED = "denied"  # Risk said no
    PERMITTED = "permitted"
    EXPIRED = "expired"  # the permit ran out or the price went, before SENDING
    ABANDONED = "abandoned"  # a crash before SENDING
    SENDING = "sending"  # durable before the first byte
    NOT_SENT = "not_sent"  # the door closed, or the connection was refused: no byte left
    PENDING = "pending"  # handed over; the book has not confirmed
    IN_DOUBT = "in_doubt"  # may have been placed
    REFUSED = "refused"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    VOID = "void"


TRANSITIONS: dict[OrderState, frozenset[OrderState]] = {
    OrderState.INTENT: frozenset({OrderState.DENIED, OrderState.PERMITTED, OrderState.ABANDONED}),
    OrderState.PERMITTED: frozenset({OrderState.SENDING, OrderState.EXPIRED, OrderState.ABANDONED}),
    OrderState.SENDING: frozenset(
        {
            OrderState.NOT_SENT,
            OrderState.PENDING,
            OrderState.ACCEPTED,
            OrderState.REFUSED,
            OrderState.IN_DOUBT,
        }
    ),
    OrderState.PENDING: frozenset(
        {OrderState.ACCEPTED, OrderState.REFUSED, OrderState.VOID, OrderState.IN_DOUBT}
    ),
    OrderState.IN_DOUBT: frozenset(
        {OrderState.PENDING, OrderState.ACCEPTED, OrderState.REFUSED, OrderState.VOID}
    ),
    OrderState.ACCEPTED: frozenset({OrderState.SETTLED, OrderState.VOID}),
    OrderState.DENIED: frozenset(),
    OrderState.EXPIRED: frozenset(),
    OrderState.ABANDONED: frozenset(),
    OrderState.NOT_SENT: frozenset(),
    OrderState.REFUSED: frozenset(),
    OrderState.SETTLED: frozenset(),
    OrderState.VOID: frozenset(),
}

FINAL = frozenset(state for state, then in TRANSITIONS.items() if not then)
IN_FLIGHT = frozenset(
    {OrderState.PERMITTED, OrderState.SENDING, OrderState.PENDING, OrderState.IN_DOUBT}
)
OPEN = IN_FLIGHT | {OrderState.ACCEPTED}
"""The states in which the whole stake counts as exposure."""


ADOPTED = "adopted"

BEGINNINGS = {OrderState.INTENT.value: OrderState.INTENT, ADOPTED: OrderState.ACCEPTED}
"""The steps that make an order out of nothing: we want a bet, or take over one that runs."""


def next_state(order: str, now: OrderState | None, step: str) -> OrderState:
    """Return where a step leads; None is "not there".

    Raises IllegalTransitionError when it may not be taken, ValueError when there is none such.
    """
    then = BEGINNINGS.get(step) or OrderState(step)
    begins = step in BEGINNINGS
    if begins is not (now is None) or (now is not None and then not in TRANSITIONS[now]):
        held = "nothing" if now is None else now.value
        raise IllegalTransitionError(f"order {order}: {held} cannot become {step}")
    return then


def check_transition(order: str, now: OrderState | None, then: OrderState) -> None:
    """Raise IllegalTransitionError unless `now` may become `then`; None is "not there"."""
    next_state(order, now, then.value)


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One price that a decision rested on. `age` is in milliseconds when it was decided."""

    book: str
    side: str
    price: int
    age: int


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a strategy wants a bet. `fair` in thousandths, `edge` in hundredths of a per cent."""

    reason: str
    fair: int
    edge: int
    prices: Few[Seen] = ()


class Intent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One bet that is wanted. `floor` is the lowest price at which it is still wanted."""

    order: str
    account: str
    event: Event
    selection: Selection
    book: str
    locator: str
    price: int
    floor: int
    stake: int
    strategy: str
    seen_at: Millis
    evidence: Evidence
    market: str = ""  # the polled market whose prices were looked at


class Adopted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bet that the book holds and we take over, as the book tells it.

    `start` and `placed_at` in ms since 1970 UTC; 0 where the book does not tell the start.
    """

    order: str
    account: str
    selection: Selection
    home: str
    away: str
    league: str
    start: Millis
    book: str
    price: int
    stake: int
    reference: str
    ticket: str
    placed_at: Millis

    @property
    def event_name(self) -> str:
        return f"{self.home} v {self.away}"


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one control said, with its figure and its limit in words."""

    control: str
    passed: bool
    figure: str


class Permit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Leave to place one order once. `expires` is in monotonic seconds of this process.

    `signature` covers all the rest: see `actors.permits`.
    """

    order: str
    selection: str
    book: str
    floor: int
    stake: int
    term: int
    expires: Finite
    account: str = ""
    signature: Signature = b""
