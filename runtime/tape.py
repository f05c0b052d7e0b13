"""A tape: what was sent in one process, in its order, as records in files that are cut to length.

A file is a row of records: length and CRC-32 of what follows (4 bytes each, big-endian), then
MessagePack. The end of a file may be torn, as `kill -9` leaves it; anything else that does not
fit is an error. Files are numbered; each start of a process, and each full file, begins one.
"""

import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from runtime.codec import LARGEST_LETTER, Sealed, decode, join, open_frame
from runtime.errors import OurError

SUFFIX = ".tape"
VERSION = 1
LARGEST_RECORD = LARGEST_LETTER + 1_024
_HEAD = struct.Struct(">II")


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`at` is in ms since 1970 UTC, `moment` in seconds of the monotonic clock of its process."""

    at: int
    moment: float


class Began(Record, frozen=True, tag=True, gc=False):
    """The beginning of the recording; the first record of each of its files, always the same."""

    node: str
    version: int = VERSION


class Started(Record, frozen=True, tag=True, gc=False):
    """An actor begins; `kept` tells whether letters have waited for it to come to life."""

    address: str
    kept: bool


class Sent(Record, frozen=True, tag=True, gc=False):
    """A letter as it travelled."""

    kind: str
    data: bytes

    def letter(self) -> Sealed:
        """Return it ready to travel again."""
        frame = join([self.data])
        for read in decode(frame)[0]:
            return Sealed(read.to, read.sender, type(read.message), self.data)
        return open_frame(frame)[0]  # of a kind that this program does not speak


class LeftOut(Record, frozen=True, tag=True, gc=False):
    """A letter of a kind that is not recorded, or that showed a secret."""

    to: str
    sender: str
    kind: str


class Drawn(Record, frozen=True, tag=True, gc=False):
    """A new id that an actor drew."""

    address: str
    id: str


class Lost(Record, frozen=True, tag=True, gc=False):
    """So many records came faster than the disk took them."""

    records: int


AnyRecord = Began | Started | Sent | LeftOut | Drawn | Lost
_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[AnyRecord] = msgspec.msgpack.Decoder(AnyRecord)


class Tape:
    """Write the files of one recording; raises OSError when the disk refuses."""

    def __init__(self, folder: Path, began: Began, file_bytes: int, keep: int) -> None:
        self._folder = folder
        self._began = began
        self._file_bytes = file_bytes
        self._keep = keep
        self._file = self._begin()

    @property
    def path(self) -> Path:
        """Return the file that is written now."""
        return self._path

    def write(self, records: Iterable[AnyRecord]) -> None:
        """Append records; a full file is closed first, and the oldest beyond `keep` removed."""
        for record in records:
            data = _framed(record)
            if self._written and self._written + len(data) > self._file_bytes:
                self._file.close()
                self._file = self._begin()
            self._file.write(data)
            self._written += len(data)
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _begin(self) -> BinaryIO:
        node = self._began.node
        earlier = files(self._folder, node)
        number = _number(earlier[-1]) + 1 if earlier else 1
        for old in earlier[: len(earlier) + 1 - self._keep]:
            old.unlink(missing_ok=True)
        path = self._folder / f"{node}-{number:06d}{SUFFIX}"
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._path = path
        file.write(_framed(self._began))
        self._written = 0
        return file


def files(folder: Path, node: str) -> list[Path]:
    """Return the files of a node, oldest first."""
    found = [path for path in folder.glob(f"{node}-*{SUFFIX}") if _number(path)]
    return sorted(found, key=_number)


def newest(folder: Path, node: str) -> list[Path]:
    """Return the files of a node's newest recording. Raises OurError where there is none."""
    found = files(folder, node)
    if not found:
        raise OurError(f"{folder} has no recording of {node}: `tictac run --record` makes one")
    began = _began(found[-1])
    while _began(found[0]) != began:
        del found[0]
    return found


def read(path: Path) -> Iterator[AnyRecord]:
    """Yield the records of a file up to a torn end. Raises OurError for a damaged one."""
    with path.open("rb") as file:
        size, offset = os.fstat(file.fileno()).st_size, 0
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            length, check = _HEAD.unpack(head)
            if length > LARGEST_RECORD:
                raise OurError(f"{path}: the record at byte {offset} is damaged")
            body = file.read(length)
            if len(body) < length:
                return
            end = offset + _HEAD.size + length
            if zlib.crc32(body) != check:
                if end == size:
                    return
                raise OurError(f"{path}: the record at byte {offset} is damaged")
            yield _record(path, offset, body)
            offset = end


def read_all(paths: Sequence[Path]) -> Iterator[AnyRecord]:
    """Yield the records of the files of one recording; its beginning once."""
    for number, path in enumerate(paths):
        for record in read(path):
            if number == 0 or not isinstance(record, Began):
                yield record


def _began(path: Path) -> AnyRecord | None:
    return next(read(path), None)


def _framed(record: AnyRecord) -> bytes:
    body = _encode(record)
    return _HEAD.pack(len(body), zlib.crc32(body)) + body


def _record(path: Path, offset: int, body: bytes) -> AnyRecord:
    try:
        record = _decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise OurError(f"{path}: the record at byte {offset}: {error}") from None
    if isinstance(record, Began) and record.version != VERSION:
        raise OurError(f"{path}: version {record.version}, this program reads {VERSION}")
    return record


def _number(path: Path) -> int:
    number = path.name.removesuffix(SUFFIX).rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else 0
