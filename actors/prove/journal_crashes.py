"""Crash points of the journal: the process dies, or the disk refuses, at the n-th operation.

Each trial is a process of its own, forked while no database is open. It appends real
entries and says through a pipe what was acknowledged. What it leaves is opened and judged.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from actors.prove.disk import (
    FULL,
    IOERR_FSYNC,
    IOERR_WRITE,
    OK,
    NotRunError,
    Operation,
    stand_between,
    watching,
)
from actors.prove.journal_work import NAME, START, WRITER, faults_of, opened, scratch, work
from runtime.chance import seeded
from runtime.errors import DiskRefusesError
from runtime.journal import Entry, Journal

APPENDS = 15
OPERATIONS = 300
"""About as many as that work needs; a trial that does not come so far is not counted."""

LONGEST_REFUSAL = 25
DIED = 137
NOT_RUN = 3
SHOWN = 20
MODES = ("crash", "torn", "io_error", "io_error_then_crash", "full")
REFUSING = MODES[2:]


T = TypeVar("T")


class Fault(NamedTuple):
    """What happens at which operation, and for how many of them."""

    mode: str
    at: int
    lasting: int = 1

    @property
    def end(self) -> int:
        """Return the first operation after it."""
        return self.at + self.lasting


class Faulty:
    """Count the operations and let the fault happen."""

    def __init__(self, fault: Fault, say: Callable[[str], object]) -> None:
        self.fault = fault
        self.seen = 0
        self._say = say

    def before(self, operation: Operation, write_part: Callable[[int], object]) -> int:
        """Die, refuse, or let it happen."""
        self.seen += 1
        if self.fault.mode == "io_error_then_crash" and self.seen == self.fault.end:
            os._exit(DIED)
        if not self.fault.at <= self.seen < self.fault.end:
            return OK
        self._say("reached")
        if self.fault.mode == "torn" and operation.name == "write":
            write_part(len(operation.data) // 2)
        if self.fault.mode in ("crash", "torn"):
            os._exit(DIED)
        if self.fault.mode == "full":
            return FULL if operation.name == "write" else OK
        return IOERR_FSYNC if operation.name == "sync" else IOERR_WRITE


def crash_points(count: int, seed: int) -> dict[str, Any]:
    """Let the journal's process die so many times and count what was wrong.

    Raises NotRunError where SQLite's writes cannot be seen.
    """
    # A process of its own, with one thread, can fork safely.
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(count), str(seed)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == NOT_RUN:
        raise NotRunError(done.stderr.strip().splitlines()[-1])
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def count_here(count: int, seed: int) -> dict[str, Any]:
    """Do the work of `crash_points` in this process, which may have no other thread."""
    stand_between()
    modes: Counter[str] = Counter()
    tried, failed, violations = 0, 0, list[str]()
    while sum(modes.values()) < count:
        one = seed * 1_000_003 + tried
        tried += 1
        chance = seeded(one)
        mode = chance.choice(MODES)
        lasting = int(chance.uniform(1, LONGEST_REFUSAL)) if mode in REFUSING else 1
        fault = Fault(mode, int(chance.uniform(1, OPERATIONS)), lasting)
        reached, faults = _trial(fault, one)
        modes[mode] += reached
        failed += bool(faults)
        violations += [f"trial {one}, {fault}: {text}" for text in faults]
    return {
        "crash_points": sum(modes.values()),
        **{mode: modes[mode] for mode in MODES},
        "tried": tried,
        "failed": failed,
        "violations": violations[:SHOWN],
    }


def _trial(fault: Fault, seed: int) -> tuple[bool, list[str]]:
    """Run one child; tell whether it reached its fault, and what was wrong."""
    batches = list(islice(work(seeded(seed)), APPENDS))
    lengths = [0]
    for entries in batches:
        lengths.append(lengths[-1] + len(entries))
    with scratch() as folder:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _be_the_child(fault, Path(folder), batches, lengths, writing)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            said = pipe.read().splitlines()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        acknowledged = max((int(line) for line in said if line.isdigit()), default=0)
        faults = [line.removeprefix("wrong ") for line in said if line.startswith("wrong ")]
        faults += faults_of(Path(folder), lengths, acknowledged)
    if code not in (0, DIED):
        faults.append(f"the child ended with {code}")
    if code == 0 and acknowledged != lengths[-1]:
        faults.append(f"{acknowledged} of {lengths[-1]} entries once the disk was well again")
    return "reached" in said, faults


def _be_the_child(
    fault: Fault, folder: Path, batches: list[list[Entry]], lengths: list[int], pipe: int
) -> None:
    def say(line: str) -> None:
        os.write(pipe, f"{line}\n".encode())

    code = 1
    try:
        with watching(folder / NAME, Faulty(fault, say)):
            journal = _insist(lambda: opened(folder))
            _insist(lambda: journal.begin_term(START))
            pen = _insist(lambda: journal.claim(WRITER))
            for entries, length in zip(batches, lengths[1:], strict=True):
                _append(journal, pen, entries, length, say)
                say(str(length))
        code = 0
    except BaseException as error:  # noqa: BLE001 - no stack of the parent may unwind in the child
        say(f"wrong {type(error).__name__}: {error}")
    finally:
        os._exit(code)


def _append(
    journal: Journal, pen: int, entries: list[Entry], length: int, say: Callable[[str], object]
) -> None:
    """Append until it is acknowledged, or is there after an error that left it unknown."""
    unknown = False

    def attempt() -> None:
        nonlocal unknown
        try:
            journal.append(WRITER, pen, entries, START)
        except DiskRefusesError as error:
            unknown = unknown or not error.undone
            if _insist(journal.verify) < length:
                raise
            if not unknown:
                say(f"wrong entry {length} was called undone and is there")

    _insist(attempt)


def _insist(act: Callable[[], T]) -> T:
    """Try again until the disk is well."""
    for _ in range(10 * LONGEST_REFUSAL):
        with suppress(DiskRefusesError):
            return act()
    raise AssertionError("the disk never became well")


if __name__ == "__main__":
    try:
        sys.stdout.write(json.dumps(count_here(int(sys.argv[1]), int(sys.argv[2]))))
    except NotRunError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(NOT_RUN)
