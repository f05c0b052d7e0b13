"""Connections to a journal's database, and what SQLite's refusals mean for the operator."""

from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from runtime.errors import DiskRefusesError, JournalError

SAFE_SQLITE = (3, 51, 3)
"""3.7.0 to 3.51.2 can corrupt a WAL database when a reset races a checkpoint."""

LONGEST_WAIT = 10.0
"""Seconds until a writer gives up waiting for another one."""

REFUSALS = {
    sqlite.SQLITE_FULL: "make room",
    sqlite.SQLITE_IOERR: "look at the disk and at the system's log",
    sqlite.SQLITE_READONLY: "make it writable again",
    sqlite.SQLITE_CANTOPEN: "make it reachable again",
}
"""What SQLite says when the disk is at fault, and what cures it."""


def connect(path: Path | None) -> sqlite.Connection:
    """Open a database, or one in memory, with a commit that is on the disk when it returns.

    Raises JournalError.
    """
    if sqlite.sqlite_version_info < SAFE_SQLITE:
        raise JournalError(f"SQLite {sqlite.sqlite_version} has the WAL-reset bug")
    try:
        return _connected(path)
    except sqlite.Error as error:
        raise told(path, error, undone=True) from error


def _connected(path: Path | None) -> sqlite.Connection:
    connection = sqlite.connect(
        ":memory:" if path is None else str(path),
        timeout=LONGEST_WAIT,
        isolation_level=None,
        check_same_thread=False,
    )
    if path is not None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
        if (mode, synchronous) != ("wal", 2):
            raise JournalError(f"{path}: journal_mode {mode}, synchronous {synchronous}")
        path.chmod(0o600)
    return connection


def may_be_written(error: BaseException) -> bool:
    """Tell whether a commit that failed so may have reached the disk all the same.

    When there was no room, its last frame was not written. An I/O error may come from the sync,
    and then the frames lie in the file: nobody knows whether a crash would bring them back.
    """
    return not (isinstance(error, sqlite.Error) and _code(error) == sqlite.SQLITE_FULL)


def told(path: object, error: sqlite.Error, undone: bool) -> JournalError:
    """Return what SQLite said as an error of ours, with the cure when the disk is at fault."""
    cure = REFUSALS.get(_code(error))
    if cure is None:
        return JournalError(f"{path}: {error}")
    doubt = "" if undone else ": whether it was written is unknown until it was read back"
    return DiskRefusesError(f"{path}: {error}: {cure}{doubt}", undone)


def refused_by_disk(error: BaseException) -> bool:
    """Tell whether the disk is at fault, so that to try again is all that can be done.

    Also where it was only to be read. What cannot be opened may be a fault of this process, which
    has too many files open: a new one is the cure.
    """
    said = error.__cause__ if isinstance(error, JournalError) else error
    if isinstance(said, sqlite.Error):
        return _code(said) in REFUSALS and _code(said) != sqlite.SQLITE_CANTOPEN
    return isinstance(error, DiskRefusesError)


def _code(error: sqlite.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
