"""A disk that refuses the journal for minutes: nothing is bet, nothing lost, nobody has to help."""

import logging
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.simulation.given import LIMITS
from actors.simulation.world import World
from tests.system.full_disk import main, play
from tests.system.machine import Machine

ROOT = Path(__file__).resolve().parents[2]
UNSHARED = ("unshare", "--user", "--map-root-user", "--mount")
MINUTES = 240.0


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.close()


def filled(folder: Path, at: float, seconds: float = MINUTES) -> World:
    """Return a world in which bets are made, and whose disk is full from then on."""
    world = World(folder, limits=LIMITS, every=3)
    world.run(at)
    assert len(world.judge.requests) > 2
    world.fill_disk(seconds)
    return world


def test_nothing_is_bet_while_the_disk_is_full_and_the_same_process_bets_again_after_it(
    tmp_path: Path,
) -> None:
    world = filled(tmp_path, 40)
    entries, sent = world.journal.verify(), len(world.judge.requests)
    world.run(MINUTES - 1)
    assert (world.journal.verify(), len(world.judge.requests)) == (entries, sent)
    assert world.journal.refusals.now is not None
    assert world.restarts()["settler/ao"] > 50, "it tried to write what it saw"
    world.run(120)
    assert len(world.judge.requests) > sent + 3
    assert world.counts.boots == 1, "no core gave up"
    assert world.journal.refusals.now is None
    world.end()
    assert world.verdict() == []
    assert world.ledger.open_stakes() == 0


def test_what_the_book_took_and_nobody_could_write_is_found_at_the_book(tmp_path: Path) -> None:
    """The disk fills between SENDING and the answer."""
    world = World(tmp_path, limits=LIMITS, every=3)
    world.journal.plan_at("sending", 3, lambda: world.fill_disk(MINUTES))
    world.run(MINUTES)
    (sending,) = [order for order in world.ledger.everything() if order.state == "sending"]
    assert sending.reference in {bet.reference for bet in world.judge.bets()}
    world.run(120)
    world.end()
    assert world.verdict() == []
    steps = [entry.kind for entry in world.journal.entries(sending.id)]
    assert steps[3] == "order.in_doubt"
    assert steps[-1] in ("order.settled", "order.void")
    assert world.counts.boots == 1


def test_a_gate_that_is_closed_on_a_full_disk_stays_closed_and_is_journalled_when_there_is_room(
    tmp_path: Path,
) -> None:
    world = filled(tmp_path, 40)
    world.run(60)
    world.gate.close("by hand", "ada", world.now)
    world.command("kill")
    world.run(1)
    assert list(world.journal.entries("gate")) == []
    assert "control" in world.host.cells
    sent = len(world.judge.requests)
    world.run(MINUTES + 60)
    assert [entry.kind for entry in world.journal.entries("gate")] == ["killed"]
    assert len(world.judge.requests) == sent


def test_a_core_that_dies_on_a_full_disk_comes_back_when_there_is_room(tmp_path: Path) -> None:
    world = filled(tmp_path, 40)
    world.run(60)
    world.crash()
    sent = len(world.judge.requests)
    world.run(MINUTES + 60)
    assert len(world.judge.requests) > sent
    assert world.counts.boots == 2
    world.end()
    assert world.verdict() == []


def test_the_log_says_so_once_and_once_that_it_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.disable(logging.NOTSET)
    world = filled(tmp_path, 40)
    caplog.clear()
    world.run(MINUTES + 30)
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert sum("the disk refuses the journal" in line for line in lines) == 1
    assert sum("the disk takes the journal again" in line for line in lines) == 1
    assert not [line for line in lines if "actor failed" in line]


# Real processes.


@pytest.mark.timeout(180)
def test_a_core_whose_files_may_not_grow_bets_nothing_tells_it_and_goes_on_by_itself(
    machine: Machine,
) -> None:
    """The kernel refuses each write of the core as if the disk failed; no privilege is needed."""
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int) -> None:
        resource.prlimit(machine.pids()["core"], resource.RLIMIT_FSIZE, (size, unlimited[1]))

    machine.run()
    play(machine, lambda: limit(0), lambda: limit(unlimited[0]))


@pytest.mark.timeout(180)
def test_a_run_on_a_full_file_system_bets_nothing_tells_it_and_goes_on_by_itself(
    tmp_path: Path,
) -> None:
    if (
        shutil.which("unshare") is None
        or subprocess.run([*UNSHARED, "true"], check=False).returncode
    ):
        pytest.skip("this machine gives nobody a file system of his own")
    program = [sys.executable, "-m", main.__module__, str(tmp_path)]
    done = subprocess.run(
        [*UNSHARED, *program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
