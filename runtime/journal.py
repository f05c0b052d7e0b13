"""The journal: append-only, hash-chained, durable before anything is told.

One SQLite file in WAL mode with synchronous=FULL. Every append is one IMMEDIATE
transaction that checks the writer's pen, chains the entries, and lets the projections
(tables that can be rebuilt from the entries) follow; any failure undoes all of it.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pysqlite3.dbapi2 as sqlite

from runtime.errors import StaleWriterError
from runtime.journal_anchor import Anchor
from runtime.journal_chain import NOTHING, Head, check_head, head_of, link, verified
from runtime.journal_commits import Commits
from runtime.journal_connection import connect, told
from runtime.journal_files import anchor_of, write_again
from runtime.journal_refusals import Refusals
from runtime.journal_swap import check_unmoved
from runtime.logs import logger

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, term INTEGER NOT NULL,
    writer TEXT NOT NULL, pen INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
    body TEXT NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS entries_by_key ON entries (key, sequence);
CREATE TABLE IF NOT EXISTS pens (writer TEXT PRIMARY KEY, pen INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS terms (term INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
"""

_log = logger(__name__)


class Entry(msgspec.Struct, frozen=True):
    """What an actor records: a kind, the key it is about, and plain data."""

    kind: str
    key: str
    body: dict[str, Any]


class Written(msgspec.Struct, frozen=True):
    """An entry as it stands in the journal. `at` is milliseconds since 1970 UTC."""

    sequence: int
    at: int
    term: int
    writer: str
    pen: int
    kind: str
    key: str
    body: dict[str, Any]


class Projection(Protocol):
    """Tables that follow the entries within the same transaction."""

    schema: str

    def apply(self, connection: sqlite.Connection, written: Written) -> None:
        """Follow one entry. Raising undoes the whole append."""


class Journal:
    """Append entries and read them back; every thread gets a connection of its own."""

    def __init__(
        self,
        path: Path | None,
        projections: Sequence[Projection] = (),
        again: Callable[[Path], object] = write_again,
    ) -> None:
        if path is not None:
            check_unmoved(path)
        self.path = path
        self.projections = tuple(projections)
        self.refusals = Refusals()
        self._local = threading.local()
        self._memory = connect(None) if path is None else None
        self._anchor = None if path is None else Anchor(anchor_of(path))
        self._term = 0
        self._commits = Commits(path, lambda: self.connection, again)
        try:
            for statement in (SCHEMA, *(projection.schema for projection in projections)):
                self.connection.executescript(statement)
        except sqlite.Error as error:
            raise told(path, error, undone=True) from error

    @property
    def connection(self) -> sqlite.Connection:
        """Return this thread's connection, for reading."""
        if self._memory is not None:
            return self._memory
        connection: sqlite.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self.path)
        return connection

    @property
    def term(self) -> int:
        """Return the term in which this process writes; 0 before `begin_term`."""
        return self._term

    def begin_term(self, now: int) -> int:
        """Begin a new reign: whoever wrote in an earlier term may write no more.

        Raises JournalError when the journal has lost entries since it was last written.
        """
        self.settle()
        with self._commits.transaction() as connection:
            row = connection.execute("SELECT coalesce(max(term), 0) FROM terms").fetchone()
            term = int(row[0]) + 1
            connection.execute("INSERT INTO terms VALUES (?, ?)", (term, now))
            head = head_of(connection)
            known = self._anchor.read() if self._anchor else None
            check_head(connection, self.path, known or NOTHING)
        self._term = term
        self._commits.acknowledge(head)
        if self._anchor is not None:
            if known is None and head != NOTHING:
                _log.warning("no head beside the journal: made anew", path=str(self._anchor.path))
            self._anchor.make(head, term)
        return term

    def settle(self) -> None:
        """Bring to the disk what a process before us left, also when its syncs failed.

        Raises DiskRefusesError.
        """
        self._commits.settle()

    def claim(self, writer: str) -> int:
        """Hand the writer a new pen; the pens it had before are stale from now on."""
        with self._commits.transaction() as connection:
            row = connection.execute(
                "INSERT INTO pens VALUES (?, 1) ON CONFLICT (writer) DO UPDATE SET pen = pen + 1"
                " RETURNING pen",
                (writer,),
            ).fetchone()
        return int(row[0])

    def append(self, writer: str, pen: int, entries: Sequence[Entry], now: int) -> None:
        """Write entries durably, all or none.

        Raises StaleWriterError for an old pen or term, DiskRefusesError when the disk does,
        and whatever a projection raises.
        """
        with self._commits.transaction() as connection:
            self._check(connection, writer, pen)
            sequence, chain = head_of(connection)
            for entry in entries:
                sequence += 1
                body = msgspec.json.encode(entry.body).decode()
                written = Written(
                    sequence, now, self._term, writer, pen, entry.kind, entry.key, entry.body
                )
                row = (*msgspec.structs.astuple(written)[:7], body)
                chain = link(chain, row)
                connection.execute("INSERT INTO entries VALUES (?,?,?,?,?,?,?,?,?)", (*row, chain))
                for projection in self.projections:
                    projection.apply(connection, written)
        head = self._commits.acknowledge(Head(sequence, chain))
        if self._anchor is not None:
            self._anchor.write(head, self._term)

    def entries(self, key: str | None = None, after: int = 0) -> Iterator[Written]:
        """Read entries in order, all of them or those of one key."""
        where, arguments = ("", [after]) if key is None else ("AND key = ?", [after, key])
        rows = self.connection.execute(
            "SELECT sequence, at, term, writer, pen, kind, key, body FROM entries"
            f" WHERE sequence > ? {where} ORDER BY sequence",
            arguments,
        )
        for sequence, at, term, writer, pen, kind, key_, body in rows:
            yield Written(sequence, at, term, writer, pen, kind, key_, msgspec.json.decode(body))

    def verify(self) -> int:
        """Return how many entries there are.

        Raises JournalError naming a broken link, or entries that were cut off at the end.
        """
        # The anchor first: whoever writes meanwhile makes the journal longer, never shorter.
        known = self._anchor.read() if self._anchor else None
        return verified(self.connection, self.path, known or NOTHING).sequence

    def close(self) -> None:
        """Close this thread's connection and the anchor; either opens again when needed."""
        if self._memory is None:
            self.connection.close()
            self._local.connection = None
        if self._anchor is not None:
            self._anchor.close()

    def _check(self, connection: sqlite.Connection, writer: str, pen: int) -> None:
        row = connection.execute(
            "SELECT (SELECT pen FROM pens WHERE writer = ?),"
            " (SELECT coalesce(max(term), 0) FROM terms)",
            (writer,),
        ).fetchone()
        if row[0] != pen:
            raise StaleWriterError(f"{writer} writes with pen {pen}; the newest is {row[0]}")
        if row[1] != self._term:
            raise StaleWriterError(f"term {self._term} is over; the newest is {row[1]}")
