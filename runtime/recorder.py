"""The recorder: a tap that puts every letter on a tape, and the ids that actors draw.

Senders only append to a queue; a thread of its own writes. What it cannot keep up with, or
what the disk refuses, is counted and left off the tape: recording never holds up an actor.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from runtime.bus import private_folder
from runtime.cell import Ports
from runtime.clock import Clock
from runtime.codec import Sealed
from runtime.concealment import shows_secret
from runtime.host import Host
from runtime.identity import Identity
from runtime.logs import logger
from runtime.tape import AnyRecord, Began, Drawn, LeftOut, Lost, Sent, Started, Tape

log = logger("recorder")

FILE_BYTES = 64 * 1024 * 1024
FILES_KEPT = 4
MOST_WAITING_BYTES = 64 * 1024 * 1024
WRITE_EVERY = 0.1
OVERHEAD = 100


class Recorder:
    """Record what is sent in one process, into at most `keep` files of `file_bytes` each.

    A message kind whose class says `recorded = False` is noted without its content, and so is
    a letter in which a concealed value stands. Raises OSError when no file can be made.
    """

    def __init__(
        self,
        folder: Path,
        node: str,
        clock: Clock,
        file_bytes: int = FILE_BYTES,
        keep: int = FILES_KEPT,
        most_waiting: int = MOST_WAITING_BYTES,
    ) -> None:
        self.lost = 0
        self._clock = clock
        self._most_waiting = most_waiting
        began = Began(clock.now(), clock.monotonic(), node)
        self._tape: Tape | None = Tape(private_folder(folder), began, file_bytes, keep)
        self._waiting: list[AnyRecord] = []
        self._bytes = 0
        self._missed = 0
        self._gate = threading.Lock()  # held for a step of the queue
        self._writing = threading.Lock()  # held while the disk works
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._host: Host | None = None

    def attach(self, host: Host) -> None:
        """Record what is sent at a host from now on, who begins there, and the ids they draw."""
        self._host = host
        host.post.add_tap(self.tap)
        host.lend = self._lend

    def start(self) -> None:
        """Write from a thread of its own until `close`; without it `flush` writes."""
        assert self._tape is not None
        log.info("recording", path=str(self._tape.path))
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what waits, and stop."""
        if self._host is not None:
            self._host.post.remove_tap(self.tap)
            self._host.lend = None
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()
        if self._tape is not None:
            self._tape.close()

    def tap(self, letter: Sealed) -> None:
        """Take a letter, in its sender's thread."""
        at, moment, kind = self._clock.now(), self._clock.monotonic(), letter.kind
        if kind.recorded:
            size = len(letter.data) + OVERHEAD
            self._take(Sent(at, moment, kind.__name__, letter.data), size)
        else:
            self._take(LeftOut(at, moment, letter.to, letter.sender, kind.__name__), OVERHEAD)

    def _lend(self, address: str) -> Ports:
        assert self._host is not None
        at, moment, host = self._clock.now(), self._clock.monotonic(), self._host
        self._take(Started(at, moment, address, host.post.keeps(address)), OVERHEAD)
        identity = RecordedIdentity(host.ports.identity, address, self._drawn)
        return replace(host.ports, identity=identity)

    def _drawn(self, address: str, made: str) -> None:
        self._take(Drawn(self._clock.now(), self._clock.monotonic(), address, made), OVERHEAD)

    def flush(self) -> None:
        """Write what waits."""
        with self._writing:
            with self._gate:
                records, self._waiting, self._bytes = self._waiting, [], 0
                missed, self._missed = self._missed, 0
            if missed:
                records.append(Lost(self._clock.now(), self._clock.monotonic(), missed))
            if self._tape is None:
                self.lost += len(records)
            elif records:
                self._write(self._tape, [_shown(record) for record in records])

    def _write(self, tape: Tape, records: list[AnyRecord]) -> None:
        try:
            tape.write(records)
        except OSError as error:
            log.error("recording has stopped", path=str(tape.path), reason=str(error))
            self._tape = None

    def _take(self, record: AnyRecord, size: int) -> None:
        with self._gate:
            if self._bytes + size > self._most_waiting:
                self._missed += 1
                self.lost += 1
            else:
                self._bytes += size
                self._waiting.append(record)

    def _run(self) -> None:
        while not self._closing.wait(WRITE_EVERY):
            self.flush()


class RecordedIdentity:
    """Make ids as another does, and tell whoever records of each."""

    def __init__(self, inner: Identity, address: str, drawn: Callable[[str, str], None]) -> None:
        self._inner = inner
        self._address = address
        self._drawn = drawn

    def new(self, prefix: str) -> str:
        made = self._inner.new(prefix)
        self._drawn(self._address, made)
        return made


def _shown(record: AnyRecord) -> AnyRecord:
    if not isinstance(record, Sent) or not shows_secret(record.data):
        return record
    letter = record.letter()
    return LeftOut(record.at, record.moment, letter.to, letter.sender, record.kind)
