"""What an operator's command comes to: a change of the rules, or the end of a doubt."""

from typing import NamedTuple

from actors.ledger import Ledger, Order
from actors.messages import Steer
from actors.orders import OrderState, check_transition
from actors.reconciliation import path
from actors.risk import rules
from actors.units import money
from runtime.errors import OurError

OUTCOMES = {
    "accepted": OrderState.ACCEPTED,
    "refused": OrderState.REFUSED,
    "settled": OrderState.SETTLED,
    "void": OrderState.VOID,
}


class Resolution(NamedTuple):
    """An order, the states it goes through now, and its profit in minor units."""

    order: Order
    states: tuple[OrderState, ...]
    pnl: int
    reason: str


def ruling(steer: Steer) -> dict[str, str]:
    """Return the body of the entry that changes the rules. Raises OurError."""
    given = steer.arguments
    if not given.get("reason"):
        raise OurError(f"{steer.name} needs a reason")
    who = {"by": given.get("by", ""), "reason": given["reason"]}
    name, value = given.get("name", ""), given.get("value", "")
    match steer.name:
        case "limit":
            rules.read_limit(name, value)
            return {"name": name, "value": value, **who}
        case "unlimit":
            rules.check_name(name)
            return {"name": name, **who}
        case "pause" | "unpause":
            return {"scope": rules.scope(given.get("scope", ""), name), **who}
        case _:
            raise OurError(f"unknown command {steer.name}")


def resolution(steer: Steer, ledger: Ledger) -> Resolution:
    """Return what a person has decided of an order. Raises OurError that says what cannot be."""
    given = steer.arguments
    if not given.get("reason"):
        raise OurError("resolve needs a reason: what did you see, and where?")
    order = ledger.order(given.get("order", ""))
    if order is None:
        raise OurError(f"no bet {given.get('order', '')!r}, or more than one: see `tictac bets`")
    then = OUTCOMES.get(given.get("state", ""))
    if then is None:
        raise OurError(f"a bet is resolved as one of {', '.join(OUTCOMES)}")
    now = OrderState(order.state)
    states = path(now, then)
    for before, after in zip((now, *states), states or (then,), strict=False):
        check_transition(order.id, before, after)
    reason = f"operator {given.get('by', '')}: {given['reason']}"
    return Resolution(order, states, _profit(given, then), reason)


def _profit(given: dict[str, str], then: OrderState) -> int:
    text = given.get("profit", "")
    if then is not OrderState.SETTLED:
        if text:
            raise OurError("only a settled bet has a profit")
        return 0
    try:
        return money(text)
    except ValueError:
        raise OurError("a settled bet needs its profit, such as -10.00") from None
