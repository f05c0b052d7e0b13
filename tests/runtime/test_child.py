"""Real processes: what is killed comes back, and nobody outlives the parent."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.child import ChildProcess, spawn
from runtime.lifeline import LIFELINE, READY, announce_ready, hold_lifeline
from runtime.processes import Processes, RestartPolicy, State

ROOT = Path(__file__).resolve().parent.parent.parent
AT_MOST = 30.0

CHILD = """
import os, signal, sys
from runtime.lifeline import announce_ready, hold_lifeline

assert hold_lifeline()
def stop(*_):
    with open(sys.argv[1], "a") as story:
        story.write(sys.argv[2] + " stopped\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if "deaf" in sys.argv else stop)
announce_ready()
while True:
    signal.pause()
"""

PARENT = """
import json, sys
from runtime.processes import ChildProcess, Processes

children = [
    ChildProcess(name, [sys.executable, "-c", sys.argv[1], sys.argv[2], name]) for name in "ab"
]
family = Processes(children, on_ready=lambda: print(json.dumps(family.pids()), flush=True))
with family.stopping_on_signals():
    sys.exit(family.run(lasting=60))
"""


def child(name: str, story: Path, *extra: str, stop_deadline: float = 10) -> ChildProcess:
    argv = [sys.executable, "-c", CHILD, str(story), name, *extra]
    environment = {"PYTHONPATH": str(ROOT)}
    return ChildProcess(name, argv, environment, stop_deadline=stop_deadline)


def run_with(children: list[ChildProcess], step: Callable[[Processes], None]) -> int:
    """Run real children, and call `step` at each tick at which all are ready."""

    def wait(seconds: float) -> None:
        select.select([], [], [], seconds / 4)
        if set(family.states().values()) == {State.READY}:
            step(family)

    family = Processes(children, wait=wait, policy=RestartPolicy(first=0.01))
    return family.run(lasting=AT_MOST)


def parent(story: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD, str(story)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )


def is_closed(process: subprocess.Popen[str]) -> bool:
    """Tell whether all who inherited the output, children included, end in time."""
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], AT_MOST)
    return bool(readable) and process.stdout.read() == ""


def test_a_killed_child_comes_back_while_its_sibling_goes_on(tmp_path: Path) -> None:
    seen: list[dict[str, int]] = []

    def step(family: Processes) -> None:
        if not seen:
            seen.append(family.pids())
            os.kill(seen[0]["b"], signal.SIGKILL)
        elif family.pids()["b"] != seen[0]["b"]:
            seen.append(family.pids())
            family.request_stop()

    story = tmp_path / "story"
    assert run_with([child("a", story), child("b", story)], step) == 0
    before, after = seen[0], seen[1]
    assert before["a"] == after["a"]
    assert before["b"] != after["b"]
    assert story.read_text() == "b stopped\na stopped\n"


def test_a_child_that_is_deaf_to_the_stop_is_killed(tmp_path: Path) -> None:
    story = tmp_path / "story"
    children = [child("a", story), child("b", story, "deaf", stop_deadline=0.2)]
    assert run_with(children, lambda family: family.request_stop()) == 0
    assert story.read_text() == "a stopped\n"


def test_no_child_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    with parent(tmp_path / "story") as process:
        assert process.stdout is not None
        pids = json.loads(process.stdout.readline())
        assert set(pids) == {"a", "b"}
        process.kill()
        assert is_closed(process)
    assert not (tmp_path / "story").exists()


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_parent_stops_the_children_in_reverse(
    tmp_path: Path, kind: signal.Signals
) -> None:
    with parent(tmp_path / "story") as process:
        assert process.stdout is not None
        json.loads(process.stdout.readline())
        process.send_signal(kind)
        assert is_closed(process)
    assert process.returncode == 0
    assert (tmp_path / "story").read_text() == "b stopped\na stopped\n"


def test_a_program_that_does_not_exist_leaves_no_open_pipe() -> None:
    before = set(os.listdir("/dev/fd"))
    with pytest.raises(FileNotFoundError):
        spawn(ChildProcess("x", ["/nowhere/to/be/found"]))
    assert len(os.listdir("/dev/fd")) == len(before)


def test_a_process_started_by_hand_has_no_lifeline_and_nobody_to_tell() -> None:
    environment: dict[str, str] = {}
    assert not hold_lifeline(environment)
    announce_ready(environment)


def test_saying_ready_to_a_parent_that_is_gone_is_no_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environment = {READY: str(writing), LIFELINE: "0"}
    announce_ready(environment)
    assert environment == {LIFELINE: "0"}
