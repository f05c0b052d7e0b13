"""A process whose threads are stuck ends by itself, or is ended, and the next one works."""

import select
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from actors.cli import run
from actors.settings import Mode
from actors.state_folder import StateFolder
from runtime.child import ChildProcess, Running, spawn
from runtime.clock import SystemClock
from runtime.processes import Processes, RestartPolicy
from tests.system.machine import Machine

ROOT = Path(__file__).resolve().parent.parent.parent
AT_MOST = 40.0

NODE = """
import socket, sys, threading
from pathlib import Path

from actors import nodes
from runtime import thread_host, watch
from runtime.actor import Actor
from runtime.bus import Bus
from runtime.cell import Ports
from runtime.codec import Message
from runtime.ending import end_now
from runtime.lifeline import hold_lifeline
from runtime.shard_host import ShardHost
from runtime.supervision import Child
from runtime.supervisor import Supervisor

(where, how), mark = sys.argv[1].split("-"), Path(sys.argv[2])
first = not mark.exists()
mark.touch()
if first:
    watch.FREE_WITHIN, thread_host.LOOK_EVERY = 0.3, 0.1
    nodes.CLOSE_FAILED_WITHIN, nodes.END_WITHIN = 0.5, 4.0


class Go(Message, frozen=True):
    pass


class Wedged(Actor):
    own_thread = where == "thread"
    turn_deadline = 0.3 if first else 60.0

    def on_start(self):
        self.after(0.1, Go())

    def on_message(self, message, sender):
        if not first:
            mark.write_text("works")
        elif how == "wait":
            threading.Event().wait()
        elif how == "loop":
            while True:
                pass
        elif how == "receive":
            ours, theirs = socket.socketpair()
            ours.recv(1)
        elif how == "gate":
            with self._cell.mailbox.shard.gate:
                threading.Event().wait()
        elif how == "guest":
            threading.Thread(target=threading.Event().wait).start()
            self._cell.host._give_up("the guest of a user's code is no daemon")
        elif how == "unwatched":
            self._cell.host._watch = None


hold_lifeline()
host = ShardHost(Ports())
bus = Bus(host.post, "node", "inproc://nobody", False)
bus.start()
children = [Child("wedged", Wedged, stop_deadline=0.2)]
end_now(nodes._serve(host, bus, Child("root", Supervisor, {"children": children})))
"""
"""The first of each name wedges an actor; the one that takes its place says that it works."""

WAYS = {
    "thread-wait": 1,
    "thread-loop": 1,
    "thread-receive": 1,
    "shard-wait": 1,
    "shard-loop": 1,
    "shard-receive": 1,
    "shard-gate": 1,  # whoever sends to the shard waits as well, the one who ends the process too
    "thread-guest": 1,
    "thread-unwatched": -9,  # nobody is left to see it, so there is no heartbeat
}


def outcome(way: str, folder: Path) -> tuple[list[int | None], float]:
    """Let it happen; return the exit codes in order, and how long the first was there."""
    mark, clock = folder / way, SystemClock()
    started, times = list[Running](), list[float]()

    def start(child: ChildProcess) -> Running:
        if started:
            times.append(clock.monotonic())
        started.append(spawn(child))
        return started[-1]

    def wait(seconds: float) -> None:
        select.select([], [], [], seconds)
        if mark.exists() and not times:
            times.append(clock.monotonic())
        if mark.exists() and mark.read_text() == "works":
            family.request_stop()

    argv = [sys.executable, "-c", NODE, way, str(mark)]
    child = ChildProcess(way, argv, {"PYTHONPATH": str(ROOT)}, beat_deadline=5.0)
    family = Processes([child], start=start, wait=wait, policy=RestartPolicy(first=0.01))
    assert family.run(lasting=AT_MOST) == 0
    return [running.exit_code() for running in started], times[1] - times[0]


def test_a_process_with_a_stuck_thread_ends_within_bounds_and_its_successor_works(
    tmp_path: Path,
) -> None:
    with ThreadPoolExecutor(len(WAYS)) as pool:
        found = dict(zip(WAYS, pool.map(lambda way: outcome(way, tmp_path), WAYS), strict=True))
    print({way: round(seconds, 1) for way, (_, seconds) in found.items()})
    assert {way: codes for way, (codes, _) in found.items()} == {
        way: [code, 0] for way, code in WAYS.items()
    }
    assert max(seconds for _, seconds in found.values()) < 15


def test_every_node_beats_and_none_is_taken_for_stuck(tmp_path: Path) -> None:
    machine, state = Machine(tmp_path), StateFolder(tmp_path / "state")
    state.prepare()
    started: list[Running] = []

    def start(child: ChildProcess) -> Running:
        started.append(spawn(replace(child, env={**child.env, "PYTHONPATH": str(ROOT)})))
        return started[-1]

    children = run._children(Mode.PAPER, machine.config, state, record=False)
    family = Processes([replace(child, beat_deadline=4.0) for child in children], start=start)
    assert [child.name for child in children] == ["paper", "core", "feed"]
    assert family.run(lasting=10.0) == 0
    assert [running.exit_code() for running in started] == [0, 0, 0]


STRATEGY = """
from pathlib import Path

from actors.market import Market
from actors.strategies.value import Value
from runtime import watch

ASKED_FOR = Path(__file__).with_name("wedge")


class Sticky(Value):
    def on_update(self, view):
        if ASKED_FOR.exists():
            ASKED_FOR.unlink()
            Market.turn_deadline, watch.FREE_WITHIN = 1.0, 1.0
            while True:
                pass
        return super().on_update(view)
"""
"""A user's own, which loops for ever at the first update after it was asked to."""


def test_a_core_with_a_strategy_that_never_returns_is_recycled_and_no_bet_is_lost_or_twice(
    tmp_path: Path,
) -> None:
    machine = Machine(tmp_path)
    (tmp_path / "sticky.py").write_text(STRATEGY)
    usual = machine.config.read_text()
    machine.config.write_text(usual.replace("actors.strategies.value:Value", "sticky:Sticky"))
    try:
        machine.run()
        machine.until_placed(3)
        before = machine.pids()
        (tmp_path / "wedge").touch()
        machine.until(lambda: machine.term() == 2, "the second term", 40.0)
        machine.until_placed(1, "a bet of the new core")
        after = machine.pids()
        assert [node for node in before if before[node] != after[node]] == ["core"]
        log = (machine.state / "tictac.log").read_text()
        assert "no end of a turn for" in log
        assert '"failure": "the thread of market/' in log
        assert "on_update (sticky.py:" in log  # where the thread stands
        assert '"child died", "child": "core", "why": "exit code 1"' in log
        assert machine.end() == 0
        assert machine.verdict() == []
    finally:
        machine.close()
