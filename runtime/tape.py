"""A tape: what was sent and done in one process, in its order, in SQLite files of limited size.

Each start of a process, and each full file, begins a file; they are numbered. `records` has what
happened, with columns to search by and the record itself: MessagePack, packed by zlib if it pays.
Whoever knows the messages may add tables of what is in them.
"""

import contextlib
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pysqlite3.dbapi2 as sqlite

from runtime.codec import Letter, Message, decode, join
from runtime.errors import OurError

SUFFIX = ".sqlite"
VERSION = 2
BEGINNING = "(beginning)"
"""In the place of a kind, in the turn in which an actor starts; it heard nothing there."""

WORTH_PACKING = 256
_PACKED = b"\x78"  # a record of ours never begins so
SCHEMA = """
CREATE TABLE recording (version INTEGER, node TEXT, at INTEGER, moment REAL);
CREATE TABLE records (
    number INTEGER PRIMARY KEY,
    at INTEGER, what TEXT, address TEXT, sender TEXT, kind TEXT, body BLOB
);
"""


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`at` is in ms since 1970 UTC, `moment` in seconds of the monotonic clock of its process."""

    at: int
    moment: float


class Began(Record, frozen=True, tag=True, gc=False):
    """The beginning of the recording; each of its files begins with the same."""

    node: str
    version: int = VERSION


class Sent(Record, frozen=True, tag=True, gc=False):
    """A letter as it travelled."""

    to: str
    sender: str
    kind: str
    data: bytes


class Turn(Record, frozen=True, tag=True, gc=False):
    """What one actor heard, the clock readings and ids that it got, and what it told then."""

    address: str
    sender: str
    kind: str
    heard: bytes
    times: tuple[int, ...] = ()
    moments: tuple[float, ...] = ()
    ids: tuple[str, ...] = ()
    told: tuple[bytes, ...] = ()

    def letter(self) -> Letter[Message] | None:
        """Return what was heard; None when it is of a kind that this program does not speak."""
        return next(iter(decode(join([self.heard]))[0]), None)


class LeftOut(Record, frozen=True, tag=True, gc=False):
    """A letter, or a turn of `to`, of a kind that is not recorded, or that showed a secret."""

    to: str
    sender: str
    kind: str


class Lost(Record, frozen=True, tag=True, gc=False):
    """So many records came faster than the disk took them."""

    records: int


AnyRecord = Began | Sent | Turn | LeftOut | Lost
_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[AnyRecord] = msgspec.msgpack.Decoder(AnyRecord)


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
            (record.at, type(record).__name__.lower(), *_columns(record), _packed(record)),
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
            yield _unpacked(path, number, body)


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


def _columns(record: AnyRecord) -> tuple[str, str, str]:
    match record:
        case Turn(_, _, address, sender, kind):
            return address, sender, kind
        case Sent(_, _, to, sender, kind) | LeftOut(_, _, to, sender, kind):
            return to, sender, kind
    return "", "", ""


def _packed(record: AnyRecord) -> bytes:
    body = _encode(record)
    if len(body) < WORTH_PACKING:
        return body
    return min(body, zlib.compress(body, 1), key=len)


def _unpacked(path: Path, number: int, body: bytes) -> AnyRecord:
    try:
        data = zlib.decompress(body) if body[:1] == _PACKED else body
        return _decoder.decode(data)
    except (msgspec.MsgspecError, zlib.error, TypeError) as error:
        raise OurError(f"{path}: record {number} is damaged: {error}") from None


def _number(path: Path) -> int:
    number = path.name.removesuffix(SUFFIX).rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else 0
