"""A tape: what was sent and done in one process, in its order, in SQLite files of limited size.

Each start of a process, and each full file, begins a file; they are numbered. `records` has what
happened, with columns to search by and the bytes of the record itself. Whoever knows the messages
may add tables of what is in them.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import pysqlite3.dbapi2 as sqlite

from runtime.errors import OurError
from runtime.tape_records import VERSION, AnyRecord, Began, columns, packed, unpacked

SUFFIX = ".sqlite"
SCHEMA = """
CREATE TABLE recording (version INTEGER, node TEXT, at INTEGER, moment REAL);
CREATE TABLE records (
    number INTEGER PRIMARY KEY,
    at INTEGER, what TEXT, address TEXT, sender TEXT, kind TEXT, body BLOB
);
"""


class Contents(Protocol):
    """Further tables of each file, filled in the transaction that writes the records."""

    schema: str

    def add(self, connection: Any, number: int, record: AnyRecord) -> None: ...


class Tape:
    """Write the files of one recording. Raises OurError when the disk refuses."""

    def __init__(
        self,
        folder: Path,
        began: Began,
        file_bytes: int,
        keep: int,
        contents: Sequence[Contents] = (),
    ) -> None:
        self._folder = folder
        self._began = began
        self._file_bytes = file_bytes
        self._keep = keep
        self._contents = contents
        self._connection = self._begin()

    @property
    def path(self) -> Path:
        """Return the file that is written now."""
        return self._path

    def write(self, records: Iterable[AnyRecord]) -> None:
        """Append records; a full file is closed first, and the oldest beyond `keep` removed."""
        try:
            if self._is_full():
                self._connection.close()
                self._connection = self._begin()
            with self._connection:
                self._connection.execute("BEGIN")
                for record in records:
                    self._add(record)
        except sqlite.Error as error:
            raise OurError(f"{self._path}: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _add(self, record: AnyRecord) -> None:
        number = self._connection.execute(
            "INSERT INTO records (at, what, address, sender, kind, body) VALUES (?, ?, ?, ?, ?, ?)",
            (record.at, type(record).__name__.lower(), *columns(record), packed(record)),
        ).lastrowid
        for table in self._contents:
            table.add(self._connection, number, record)

    def _is_full(self) -> bool:
        (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
        (size,) = self._connection.execute("PRAGMA page_size").fetchone()
        written = bool(self._connection.execute("SELECT 1 FROM records LIMIT 1").fetchone())
        return written and pages * size > self._file_bytes

    def _begin(self) -> Any:
        began = self._began
        earlier = files(self._folder, began.node)
        number = _number(earlier[-1]) + 1 if earlier else 1
        for old in earlier[: len(earlier) + 1 - self._keep]:
            for end in ("", "-wal", "-shm"):
                old.with_name(old.name + end).unlink(missing_ok=True)
        self._path = self._folder / f"{began.node}-{number:06d}{SUFFIX}"
        os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        connection = _connected(self._path)
        tables = "".join(table.schema for table in self._contents)
        connection.execute("PRAGMA journal_mode = WAL")
        # A process that dies loses nothing that was committed, a machine perhaps the last seconds.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(f"BEGIN; {SCHEMA}{tables} COMMIT")
        row = (began.version, began.node, began.at, began.moment)
        connection.execute("INSERT INTO recording VALUES (?, ?, ?, ?)", row)
        return connection


def files(folder: Path, node: str) -> list[Path]:
    """Return the files of a node, oldest first."""
    found = [path for path in folder.glob(f"{node}-*{SUFFIX}") if _number(path)]
    return sorted(found, key=_number)


def newest(folder: Path, node: str) -> list[Path]:
    """Return the files of a node's newest recording. Raises OurError where there is none."""
    return recording(folder, node)


def recording(folder: Path, node: str, number: int = 0) -> list[Path]:
    """Return the files of a node's recording, by the number of its first file; 0 is the newest.

    Raises OurError where there is none.
    """
    found = recordings(folder, node)
    if not found:
        raise OurError(f"{folder} has no recording of {node}: `tictac run --record` makes one")
    wanted = number or max(found)
    if wanted not in found:
        there = ", ".join(map(str, found))
        raise OurError(f"{folder} has no recording {number} of {node}; it has {there}")
    return found[wanted]


def recordings(folder: Path, node: str) -> dict[int, list[Path]]:
    """Return the files of each of a node's recordings by the number of its first, oldest first."""
    found: dict[int, list[Path]] = {}
    last: Began | None = None
    number = 0
    for path in files(folder, node):
        began = beginning(path)
        if began is None:
            continue  # the process died as it made the file
        if began != last:
            number = _number(path)
        found.setdefault(number, []).append(path)
        last = began
    return found


def beginning(path: Path) -> Began | None:
    """Return when the recording of a file began. Raises OurError for another version."""
    with reading(path) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
            return None
        row = connection.execute("SELECT at, moment, node, version FROM recording").fetchone()
    if row is None:
        return None
    began = Began(*row)
    if began.version != VERSION:
        raise OurError(f"{path}: version {began.version}, this program reads {VERSION}")
    return began


def read(path: Path) -> Iterator[AnyRecord]:
    """Yield the beginning and the records of a file. Raises OurError for a damaged one."""
    began = beginning(path)
    if began is not None:
        yield began
        yield from select(path, "1")


def select(path: Path, condition: str) -> Iterator[AnyRecord]:
    """Yield the records of a file whose columns meet a condition in SQL. Raises OurError."""
    wanted = f"SELECT number, body FROM records WHERE {condition} ORDER BY number"
    with reading(path) as connection:
        for number, body in connection.execute(wanted):
            try:
                yield unpacked(body)
            except ValueError as error:
                raise OurError(f"{path}: record {number} is damaged: {error}") from None


def read_all(paths: Sequence[Path]) -> Iterator[AnyRecord]:
    """Yield the records of the files of one recording; its beginning once."""
    for number, path in enumerate(paths):
        for record in read(path):
            if number == 0 or not isinstance(record, Began):
                yield record


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Any]:
    """Open a file for reading, and say what SQLite says against it in words of ours."""
    try:
        with contextlib.closing(_connected(path)) as connection:
            yield connection
    except sqlite.Error as error:
        raise OurError(f"{path} cannot be read: {error}") from error


def _connected(path: Path) -> Any:
    return sqlite.connect(str(path), isolation_level=None, check_same_thread=False)


def _number(path: Path) -> int:
    number = path.name.removesuffix(SUFFIX).rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else 0
