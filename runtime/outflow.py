"""Credit-based flow: a fast producer sends a slow consumer no more than it asked for.

The consumer gives a credit when it has done with what it got. Until then what the producer
has to say waits here, the newest of each key only, so that nothing queues up beyond the
newest. A credit is a state and no sum: one that is lost on a wire may be given again.
"""

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Outflow(Generic[Key, Value]):
    """What one consumer has not been told yet."""

    def __init__(self) -> None:
        self._newest: dict[Key, Value] = {}
        self._open = False

    @property
    def open(self) -> bool:
        """Tell whether the consumer waits for more."""
        return self._open

    def __len__(self) -> int:
        return len(self._newest)

    def __contains__(self, key: Key) -> bool:
        return key in self._newest

    def offer(self, key: Key, value: Value) -> None:
        """Have something to say; it takes the place of what was to be said of this key."""
        self._newest[key] = value

    def withdraw(self, key: Key) -> None:
        """Have no more to say of this key."""
        self._newest.pop(key, None)

    def give(self) -> None:
        """Take a credit of the consumer; a second one before the first is spent is the same."""
        self._open = True

    def take(self, at_most: int) -> dict[Key, Value]:
        """Spend the credit: return what has waited longest. Raises LookupError without one."""
        if not self._open:
            raise LookupError("the consumer has not asked for more")
        self._open = False
        keys = list(self._newest)[:at_most]
        return {key: self._newest.pop(key) for key in keys}
