"""What operators see of a running core: one read-only picture, made on demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from actors.gate import KillGate
from actors.ledger import Ledger
from actors.messages import AccountState, FeedReport, SessionReport
from actors.orders import OPEN, OrderState
from actors.risk.reservations import DAY
from actors.settings import Mode
from actors.units import money_text
from runtime.cell import Cell
from runtime.supervisor import Supervisor


@dataclass
class Reported:
    """The latest that feeds and accounts have told."""

    feeds: dict[str, FeedReport]
    accounts: dict[str, AccountState]
    sessions: dict[str, SessionReport]
    armed_until: int = 0


def status(
    cell: Cell, ledger: Ledger, mode: Mode, gate: KillGate, reported: Reported
) -> dict[str, Any]:
    """Return the picture as plain data; amounts as text in major units."""
    now = cell.ports.clock.now()
    orders = ledger.orders(OPEN)
    return {
        "mode": mode.value,
        "trading": trading(mode, gate, reported.armed_until, now),
        "gate": gate.why(),
        "armed_until": reported.armed_until or None,
        "actors": actors(cell.host.cells),
        "feeds": {
            name: msgspec.to_builtins(feed) | {"age_seconds": (now - feed.polled_at) / 1000}
            for name, feed in reported.feeds.items()
        },
        "sessions": {
            name: {"state": session.state, "reason": session.reason}
            for name, session in reported.sessions.items()
        },
        "accounts": {
            name: {
                "credit": money_text(account.credit),
                "outstanding": money_text(account.outstanding),
                "foreign_stakes": money_text(account.foreign_stakes),
                "difference": money_text(account.difference),
                "age_seconds": (now - account.at) / 1000,
            }
            for name, account in reported.accounts.items()
        },
        "exposure": money_text(sum(order.stake for order in orders)),
        "open_bets": len(orders),
        "in_doubt": sum(order.state == OrderState.IN_DOUBT.value for order in orders),
        "pnl_today": money_text(ledger.settled_since(now // DAY * DAY)),
        "dead_letters": cell.post.buried.total(),
        "term": ledger.journal.term,
    }


def trading(mode: Mode, gate: KillGate, armed_until: int, now: int) -> str:
    """Say in a word whether bets can be placed."""
    if gate.closed():
        return "killed"
    if mode is Mode.DRY:
        return "dry"
    if mode is Mode.LIVE and armed_until <= now:
        return "disarmed"
    return "open"


def actors(alive: Mapping[str, Cell]) -> list[dict[str, Any]]:
    """List every actor with its incarnation, restarts and mailbox depth."""
    restarts: dict[str, int] = {}
    states: dict[str, str] = {}
    cells = list(alive.values())
    for cell in cells:
        if isinstance(cell.actor, Supervisor):
            for address, standing in list(cell.actor.rules.standings.items()):
                restarts[address] = standing.restarts
                states[address] = standing.state.value
    return [
        {
            "address": cell.address,
            "parent": cell.parent,
            "state": states.get(cell.address, "running"),
            "incarnation": cell.incarnation,
            "restarts": restarts.get(cell.address, 0),
            "mailbox": cell.mailbox.depth(),
        }
        for cell in cells
    ]
