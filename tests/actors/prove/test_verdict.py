"""The verdict: each way in which journal and book can differ is told."""

from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from actors.ledger import Ledger
from actors.orders import OrderState
from actors.prove.verdict import verdict
from tests.actors.world import TO_ACCEPTED, TO_IN_DOUBT, TO_PENDING, Clerk, S, intent, new_journal

Row = tuple[str, str, int]
WON: Row = ("WA-1", "Won", 950)


def judged(folder: Path, states: tuple[OrderState, ...], *bets: Row, pnl: int = 950) -> list[str]:
    """Hold an order, sent once, against these bets at the book."""
    journal, book = new_journal(), folder / "paper.sqlite"
    Clerk(journal).want(intent(), *states, reference="WA-1", pnl=pnl)
    with sqlite.connect(str(book)) as file:
        file.execute("CREATE TABLE placements (reference TEXT, received_ms INTEGER)")
        file.execute("CREATE TABLE bets (reference TEXT, status TEXT, pnl INTEGER)")
        file.execute("INSERT INTO placements VALUES ('WA-1', 0)")
        file.executemany("INSERT INTO bets VALUES (?, ?, ?)", bets)
    return verdict(Ledger(journal), book, at_rest=True)


@pytest.mark.parametrize(
    ("states", "bets"),
    [
        ((*TO_ACCEPTED, S.SETTLED), [WON]),
        ((*TO_IN_DOUBT, S.REFUSED), []),
        ((*TO_PENDING, S.REFUSED), [("WA-1", "Rejected", 0)]),
        (TO_IN_DOUBT, []),
    ],
)
def test_what_agrees_is_no_fault(
    tmp_path: Path, states: tuple[OrderState, ...], bets: list[Row]
) -> None:
    assert judged(tmp_path, states, *bets) == []


@pytest.mark.parametrize(
    ("states", "bets", "says"),
    [
        ((*TO_ACCEPTED, S.SETTLED), [], "WA-1 is settled here and unknown to the book"),
        ((*TO_ACCEPTED, S.SETTLED), [("WA-1", "Won", 940)], "WA-1 brought 950 here and 940 there"),
        ((*TO_IN_DOUBT, S.REFUSED), [WON], "WA-1 is refused here and a bet there"),
        (TO_IN_DOUBT, [WON], "WA-1 is still in_doubt"),
        (TO_ACCEPTED[:-1], [("WA-1", "Pending", 0)], "WA-1 is still pending"),
        ((S.PERMITTED,), [], "WA-1 at the book is not ours"),
        ((S.PERMITTED,), [], "t-1 is still permitted"),
        ((*TO_ACCEPTED, S.SETTLED), [WON, WON], "a reference has two bets at the book"),
        ((*TO_ACCEPTED, S.SETTLED), [WON, ("WA-2", "Won", 1)], "WA-2 at the book is not ours"),
    ],
)
def test_what_differs_is_told(
    tmp_path: Path, states: tuple[OrderState, ...], bets: list[Row], says: str
) -> None:
    assert says in judged(tmp_path, states, *bets)
