"""Power losses of the journal: what a disk might hold if the current went at any moment.

A journal is written while its disk is watched. For each moment its files are made as a
power loss could leave them: what was synced is there; of what was not, nothing, all, some
writes, or some sectors of some writes. Each is opened like any journal at a start.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from actors.prove.disk import OK, NotRunError, Operation, watching
from actors.prove.journal_work import NAME, START, WRITER, faults_of, opened, scratch, work
from runtime.chance import Chance, seeded
from runtime.journal_files import anchor_of

APPENDS = 60
LOSSES_OF_ONE_RECORDING = 250
SECTOR = 512
SHOWN = 20
MODES = ("dropped", "kept", "mixed", "torn")


class Recorded(NamedTuple):
    """One thing that happened: to a file, or that an append was acknowledged."""

    name: str
    file: str = ""
    at: int = 0
    data: bytes = b""


class Recorder:
    """Write down every operation on the database's files."""

    def __init__(self) -> None:
        self.steps: list[Recorded] = []

    def before(self, operation: Operation, _write_part: Callable[[int], object]) -> int:
        """Note it and let it happen."""
        file = Path(operation.file).name
        self.steps.append(Recorded(operation.name, file, operation.at, operation.data))
        return OK


class File:
    """A file on a disk: what was synced, and what was only asked for since."""

    def __init__(self) -> None:
        self.synced: bytearray | None = None
        self.asked: list[Recorded] = []

    def take(self, step: Recorded) -> None:
        if step.name != "sync":
            self.asked.append(step)
            return
        self.synced = self._after(self.asked)
        self.asked = []

    def is_deleted(self) -> bool:
        return bool(self.asked) and self.asked[-1].name == "delete"

    def left(self, mode: str, chance: Chance) -> bytearray | None:
        """Return what a power loss leaves of it; None when it is not there."""
        kept = self.asked if mode == "kept" else []
        if mode in ("mixed", "torn"):
            kept = [step for step in self.asked if chance.choice((True, False))]
        if mode == "torn":
            kept = [part for step in kept for part in _torn(step, chance)]
        return self._after(kept)

    def _after(self, steps: list[Recorded]) -> bytearray | None:
        content = None if self.synced is None else bytearray(self.synced)
        for step in steps:
            if step.name == "delete":
                content = None
                continue
            content = bytearray() if content is None else content
            end = step.at + len(step.data)
            content.extend(bytes(max(0, end - len(content))))
            if step.name == "truncate":
                del content[step.at :]
            else:
                content[step.at : end] = step.data
        return content


def _torn(step: Recorded, chance: Chance) -> list[Recorded]:
    """Return some sectors of a write: a disk writes each whole or not at all."""
    if step.name != "write":
        return [step]
    kept, at, end = [], step.at, step.at + len(step.data)
    while at < end:
        border = min(end, (at // SECTOR + 1) * SECTOR)
        if chance.choice((True, False)):
            data = step.data[at - step.at : border - step.at]
            kept.append(step._replace(at=at, data=data))
        at = border
    return kept


class Disk:
    """The journal's files as they grow, step by step."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.anchors: list[bytes] = []
        self.acknowledged = 0

    def take(self, step: Recorded) -> None:
        if step.name == "acknowledged":
            self.acknowledged = step.at
            self.anchors.append(step.data)
            return
        file = self.files.setdefault(step.file, File())
        if step.name == "sync" and file.synced is None:
            # With the first sync of a new file SQLite syncs the folder: what is deleted stays so.
            self.files = {
                name: one for name, one in self.files.items() if not one.is_deleted() or one is file
            }
        file.take(step)

    def lose_power(self, folder: Path, mode: str, chance: Chance) -> None:
        """Write into the folder what is left."""
        for name, file in self.files.items():
            content = file.left(mode, chance)
            if content is not None:
                (folder / name).write_bytes(content)
        if self.anchors:
            (anchor_of(folder / NAME)).write_bytes(self._anchor(mode, chance))

    def _anchor(self, mode: str, chance: Chance) -> bytes:
        """Return the anchor, which is never synced: each of its sectors may be of any age."""
        if mode in ("kept", "dropped"):
            return self.anchors[-1 if mode == "kept" else 0]
        sectors = range(0, len(self.anchors[-1]), SECTOR)
        return b"".join(chance.choice(self.anchors)[at : at + SECTOR] for at in sectors)


def power_losses(count: int, seed: int, *, normal_sync: bool = False) -> dict[str, Any]:
    """Lose the power so many times and count what was wrong; `normal_sync` plants a bug.

    Raises NotRunError where SQLite's writes cannot be seen.
    """
    modes: Counter[str] = Counter()
    recordings, operations, failed, violations = 0, 0, 0, list[str]()
    while sum(modes.values()) < count:
        one = seed * 1_000_003 + recordings
        steps, lengths = _record(one, normal_sync)
        recordings, operations = recordings + 1, operations + len(steps)
        wanted = min(LOSSES_OF_ONE_RECORDING, count - sum(modes.values()))
        for moment, mode, faults in _lose(steps, lengths, wanted, seeded(one)):
            modes[mode] += 1
            failed += bool(faults)
            violations += [f"recording {one}, moment {moment}, {mode}: {text}" for text in faults]
    return {
        "power_losses": sum(modes.values()),
        **{mode: modes[mode] for mode in MODES},
        "recordings": recordings,
        "operations": operations,
        "failed": failed,
        "violations": violations[:SHOWN],
    }


def _record(seed: int, normal_sync: bool) -> tuple[list[Recorded], list[int]]:
    recorder, lengths = Recorder(), [0]
    with scratch() as folder:
        path = Path(folder) / NAME
        with watching(path, recorder), closing(opened(Path(folder), normal_sync=normal_sync)) as it:
            it.begin_term(START)
            pen = it.claim(WRITER)
            for entries in islice(work(seeded(seed)), APPENDS):
                it.append(WRITER, pen, entries, START)
                lengths.append(lengths[-1] + len(entries))
                kept = anchor_of(path).read_bytes()
                recorder.steps.append(Recorded("acknowledged", at=lengths[-1], data=kept))
    if not any(step.name == "sync" for step in recorder.steps):
        raise NotRunError("not run: no sync of the journal was seen")
    return recorder.steps, lengths


def _lose(
    steps: list[Recorded], lengths: list[int], count: int, chance: Chance
) -> list[tuple[int, str, list[str]]]:
    moments = sorted(int(chance.uniform(0, len(steps) + 1)) for _ in range(count))
    disk, taken, found = Disk(), 0, []
    for moment in moments:
        for step in steps[taken:moment]:
            disk.take(step)
        taken = moment
        mode = chance.choice(MODES)
        with scratch() as folder:
            disk.lose_power(Path(folder), mode, chance)
            found.append((moment, mode, faults_of(Path(folder), lengths, disk.acknowledged)))
    return found
