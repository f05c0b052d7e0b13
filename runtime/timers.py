"""Timers of one actor: messages to itself that come due, gone with its incarnation."""

import heapq
import itertools
from typing import NamedTuple

from runtime.codec import Letter, Message

ROOM = 32


class _Entry(NamedTuple):
    due: float
    number: int
    name: str
    letter: list[Letter[Message]]  # empty when it was cancelled or replaced


class Timers:
    """A heap of (due, letter); a named timer replaces the one of the same name.

    Times are seconds of the monotonic clock. An empty `pending` says that nothing is armed.
    """

    __slots__ = ("_current", "_room", "_sequence", "pending")

    def __init__(self) -> None:
        self.pending: list[_Entry] = []
        self._sequence = itertools.count()
        self._current: dict[str, _Entry] = {}
        self._room = ROOM

    def set(self, due: float, letter: Letter[Message], name: str = "") -> None:
        """Arm a timer. An unnamed one cannot be cancelled."""
        entry = _Entry(due, next(self._sequence), name, [letter])
        if name:
            self.cancel(name)
            self._current[name] = entry
        heapq.heappush(self.pending, entry)
        if len(self.pending) > self._room:
            self._forget_cancelled()

    def cancel(self, name: str) -> None:
        """Forget the timer of this name; a name that is not armed is no error."""
        entry = self._current.pop(name, None)
        if entry is not None:
            entry.letter.clear()

    def next_due(self) -> float | None:
        """Return when the next armed timer comes due."""
        heap = self.pending
        while heap and not heap[0].letter:
            heapq.heappop(heap)
        return heap[0].due if heap else None

    def pop_due(self, now: float) -> Letter[Message] | None:
        """Take the letter of the earliest timer that is due, if any."""
        due = self.next_due()
        if due is None or due > now:
            return None
        entry = heapq.heappop(self.pending)
        self._current.pop(entry.name, None)
        return entry.letter[0]

    def clear(self) -> None:
        """Forget all timers."""
        self.pending.clear()
        self._current.clear()

    def __len__(self) -> int:
        return len(self.pending)

    def _forget_cancelled(self) -> None:
        self.pending = [entry for entry in self.pending if entry.letter]
        heapq.heapify(self.pending)
        self._room = max(ROOM, 2 * len(self.pending))
