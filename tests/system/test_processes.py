"""`tictac run` with its real processes: what is killed comes back, and no bet is lost or twice.

Judged by the bookmaker's own file. Every wait has a deadline.
"""

import socket
import stat
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.clock import SystemClock
from runtime.tape import files, read_all
from tests.system.machine import AT_MOST, FAST, Machine

STATUS_KEYS = {"mode", "trading", "actors", "feeds", "exposure", "open_bets", "pnl_today"}
CORE_ACTORS = {"risk", "session/ao", "gateway/ao/1", "settler/ao", "market/today", "control"}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.close()


@pytest.fixture
def fast_machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path, FAST)
    yield machine
    machine.close()


def now() -> int:
    """Return the moment in milliseconds, as the book's file has it."""
    return SystemClock().now()


def test_a_run_bets_shows_itself_and_ends_with_the_figures_of_the_book(
    fast_machine: Machine,
) -> None:
    machine = fast_machine
    machine.run("--for", "15s")
    machine.until(lambda: "first bet:" in machine.printed(), "the first bet, explained")
    status = machine.ask("status")
    assert set(status) >= STATUS_KEYS
    assert (status["mode"], status["trading"], status["term"]) == ("paper", "open", 1)
    assert list(status["feeds"]) == ["today"]
    assert {actor["address"] for actor in status["actors"]} >= CORE_ACTORS
    assert stat.S_IMODE(machine.state.stat().st_mode) == 0o700
    assert (machine.state / "KILL.spare").exists()  # so that a full disk does not keep it open
    assert machine.process is not None
    assert machine.process.wait(AT_MOST) == 0
    assert machine.verdict() == []
    assert ": equal" in machine.printed()
    assert "Traceback" not in machine.printed()
    listed = machine.ask("bets")
    asked = {reference for reference, _ in machine.placements()}
    assert {f"WA-{bet['id']}" for bet in listed} == asked
    assert any(bet["status"] == "settled" for bet in listed)
    assert machine.ledger().journal.verify() > 10


def test_a_killed_core_comes_back_alone_in_a_new_term_and_repeats_no_bet(
    machine: Machine,
) -> None:
    machine.run()
    machine.until_placed(3)
    before = machine.pids()
    core = machine.kill_9("core")
    machine.until(lambda: machine.term() == 2, "the second term")
    machine.until_placed(1, "a bet of the new core")
    assert machine.pids() == before | {"core": core}
    assert machine.ask("status")["term"] == 2
    assert machine.end() == 0
    assert machine.verdict() == []


def test_a_killed_feed_and_a_killed_book_come_back_alone_and_bets_go_on(machine: Machine) -> None:
    machine.run()
    machine.until_placed(1)
    before = machine.pids()
    new = {node: machine.kill_9(node) for node in ("feed", "paper")}
    killed_at = now()
    machine.until(
        lambda: any(at > killed_at for _, at in machine.placements()), "bets after the comeback"
    )
    assert machine.pids() == before | new
    assert machine.term() == 1
    assert machine.end() == 0
    assert machine.verdict() == []


def test_no_child_outlives_a_killed_parent_and_the_next_run_settles_what_it_left(
    fast_machine: Machine,
) -> None:
    machine = fast_machine
    machine.run()
    # Bets that the book took: a request that it refuses stays in doubt for longer than this test.
    machine.until(lambda: len(machine.bets()) >= 3, "bets")
    assert len(machine.kill_9_parent()) == 3
    left = set(machine.bets())
    machine.run()
    machine.until(
        lambda: all(
            order.state in ("settled", "refused", "void")
            for order in machine.ledger().bets()
            if order.reference in left
        ),
        "the end of the bets of the first run",
    )
    assert machine.term() == 2
    assert machine.end() == 0
    assert machine.verdict() == []
    assert left <= set(machine.bets())


def test_after_a_kill_nothing_is_placed_over_any_restart_until_resume(machine: Machine) -> None:
    machine.run()
    machine.until_placed(1)
    assert machine.ask("kill", "--reason", "test")["acknowledged"] is True
    killed_at = now()
    assert machine.ask("status")["trading"] == "killed"

    machine.kill_9("core")
    machine.until(lambda: machine.term() == 2, "the second term")
    machine.kill_9_parent()
    machine.run()
    machine.until(
        lambda: any(
            order.state == "denied" and order.reason.startswith("kill_gate")
            for order in machine.ledger().everything()
        ),
        "a bet that is wanted and denied",
    )
    closed = "the kill gate is closed (test)"
    machine.until(lambda: closed in machine.printed(), "the gate is named")
    assert [at for _, at in machine.placements() if at > killed_at] == []

    resumed_at = now()
    machine.ask("resume", "--reason", "the test goes on")
    machine.until(lambda: any(at > resumed_at for _, at in machine.placements()), "a bet again")
    assert [at for _, at in machine.placements() if killed_at < at < resumed_at] == []
    assert machine.end() == 0
    assert machine.verdict() == []


def test_a_second_run_on_the_same_state_is_refused_and_the_first_goes_on(machine: Machine) -> None:
    machine.run()
    machine.until(lambda: "\nready\n" in machine.printed(), "ready")
    first, pids = machine.process, machine.pids()
    machine.run()
    assert machine.process is not None
    assert machine.process.wait(AT_MOST) == 1
    assert "another tictac runs on" in machine.printed()
    machine.process = first
    assert machine.pids() == pids
    assert machine.end() == 0


def test_a_recorded_and_measured_run_is_seen_scraped_and_replayed_over_a_killed_core(
    machine: Machine,
) -> None:
    ports = free_ports(2)
    with machine.config.open("a") as config:
        config.write(f"\nmetrics: {{core_port: {ports[0]}, feed_port: {ports[1]}}}\n")
    machine.run("--record")
    machine.until_placed(3)
    tree = {row["address"]: row for row in machine.ask("tree")["actors"]}
    assert set(tree) >= {*CORE_ACTORS, "executor/*"}
    assert tree["market/today"]["thread"] == "shard-0"
    polled = 'tictac_feed_quotes{market="today"}'
    machine.until(lambda: polled in scraped(ports[0]), "prices of today")
    assert 'kind="Poller"' in scraped(ports[1])

    machine.kill_9("core")
    machine.until(lambda: machine.term() == 2, "the second term")
    machine.until_placed(1, "a bet of the new core")
    assert "tictac_term 2.0" in scraped(ports[0])
    assert machine.end() == 0
    assert machine.verdict() == []

    first, second = files(machine.state / "recording", "core")
    assert len(list(read_all([first]))) > 50
    assert stat.S_IMODE(first.stat().st_mode) == stat.S_IMODE(second.stat().st_mode) == 0o600
    markets = machine.ask("replay", "--config", str(machine.config))["markets"]
    assert sum(market["then"] for market in markets.values()) > 0
    assert all(market["same"] for market in markets.values())
    told = machine.ask("recordings")
    assert [one["prices"] > 0 for one in told] == [True, True]


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def scraped(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text: str = answer.read().decode()
    return text
