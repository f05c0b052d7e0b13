"""Timers of one actor: messages to itself that come due, gone with its incarnation."""

import heapq
import itertools

from runtime.codec import Letter, Message

ROOM = 32


class Timers:
    """A heap of (due, letter); a named timer replaces the one of the same name.

    Times are seconds of the monotonic clock.
    """

    __slots__ = ("_current", "_heap", "_room", "_sequence")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, str, Letter[Message]]] = []
        self._sequence = itertools.count()
        self._current: dict[str, int] = {}
        self._room = ROOM

    def set(self, due: float, letter: Letter[Message], name: str = "") -> None:
        """Arm a timer. An unnamed one cannot be cancelled."""
        number = next(self._sequence)
        if name:
            self._current[name] = number
        heapq.heappush(self._heap, (due, number, name, letter))
        if len(self._heap) > self._room:
            self._forget_replaced()

    def cancel(self, name: str) -> None:
        """Forget the timer of this name; a name that is not armed is no error."""
        self._current.pop(name, None)

    def next_due(self) -> float | None:
        """Return when the next armed timer comes due."""
        heap = self._heap
        while heap and not self._armed(heap[0]):
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def pop_due(self, now: float) -> Letter[Message] | None:
        """Take the letter of the earliest timer that is due, if any."""
        due = self.next_due()
        if due is None or due > now:
            return None
        _, _, name, letter = heapq.heappop(self._heap)
        self._current.pop(name, None)
        return letter

    def clear(self) -> None:
        """Forget all timers."""
        self._heap.clear()
        self._current.clear()

    def __len__(self) -> int:
        return len(self._heap)

    def _forget_replaced(self) -> None:
        self._heap = [entry for entry in self._heap if self._armed(entry)]
        heapq.heapify(self._heap)
        self._room = max(ROOM, 2 * len(self._heap))

    def _armed(self, entry: tuple[float, int, str, Letter[Message]]) -> bool:
        _, number, name, _ = entry
        return not name or self._current.get(name) == number
