"""Whether the disk refuses the journal, since when, and that the log says so without a flood."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from runtime.clock import Clock
from runtime.errors import DiskRefusesError
from runtime.logs import logger

SAID_EVERY = 60_000
"""Milliseconds at least between two such lines: where a disk is almost full, small writes go
through and large ones do not."""

_log = logger(__name__)


class Refusal(NamedTuple):
    """The disk's own words with their cure, and since when, in ms since 1970 UTC."""

    words: str
    since: int


class Refusals:
    """What became of the last write of one journal in this process; any thread may tell it."""

    def __init__(self) -> None:
        self.now: Refusal | None = None
        self._lock = threading.Lock()
        self._said = False
        self._said_at: int | None = None

    @contextmanager
    def noting(self, clock: Clock) -> Iterator[None]:
        """Note whether the write in this block is refused. Raises what the block raises."""
        try:
            yield
        except DiskRefusesError as error:
            self.note(str(error), clock.now())
            raise
        self.end(clock.now())

    def note(self, words: str, now: int) -> None:
        """Note that the disk refuses."""
        with self._lock:
            self.now = Refusal(words, self.now.since if self.now else now)
            last = self._said_at
            if not self._said and (last is None or not 0 <= now - last < SAID_EVERY):
                self._said, self._said_at = True, now
                _log.error("the disk refuses the journal", reason=words)

    def end(self, now: int) -> None:
        """Note that the disk takes what is written."""
        if self.now is None:
            return
        with self._lock:
            refusal, self.now = self.now, None
            if refusal is not None and self._said:
                self._said = False
                seconds = round((now - refusal.since) / 1000, 1)
                _log.warning("the disk takes the journal again", after=seconds)
