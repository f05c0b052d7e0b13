"""The anchor: the journal's head, written beside the database and outside it.

A chain does not show entries that were cut off at its end: by a lost write-ahead file, by
an older copy put in its place, by hand. The anchor does. It is written after the commit
and not synced, so it may be behind the journal and is never ahead of what is durable.
"""

import hashlib
import os
import struct
import threading
from pathlib import Path

from runtime.errors import DiskRefusesError, JournalError
from runtime.journal_chain import NOTHING, Head
from runtime.journal_files import sync_folder
from runtime.logs import logger

_RECORD = struct.Struct(">8sQQ32s")
_MARK = b"tictac-1"
_DIGEST = 32
_SLOT, _SLOTS = 512, 4
"""A slot is a sector of its own, so that no write can tear two of them."""

_log = logger(__name__)


class Anchor:
    """Read and write the head of one journal; any thread may, the newest head stays."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._newest = 0
        self._writes = 0
        self._failing = False

    def read(self) -> Head | None:
        """Return the head, or None when there is no such file.

        Raises JournalError when there is a file and no head can be read from it.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise JournalError(f"{self.path}: {error.strerror}") from error
        slots = [content[place : place + _SLOT] for place in range(0, len(content), _SLOT)]
        heads = [head for slot in slots if (head := _decoded(slot)) is not None]
        if not heads and any(content):
            raise JournalError(
                f"{self.path} is damaged: it would tell whether entries were cut off. Move it away,"
                " check the rest, and compare what is there with what you know"
            )
        return max(heads, default=NOTHING)

    def make(self, head: Head, term: int) -> None:
        """Make the file, durably, and write the head into it. Raises DiskRefusesError."""
        try:
            with self._lock:
                self._open()
        except OSError as error:
            raise DiskRefusesError(f"{self.path}: {error.strerror}", undone=True) from error
        self.write(head, term)

    def write(self, head: Head, term: int) -> None:
        """Remember a head that is durable already; an older one than the last is passed over.

        Never raises: the entries are written, and an anchor that stays behind does no harm.
        """
        with self._lock:
            if head.sequence <= self._newest:
                return
            # A paused writer of the term before may wake up: it has other slots than this one.
            slot = 2 * (term % 2) + self._writes % 2
            try:
                os.pwrite(self._open(), _encoded(head, term), slot * _SLOT)
            except OSError as error:
                if not self._failing:
                    _log.error("the journal's head is not kept", path=str(self.path), why=error)
                self._failing = True
                return
            self._failing = False
            self._newest = head.sequence
            self._writes += 1

    def close(self) -> None:
        """Close the file; the next write opens it again."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
            self._descriptor = None

    def __del__(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def _open(self) -> int:
        if self._descriptor is None:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if os.fstat(descriptor).st_size < _SLOT * _SLOTS:
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, bytes(_SLOT * _SLOTS), 0)
                os.fsync(descriptor)
                sync_folder(self.path.parent)
            self._descriptor = descriptor
        return self._descriptor


def _encoded(head: Head, term: int) -> bytes:
    record = _RECORD.pack(_MARK, term, head.sequence, head.hash)
    return record + hashlib.sha256(record).digest()


def _decoded(slot: bytes) -> Head | None:
    record, digest = slot[: _RECORD.size], slot[_RECORD.size : _RECORD.size + _DIGEST]
    if len(record) < _RECORD.size or hashlib.sha256(record).digest() != digest:
        return None
    mark, _term, sequence, chain = _RECORD.unpack(record)
    return Head(sequence, chain) if mark == _MARK and sequence > NOTHING.sequence else None
