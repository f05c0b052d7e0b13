"""Metrics: what Prometheus reads is what is, its counters never go back, and its labels are few."""

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from prometheus_client.parser import text_string_to_metric_families

from runtime.errors import OurError
from runtime.messages import Stop
from runtime.metrics import LOOPBACK, HostCollector, exposition, serve
from runtime.sim_host import SimHost
from runtime.supervision import Child, Restart
from runtime.supervisor import Supervisor
from tests.runtime.hosts import Crash, Echo, Price, Say, ShardDrive, SimDrive, ThreadDrive

Drive = SimDrive | ThreadDrive


class Named(Echo):
    """A class of its own, so that its figures are its own."""


class Scrape(NamedTuple):
    """The samples of one look, by name and labels."""

    values: dict[tuple[str, frozenset[tuple[str, str]]], float]
    counters: set[str]

    def __call__(self, name: str, **labels: str) -> float:
        return self.values[name, frozenset(labels.items())]

    def names(self) -> set[str]:
        return {name for name, _ in self.values}


def scrape(collector: HostCollector) -> Scrape:
    values, counters = {}, set()
    for family in text_string_to_metric_families(exposition(collector)):
        for sample in family.samples:
            values[sample.name, frozenset(sample.labels.items())] = sample.value
            if family.type == "counter":
                counters.add(sample.name)
    return Scrape(values, counters)


def echoes(host: SimHost) -> None:
    """Start a supervisor that brings `echo/...` to life, beside one child with a name."""
    template = Child("echo", Echo, {"heard": []}, Restart.TRANSIENT)
    children = [Child("named", Named, {"heard": []})]
    host.spawn(Supervisor, "root", children=children, template=template)
    host.run(0)


def tell(host: SimHost, *addresses: str, seconds: float = 0) -> None:
    for address in addresses:
        host.tell(address, Say("x"))
    host.run(seconds)


def test_actors_turns_and_letters_are_seen_on_every_host(drive: Drive) -> None:
    collector = HostCollector(drive.host)
    drive.host.spawn(Supervisor, "root", children=[Child("a", Echo, {"heard": []})])
    ours = {"supervisor": "root", "kind": "Echo"}
    name = "tictac_actors", frozenset({**ours, "state": "running"}.items())
    drive.until(lambda: scrape(collector).values.get(name) == 1)
    for _ in range(3):
        drive.host.tell("a", Say("x"))
    drive.until(lambda: scrape(collector)("tictac_actor_turns_total", **ours) == 3)
    seen = scrape(collector)
    assert seen("tictac_actor_starts_total", **ours) == 1
    assert seen("tictac_mailbox_letters", **ours) == 0
    assert seen("tictac_messages_sent_total", kind="Say") == 3
    if isinstance(drive, ShardDrive):
        assert seen("tictac_shard_slow_turns_total", shard="shard-0") == 0
        assert seen("tictac_shard_busy_seconds_total", shard="shard-1") > 0


def test_many_executors_are_as_many_series_as_one() -> None:
    host = SimHost()
    echoes(host)
    tell(host, "echo/1")
    one = set(scrape(HostCollector(host)).values)
    tell(host, *(f"echo/{number}" for number in range(2, 40)))
    many = scrape(HostCollector(host))
    assert set(many.values) == one
    ours = {"supervisor": "root", "kind": "Echo"}
    assert many("tictac_actors", **ours, state="running") == 39


def test_no_counter_goes_back_when_actors_end_fail_or_are_given_up() -> None:
    host = SimHost()
    echoes(host)
    collector = HostCollector(host)
    before = scrape(collector)
    for step in range(6):
        tell(host, "echo/1", "echo/2", "echo/3", "named", seconds=40)
        ends = [lambda: host.tell("echo/1", Stop()), lambda: host.tell("echo/2", Crash())]
        [*ends, lambda: host.wedge("echo/3")][step % 3]()
        host.run(100)  # in which one that is wedged is given up
        now = scrape(collector)
        counters = [key for key in before.values if key[0] in before.counters]
        assert all(now.values[key] >= before.values[key] for key in counters)
        before = now
    ours = {"supervisor": "root", "kind": "Echo"}
    assert before("tictac_actor_turns_total", **ours) > 20
    assert before("tictac_actor_given_up_total", **ours) == 2
    assert before("tictac_actor_failures_total", **ours) == 4


def test_restarts_are_counted_by_actor_and_for_a_template_together() -> None:
    host = SimHost()
    echoes(host)
    tell(host, "echo/1", "echo/2")
    for address in ("named", "echo/1", "echo/2"):
        host.tell(address, Crash())
        host.run(10)
    tell(host, "echo/1")
    host.tell("echo/1", Stop())  # its standing goes, and with it what it knows
    host.run(0)
    seen = scrape(HostCollector(host))
    assert seen("tictac_actor_restarts_total", supervisor="root", actor="named") == 1
    assert seen("tictac_actor_restarts_total", supervisor="root", actor="echo/*") == 2


def test_one_that_waits_to_be_started_again_is_counted_as_waiting() -> None:
    host = SimHost()
    echoes(host)
    host.tell("named", Crash())
    host.run(0)
    seen = scrape(HostCollector(host))
    assert seen("tictac_actors", supervisor="root", kind="Named", state="waiting") == 1


def test_the_fullest_mailbox_and_the_longest_turn_are_told() -> None:
    host = SimHost()
    echoes(host)
    tell(host, "echo/1", "echo/2")
    for address in ("echo/1", "echo/1", "echo/2"):
        host.tell(address, Say("x"))
    host.wedge("echo/2")
    host.clock.advance_to(host.clock.monotonic() + 7)
    seen = scrape(HostCollector(host))
    ours = {"supervisor": "root", "kind": "Echo"}
    assert seen("tictac_mailbox_letters", **ours) == 3
    assert seen("tictac_mailbox_deepest_letters", **ours) == 2
    assert seen("tictac_turn_longest_seconds", **ours) == 7


def test_dead_and_displaced_letters_are_counted_by_kind_and_cause() -> None:
    host = SimHost()
    host.spawn(Echo, "a", heard=[])
    tell(host, "nobody", "nobody")
    host.tell("a", Price("1"))
    host.tell("a", Price("2"))
    seen = scrape(HostCollector(host))
    dead = {"kind": "Say", "reason": "nobody at this address"}
    assert seen("tictac_dead_letters_total", **dead) == 2
    displaced = {"kind": "Price", "fate": "replaced by a newer one"}
    assert seen("tictac_displaced_letters_total", **displaced) == 1


def test_what_strangers_write_makes_no_labels() -> None:
    host = SimHost()
    for number in range(50):
        host.post.bury(f"Rubbish{number}", "a", "b", f"unknown message kind {number}")
    seen = scrape(HostCollector(host))
    assert seen("tictac_dead_letters_total", kind="?", reason="other") == 50


def test_names_follow_the_conventions() -> None:
    host = SimHost()
    echoes(host)
    seen = scrape(HostCollector(host))
    assert all(name.startswith("tictac_") for name in seen.names())
    assert {name for name in seen.names() if name.endswith("_total")} == seen.counters


# Over HTTP.


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(port: int) -> Iterator[int]:
    close = serve(port, HostCollector(SimHost()))
    yield port
    close()


def test_metrics_are_served_with_those_of_the_process(served: int) -> None:
    with urllib.request.urlopen(f"http://{LOOPBACK}:{served}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    assert "tictac_actors_unfreed 0.0" in text
    assert "python_gc_collections_total" in text


def test_the_server_listens_on_loopback_only(served: int) -> None:
    with socket.socket() as other, pytest.raises(OSError, match="refused"):
        other.connect(("127.0.0.2", served))


def test_a_port_that_is_taken_is_named(served: int) -> None:
    with pytest.raises(OurError, match=f"metrics at {LOOPBACK}:{served}"):
        serve(served, HostCollector(SimHost()))


def test_a_server_that_was_closed_answers_no_more(port: int) -> None:
    serve(port, HostCollector(SimHost()))()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=10)
