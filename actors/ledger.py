"""The ledger: the journal's orders as a table, kept within the journal's transactions.

It is a projection: every row can be made again from the entries. It refuses a transition
that the lifecycle does not know, which undoes the whole append.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pysqlite3.dbapi2 as sqlite

from actors.orders import ADOPTED, OPEN, Adopted, Intent, OrderState, next_state
from actors.selections import Selection
from runtime.journal import Journal, Written

ORDER = "order."

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, account TEXT NOT NULL, strategy TEXT NOT NULL,
    event TEXT NOT NULL, event_name TEXT NOT NULL, league TEXT NOT NULL, start INTEGER NOT NULL,
    market TEXT NOT NULL, period TEXT NOT NULL, line INTEGER NOT NULL, side TEXT NOT NULL,
    selection TEXT NOT NULL, book TEXT NOT NULL, wanted_price INTEGER NOT NULL,
    price INTEGER NOT NULL, stake INTEGER NOT NULL, courier TEXT NOT NULL DEFAULT '',
    reference TEXT NOT NULL DEFAULT '', ticket TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '', pnl INTEGER, made_at INTEGER NOT NULL,
    placed_at INTEGER, settled_at INTEGER, moved_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS orders_by_state ON orders (state);
CREATE INDEX IF NOT EXISTS orders_by_selection ON orders (selection);
CREATE INDEX IF NOT EXISTS orders_by_reference ON orders (reference);
"""


class Order(msgspec.Struct, frozen=True):
    """One row: money in minor units, prices in thousandths, times in ms since 1970 UTC."""

    id: str
    state: str
    account: str
    strategy: str
    event: str
    event_name: str
    league: str
    start: int
    market: str
    period: str
    line: int
    side: str
    selection: str
    book: str
    wanted_price: int
    price: int
    stake: int
    courier: str
    reference: str
    ticket: str
    reason: str
    pnl: int | None
    made_at: int
    placed_at: int | None
    settled_at: int | None
    moved_at: int

    @property
    def adopted(self) -> bool:
        """Tell whether no strategy wanted it: it was found at the book and taken over."""
        return not self.strategy


_MAY_CHANGE = ("price", "stake", "courier", "reference", "ticket", "reason", "pnl")


class OrderTable:
    """The projection that keeps `orders`."""

    schema = SCHEMA

    def apply(self, connection: sqlite.Connection, written: Written) -> None:
        """Follow one entry of an order. Raises IllegalTransitionError."""
        if not written.kind.startswith(ORDER):
            return
        step = written.kind.removeprefix(ORDER)
        row = connection.execute("SELECT state FROM orders WHERE id = ?", (written.key,)).fetchone()
        then = next_state(written.key, OrderState(row[0]) if row else None, step)
        if step == ADOPTED:
            self._insert(connection, _adopted_row(written))
        elif then is OrderState.INTENT:
            self._insert(connection, _wanted_row(written))
        else:
            self._move(connection, written, then)

    @staticmethod
    def _insert(connection: sqlite.Connection, columns: dict[str, Any]) -> None:
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        connection.execute(f"INSERT INTO orders ({names}) VALUES ({marks})", [*columns.values()])

    def _move(self, connection: sqlite.Connection, written: Written, then: OrderState) -> None:
        columns: dict[str, Any] = {"state": then.value, "moved_at": written.at}
        columns |= {name: written.body[name] for name in _MAY_CHANGE if name in written.body}
        if then is OrderState.SENDING:
            columns["placed_at"] = written.at
        if then in (OrderState.SETTLED, OrderState.VOID):
            columns["settled_at"] = written.at
        names = ", ".join(f"{name} = ?" for name in columns)
        connection.execute(
            f"UPDATE orders SET {names} WHERE id = ?", [*columns.values(), written.key]
        )


def _wanted_row(written: Written) -> dict[str, Any]:
    intent = msgspec.convert(written.body["intent"], Intent)
    event = intent.event
    return {
        "id": intent.order,
        "state": OrderState.INTENT.value,
        "account": intent.account,
        "strategy": intent.strategy,
        "event_name": event.name,
        "league": event.league,
        "start": event.start,
        **_selection_columns(intent.selection),
        "book": intent.book,
        "wanted_price": intent.price,
        "price": intent.price,
        "stake": intent.stake,
        "made_at": written.at,
        "moved_at": written.at,
    }


def _adopted_row(written: Written) -> dict[str, Any]:
    bet = msgspec.convert(written.body["bet"], Adopted)
    return {
        "id": bet.order,
        "state": OrderState.ACCEPTED.value,
        "account": bet.account,
        "strategy": "",
        "event_name": bet.event_name,
        "league": bet.league,
        "start": bet.start,
        **_selection_columns(bet.selection),
        "book": bet.book,
        "wanted_price": bet.price,
        "price": bet.price,
        "stake": bet.stake,
        "reference": bet.reference,
        "ticket": bet.ticket,
        "reason": written.body["reason"],
        "made_at": bet.placed_at,
        "placed_at": bet.placed_at,
        "moved_at": written.at,
    }


def _selection_columns(selection: Selection) -> dict[str, Any]:
    return {
        "event": selection.event,
        "market": selection.type.value,
        "period": selection.period.value,
        "line": selection.line,
        "side": selection.side.value,
        "selection": selection.key,
    }


class Ledger:
    """Read the orders of a journal."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def order(self, order: str) -> Order | None:
        """Return one order by its id or an unambiguous beginning or end of it."""
        part = "substr(id, 1, length(?)) = ? OR substr(id, -length(?)) = ?"
        rows = self._select(f"{part} ORDER BY id = ? DESC LIMIT 2", *[order] * 5)
        exact = [row for row in rows if row.id == order]
        return exact[0] if exact else rows[0] if len(rows) == 1 else None

    def exactly(self, order: str) -> Order | None:
        """Return the order of this id."""
        return next(iter(self._select("id = ?", order)), None)

    def orders(self, states: Iterable[OrderState], account: str = "") -> list[Order]:
        """Return the orders in these states, oldest first, of one account or all."""
        names = [state.value for state in states]
        where = f"state IN ({', '.join('?' * len(names))})"
        if account:
            return self._select(f"{where} AND account = ? ORDER BY rowid", *names, account)
        return self._select(f"{where} ORDER BY rowid", *names)

    def of_selection(self, selection: str) -> list[Order]:
        """Return every order that was ever wanted of one selection, oldest first."""
        return self._select("selection = ? ORDER BY rowid", selection)

    def bets(self) -> list[Order]:
        """Return every order that was or may have been sent, oldest first."""
        return self._select("placed_at IS NOT NULL ORDER BY rowid")

    def sent_since(self, moment: int) -> list[Order]:
        """Return every order that was or may have been sent since then, oldest first."""
        return self._select("placed_at >= ? ORDER BY rowid", moment)

    def permitted_since(self, moment: int) -> list[Order]:
        """Return the orders that got a permit and were made since then, oldest first."""
        never = (OrderState.INTENT.value, OrderState.DENIED.value)
        return self._select("made_at >= ? AND state NOT IN (?, ?) ORDER BY rowid", moment, *never)

    def everything(self) -> list[Order]:
        """Return every order that was ever wanted, oldest first."""
        return self._select("1 ORDER BY rowid")

    def settled_since(self, moment: int) -> int:
        """Return the profit of what was settled since then, in minor units."""
        row = self.journal.connection.execute(
            "SELECT coalesce(sum(pnl), 0) FROM orders WHERE settled_at >= ?", (moment,)
        ).fetchone()
        return int(row[0])

    def results(self) -> list[tuple[int, int]]:
        """Return profit and moment of each settled order, in their order."""
        rows = self.journal.connection.execute(
            "SELECT pnl, settled_at FROM orders WHERE pnl IS NOT NULL ORDER BY settled_at, rowid"
        )
        return [(int(pnl), int(at)) for pnl, at in rows]

    def profit(self, account: str = "") -> int:
        """Return all settled profit, of one account or all, in minor units."""
        row = self.journal.connection.execute(
            "SELECT coalesce(sum(pnl), 0) FROM orders WHERE account = ? OR ? = ''",
            (account, account),
        ).fetchone()
        return int(row[0])

    def accounts_for(self, reference: str, ticket: str = "") -> bool:
        """Tell whether we count a bet of the book: not when we hold that there is none such."""
        return self.accounting_for(reference, ticket) is not None

    def accounting_for(self, reference: str, ticket: str) -> Order | None:
        """Return the order that counts a bet of the book; an adopted one counts its ticket only."""
        none = (OrderState.REFUSED.value, OrderState.NOT_SENT.value)
        found = self._select(
            "reference = ? AND reference <> '' AND state NOT IN (?, ?)"
            " AND (strategy <> '' OR ticket = ?) ORDER BY rowid LIMIT 1",
            *(reference, *none, ticket),
        )
        return next(iter(found), None)

    def of_reference(self, reference: str) -> list[Order]:
        """Return the orders that went out, or came in, under a reference, oldest first."""
        return self._select("reference = ? AND reference <> '' ORDER BY rowid", reference)

    def newest(self) -> int:
        """Return the number of the order that was made last; 0 when there is none."""
        query = "SELECT coalesce(max(rowid), 0) FROM orders"
        return int(self.journal.connection.execute(query).fetchone()[0])

    def adopted_after(self, number: int, account: str) -> list[Order]:
        """Return what an account adopted after the order of this number, oldest first."""
        return self._select(
            "rowid > ? AND strategy = '' AND account = ? ORDER BY rowid", number, account
        )

    def open_stakes(self) -> int:
        """Return the stakes of all open orders, those in doubt included, in minor units."""
        return sum(order.stake for order in self.orders(OPEN))

    def _select(self, where: str, *arguments: object) -> list[Order]:
        names = ", ".join(Order.__struct_fields__)
        rows = self.journal.connection.execute(
            f"SELECT {names} FROM orders WHERE {where}", arguments
        )
        return [Order(*row) for row in rows]


def open_journal(state: Path) -> Journal:
    """Open the journal of a state directory, with its ledger."""
    return Journal(state / "journal.sqlite", [OrderTable()])
