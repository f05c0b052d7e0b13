"""Work for a journal that is about to be hurt: real entries of real orders, and what must be left.

Every append is one step of one order's life, so that half of one shows. The order's table
follows within the same transaction.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pysqlite3.dbapi2 as sqlite

from actors.ledger import OrderTable
from actors.orders import Evidence, Intent, OrderState, Seen
from actors.selections import Event, MarketType, Period, Phase, Selection, Side
from actors.units import Millis
from runtime.chance import Chance
from runtime.errors import TictacError
from runtime.journal import Entry, Journal
from runtime.journal_files import write_again
from runtime.journal_projection import check_projections

NAME = "journal.sqlite"
WRITER = "prover"
START = 1_600_000_000_000
CHECKPOINT_AFTER = 40
"""Pages; 1000 is SQLite's own. A short piece of work then has checkpoints in it, too."""

_LIFE = [
    (OrderState.INTENT, OrderState.PERMITTED),
    (OrderState.SENDING,),
    (OrderState.PENDING, OrderState.IN_DOUBT),
    (OrderState.ACCEPTED,),
    (OrderState.SETTLED,),
]


def scratch() -> TemporaryDirectory[str]:
    """Return a folder for one trial, in memory where that can be: no real disk is needed."""
    memory = Path("/dev/shm")
    return TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None)


def work(chance: Chance) -> Iterator[list[Entry]]:
    """Yield one append after the other: two orders at a time, from intent to settlement."""
    number = 0
    while True:
        number += 2
        for states in _LIFE:
            for order in (number - 1, number):
                prices = int(chance.uniform(0, 40))
                yield [_entry(f"t-{order:06}", state, prices) for state in states]


def _entry(order: str, state: OrderState, prices: int) -> Entry:
    body: dict[str, Any] = {"by": WRITER}
    if state is OrderState.INTENT:
        body["intent"] = msgspec.to_builtins(_intent(order, prices))
    if state is OrderState.SENDING:
        body |= {"reference": f"WA-{order}", "price": 1950, "stake": 1000}
    if state is OrderState.SETTLED:
        body |= {"pnl": -1000, "reason": "Lost, final score 1-3"}
    return Entry(f"order.{state.value}", order, body)


def _intent(order: str, prices: int) -> Intent:
    event = Event(
        "ao-1", "football", "*LEAGUE", "Home", "Away", Millis(START + 7_200_000), Phase.TODAY
    )
    return Intent(
        order=order,
        account="ao",
        event=event,
        selection=Selection(event.key, MarketType.HANDICAP, Period.FULL_TIME, -25, Side.HOME),
        book="SBO",
        locator="11/1/1",
        price=1950,
        floor=1920,
        stake=1000,
        strategy="value",
        seen_at=Millis(START),
        evidence=Evidence(
            "SBO pays more", 1900, 263, tuple(Seen("PIN", "home", 1930, 0) for _ in range(prices))
        ),
    )


def opened(
    folder: Path,
    *,
    normal_sync: bool = False,
    again: Callable[[Path], object] = write_again,
) -> Journal:
    """Open the journal to be hurt. `normal_sync` plants a bug: the commit is not synced."""
    journal = Journal(folder / NAME, [OrderTable()], again)
    journal.connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_AFTER}")
    if normal_sync:
        journal.connection.execute("PRAGMA synchronous = NORMAL")
    return journal


def faults_of(folder: Path, lengths: list[int], acknowledged: int) -> list[str]:
    """Open what was left, and return everything that is wrong with it.

    `lengths` are the counts of entries after each append that was tried, the first one 0;
    `acknowledged` is the least that must be there.
    """
    try:
        journal = Journal(folder / NAME, [OrderTable()])
        with closing(journal):
            found = journal.verify()
            faults = _wrong(journal.connection, found, lengths, acknowledged)
            check_projections(journal, NAME)
            journal.begin_term(START)
            pen = journal.claim(WRITER)
            journal.append(WRITER, pen, [Entry("noted", "after", {})], START)
            if journal.verify() != found + 1:
                faults.append("an entry after it is not there")
    except (TictacError, sqlite.Error) as error:
        return [f"{type(error).__name__}: {error}"]
    return faults


def _wrong(
    connection: sqlite.Connection, found: int, lengths: list[int], acknowledged: int
) -> list[str]:
    faults = []
    if found < acknowledged:
        faults.append(f"{acknowledged} entries were acknowledged and {found} are there")
    if found not in lengths:
        faults.append(f"half of an append is there: {found} entries")
    sound = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if sound != "ok":
        faults.append(f"integrity_check: {sound}")
    return faults
