"""Rows of actors for people and programs: many alike in one, and in the order of their tree."""

import contextlib
import math
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from runtime.standstill import BlockedError

TOLD_APART = 20
"""Siblings of one class beyond which `summed` makes one row of them."""

REST_AFTER = 200
REST = 0.0002

T = TypeVar("T")


class ActorRow(msgspec.Struct, frozen=True, gc=False):
    """One actor, or `count` alike in one row. Times in seconds.

    `busy_share` is the part of the time since the sample, or else since its birth, that it
    spent in turns; `idle` the time since its last turn, 0 in one; `in_turn` how long the turn
    under way, or the row of at most 64 turns on a shard, has taken. `restarts` counts since
    its supervisor began. `strategy` and `template` are a supervisor's own.
    """

    address: str
    parent: str
    kind: str
    state: str
    incarnation: int = 0
    restarts: int = 0
    mailbox: int = 0
    turns: int = 0
    busy_share: float = 0.0
    idle: float | None = None
    in_turn: float | None = None
    thread: str = ""
    strategy: str = ""
    template: str = ""
    count: int = 1
    deepest: int = 0


def summed(rows: Sequence[ActorRow]) -> list[ActorRow]:
    """Return the rows with one instead of many for a template's, and for more than 20 alike."""
    prefixes = {row.address: f"{row.template}/" for row in rows if row.template}
    alike: dict[tuple[str, str], list[ActorRow]] = {}
    for row in resting(rows):
        alike.setdefault((row.parent, row.kind), []).append(row)
    found: list[ActorRow] = []
    for (parent, _), some in alike.items():
        prefix = prefixes.get(parent)
        made = prefix is not None and some[0].address.startswith(prefix)
        found += [_sum(some)] if made or len(some) > TOLD_APART else some
    return found


def in_order(rows: Iterable[ActorRow]) -> Iterator[tuple[int, ActorRow]]:
    """Yield each row below its parent's, with its depth in the tree."""
    rows = list(rows)
    known = {row.address for row in rows}
    below: dict[str, list[ActorRow]] = {}
    for row in rows:
        below.setdefault(row.parent if row.parent in known else "", []).append(row)
    waiting = [(0, row) for row in reversed(below.get("", []))]
    while waiting:
        depth, row = waiting.pop()
        yield depth, row
        waiting += [(depth + 1, child) for child in reversed(below.get(row.address, []))]


def resting(values: Sequence[T]) -> Iterator[T]:
    """Yield these, and let the other threads run now and then."""
    pause = threading.Event()
    for start in range(0, len(values), REST_AFTER):
        if start:
            with contextlib.suppress(BlockedError):  # in virtual time there are no others
                pause.wait(REST)
        yield from values[start : start + REST_AFTER]


def _sum(rows: Sequence[ActorRow]) -> ActorRow:
    first = rows[0]
    states: dict[str, int] = {}
    threads: set[str] = set()
    newest = restarts = mailbox = turns = deepest = 0
    busy, idle, longest = 0.0, math.inf, -1.0
    for row in resting(rows):
        states[row.state] = states.get(row.state, 0) + 1
        threads.add(row.thread)
        newest = max(newest, row.incarnation)
        restarts += row.restarts
        mailbox += row.mailbox
        turns += row.turns
        deepest = max(deepest, row.deepest)
        busy += row.busy_share
        idle = min(idle, math.inf if row.idle is None else row.idle)
        longest = max(longest, -1.0 if row.in_turn is None else row.in_turn)
    return ActorRow(
        f"{first.address.partition('/')[0]}/*",
        first.parent,
        first.kind,
        _words(states),
        newest,
        restarts,
        mailbox,
        turns,
        busy,
        None if idle == math.inf else idle,
        None if longest < 0 else longest,
        ", ".join(sorted(threads - {""})),
        count=len(rows),
        deepest=deepest,
    )


def _words(states: Mapping[str, int]) -> str:
    if len(states) == 1:
        return next(iter(states))
    return ", ".join(f"{name} {count}" for name, count in states.items())
