"""The recorder: every letter on a tape, or the whole turn of an actor that can be replayed.

Senders only append to a queue; a thread of its own writes. What it cannot keep up with, or
what the disk refuses, is counted and left off the tape: recording never holds up an actor.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from runtime.actor import Actor
from runtime.bus import private_folder
from runtime.cell import Ports
from runtime.clock import Clock
from runtime.codec import Sealed
from runtime.concealment import shows_secret
from runtime.errors import OurError
from runtime.host import Host
from runtime.logs import logger
from runtime.tape import Contents, Tape
from runtime.tape_records import AnyRecord, Began, LeftOut, Lost, Sent, Turn
from runtime.witness import Witness

log = logger("recorder")

FILE_BYTES = 64 * 1024 * 1024
FILES_KEPT = 64
MOST_WAITING_BYTES = 64 * 1024 * 1024
WRITE_EVERY = 0.1
OVERHEAD = 100


class Recorder:
    """Record what is sent in one process, into at most `keep` files of `file_bytes` each.

    A message kind whose class says `recorded = False` is noted without its content, and so is
    what shows a concealed value. An actor whose class says `replayable` is recorded by its turns.
    `contents` fill further tables. Raises OSError or OurError when no file can be made.
    """

    def __init__(
        self,
        folder: Path,
        node: str,
        clock: Clock,
        file_bytes: int = FILE_BYTES,
        keep: int = FILES_KEPT,
        most_waiting: int = MOST_WAITING_BYTES,
        contents: Sequence[Contents] = (),
    ) -> None:
        self.lost = 0
        self._clock = clock
        self._most_waiting = most_waiting
        began = Began(clock.now(), clock.monotonic(), node)
        self._tape: Tape | None = Tape(private_folder(folder), began, file_bytes, keep, contents)
        self._waiting: list[AnyRecord] = []
        self._bytes = 0
        self._missed = 0
        self._gate = threading.Lock()  # held for a step of the queue
        self._writing = threading.Lock()  # held while the disk works
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._host: Host | None = None

    def attach(self, host: Host) -> None:

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
        if self._is_watched(letter.to) or self._is_watched(letter.sender):
            return  # it is in a turn
        at, moment, kind = self._clock.now(), self._clock.monotonic(), letter.kind
        name, size = kind.__name__, len(letter.data) + OVERHEAD
        if kind.recorded:
            self._take(Sent(at, moment, letter.to, letter.sender, name, letter.data), size)
        else:
            self._take(LeftOut(at, moment, letter.to, letter.sender, name), OVERHEAD)

    def _lend(self, actor_class: type[Actor], address: str) -> Ports:
        """Return what an actor that begins gets from outside."""
        assert self._host is not None
        ports = self._host.ports
        if not actor_class.replayable:
            return ports
        witness = Witness(address, ports.clock, ports.identity, self._take)
        return replace(ports, clock=witness, identity=witness, watch=witness.watch)

    def _is_watched(self, address: str) -> bool:
        cell = None if self._host is None else self._host.cells.get(address)
        return cell is not None and cell.ports.watch is not None

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
        except (OSError, OurError) as error:
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


def _shown(record: AnyRecord) -> AnyRecord:
    match record:
        case Sent(at, moment, to, sender, kind, data):
            secret = shows_secret(data)
        case Turn(at, moment, to, sender, kind, heard):
            secret = shows_secret(heard) or any(map(shows_secret, record.told))
        case _:
            return record
    return LeftOut(at, moment, to, sender, kind) if secret else record
