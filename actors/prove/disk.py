"""Stand between SQLite and the disk: see every write and sync of a database, and refuse some.

SQLite reaches its files through a table of functions, the VFS. We take that table out of
the very library that pysqlite3 loaded and put ours into it, for the files that are watched.
The shared memory beside a database is mapped and not written, so it does not pass here.
"""

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pysqlite3.dbapi2 as sqlite
from pysqlite3 import _sqlite3

from runtime.errors import OurError

OK = 0
FULL: int = sqlite.SQLITE_FULL
IOERR_WRITE: int = sqlite.SQLITE_IOERR | 3 << 8
IOERR_FSYNC: int = sqlite.SQLITE_IOERR | 4 << 8
IOERR_TRUNCATE: int = sqlite.SQLITE_IOERR | 6 << 8
IOERR_DELETE: int = sqlite.SQLITE_IOERR | 10 << 8


class NotRunError(OurError):
    """This machine cannot run the proof; nothing is known, and nothing passed."""


class Operation(NamedTuple):
    """What SQLite is about to do: `write`, `truncate`, `sync` or `delete`."""

    name: str
    file: str
    at: int = 0
    data: bytes = b""


class Watcher(Protocol):
    """Look at each operation before it is done."""

    def before(self, operation: Operation, write_part: Callable[[int], object]) -> int:
        """Return OK to let it happen, or an error of SQLite's to refuse it.

        `write_part` writes the first so many bytes of it.
        """


class _Vfs(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
        ("delete", ctypes.c_void_p),
    ]


_METHODS = ("close", "read", "write", "truncate", "sync")


class _Methods(ctypes.Structure):
    """The functions of an open file: those we replace, and the rest as it is."""

    _fields_ = [
        ("version", ctypes.c_int),
        *((name, ctypes.c_void_p) for name in _METHODS),
        ("others", ctypes.c_void_p * 13),
    ]


class _File(ctypes.Structure):
    _fields_ = [("methods", ctypes.POINTER(_Methods))]


_INT, _LONG, _POINTER = ctypes.c_int, ctypes.c_int64, ctypes.c_void_p
# Names go on as the pointers they are: SQLite keeps more of its own around them.
_OPEN = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _POINTER, _INT, _POINTER)
_DELETE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT)
_WRITE = ctypes.CFUNCTYPE(_INT, _POINTER, _POINTER, _INT, _LONG)
_TRUNCATE = ctypes.CFUNCTYPE(_INT, _POINTER, _LONG)
_SYNC = ctypes.CFUNCTYPE(_INT, _POINTER, _INT)
_CLOSE = ctypes.CFUNCTYPE(_INT, _POINTER)


class _Disk:
    """Our functions in SQLite's table. Once in, they stay: files may stay open."""

    def __init__(self) -> None:
        try:
            find = ctypes.CDLL(_sqlite3.__file__).sqlite3_vfs_find
        except (AttributeError, OSError) as error:
            raise NotRunError(f"not run: this pysqlite3 hides its SQLite ({error})") from error
        find.restype = ctypes.POINTER(_Vfs)
        self.watched: dict[str, Watcher] = {}
        self._files: dict[int, str] = {}
        self._tables: dict[int, _Methods] = {}
        self._vfs = find(None).contents
        self._open_it, self._delete_it = _OPEN(self._vfs.open), _DELETE(self._vfs.delete)
        self._kept: list[Any] = [_OPEN(self._opened), _DELETE(self._deleted)]
        self._vfs.open, self._vfs.delete = (
            ctypes.cast(function, _POINTER).value for function in self._kept
        )

    def _watcher(self, path: str) -> Watcher | None:
        for end in ("", "-wal", "-journal"):
            if path.endswith(end) and path[: len(path) - len(end)] in self.watched:
                return self.watched[path[: len(path) - len(end)]]
        return None

    def _opened(self, vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        result = self._open_it(vfs, name, file, flags, out)
        path = os.fsdecode(ctypes.string_at(name)) if name else ""
        if result == OK and self._watcher(path) is not None:
            opened = _File.from_address(file)
            theirs = ctypes.addressof(opened.methods.contents)
            if theirs not in self._tables:
                self._tables[theirs] = self._ours(opened.methods.contents)
            opened.methods = ctypes.pointer(self._tables[theirs])
            self._files[file] = path
        return int(result)

    def _ours(self, theirs: _Methods) -> _Methods:
        close, write = _CLOSE(theirs.close), _WRITE(theirs.write)
        truncate, sync = _TRUNCATE(theirs.truncate), _SYNC(theirs.sync)

        def closed(file: int) -> int:
            self._files.pop(file, None)
            return int(close(file))

        def written(file: int, data: int, size: int, at: int) -> int:
            operation = Operation("write", self._files[file], at, ctypes.string_at(data, size))
            refused = self._ask(operation, lambda part: write(file, data, part, at))
            return refused or int(write(file, data, size, at))

        def truncated(file: int, size: int) -> int:
            return self._ask(Operation("truncate", self._files[file], size)) or int(
                truncate(file, size)
            )

        def synced(file: int, flags: int) -> int:
            return self._ask(Operation("sync", self._files[file])) or int(sync(file, flags))

        ours = _Methods.from_buffer_copy(theirs)
        made = (_CLOSE(closed), _WRITE(written), _TRUNCATE(truncated), _SYNC(synced))
        for name, function in zip(("close", "write", "truncate", "sync"), made, strict=True):
            setattr(ours, name, ctypes.cast(function, _POINTER).value)
        self._kept += [made, ours]
        return ours

    def _deleted(self, vfs: int, name: int, sync_folder: int) -> int:
        refused = self._ask(Operation("delete", os.fsdecode(ctypes.string_at(name))))
        return refused or int(self._delete_it(vfs, name, sync_folder))

    def _ask(
        self, operation: Operation, write_part: Callable[[int], object] = lambda _: None
    ) -> int:
        watcher = self._watcher(operation.file)
        if watcher is None:
            return OK
        try:
            return int(watcher.before(operation, write_part))
        except BaseException:  # noqa: BLE001 - there is C above us: it must hear of it as an error
            os.write(2, b"a watcher of the disk failed\n")
            return IOERR_WRITE


_disk: list[_Disk] = []


def stand_between() -> None:
    """Put ours into SQLite's table, once. Raises NotRunError where that cannot be done."""
    if not _disk:
        _disk.append(_Disk())


@contextmanager
def watching(database: Path, watcher: Watcher) -> Iterator[None]:
    """Let the watcher see what SQLite does to a database that is opened in here.

    Raises NotRunError where that cannot be seen.
    """
    stand_between()
    path = str(database.resolve())
    _disk[0].watched[path] = watcher
    try:
        yield
    finally:
        del _disk[0].watched[path]
