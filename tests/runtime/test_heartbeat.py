"""A process that is alive and does not work is killed, and comes back.

First what the parent decides, with children that are played; then real processes.
"""

import os
import select
import signal
import sys
from pathlib import Path

import pytest

from runtime.child import WHOLE_PIPE, ChildProcess, spawn
from runtime.lifeline import READY, Heartbeat, announce_ready
from runtime.processes import Processes, RestartPolicy, State
from tests.runtime.theatre import Theatre

ROOT = Path(__file__).resolve().parent.parent.parent
AT_MOST = 30.0

BEATING = """
import ctypes, sys, threading
from pathlib import Path
from runtime.lifeline import announce_ready, hold_lifeline

hold_lifeline()
what, mark = sys.argv[1], Path(sys.argv[2])
first = not mark.exists()
mark.touch()
heartbeat, count = announce_ready(), 0
if first and what == "held":
    threading.Timer(0.2, lambda: ctypes.PyDLL(None).sleep(600)).start()
while not (first and what == "stuck"):
    count += 1
    heartbeat.beat(0 if first and what == "idle" else count)
    threading.Event().wait(0.05)
threading.Event().wait()
"""
"""The first of each name fails in its own way: the lock of its interpreter is held by C code, its
main thread is stuck while others could run, or what it watches over does not move on."""

HASTY = f"""
import os, signal
os.write(int(os.environ["{READY}"]), b"ready\\n" + b"." * 9000)
signal.pause()
"""


def test_a_child_that_does_not_beat_is_killed_and_comes_back_alone() -> None:
    theatre = Theatre("core", "feed")

    def silence_core(now: float) -> None:
        theatre.silent = {"core"} if now > 20 and len(theatre.started) == 2 else set()

    theatre.at_tick = silence_core
    assert theatre.processes.run(lasting=29.5) == 0
    assert theatre.story[2:] == ["all ready", "stop feed", "stop core"]

    theatre = Theatre("core", "feed")
    theatre.at_tick = silence_core
    assert theatre.processes.run(lasting=50) == 0
    assert theatre.story[3:] == ["kill core", "start core", "stop feed", "stop core"]
    assert all(played.closed for played in theatre.started)


def test_the_time_to_beat_begins_when_a_child_is_ready() -> None:
    theatre = Theatre("core", beat_deadline=3)
    theatre.silent = theatre.never_ready = {"core"}

    def let_it_be_ready(now: float) -> None:
        theatre.cast["core"].ready = now > 4.5

    theatre.at_tick = let_it_be_ready
    theatre.processes.run(lasting=7)
    assert theatre.story == ["start core", "all ready", "stop core"]


def test_a_child_that_never_beats_ends_everything_when_it_is_killed_too_often() -> None:
    theatre = Theatre("core", policy=RestartPolicy(restarts=2, period=60), beat_deadline=3)
    theatre.silent = {"core"}
    assert theatre.processes.run(lasting=100) == 1
    assert theatre.story.count("kill core") == 3


def test_no_deadline_lets_a_child_be_silent_for_ever() -> None:
    theatre = Theatre("core", beat_deadline=0)
    theatre.silent = {"core"}
    assert theatre.processes.run(lasting=1_000) == 0
    assert theatre.story == ["start core", "all ready", "stop core"]


@pytest.mark.parametrize("held_up_for", [3.5, 8.0, 3_600.0])
def test_a_parent_that_was_held_up_gives_its_children_the_whole_time_again(
    held_up_for: float,
) -> None:
    theatre, seen = Theatre("core", "feed"), list[float]()

    def hold_up(now: float) -> None:
        theatre.silent = {"core"} if now > 4 else set()
        if now > 13 and not seen:
            theatre.clock.advance_to(now + held_up_for)
            seen.append(now + held_up_for)
        elif seen and "kill core" in theatre.story and len(seen) == 1:
            seen.append(now)
            theatre.processes.request_stop()

    theatre.at_tick = hold_up
    assert theatre.processes.run() == 0
    assert theatre.story.count("kill core") == 1  # it was silent for that time as well
    assert "kill feed" not in theatre.story
    assert seen[1] - seen[0] == pytest.approx(10, abs=0.5)


def test_a_parent_that_was_held_up_waits_again_for_a_child_to_be_ready() -> None:
    theatre = Theatre("core")
    theatre.never_ready = {"core"}
    theatre.at_tick = lambda now: theatre.clock.advance_to(now + 60) if 1 < now < 2 else None
    theatre.processes.run(lasting=64)
    assert theatre.story == ["start core", "terminate core"]


# Real processes.


def child(what: str, folder: Path, beat_deadline: float) -> ChildProcess:
    argv = [sys.executable, "-c", BEATING, what, str(folder / what)]
    return ChildProcess(
        what, argv, {"PYTHONPATH": str(ROOT)}, beat_deadline=beat_deadline, stop_deadline=0.1
    )


def test_each_way_not_to_work_is_found_out_and_those_that_work_are_left_alone(
    tmp_path: Path,
) -> None:
    names = ["well", "stopped", "held", "stuck", "idle"]
    first, last = dict[str, int](), dict[str, int]()

    def wait(seconds: float) -> None:
        select.select([], [], [], seconds)
        if set(family.states().values()) != {State.READY}:
            return
        if not first:
            first.update(family.pids())
            os.kill(first["stopped"], signal.SIGSTOP)
        elif all(family.pids()[name] != first[name] for name in names[1:]):
            last.update(family.pids())
            family.request_stop()

    family = Processes(
        [child(name, tmp_path, 3.0) for name in names],
        wait=wait,
        policy=RestartPolicy(first=0.01),
    )
    assert family.run(lasting=AT_MOST) == 0
    assert last["well"] == first["well"]


def test_beats_of_long_ago_do_not_pass_for_ones_of_now() -> None:
    played = spawn(ChildProcess("x", [sys.executable, "-c", HASTY]))
    try:
        while not played.is_ready():
            assert played.exit_code() is None
        played.has_beaten()
        assert not played.has_beaten()
    finally:
        played.kill()
        played.close()


def test_a_full_pipe_never_holds_up_a_child_and_neither_does_a_broken_one() -> None:
    reading, writing = os.pipe()
    heartbeat = announce_ready({READY: str(writing)})
    assert os.read(reading, 10) == b"ready\n"
    assert not os.get_inheritable(writing)
    for count in range(1, WHOLE_PIPE + 100):
        heartbeat.beat(count)
    assert set(os.read(reading, WHOLE_PIPE)) == {ord(".")}
    os.close(reading)
    heartbeat.beat(0)
    os.close(writing)


def test_without_proof_of_work_there_is_no_beat() -> None:
    reading, writing = os.pipe()
    heartbeat = Heartbeat(writing)
    for proof in (0, 1, 1, 1, 2):
        heartbeat.beat(proof)
    assert os.read(reading, 10) == b".."
    os.close(reading)
    os.close(writing)


def test_a_process_without_a_parent_beats_for_nobody() -> None:
    announce_ready({}).beat(1)
