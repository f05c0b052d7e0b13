"""Copies of a journal: made while it is written, and never believed before they were checked."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from runtime.errors import JournalError
from runtime.journal_chain import COLUMNS, Head, verified
from runtime.journal_files import sync_file, sync_folder

Step = Callable[[str], object]
"""Told before each step by its name; a test may break off there."""


def back_up(journal: Path, known: Head, target: Path, step: Step = lambda _name: None) -> Head:
    """Copy a journal, also one that is being written, and return the copy's head.

    The copy gets its name when it is whole, checked (it may not end before the known head)
    and on the disk; until then it is a hidden file beside it, which is removed on failure.
    Raises JournalError that names the place and the cure.
    """
    if target.exists() or target.is_symlink():
        raise JournalError(f"{target} is there already: give another name")
    with _hidden_beside(target) as part:
        step("copy")
        _copy(journal, part)
        step("check")
        head = check_copy(part, journal, known)
        step("sync")
        sync_file(part)
        step("name")
        _give_name(part, target)
        step("sync the name")
        sync_folder(target.parent)
    return head


def check_copy(path: Path, place: object, known: Head) -> Head:
    """Check all of a closed file that should be a journal, and return its head.

    Raises JournalError that names the place.
    """
    try:
        with closing(sqlite.connect(str(path), isolation_level=None)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise JournalError(f"{place}: {found}")
            for table, columns in (("entries", COLUMNS), ("pens", ("writer", "pen"))):
                rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
                if tuple(row[1] for row in rows) != columns:
                    raise JournalError(f"{place} is no journal of Tictac")
            return verified(connection, place, known)
    except sqlite.Error as error:
        raise JournalError(f"{place}: {error}") from error


def _copy(journal: Path, part: Path) -> None:
    try:
        with (
            closing(sqlite.connect(f"{journal.resolve().as_uri()}?mode=rw", uri=True)) as source,
            closing(sqlite.connect(str(part), isolation_level=None)) as copy,
        ):
            # All pages in one step: a writer beside it is not held up, nor does it begin anew.
            source.backup(copy)
            # One file, which can be read where nothing can be written beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite.Error as error:
        full = getattr(error, "sqlite_errorcode", 0) == sqlite.SQLITE_FULL
        cure = f" in {part.parent}: make room, or give another place" if full else ""
        raise JournalError(f"no copy of {journal}: {error}{cure}") from error


@contextmanager
def _hidden_beside(target: Path) -> Iterator[Path]:
    try:
        descriptor, name = tempfile.mkstemp(".part", f".{target.name}.", target.parent)
    except OSError as error:
        raise JournalError(f"{target}: {error.strerror}: give another place") from error
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
    except OSError as error:
        raise JournalError(f"{target}: {error.strerror}") from error
    finally:
        for path in (part, *(Path(name + end) for end in ("-journal", "-wal", "-shm"))):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _give_name(part: Path, target: Path) -> None:
    """Name the copy, and never over another file."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise JournalError(f"{target} is there already: give another name") from None
    except OSError:  # a file system without links, such as a memory stick's
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.replace(part, target)
