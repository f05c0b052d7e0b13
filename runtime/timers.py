"""Timers of one actor: messages to itself that come due, gone with its incarnation."""

import heapq
import itertools


class Timers:
    """A heap of (due, frame); a named timer replaces the one of the same name.

    Times are seconds of the monotonic clock.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, str, bytes]] = []
        self._sequence = itertools.count()
        self._current: dict[str, int] = {}

    def set(self, due: float, frame: bytes, name: str = "") -> None:
        """Arm a timer. An unnamed one cannot be cancelled."""
        number = next(self._sequence)
        if name:
            self._current[name] = number
        heapq.heappush(self._heap, (due, number, name, frame))

    def cancel(self, name: str) -> None:
        """Forget the timer of this name; a name that is not armed is no error."""
        self._current.pop(name, None)

    def next_due(self) -> float | None:
        """Return when the next armed timer comes due."""
        while self._heap and not self._armed(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: float) -> bytes | None:
        """Take the frame of the earliest timer that is due, if any."""
        due = self.next_due()
        if due is None or due > now:
            return None
        _, _, name, frame = heapq.heappop(self._heap)
        self._current.pop(name, None)
        return frame

    def clear(self) -> None:
        """Forget all timers."""
        self._heap.clear()
        self._current.clear()

    def _armed(self, entry: tuple[float, int, str, bytes]) -> bool:
        _, number, name, _ = entry
        return not name or self._current.get(name) == number
