"""The time port: the wall clock for the record, the monotonic clock for every deadline."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tell the time in two ways that must not be mixed."""

    def now(self) -> int:
        """Return milliseconds since 1970-01-01 UTC; may jump when the machine's clock is set."""

    def monotonic(self) -> float:
        """Return seconds that never go back; comparable within one process only."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    monotonic = staticmethod(time.monotonic)  # read at every turn: no detour


class VirtualClock:
    """A clock that moves when it is told to, for the simulation and for tests."""

    def __init__(self, now: int = 1_600_000_000_000) -> None:
        self._start = now
        self._elapsed = 0.0

    def now(self) -> int:
        return self._start + round(self._elapsed * 1000)

    def monotonic(self) -> float:
        return self._elapsed

    def set_forward(self, milliseconds: int) -> None:
        """Set the wall clock, back when negative; the monotonic clock does not notice."""
        self._start += milliseconds

    def advance_to(self, elapsed: float) -> None:
        """Move to `elapsed` seconds after the start; an earlier moment is ignored."""
        self._elapsed = max(self._elapsed, elapsed)
