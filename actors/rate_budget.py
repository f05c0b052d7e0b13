"""How often prices may be asked for, safe whichever way the book counts.

Nobody knows whether the book's clock runs per account, per market, or per sport and
market, so both are kept: each market its own interval, and between any two polls of the
account the shortest one.
"""

from actors.books.asianodds.rows import MINIMUM_INTERVAL_SECONDS
from actors.selections import Phase
from runtime.chance import Chance

BETWEEN_ANY_TWO = float(min(MINIMUM_INTERVAL_SECONDS.values()))
MARGIN = 0.1
LONGEST_PENALTY = 300.0


class RateBudget:
    """Book polls of one account; times are monotonic seconds."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._not_before = 0.0
        self._slots: list[float] = []
        self._next_of: dict[str, float] = {}
        self._penalty: dict[str, float] = {}
        self._complained: set[str] = set()

    def book(self, market: str, phase: Phase, now: float) -> float:
        """Reserve the next poll of a market and return how long to wait for it.

        A turn asked for without a complaint about the last one ends the penalty.
        """
        if market not in self._complained:
            self._penalty.pop(market, None)
        self._complained.discard(market)
        at = self._free_slot(max(now, self._not_before, self._next_of.get(market, 0.0)), now)
        self._next_of[market] = at + MINIMUM_INTERVAL_SECONDS[phase] + MARGIN
        return at - now

    def throttled(self, market: str, now: float) -> float:
        """Wait longer after the book complained: doubling, jittered; return the pause."""
        self._complained.add(market)
        penalty = min(LONGEST_PENALTY, self._penalty.get(market, BETWEEN_ANY_TWO) * 2)
        self._penalty[market] = penalty
        pause = self._chance.uniform(penalty / 2, penalty)
        self._not_before = max(self._not_before, now + pause)
        return pause

    def paused(self, now: float) -> bool:
        """Tell whether a complaint that came after a turn was promised still holds it back."""
        return self._not_before - now > MARGIN

    def _free_slot(self, at: float, now: float) -> float:
        """Take the first moment from `at` that keeps its distance from every other slot."""
        gap = BETWEEN_ANY_TWO + MARGIN
        self._slots = sorted(slot for slot in self._slots if slot > now - gap)
        for slot in self._slots:
            if abs(at - slot) < gap:
                at = slot + gap
        self._slots.append(at)
        return at
