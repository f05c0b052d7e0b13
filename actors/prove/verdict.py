"""Our journal held against the paper bookmaker's own file: the book is believed, never we."""

import contextlib
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite

from actors.ledger import Ledger, Order
from actors.orders import IN_FLIGHT, OrderState
from actors.paper.bets import REJECTED

OUT = frozenset({OrderState.PENDING, OrderState.ACCEPTED, OrderState.SETTLED})
NONE = frozenset({OrderState.REFUSED, OrderState.NOT_SENT})


def placements(book: Path) -> list[tuple[str, int]]:
    """Return reference and moment of every PlaceBet that the book received, oldest first."""
    return _rows(book, "SELECT reference, received_ms FROM placements ORDER BY rowid")


def bets(book: Path) -> dict[str, tuple[str, int]]:
    """Return status and profit of the book's bets. Raises ValueError for a reference with two."""
    rows = _rows(book, "SELECT reference, status, pnl FROM bets")
    found = {reference: (status, pnl) for reference, status, pnl in rows}
    if len(found) != len(rows):
        raise ValueError("a reference has two bets at the book")
    return found


def verdict(ledger: Ledger, book: Path, *, at_rest: bool = False) -> list[str]:
    """Return what is wrong; empty when journal and book agree.

    `at_rest`: everything has come to its end, so that only what is in doubt may be open.
    """
    try:
        theirs = bets(book)
    except ValueError as error:
        return [str(error)]
    placed = [reference for reference, _ in placements(book)]
    faults = [] if len(placed) == len(set(placed)) else ["a PlaceBetId was used twice"]
    ours = {order.reference: order for order in ledger.bets()}
    faults += [f"{name} at the book is not ours" for name in {*placed, *theirs} - set(ours)]
    for order in ours.values():
        faults += _compared(order, theirs.get(order.reference), at_rest=at_rest)
    if at_rest:
        unsent = ledger.orders({OrderState.INTENT, OrderState.PERMITTED})
        faults += [f"{order.id} is still {order.state}" for order in unsent]
    ledger.journal.verify()
    return faults


def _compared(order: Order, bet: tuple[str, int] | None, *, at_rest: bool) -> list[str]:
    name, state = order.reference, OrderState(order.state)
    runs = bet is not None and bet[0] != REJECTED
    faults = []
    if state in OUT and bet is None:
        faults.append(f"{name} is {state.value} here and unknown to the book")
    if state in NONE and runs:
        faults.append(f"{name} is {state.value} here and a bet there")
    if state is OrderState.SETTLED and bet is not None and order.pnl != bet[1]:
        faults.append(f"{name} brought {order.pnl} here and {bet[1]} there")
    if at_rest and state in IN_FLIGHT and (runs or state is not OrderState.IN_DOUBT):
        faults.append(f"{name} is still {state.value}")
    return faults


def _rows(book: Path, query: str) -> list[Any]:
    with contextlib.closing(sqlite.connect(f"file:{book}?mode=ro", uri=True)) as file:
        return list(file.execute(query).fetchall())
