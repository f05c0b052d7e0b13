"""Power losses of the journal: what a disk might hold if the current went at any moment.

A journal is written while its disk is watched. For each moment its files are made as a
power loss could leave them: what was synced is there; of what was not, nothing, all, some
writes, or some sectors of some writes. Each is opened like any journal at a start.

In half of the recordings a sync fails, the process dies of it, and another one carries on
with what it sees: with what may never have reached the disk.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from actors.prove.disk import IOERR_FSYNC, OK, NotRunError, Operation, watching
from actors.prove.journal_work import NAME, START, WRITER, faults_of, opened, scratch, work
from actors.prove.paper_disk import Disk, Recorded
from runtime.chance import Chance, seeded
from runtime.errors import DiskRefusesError, JournalError
from runtime.journal import Entry, Journal
from runtime.journal_files import anchor_of, write_again

APPENDS = 60
LOSSES_OF_ONE_RECORDING = 250
SHOWN = 20
MODES = ("dropped", "kept", "mixed", "torn")


class Recorder:
    """Write down every operation on the database's files; refuse to sync when told to."""

    def __init__(self) -> None:
        self.steps: list[Recorded] = []
        self.syncs_fail = False

    def before(self, operation: Operation, _write_part: Callable[[int], object]) -> int:
        """Note it, and let it happen unless it is a sync that is to fail."""
        file = Path(operation.file).name
        fails = self.syncs_fail and operation.name == "sync"
        name = "failed sync" if fails else operation.name
        self.steps.append(Recorded(name, file, operation.at, operation.data))
        return IOERR_FSYNC if fails else OK

    def write_again(self, file: Path) -> None:
        """Note what the journal itself does to its write-ahead file, past SQLite, and do it."""
        if file.exists():
            self.steps.append(Recorded("write", file.name, 0, file.read_bytes()))
            write_again(file)
            self.steps.append(Recorded("sync", file.name))

    def acknowledged(self, length: int, anchor: Path) -> None:
        """Note that so many entries are promised, and what the anchor holds."""
        self.steps.append(Recorded("acknowledged", at=length, data=anchor.read_bytes()))


def power_losses(count: int, seed: int, *, normal_sync: bool = False) -> dict[str, Any]:
    """Lose the power so many times and count what was wrong; `normal_sync` plants a bug.

    Raises NotRunError where SQLite's writes cannot be seen.
    """
    modes: Counter[str] = Counter()
    recordings, operations, ill, failed, violations = 0, 0, 0, 0, list[str]()
    while sum(modes.values()) < count:
        one = seed * 1_000_003 + recordings
        try:
            steps, lengths = _record(one, normal_sync)
        except JournalError as error:
            failed, violations = failed + 1, [*violations, f"recording {one}: {error}"]
            break
        recordings, operations = recordings + 1, operations + len(steps)
        ill += any(step.name == "failed sync" for step in steps)
        wanted = min(LOSSES_OF_ONE_RECORDING, count - sum(modes.values()))
        for moment, mode, faults in _lose(steps, lengths, wanted, seeded(one)):
            modes[mode] += 1
            failed += bool(faults)
            violations += [f"recording {one}, moment {moment}, {mode}: {text}" for text in faults]
    return {
        "power_losses": sum(modes.values()),
        **{mode: modes[mode] for mode in MODES},
        "recordings": recordings,
        "recordings_with_a_failed_sync": ill,
        "operations": operations,
        "failed": failed,
        "violations": violations[:SHOWN],
    }


def _record(seed: int, normal_sync: bool) -> tuple[list[Recorded], list[int]]:
    recorder, chance = Recorder(), seeded(seed)
    batches = list(islice(work(chance), APPENDS))
    lengths = list(accumulate(map(len, batches), initial=0))
    ill = int(chance.uniform(5, 2 * APPENDS))
    with scratch() as one, scratch() as other:
        folder = Path(one)
        if ill < APPENDS:
            _write_and_die(folder, batches[: ill + 1], lengths, recorder, normal_sync, Path(other))
            folder = Path(other)
        with watching(folder / NAME, recorder):
            journal = opened(folder, normal_sync=normal_sync, again=recorder.write_again)
            there = lengths.index(journal.verify())
            _write(journal, batches[there:], lengths[there + 1 :], recorder)
            journal.close()
    if not any(step.name == "sync" for step in recorder.steps):
        raise NotRunError("not run: no sync of the journal was seen")
    return recorder.steps, lengths


def _write_and_die(
    folder: Path,
    batches: Sequence[list[Entry]],
    lengths: list[int],
    recorder: Recorder,
    normal_sync: bool,
    seen: Path,
) -> None:
    """Write until the last append's sync fails; leave what the next process sees in `seen`."""
    with watching(folder / NAME, recorder):
        journal = opened(folder, normal_sync=normal_sync, again=recorder.write_again)
        pen = _write(journal, batches[:-1], lengths[1:], recorder)
        recorder.syncs_fail = True
        with suppress(DiskRefusesError):
            journal.append(WRITER, pen, batches[-1], START)
        recorder.syncs_fail = False
    for path in folder.iterdir():
        if not path.name.endswith("-shm"):
            shutil.copy(path, seen)
    journal.close()


def _write(
    journal: Journal, batches: Sequence[list[Entry]], lengths: list[int], recorder: Recorder
) -> int:
    assert journal.path is not None
    journal.begin_term(START)
    pen = journal.claim(WRITER)
    for entries, length in zip(batches, lengths, strict=False):
        journal.append(WRITER, pen, entries, START)
        recorder.acknowledged(length, anchor_of(journal.path))
    return pen


def _lose(
    steps: list[Recorded], lengths: list[int], count: int, chance: Chance
) -> list[tuple[int, str, list[str]]]:
    moments = sorted(int(chance.uniform(0, len(steps) + 1)) for _ in range(count))
    disk, taken, found = Disk(chance), 0, []
    for moment in moments:
        for step in steps[taken:moment]:
            disk.take(step)
        taken = moment
        mode = chance.choice(MODES)
        with scratch() as folder:
            disk.lose_power(Path(folder), mode)
            found.append((moment, mode, faults_of(Path(folder), lengths, disk.acknowledged)))
    return found
