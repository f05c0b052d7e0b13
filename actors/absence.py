"""Evidence that a doubtful bet does not exist: from the book, never from a timer alone.

The facts do not say how long a bet may be in transit, so silence proves nothing. What does:
the book files nothing under the reference, no list shows it, and the stakes it holds are
explained to the cent without it. All of that, several times, after a patience.
"""

from dataclasses import dataclass

from actors.ledger import Order
from actors.orders import OrderState

LOOKS_NEEDED = 3

EXPLAINED = frozenset({OrderState.PENDING.value, OrderState.ACCEPTED.value})


@dataclass
class _Looks:
    """How often in a row the book knew nothing of an order."""

    first: float
    count: int


class Absence:
    """Count looks in which the book knew nothing; times are monotonic seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._looks: dict[str, _Looks] = {}

    def look(self, order: str, now: float, *, explained: bool) -> bool:
        """Note one look that found no trace; True when the order's absence is established.

        `explained`: the book's outstanding stakes are those of the other open orders and of
        bets that are not ours.
        """
        if not explained:
            self._looks.pop(order, None)
            return False
        looks = self._looks.setdefault(order, _Looks(now, 0))
        looks.count += 1
        return looks.count >= LOOKS_NEEDED and now - looks.first >= self._patience


def explained_stakes(orders: list[Order], foreign_stakes: int) -> int:
    """Return what the book should hold if no doubtful order existed, in minor units."""
    return foreign_stakes + sum(order.stake for order in orders if order.state in EXPLAINED)
