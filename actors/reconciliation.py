"""Which of the book's tickets is which of our orders, and what it says about it.

References repeat at this book, so a ticket is ours only when reference, market, side,
line, stake and time all agree; what cannot be read does not count as agreement.
"""

from collections.abc import Iterable

from actors.books.asianodds.bets import BetState, BookBet
from actors.ledger import Order
from actors.odds.settlement import profit, result
from actors.orders import OrderState
from actors.selections import MarketType, Period, Side

CLOCK_TOLERANCE = 300_000
"""How far the book's ticket time may lie before our send, in milliseconds."""

PNL_TOLERANCE = 1
"""The book rounds ties both ways: a difference of one minor unit is none."""

_STATES = {
    BetState.SENDING: OrderState.PENDING,
    BetState.PENDING: OrderState.PENDING,
    BetState.RUNNING: OrderState.ACCEPTED,
    BetState.REJECTED: OrderState.REFUSED,
    BetState.WON: OrderState.SETTLED,
    BetState.LOST: OrderState.SETTLED,
    BetState.HALF_WON: OrderState.SETTLED,
    BetState.HALF_LOST: OrderState.SETTLED,
    BetState.PUSH: OrderState.SETTLED,
    BetState.VOID: OrderState.VOID,
}


def is_ours(order: Order, bet: BookBet) -> bool:
    """Tell whether this ticket is this order's, by everything the book tells of it.

    An order that was adopted was made of one ticket, whose number is unique.
    """
    if order.adopted:
        return (bet.reference, bet.ticket) == (order.reference, order.ticket)
    return (
        bet.reference == order.reference
        and bet.book.upper() == order.book.upper()
        and bet.type is MarketType(order.market)
        and bet.side is Side(order.side)
        and bet.period is Period(order.period)
        and (bet.type is MarketType.ONE_X_TWO or bet.line == order.line)
        and bet.stake == order.stake
        and _time_fits(order, bet)
    )


def find(order: Order, bets: Iterable[BookBet]) -> BookBet | None:
    """Return the order's ticket; None when there is none, or more than one fits."""
    found = {bet.ticket: bet for bet in bets if is_ours(order, bet)}
    return next(iter(found.values())) if len(found) == 1 else None


def state_of(bet: BookBet) -> OrderState | None:
    """Return what the ticket makes of its order; None while the book's word is unknown."""
    return _STATES.get(bet.state)


def path(now: OrderState, then: OrderState) -> tuple[OrderState, ...]:
    """Return the transitions that lead there: a settled bet was accepted first."""
    if now is then:
        return ()
    final = then in (OrderState.SETTLED, OrderState.VOID)
    if final and now in (OrderState.PENDING, OrderState.IN_DOUBT):
        return (OrderState.ACCEPTED, then)
    return (then,)


def own_figure(order: Order, bet: BookBet) -> int | None:
    """Recompute the profit from the final score; None when the book tells no score."""
    home, away = bet.final_home_score, bet.final_away_score
    if home is None or away is None or home < 0 or away < 0:
        return None
    outcome = result(MarketType(order.market), Side(order.side), order.line, home, away)
    return profit(order.stake, order.price, outcome)


def _time_fits(order: Order, bet: BookBet) -> bool:
    if bet.placed_at is None or order.placed_at is None:
        return True
    return bet.placed_at >= order.placed_at - CLOCK_TOLERANCE
