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


def log_of(journal: Path) -> Path:
    """Return the write-ahead file of a journal."""
    return journal.with_name(journal.name + "-wal")


def write_again(path: Path) -> None:
    """Write a file's content over itself and sync it; one that is not there stays so.

    After a sync that failed, a system may call pages clean that never reached the disk: they are
    seen until the next start, and no later sync writes them. Writing them again does.
    """
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        return
    with file:
        content = file.read()
        file.seek(0)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


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
