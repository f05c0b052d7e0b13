"""Copies of a journal: made while it is written, and never believed before they were checked."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from runtime.errors import JournalError
from runtime.journal_chain import COLUMNS, NOTHING, Head, verified
from runtime.journal_files import sync_file, sync_folder

TABLES = {"entries": COLUMNS, "pens": ("writer", "pen"), "terms": ("term", "at")}

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
        seal(part)  # so that it can be read where nothing can be written beside it
        step("check")
        head = check_copy(part, journal, known)
        step("name")
        _give_name(part, target)
        step("sync the name")
        sync_folder(target.parent)
    return head


def take_in(file: Path, incoming: Path) -> Head:
    """Copy a copy to where it will be opened, check it and return its head.

    The given file is only read. A write-ahead file beside it belongs to it and comes along.
    Raises JournalError that names the place.
    """
    try:
        for end in ("", "-wal"):
            source, target = Path(f"{file}{end}"), Path(f"{incoming}{end}")
            if not end or source.exists():
                shutil.copyfile(source, target)
                target.chmod(0o600)
    except OSError as error:
        raise JournalError(f"no copy of {file} in {incoming.parent}: {error.strerror}") from error
    return check_copy(incoming, file, NOTHING)


def seal(path: Path) -> None:
    """Make a closed journal one file that needs nothing beside it, and bring it to the disk.

    Raises JournalError.
    """
    try:
        with closing(sqlite.connect(str(path), isolation_level=None)) as connection:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite.Error as error:
        raise _told(path, str(path), error) from error
    if mode != "delete":
        raise JournalError(f"{path}: journal_mode {mode}")
    sync_file(path)


def check_copy(path: Path, place: object, known: Head) -> Head:
    """Check all of a closed file that should be a journal, and return its head.

    Raises JournalError that names the place.
    """
    try:
        with closing(sqlite.connect(str(path), isolation_level=None)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise JournalError(f"{place}: {found}")
            for table, columns in TABLES.items():
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
    except sqlite.Error as error:
        raise _told(part, f"no copy of {journal}", error) from error


def _told(place: Path, what: str, error: sqlite.Error) -> JournalError:
    # An error of a backup has no code, only words.
    full = "disk is full" in str(error)
    cure = f" in {place.parent}: make room, or give another place" if full else ""
    return JournalError(f"{what}: {error}{cure}")


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
