"""What a host's actors are and do: plain rows, made on demand from any thread, changing nothing.

Each value is read without a lock while the actors work, so rows of one look may be some
milliseconds apart. A look at many actors rests now and then, so that their turns go on.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from runtime.actor_rows import ActorRow, resting
from runtime.cell import Cell, Keeper
from runtime.mailbox import Mailbox
from runtime.shard import Shard
from runtime.shard_host import ShardHost
from runtime.shard_slot import ShardSlot
from runtime.supervision import Standing
from runtime.supervisor import Supervisor
from runtime.work import Work
from runtime.zmq_mailbox import ZmqMailbox


class ShardRow(msgspec.Struct, frozen=True):
    """One shard: `busy_share` is of its thread, all but waiting; `current` is in a turn now."""

    name: str
    actors: int
    mailbox: int
    slow_turns: int
    busy_share: float
    current: str


class Look(NamedTuple):
    """What was seen. `unfreed` incarnations were given up and still hold their threads."""

    actors: list[ActorRow]
    shards: list[ShardRow]
    unfreed: int


class Sample(NamedTuple):
    """When somebody was looked at and how busy it had been: seconds, by incarnation or shard."""

    actors: dict[int, tuple[float, float]]
    shards: dict[str, tuple[float, float]]


def sample(host: Keeper) -> Sample:
    """Note how busy everybody has been, for the shares of a later `look`."""
    clock = host.ports.clock.monotonic
    cells, _ = host.census.taken()
    return Sample(
        {
            cell.incarnation: (now := clock(), cell.mailbox.work.busy_by(now))
            for cell in resting(cells)
        },
        {shard.name: (now := clock(), shard.work.busy_by(now)) for shard in shards_of(host)},
    )


def look(host: Keeper, since: Sample | None = None) -> Look:
    """Return a row for each actor and each shard, children of a supervisor in start order."""
    since = since or Sample({}, {})
    clock = host.ports.clock.monotonic
    cells, _ = host.census.taken()
    alive: dict[str, Cell] = {}
    for cell in resting(cells):
        alive[cell.address] = cell
    children = []
    for supervisor, standing in standings(cells):
        child = alive.pop(standing.child.address, None)
        if child is None:
            children.append(_absent(supervisor.address, standing))
        else:
            children.append(_row(child, standing, since, clock()))
    roots = [_row(cell, None, since, clock()) for cell in resting([*alive.values()])]
    return Look(roots + children, _shard_rows(host, cells, since, clock()), host.unfreed)


def standings(cells: Sequence[Cell]) -> Iterator[tuple[Cell, Standing]]:
    """Yield what supervisors know of their children, each with the supervisor's cell."""
    for cell in resting(cells):
        if isinstance(cell.actor, Supervisor):
            for standing in resting(list(cell.actor.rules.standings.values())):
                yield cell, standing


def shards_of(host: Keeper) -> Sequence[Shard]:
    """Return the shards of a host that has some."""
    return host.shards if isinstance(host, ShardHost) else ()


def _row(cell: Cell, standing: Standing | None, since: Sample, now: float) -> ActorRow:
    mailbox, actor, work = cell.mailbox, cell.actor, cell.mailbox.work
    began, waiting = work.began, mailbox.depth()
    supervisor = actor if isinstance(actor, Supervisor) else None
    return ActorRow(
        cell.address,
        cell.parent,
        cell.actor_class.__name__,
        standing.state.value if standing else "running",
        cell.incarnation,
        standing.restarts if standing else 0,
        waiting,
        work.turns,
        _share(work, since.actors.get(cell.incarnation), now),
        0.0 if began is not None else max(0.0, now - work.last),
        None if began is None else max(0.0, now - began),
        _thread(mailbox),
        supervisor.rules._strategy.value if supervisor else "",
        supervisor._template.address if supervisor and supervisor._template else "",
        1,
        waiting,
    )


def _absent(parent: str, standing: Standing) -> ActorRow:
    """Return the row of one that waits to be started again, or is gone for good."""
    child = standing.child
    return ActorRow(
        child.address,
        parent,
        child.actor_class.__name__,
        standing.state.value,
        standing.incarnation,
        standing.restarts,
    )


def _shard_rows(host: Keeper, cells: Sequence[Cell], since: Sample, now: float) -> list[ShardRow]:
    actors: dict[str, int] = {}
    waiting: dict[str, int] = {}
    for cell in resting(cells):
        if isinstance(cell.mailbox, ShardSlot):
            name = cell.mailbox.shard.name
            actors[name] = actors.get(name, 0) + 1
            waiting[name] = waiting.get(name, 0) + cell.mailbox.depth()
    rows = []
    for shard in shards_of(host):
        name, slot = shard.name, shard.current
        share = _share(shard.work, since.shards.get(name), now)
        current = "" if slot is None else slot.address
        rows.append(
            ShardRow(
                name, actors.get(name, 0), waiting.get(name, 0), shard.slow_turns, share, current
            )
        )
    return rows


def _thread(mailbox: Mailbox) -> str:
    if isinstance(mailbox, ShardSlot):
        return mailbox.shard.name
    return "own" if isinstance(mailbox, ZmqMailbox) else ""


def _share(work: Work, before: tuple[float, float] | None, now: float) -> float:
    since, busy = before or (work.born, 0.0)
    passed = now - since
    return min(1.0, max(0.0, work.busy_by(now) - busy) / passed) if passed > 0 else 0.0
