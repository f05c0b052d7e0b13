"""The randomness port: jitter and seeded choices come from here and nowhere else."""

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Chance(Protocol):
    """Draw numbers and choices."""

    def uniform(self, low: float, high: float) -> float:
        """Return a number between `low` and `high`."""

    def randrange(self, start: int, stop: int) -> int:
        """Return a whole number from `start` up to, but not including, `stop`."""

    def choice(self, options: Sequence[T]) -> T:
        """Return one of `options`."""


def seeded(seed: int) -> Chance:
    """Return a source that repeats itself for the same seed."""
    return random.Random(seed)


def unseeded() -> Chance:
    """Return a source nobody can predict."""
    return random.SystemRandom()
