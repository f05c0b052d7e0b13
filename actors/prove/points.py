"""The named points at which a proof ends the core with `kill -9`, and how it gets there.

A point is a place in the code of an order's life, before or after the step that it names. The
hooks are put around the real methods in the process that is to die, and nowhere else.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.connection import Answer
from actors.books.asianodds.last_look import LastLook
from actors.ledger import OrderTable
from actors.risk.actor import Risk
from actors.settler import Settler
from runtime.journal import Entry, Journal, Written

Die = Callable[[], None]

BEFORE, AFTER, WITHIN = "before", "after", "within"

STEPS = ("permitted", "sending", "pending", "in_doubt", "accepted", "settled", "refused")

POINTS: tuple[str, ...] = (
    *(f"{when} {step} is durable" for step in STEPS for when in (BEFORE, AFTER)),
    *(f"within the write of {step}" for step in ("permitted", "sending", "pending", "accepted")),
    "before the login",
    "after the login",
    "before the price is asked",
    "after the price is asked",
    "as the connection for a bet stands",
    "after the bet is answered",
    "before the lists are read",
    "after the lists are read",
    "before Risk closes the past",
    "after Risk has closed the past",
    "before a round of the Settler",
)

ONCE = tuple(point for point in POINTS if "login" in point or "past" in point)
"""Points to which a core comes once, at its start."""


def install(point: str, hit: int, die: Die | None = None) -> None:
    """End this process when it comes to a point for the `hit`-th time."""
    assert point in POINTS, point
    count = 0

    def reached(name: str) -> None:
        nonlocal count
        if name == point:
            count += 1
            if count == hit:
                (die or _die)()

    _around_appends(reached)
    _around_calls(reached)
    _around_actors(reached)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _around_appends(reached: Callable[[str], None]) -> None:
    append, apply = Journal.append, OrderTable.apply

    def watched(journal: Journal, writer: str, pen: int, entries: list[Entry], now: int) -> None:
        steps = [entry.kind.removeprefix("order.") for entry in entries]
        for step in steps:
            reached(f"before {step} is durable")
        append(journal, writer, pen, entries, now)
        for step in steps:
            reached(f"after {step} is durable")

    def applied(table: OrderTable, connection: Any, written: Written) -> None:
        apply(table, connection, written)
        reached(f"within the write of {written.kind.removeprefix('order.')}")

    Journal.append = watched  # type: ignore[assignment, method-assign]
    OrderTable.apply = applied  # type: ignore[assignment, method-assign]


CALLS = {
    "Login": "the login",
    "GetPlacementInfo": "the price is asked",
    "PlaceBet": "the bet is answered",
    "GetRunningBets": "the lists are read",
}


def _around_calls(reached: Callable[[str], None]) -> None:
    exchange = AsianOddsClient.exchange

    def watched(
        client: AsianOddsClient, call: str, *, last_look: LastLook | None = None, **options: Any
    ) -> Answer:
        name = CALLS.get(call, call)
        reached(f"before {name}")

        def looked() -> None:
            if last_look is not None:
                last_look()
            reached("as the connection for a bet stands")

        answer = exchange(
            client, call, last_look=looked if call == "PlaceBet" else last_look, **options
        )
        reached(f"after {name}")
        return answer

    AsianOddsClient.exchange = watched  # type: ignore[assignment, method-assign]


def _around_actors(reached: Callable[[str], None]) -> None:
    start, look = Risk.on_start, Settler._round

    def started(risk: Risk) -> None:
        reached("before Risk closes the past")
        start(risk)
        reached("after Risk has closed the past")

    def looked(settler: Settler) -> None:
        reached("before a round of the Settler")
        look(settler)

    Risk.on_start = started  # type: ignore[assignment, method-assign]
    Settler._round = looked  # type: ignore[assignment, method-assign]
