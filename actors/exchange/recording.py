"""Files of recorded streams: their lines in order, several files merged by publish time.

A line that cannot be used is a fault with its file and number. It changes nothing, and what
follows in that file is in doubt until an image comes: the line may have held a change.
"""

import bz2
import heapq
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from actors.exchange.stream import Line, decode, decode_lines
from runtime.errors import OurError, described

LONGEST_LINE = 4 * 2**20
BLOCK = 2**14
"""What is decoded at once: more of it is slower, it leaves the processor's cache."""


class RecordingError(OurError):
    """A recording cannot be read at all: it is not there, or no file of this kind."""


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with which line (from 1); the line itself was left out."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class Recording:
    """One file, plain or bz2, one JSON object a line. Raises RecordingError while read."""

    def __init__(self, path: Path, over: Callable[[], object] = lambda: None) -> None:
        self.path = path
        self._over = over
        self.lines_read = 0

    def lines(self) -> Iterator[Line | Fault]:
        """Yield each line; publish times never go back, a line that goes back is a fault."""
        latest = 0
        for block in self._blocks():
            for position, item in enumerate(self._decoded(block)):
                if isinstance(item, Fault):
                    yield item
                elif item.pt < latest:
                    number = self.lines_read + _place(block, position)
                    yield Fault(str(self.path), number, f"publish time {item.pt} after {latest}")
                else:
                    latest = item.pt
                    yield item
            self.lines_read += block.count(b"\n")
        self._over()

    def raw_lines(self) -> Iterator[bytes]:
        """Yield each line that is not empty, whatever is in it."""
        for block in self._blocks():
            yield from (raw + b"\n" for raw in block.split(b"\n") if raw)

    def _decoded(self, block: bytes) -> Sequence[Line | Fault]:
        """Decode many lines at once, and one by one when one of them is wrong."""
        try:
            return decode_lines(block)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return list(self._one_by_one(block))

    def _one_by_one(self, block: bytes) -> Iterator[Line | Fault]:
        for number, raw in enumerate(block.split(b"\n"), self.lines_read + 1):
            if not raw.strip():
                continue
            try:
                yield decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                yield Fault(str(self.path), number, described(error))

    def _blocks(self) -> Iterator[bytes]:
        """Yield pieces of the file that end where a line ends."""
        rest = b""
        try:
            with self._open() as file:
                while read := file.read(BLOCK):
                    whole, end, rest = (rest + read).rpartition(b"\n")
                    if end:
                        yield whole + end
                    if len(rest) > LONGEST_LINE:
                        raise RecordingError(
                            f"{self.path}: a line of more than {LONGEST_LINE} bytes is no line of "
                            "a stream; give files with one JSON object a line"
                        )
        except EOFError:
            raise RecordingError(f"{self.path}: ends in the middle; fetch it again") from None
        except OSError as error:
            raise RecordingError(f"{self.path}: cannot be read ({error})") from None
        if rest:
            yield rest

    def _open(self) -> BinaryIO | bz2.BZ2File:
        with self.path.open("rb") as file:
            packed = file.read(3) == b"BZh"
        return bz2.open(self.path) if packed else self.path.open("rb")


def _place(block: bytes, position: int) -> int:
    """Return which line of a block, from 1, is the one with something in it at this position."""
    filled = [number for number, raw in enumerate(block.split(b"\n"), 1) if raw.strip()]
    return filled[position]


def merged(recordings: Sequence[Recording]) -> Iterator[tuple[int, Line | Fault]]:
    """Yield everything by publish time with the number of its file; equal times by that number."""
    if len(recordings) == 1:
        for item in recordings[0].lines():
            yield 0, item
        return
    waiting: list[tuple[int, int, Line]] = []
    readers = [recording.lines() for recording in recordings]
    for number, reader in enumerate(readers):
        for item in reader:
            if isinstance(item, Line):
                heapq.heappush(waiting, (item.pt, number, item))
                break
            yield number, item
    while waiting:
        _, number, line = heapq.heappop(waiting)
        until = waiting[0][:2] if waiting else None
        yield number, line
        for item in readers[number]:
            if isinstance(item, Line) and until is not None and (item.pt, number) > until:
                heapq.heappush(waiting, (item.pt, number, item))
                break
            yield number, item
