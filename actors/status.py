"""What operators see of a running core: one read-only picture, made on demand."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from actors.gate import KillGate
from actors.ledger import Ledger
from actors.messages import AccountState, FeedReport, HedgeReport, SessionReport
from actors.orders import OPEN, OrderState
from actors.risk.reservations import DAY
from actors.settings import Mode
from actors.units import money_text
from runtime.actor_rows import in_order, summed
from runtime.cell import Cell, Keeper
from runtime.introspection import Sample, look

MOST_ROWS = 10_000
"""More are not told one by one: the answer has to fit into a message."""


BUNDLES_KEPT = 50
"""Of which the status tells; all of them are in the journal."""


class Figures(NamedTuple):
    """The open orders and the day so far; money in minor units."""

    exposure: int
    open_bets: int
    in_doubt: int
    pnl_today: int


@dataclass
class Reported:
    """The latest that feeds and accounts have told."""

    feeds: dict[str, FeedReport]
    accounts: dict[str, AccountState]
    sessions: dict[str, SessionReport]
    armed_until: int = 0
    bundles: dict[str, HedgeReport] = field(default_factory=dict)

    def hear_of_bundle(self, told: HedgeReport) -> None:
        """Keep the newest word of the last bundles."""
        self.bundles.pop(told.bundle, None)
        self.bundles[told.bundle] = told
        while len(self.bundles) > BUNDLES_KEPT:
            self.bundles.pop(next(iter(self.bundles)))


def status(
    cell: Cell, ledger: Ledger, mode: Mode, gate: KillGate, reported: Reported
) -> dict[str, Any]:
    """Return the picture as plain data; amounts as text in major units."""
    now = cell.ports.clock.now()
    book = figures(ledger, now)
    refusal = ledger.journal.refusals.now
    return {
        "mode": mode.value,
        "trading": trading(mode, gate, reported.armed_until, now, refused=refusal is not None),
        "gate": gate.why(),
        "journal": {} if refusal is None else {"refused": refusal.words, "since": refusal.since},
        "armed_until": reported.armed_until or None,
        "actors": actors(cell.host),
        "feeds": {name: _feed(feed, now) for name, feed in reported.feeds.items()},
        "pairs": [
            {"market": name, "beside": beside, "events": events}
            for name, feed in reported.feeds.items()
            for beside, events in feed.pairs.items()
        ],
        "stopped_strategies": [
            {"market": name, "strategy": strategy, "reason": reason}
            for name, feed in reported.feeds.items()
            for strategy, reason in feed.stopped.items()
        ],
        "turned_down": [
            {"market": name, **_plain(row, "at"), "age_seconds": (now - row.at) / 1000}
            for name, feed in reported.feeds.items()
            for row in feed.turned_down
        ],
        "bundles": [
            _plain(told, "kind", "at", "remainder")
            | {"remainder": money_text(told.remainder), "age_seconds": (now - told.at) / 1000}
            for told in reported.bundles.values()
        ],
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
        "exposure": money_text(book.exposure),
        "open_bets": book.open_bets,
        "in_doubt": book.in_doubt,
        "pnl_today": money_text(book.pnl_today),
        "dead_letters": cell.post.buried.total(),
        "term": ledger.journal.term,
    }


def _feed(feed: FeedReport, now: int) -> dict[str, Any]:
    return _plain(feed, "turned_down", "stopped", "pairs") | {
        "age_seconds": (now - feed.polled_at) / 1000
    }


def _plain(told: msgspec.Struct, *without: str) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(told)
    return {name: value for name, value in fields.items() if name not in without}


def trading(
    mode: Mode, gate: KillGate, armed_until: int, now: int, *, refused: bool = False
) -> str:
    """Say in a word whether bets can be placed; `refused` is the journal, by its disk."""
    if gate.closed():
        return "killed"
    if refused:
        return "unwritable"
    if mode is Mode.DRY:
        return "dry"
    if mode is Mode.LIVE and armed_until <= now:
        return "disarmed"
    return "open"


def figures(ledger: Ledger, now: int) -> Figures:
    """Return what is at risk, and what was won or lost on the UTC day of `now`."""
    orders = ledger.orders(OPEN)
    return Figures(
        sum(order.stake for order in orders),
        len(orders),
        sum(order.state == OrderState.IN_DOUBT.value for order in orders),
        ledger.settled_since(now // DAY * DAY),
    )


def actors(host: Keeper) -> list[dict[str, Any]]:
    """List every actor with its incarnation, restarts and mailbox depth; many alike as one."""
    return [
        {
            "address": row.address,
            "parent": row.parent,
            "state": row.state,
            "incarnation": row.incarnation,
            "restarts": row.restarts,
            "mailbox": row.mailbox,
            "count": row.count,
        }
        for row in summed(look(host).actors)
    ]


def tree(host: Keeper, since: Sample, everyone: bool) -> dict[str, Any]:
    """Return the tree as rows with their depth, busy shares since a sample; many alike as one."""
    seen = look(host, since)
    whole = everyone and len(seen.actors) <= MOST_ROWS
    rows = seen.actors if whole else summed(seen.actors)
    return {
        "actors": [{"depth": depth, **msgspec.to_builtins(row)} for depth, row in in_order(rows)],
        "shards": msgspec.to_builtins(seen.shards),
        "unfreed": seen.unfreed,
        "whole": whole or len(rows) == len(seen.actors),
    }
