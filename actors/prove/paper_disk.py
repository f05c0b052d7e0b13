"""A disk on paper: what its files hold after the current went, as far as nobody synced them."""

from pathlib import Path
from typing import NamedTuple

from actors.prove.journal_work import NAME
from runtime.chance import Chance
from runtime.journal_files import anchor_of

SECTOR = 512


class Recorded(NamedTuple):
    """One thing that happened: to a file, or that an append was acknowledged."""

    name: str
    file: str = ""
    at: int = 0
    data: bytes = b""


class File:
    """A file on a disk: what was synced, and what was only asked for since."""

    def __init__(self) -> None:
        self.synced: bytearray | None = None
        self.asked: list[Recorded] = []

    def take(self, step: Recorded, chance: Chance) -> None:
        """Follow one step. What a failed sync did not write, no later one will."""
        if step.name not in ("sync", "failed sync"):
            self.asked.append(step)
            return
        self.synced = self.left("kept" if step.name == "sync" else "torn", chance)
        self.asked = []

    def is_deleted(self) -> bool:
        """Tell whether it is gone, unless the power goes."""
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

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.files: dict[str, File] = {}
        self.anchors: list[bytes] = []
        self.acknowledged = 0

    def take(self, step: Recorded) -> None:
        """Follow one step."""
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
        file.take(step, self._chance)

    def lose_power(self, folder: Path, mode: str) -> None:
        """Write into the folder what is left."""
        for name, file in self.files.items():
            content = file.left(mode, self._chance)
            if content is not None:
                (folder / name).write_bytes(content)
        if self.anchors:
            (anchor_of(folder / NAME)).write_bytes(self._anchor(mode))

    def _anchor(self, mode: str) -> bytes:
        """Return the anchor, which is never synced: each of its sectors may be of any age."""
        if mode in ("kept", "dropped"):
            return self.anchors[-1 if mode == "kept" else 0]
        sectors = range(0, len(self.anchors[-1]), SECTOR)
        return b"".join(self._chance.choice(self.anchors)[at : at + SECTOR] for at in sectors)
