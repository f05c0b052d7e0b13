"""Commits whose outcome is known, also after an error of the disk.

A commit that fails with an I/O error may lie in the write-ahead file all the same, and a
crash would bring it back. After one nothing more is written until the journal was read back.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pysqlite3.dbapi2 as sqlite

from runtime.errors import DiskRefusesError, JournalError
from runtime.journal_chain import NOTHING, Head, check_head
from runtime.journal_connection import LONGEST_WAIT, connect, may_be_written, told
from runtime.journal_files import log_of
from runtime.logs import logger

_log = logger(__name__)


class Commits:
    """The transactions of one journal in this process, one after the other."""

    def __init__(
        self,
        path: Path | None,
        connection: Callable[[], sqlite.Connection],
        again: Callable[[Path], object],
    ) -> None:
        self._path = path
        self._again = again
        self._connection = connection
        self._writing = threading.Lock()
        self._newest = NOTHING
        self._doubt = False

    def acknowledge(self, head: Head) -> Head:
        """Remember a head that is on the disk, and return the newest one that is."""
        self._newest = max(self._newest, head)
        return self._newest

    @contextmanager
    def transaction(self) -> Iterator[sqlite.Connection]:
        """Run the block as one transaction: durable at its end, or undone when anything raises.

        Raises DiskRefusesError, which says when it is unknown which of the two it is.
        """
        with self._one_writer():
            if self._doubt:
                self._read_back()
            yield from self._transacted()

    def _transacted(self) -> Iterator[sqlite.Connection]:
        committing = False
        try:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                committing = True
                connection.execute("COMMIT")
            except BaseException as error:
                self._doubt = self._doubt or (committing and may_be_written(error))
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite.Error as error:
            raise told(self._path, error, not (committing and self._doubt)) from error

    def settle(self) -> None:
        """Bring to the disk what is seen, before anything is built on it.

        A process before us may have died of a sync that failed. Raises DiskRefusesError.
        """
        if self._path is None:
            return
        with self.transaction():  # so that nobody else writes the file meanwhile
            try:
                self._again(log_of(self._path))
            except OSError as error:
                raise DiskRefusesError(f"{self._path}: {error.strerror}", undone=True) from error
        self.empty_the_log(self._connection())

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """Let the threads of this process write one after the other.

        SQLite lets the next one in before we know what became of the commit before it.
        """
        if not self._writing.acquire(timeout=LONGEST_WAIT):
            raise JournalError(f"{self._path}: another thread has been writing for too long")
        try:
            yield
        finally:
            self._writing.release()

    def _read_back(self) -> None:
        """After a commit that may have been written: see what is there, and make it certain.

        Once the write-ahead file is empty no crash can bring back what is not there. Until then
        nothing is written.
        """
        # Ours stays open: the last one to close would let the next one recover what failed.
        with closing(connect(self._path)) as fresh:
            check_head(fresh, self._path, self._newest)
            if not self.empty_the_log(fresh):
                raise DiskRefusesError(f"{self._path}: still being read, try again", undone=True)
        self._doubt = False
        _log.warning("read back after an error of the disk", path=str(self._path))

    def empty_the_log(self, connection: sqlite.Connection) -> bool:
        """Sync all that is in the write-ahead file into the database; False while it is read."""
        try:
            row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite.Error as error:
            raise told(self._path, error, undone=True) from error
        return not row[0]
