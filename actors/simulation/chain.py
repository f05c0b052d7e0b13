"""Whether the journal tells the whole way of a bet, from the intent to its end."""

from collections.abc import Sequence
from itertools import pairwise

from actors.ledger import ORDER
from actors.orders import ADOPTED, TRANSITIONS, OrderState
from actors.paper.bets import Bet
from runtime.journal import Written

BEGINNING = [OrderState.INTENT, OrderState.PERMITTED, OrderState.SENDING]


def broken_chain(bet: Bet, entries: Sequence[Written]) -> list[str]:
    """Return what the journal lacks of a bet at the book that is over; empty when it is whole."""
    if entries[0].kind == f"{ORDER}{ADOPTED}":
        return _broken_adoption(bet, entries)
    chain = [OrderState(entry.kind.removeprefix(ORDER)) for entry in entries]
    told = " > ".join(state.value for state in chain)
    faults = []
    if chain[: len(BEGINNING)] != BEGINNING:
        faults.append(f"{bet.reference} begins with {told}")
    pairs = pairwise(chain)
    if any(then not in TRANSITIONS[now] for now, then in pairs) or TRANSITIONS[chain[-1]]:
        faults.append(f"{bet.reference} has the chain {told}")
    body = {entry.kind: entry.body for entry in entries}
    controls = body.get("order.intent", {}).get("controls", [])
    if not controls or not all(control["passed"] for control in controls):
        faults.append(f"{bet.reference} was permitted and a control said no")
    sending = body.get("order.sending", {})
    ours = tuple(sending.get(name) for name in ("reference", "price", "stake"))
    theirs = (bet.reference, bet.asked, bet.stake)
    if ours != theirs:
        faults.append(f"{bet.reference} was sent as {ours}, the book was asked for {theirs}")
    return faults


def _broken_adoption(bet: Bet, entries: Sequence[Written]) -> list[str]:
    """A bet that was taken over runs already, and is what the book has."""
    steps = [entry.kind.removeprefix(ORDER) for entry in entries]
    faults = []
    if steps[1:] not in ([OrderState.SETTLED.value], [OrderState.VOID.value]):
        faults.append(f"{bet.reference} has the chain {' > '.join(steps)}")
    told = entries[0].body["bet"]
    ours = tuple(told[name] for name in ("reference", "ticket", "book", "price", "stake"))
    theirs = (bet.reference, bet.internal_reference, bet.book, bet.price, bet.stake)
    if ours != theirs:
        faults.append(f"{bet.reference} was adopted as {ours}, the book has {theirs}")
    return faults
