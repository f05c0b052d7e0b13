"""Bets at the book that no order of ours accounts for: what they stake, and how they become ours.

The book's lists name a match by its two teams and not by the id that the feed has. So an adopted
bet has an event of its own, of these names, and Risk counts it in the match that is called so.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from actors.books.asianodds.bets import BetState, BookBet
from actors.books.asianodds.placement import reference_of
from actors.ledger import Ledger, Order
from actors.orders import Adopted, OrderState
from actors.reconciliation import state_of
from actors.selections import Selection
from actors.units import LOWEST_PRICE, Millis, money_text, price_text

UNCONFIRMED = frozenset({BetState.SENDING, BetState.PENDING})
OPEN_THERE = UNCONFIRMED | {BetState.RUNNING}

TAKEN, OURS, LEFT = "adopted", "ours", "left"


class Found(NamedTuple):
    """What becomes of one bet: `adopted`, `ours` already, or `left` as it is, and why."""

    ticket: str
    bet: BookBet | None
    becomes: str
    why: str
    order: Adopted | None = None
    earlier: str = ""


def strangers(running: Iterable[BookBet], ledger: Ledger) -> list[BookBet]:
    """Return the open bets of the book that none of our orders accounts for."""
    return [
        bet
        for bet in running
        if state_of(bet) is not OrderState.REFUSED
        and not ledger.accounts_for(bet.reference, bet.ticket)
    ]


def foreign_stakes(
    running: Sequence[BookBet], strange: Iterable[BookBet], sent: Iterable[Order], outstanding: int
) -> int:
    """Return what bets that are not ours stake at the book, in minor units.

    The list of running bets is cut off at 50, and a stake in it may be unreadable: what the book
    holds beyond the list and beyond `sent`, our open orders that left, is not ours either.
    """
    listed = [bet for bet in running if bet.stake is not None]
    references = {bet.reference for bet in listed}
    held = sum(int(bet.stake or 0) for bet in listed if state_of(bet) is not OrderState.REFUSED)
    ours = sum(order.stake for order in sent if order.reference not in references)
    return sum(int(bet.stake or 0) for bet in strange) + max(0, outstanding - held - ours)


def sift(
    account: str, ledger: Ledger, bets: Iterable[BookBet], tickets: Sequence[str], now: Millis
) -> list[Found]:
    """Say of each open bet that is not ours, or of each of these tickets, what becomes of it.

    `bets` are all that the book shows, open or not; `now` stands in where it tells no time.
    """
    known = {bet.ticket or bet.reference: bet for bet in bets}
    if not tickets:
        open_there = [bet for bet in known.values() if bet.state in OPEN_THERE | {BetState.UNKNOWN}]
        return [_stranger(account, bet, ledger, now) for bet in strangers(open_there, ledger)]
    return [_named(account, ticket, known.get(ticket), ledger, now) for ticket in tickets]


def _named(account: str, ticket: str, bet: BookBet | None, ledger: Ledger, now: Millis) -> Found:
    if bet is None:
        return Found(ticket, None, LEFT, "the book's lists do not show it")
    ours = ledger.accounting_for(bet.reference, bet.ticket)
    if ours is None:
        return _stranger(account, bet, ledger, now)
    why = f"it is {ours.id}, which is {ours.state}"
    if ours.state == OrderState.IN_DOUBT.value:
        why += ": wait, or `tictac resolve`"
    return Found(ticket, bet, OURS, why)


def _stranger(account: str, bet: BookBet, ledger: Ledger, now: Millis) -> Found:
    made = as_order(account, bet, now)
    if isinstance(made, str):
        return Found(bet.ticket, bet, LEFT, made)
    if ledger.exactly(made.order) is not None:
        return Found(bet.ticket, bet, LEFT, f"{made.order} is there already, and is another bet's")
    earlier = _earlier(bet, ledger)
    if earlier is None:
        return Found(bet.ticket, bet, TAKEN, "", made)
    return Found(bet.ticket, bet, TAKEN, f"{earlier.id} stays {earlier.state}", made, earlier.id)


def _earlier(bet: BookBet, ledger: Ledger) -> Order | None:
    """Return the order of this reference that we hold to be no bet, or never to have left."""
    known = ledger.of_reference(bet.reference)
    return known[-1] if known else ledger.exactly(bet.reference.removeprefix(reference_of("")))


def as_order(account: str, bet: BookBet, now: Millis) -> Adopted | str:
    """Return the order that a bet becomes, or what it lacks to be one."""
    if bet.state in UNCONFIRMED:
        return "the book has not confirmed it yet: adopt it once it runs"
    if bet.state is BetState.UNKNOWN:
        return f"the book's word {bet.raw_status!r} is not known"
    if bet.state is not BetState.RUNNING:
        return f"it is over ({bet.raw_status}): a difference is explained with `tictac adjust`"
    known = {
        "its number": bet.ticket,
        "its reference": bet.reference,
        "two teams": bet.home and bet.away,
        "the bookmaker": bet.book,
        "a known kind of market": bet.type,
        "a known side": bet.side,
        "a line": bet.line is not None,
        "a known period": bet.period,
        "a price": (bet.price or 0) >= LOWEST_PRICE,
        "a stake": (bet.stake or 0) > 0,
    }
    missing = [what for what, there in known.items() if not there]
    if missing:
        return f"the book does not tell {', '.join(missing)}"
    selection = selection_of(bet)
    assert selection is not None
    assert bet.price is not None
    assert bet.stake is not None
    return Adopted(
        f"a-{bet.ticket}",
        account,
        selection,
        bet.home,
        bet.away,
        bet.league,
        bet.kick_off or Millis(0),
        bet.book,
        bet.price,
        int(bet.stake),
        bet.reference,
        bet.ticket,
        bet.placed_at or now,
    )


def selection_of(bet: BookBet) -> Selection | None:
    """Return what was backed, in an event of the two names; None when it cannot be read."""
    if bet.type is None or bet.side is None or bet.period is None or bet.line is None:
        return None
    event = f"ao-{bet.home} v {bet.away}"
    return Selection(event, bet.type, bet.period, bet.line, bet.side)


def row(found: Found) -> dict[str, Any]:
    """Return one bet as plain data for the operator; money and prices as decimal text."""
    told: dict[str, Any] = {"ticket": found.ticket, "becomes": found.becomes, "why": found.why}
    bet = found.bet
    if bet is None:
        return told
    backed = selection_of(bet)
    return told | {
        "order": found.order.order if found.order else "",
        "reference": bet.reference,
        "event": f"{bet.home} v {bet.away}",
        "bet": f"{backed.type.value} {backed.text}" if backed else "",
        "period": backed.period.value if backed else "",
        "book": bet.book,
        "price": price_text(bet.price) if bet.price else "",
        "stake": money_text(bet.stake) if bet.stake is not None else "",
    }
