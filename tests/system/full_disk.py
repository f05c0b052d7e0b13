"""A real `run` on a disk that refuses for a while: the story, and a disk that is really full.

`python -m tests.system.full_disk FOLDER` plays it on a small file system of its own, for which
it has to be root in a namespace of its own: `unshare --user --map-root-user --mount`.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.system.machine import Machine

REFUSED_FOR = 8.0
"""Seconds; in each of them the Settler is started again and tries to write."""

ROOM = "24m"


def play(machine: Machine, refuse: Callable[[], None], heal: Callable[[], None]) -> None:
    """Bet, let the disk refuse, look that nothing is bet and all is told, heal, bet again."""
    machine.until_placed(2)
    before = machine.pids()
    refuse()
    machine.until(lambda: machine.ask("status")["journal"], "a status that tells of the disk")
    placed, entries = len(machine.placements()), machine.ledger().journal.verify()
    time.sleep(REFUSED_FOR)
    status = machine.ask("status")
    assert status["trading"] == "unwritable"
    assert "journal.sqlite: " in status["journal"]["refused"]
    assert len(machine.placements()) == placed
    assert machine.ledger().journal.verify() == entries
    assert "journal.sqlite: " in refused_command(machine)
    assert (
        printed(machine, "the disk refuses the journal") <= 1
    )  # what is printed may be refused, too
    heal()
    machine.until_placed(2, "bets after there was room")
    assert machine.pids() == before, "no process had to be started again"
    machine.until(lambda: machine.ask("status")["trading"] == "open", "trading")
    assert machine.ask("status")["journal"] == {}
    assert machine.end() == 0, machine.printed()
    assert machine.verdict() == []


def printed(machine: Machine, words: str) -> int:
    """Return how many of the printed lines say so."""
    return sum(words in line for line in machine.printed().splitlines())


def refused_command(machine: Machine) -> str:
    """Return what an operator is told who wants what cannot be written now."""
    return machine.ask(
        *("limits", "set", "max_stake", "9.00", "--reason", "a bad day"), exit_code=1
    )["error"]


def main(folder: Path) -> None:
    """Play it on a full file system. The bookmaker's own file is elsewhere."""
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "none", str(disk)], check=True)
    machine = Machine(folder)
    machine.state = disk / "state"
    machine.state.mkdir(mode=0o700)
    (machine.state / "paper.sqlite").symlink_to(folder / "paper.sqlite")
    filler = disk / "filler"

    def fill() -> None:
        with filler.open("wb", 0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    machine.run()
    try:
        play(machine, fill, filler.unlink)
    finally:
        machine.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
