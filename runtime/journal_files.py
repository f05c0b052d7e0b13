"""The files that a journal is made of, and how they are brought to the disk."""

import os
from pathlib import Path


def anchor_of(journal: Path) -> Path:
    """Return where the head of a journal is kept beside it."""
    return journal.with_suffix(".head")


def files_of(journal: Path) -> list[Path]:
    """Return every file of a journal, there or not."""
    beside = [journal.with_name(journal.name + end) for end in ("-wal", "-shm", "-journal")]
    return [journal, *beside, anchor_of(journal)]


def sync_file(path: Path) -> None:
    """Bring a file's content to the disk."""
    _sync(path, os.O_RDWR)


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, how: int) -> None:
    descriptor = os.open(path, how | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
