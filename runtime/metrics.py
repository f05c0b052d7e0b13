"""A host's figures for Prometheus, gathered when they are asked for, and served on loopback.

Children of a supervisor that are of one class share their series, so that 100,000 actors are
as many series as one.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from runtime.actor_rows import resting
from runtime.cell import Cell, Group, Keeper
from runtime.census import OTHERS, Tally, nanoseconds
from runtime.errors import OurError
from runtime.introspection import shards_of, standings
from runtime.mailbox import Fate
from runtime.post import PostOffice
from runtime.shard_slot import ShardSlot
from runtime.supervision import Child, Restart, Standing
from runtime.supervisor import Supervisor

Known = tuple[str, Standing]
"""A supervisor's address, and what it knows of a child."""

LOOPBACK = "127.0.0.1"
GROUP = ("supervisor", "kind")
REASONS = frozenset(
    {
        *("nobody at this address", "too many wait for this address", "the bus is full"),
        Fate.FULL.value,
    }
)
"""Reasons of dead letters that are told by their words; others hold what a stranger wrote."""


@dataclass
class _Sum:
    """What the actors of one group are at the moment."""

    states: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    deepest: int = 0
    timers: int = 0
    longest: float = 0.0


class HostCollector(Collector):
    """Read a host and its post office; safe from every thread, and no lock of an actor's."""

    def __init__(self, host: Keeper) -> None:
        self._host = host
        self._highest: dict[str, float] = {}
        self._gate = threading.Lock()

    def collect(self) -> Iterator[Metric]:
        with self._gate:  # one at a time: it is the actors who are to work meanwhile
            yield from self._collected()

    def _collected(self) -> Iterator[Metric]:
        cells, tallies = self._host.census.taken()
        restarts, known = _restarts(cells, tallies)
        clock = self._host.ports.clock.monotonic
        sums: dict[Group, _Sum] = {}
        shards: dict[str, int] = {}
        for cell in resting(cells):
            _add(sums.setdefault(cell.group, _Sum()), cell, known.pop(cell.address, None), clock())
            tally, work = tallies[cell.group], cell.mailbox.work
            tally.turns += work.turns
            tally.slow += work.slow
            tally.busy += nanoseconds(work.busy)
            if isinstance(cell.mailbox, ShardSlot):
                name = cell.mailbox.shard.name
                shards[name] = shards.get(name, 0) + cell.mailbox.depth()
        for parent, standing in known.values():  # those wait to be started, or are gone for good
            group = parent, standing.child.actor_class.__name__
            _count(sums.setdefault(group if group in tallies else OTHERS, _Sum()), standing)
        yield from _gauges(sums)
        yield from _counters(tallies)
        yield restarts
        text = "Given up, and still in a turn."
        yield GaugeMetricFamily("tictac_actors_unfreed", text, value=self._host.unfreed)
        yield from self._of_shards(shards)
        yield from _of_post(self._host.post)

    def _of_shards(self, waiting: dict[str, int]) -> Iterator[Metric]:
        busy = CounterMetricFamily(
            "tictac_shard_busy_seconds", "Time its thread did not wait.", labels=["shard"]
        )
        slow = CounterMetricFamily(
            "tictac_shard_slow_turns", "Stretches of one actor over 0.1 s.", labels=["shard"]
        )
        depth = GaugeMetricFamily(
            "tictac_shard_letters", "Letters that wait in its mailboxes.", labels=["shard"]
        )
        for shard in shards_of(self._host):
            spent = shard.work.busy_by(self._host.ports.clock.monotonic())
            # A read between two steps of its thread may miss a stretch: a counter never goes back.
            spent = self._highest[shard.name] = max(spent, self._highest.get(shard.name, 0.0))
            busy.add_metric([shard.name], spent)
            slow.add_metric([shard.name], shard.slow_turns)
            depth.add_metric([shard.name], waiting.get(shard.name, 0))
        yield from (busy, slow, depth)


def registry(*collectors: Collector, process: bool = False) -> CollectorRegistry:
    """Return a registry of these, and of this process's own figures if wanted."""
    made = CollectorRegistry()
    for collector in collectors:
        made.register(collector)
    if process:
        ProcessCollector(registry=made)
        GCCollector(registry=made)
    return made


def exposition(*collectors: Collector) -> str:
    """Return the figures in Prometheus's text format."""
    return generate_latest(registry(*collectors)).decode()


def serve(port: int, *collectors: Collector) -> Callable[[], None]:
    """Serve them at `/metrics` of this machine alone; return what ends that.

    Raises OurError when the port cannot be had.
    """
    try:
        server, thread = start_http_server(
            port, addr=LOOPBACK, registry=registry(*collectors, process=True)
        )
    except OSError as error:
        raise OurError(f"metrics at {LOOPBACK}:{port}: {error.strerror}") from None

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return close


def _add(group: _Sum, cell: Cell, known: Known | None, now: float) -> None:
    _count(group, None if known is None else known[1])
    waiting, began = cell.mailbox.depth(), cell.mailbox.work.began
    group.waiting += waiting
    group.deepest = max(group.deepest, waiting)
    group.timers += len(cell.mailbox.timers)
    if began is not None:
        group.longest = max(group.longest, now - began)


def _count(group: _Sum, standing: Standing | None) -> None:
    state = "running" if standing is None else standing.state.value
    group.states[state] = group.states.get(state, 0) + 1


def _gauges(sums: dict[Group, _Sum]) -> Iterator[Metric]:
    alive = GaugeMetricFamily(
        "tictac_actors", "Actors by their supervisor's word.", labels=[*GROUP, "state"]
    )
    for group, found in sums.items():
        for state, count in found.states.items():
            alive.add_metric([*group, state], count)
    yield alive
    rows: tuple[tuple[str, str, Callable[[_Sum], float]], ...] = (
        ("tictac_mailbox_letters", "Letters that wait.", lambda found: found.waiting),
        ("tictac_mailbox_deepest_letters", "In the fullest one.", lambda found: found.deepest),
        ("tictac_timers", "Timers, some of them cancelled.", lambda found: found.timers),
        ("tictac_turn_longest_seconds", "Of turns under way.", lambda found: found.longest),
    )
    for name, text, value in rows:
        yield _family(GaugeMetricFamily(name, text, labels=GROUP), sums, value)


def _counters(tallies: dict[Group, Tally]) -> Iterator[Metric]:
    rows: tuple[tuple[str, str, Callable[[Tally], float]], ...] = (
        ("tictac_actor_starts", "Incarnations begun.", lambda tally: tally.starts),
        ("tictac_actor_failures", "Incarnations failed.", lambda tally: tally.failures),
        ("tictac_actor_given_up", "Those that did not end.", lambda tally: tally.given_up),
        ("tictac_actor_turns", "Turns ended.", lambda tally: tally.turns),
        ("tictac_actor_slow_turns", "Over 0.1 s on a shard.", lambda tally: tally.slow),
        ("tictac_actor_busy_seconds", "Time in them.", lambda tally: tally.busy / 1e9),
    )
    for name, text, value in rows:
        yield _family(CounterMetricFamily(name, text, labels=GROUP), tallies, value)


def _restarts(
    cells: Sequence[Cell], tallies: dict[Group, Tally]
) -> tuple[Metric, dict[str, Known]]:
    """Count by actor, but a template's together: each failure of its class is a restart.

    Return with it what supervisors know of their children, by address.
    """
    found = CounterMetricFamily(
        "tictac_actor_restarts", "Since its supervisor began.", labels=["supervisor", "actor"]
    )
    known: dict[str, Known] = {}
    for supervisor, standing in standings(cells):
        address = standing.child.address
        known[address] = supervisor.address, standing
        template = _template(supervisor)
        if template is None or not address.startswith(f"{template.address}/"):
            found.add_metric([supervisor.address, address], standing.restarts)
    for cell in resting(cells):
        template = _template(cell)
        if template is not None and template.restart is not Restart.TEMPORARY:
            tally = tallies.get((cell.address, template.actor_class.__name__), Tally())
            found.add_metric([cell.address, f"{template.address}/*"], tally.failures)
    return found, known


def _template(cell: Cell) -> Child | None:
    return cell.actor._template if isinstance(cell.actor, Supervisor) else None


def _of_post(post: PostOffice) -> Iterator[Metric]:
    sent = CounterMetricFamily("tictac_messages_sent", "Messages sent.", labels=["kind"])
    for kind, count in post.counts.items():
        sent.add_metric([kind], count)
    dead: dict[tuple[str, str], int] = {}
    for (kind, reason), count in post.buried.copy().items():
        key = (kind if reason in REASONS else "?", reason if reason in REASONS else "other")
        dead[key] = dead.get(key, 0) + count
    buried = CounterMetricFamily(
        "tictac_dead_letters", "Messages nobody took.", labels=["kind", "reason"]
    )
    for labels, count in dead.items():
        buried.add_metric(labels, count)
    displaced = CounterMetricFamily(
        "tictac_displaced_letters", "Gave way to newer ones.", labels=["kind", "fate"]
    )
    for labels, count in post.displaced.copy().items():
        displaced.add_metric(labels, count)
    yield from (sent, buried, displaced)


def _family(metric: Any, groups: dict[Group, Any], value: Callable[[Any], float]) -> Metric:
    for group, found in groups.items():
        metric.add_metric(group, value(found))
    made: Metric = metric
    return made
