"""`tictac run` as real processes in a state directory of its own, and the book's own file."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite

from actors.ledger import Ledger, open_journal
from actors.prove.verdict import bets, placements, verdict

TICTAC = [sys.executable, "-m", "actors.cli"]
AT_MOST = 25.0

CONFIG = """
accounts: {ao: {}}
markets:
  today: {account: ao, when: today, every: 10s}
  early: {account: ao, when: early, every: 20s}
strategies:
  value: {use: "actors.strategies.value:Value", parameters: {min_edge: 0.1}}
risk: {selection_cooldown: 5s, event_cooldown: 500ms, max_event_exposure: 100.00}
paper: {speed: SPEED, seed: 7}
"""

SLOW, FAST = 900, 3600
"""At the slow speed each poll finds bets to make; at the fast one a day is over in 11 seconds, and
only that day is bet on."""


def alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not, once its last thread has ended.

    Until then a thread may be in the middle of a sync, and what it wrote counts as written.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        threads = os.listdir(f"/proc/{pid}/task")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z" or len(threads) > 1


class Machine:
    """One state directory, and the `run` that works on it now."""

    def __init__(self, folder: Path, speed: int = SLOW, *, only_today: bool = False) -> None:
        self.folder, self.state = folder, folder / "state"
        self.config = folder / "config.yaml"
        lines = CONFIG.replace("SPEED", str(speed)).splitlines()
        kept = [line for line in lines if "early" not in line or not (only_today or speed >= FAST)]
        self.config.write_text("\n".join(kept))
        self.process: subprocess.Popen[bytes] | None = None
        self.runs = 0

    def run(self, *options: str) -> None:
        """Start `tictac run`; what it prints goes to a file."""
        self.runs += 1
        with self.printed_to.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    *(*TICTAC, "run", "--config", str(self.config)),
                    *("--state", str(self.state), *options),
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
            )

    @property
    def printed_to(self) -> Path:
        return self.folder / f"printed-{self.runs}"

    def printed(self) -> str:
        """Return what this run has printed so far."""
        return self.printed_to.read_text()

    def until(self, true: Callable[[], Any], what: str, seconds: float = AT_MOST) -> Any:
        """Wait for something to come true and return it; what it reads may not be there yet."""
        limit = time.monotonic() + seconds
        while True:
            with contextlib.suppress(sqlite.OperationalError, FileNotFoundError):
                found = true()
                if found:
                    return found
            over = time.monotonic() > limit
            assert not over, f"not within {seconds} s: {what}; printed:\n{self.printed()[-2000:]}"
            time.sleep(0.05)

    def until_placed(self, more: int, what: str = "bets") -> None:
        """Wait until the book has received so many more placements."""
        count = 0 if not self.state.joinpath("paper.sqlite").exists() else len(self.placements())
        self.until(lambda: len(self.placements()) >= count + more, what)

    def end(self, seconds: float = AT_MOST) -> int:
        """Ask the run to stop unless it is over, and return its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(seconds)

    def close(self) -> None:
        """Leave nothing running, whatever the test did."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def pids(self) -> dict[str, int]:
        """Return the children of the run by the node they are."""
        assert self.process is not None
        listed = subprocess.run(
            ["ps", "--ppid", str(self.process.pid), "-o", "pid=,stat=,args="],
            capture_output=True,
            text=True,
            check=False,
        )
        found = {}
        for line in listed.stdout.splitlines():
            pid, status, *words = line.split()
            if "node" in words and not status.startswith("Z"):
                found[words[words.index("node") + 1]] = int(pid)
        return found

    def kill_9(self, node: str) -> int:
        """Kill a child without warning and return the pid of the one that takes its place."""
        old = self.pids()[node]
        os.kill(old, signal.SIGKILL)
        new = self.until(
            lambda: self.pids().get(node, old) != old and self.pids()[node], f"new {node}"
        )
        return int(new)

    def kill_9_parent(self) -> list[int]:
        """Kill the parent without warning; its children must end soon, and are returned."""
        assert self.process is not None
        orphans = list(self.pids().values())
        self.process.kill()
        self.process.wait()
        self.until(lambda: not any(map(alive, orphans)), "the end of the children", 5.0)
        return orphans

    def ask(self, *command: str, exit_code: int = 0) -> Any:
        """Run another command on the state directory and return its JSON."""
        done = subprocess.run(
            [*TICTAC, *command, "--state", str(self.state), "--json"],
            capture_output=True,
            text=True,
            timeout=AT_MOST,
            check=False,
            cwd=self.folder,
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        return json.loads(done.stdout)

    # The book's own file.

    def placements(self) -> list[tuple[str, int]]:
        """Return reference and moment of every PlaceBet the book received, oldest first."""
        return placements(self.state / "paper.sqlite")

    def bets(self) -> dict[str, tuple[str, int]]:
        """Return status and profit of the book's bets by reference, which must be unique."""
        return bets(self.state / "paper.sqlite")

    # Our own.

    def ledger(self) -> Ledger:
        return Ledger(open_journal(self.state))

    def term(self) -> int:
        """Return the newest term in which somebody wrote."""
        row = self.ledger().journal.connection.execute("SELECT max(term) FROM terms").fetchone()
        return int(row[0])

    def verdict(self) -> list[str]:
        """Compare book and journal of a machine at rest; empty when they agree."""
        return verdict(self.ledger(), self.state / "paper.sqlite")
