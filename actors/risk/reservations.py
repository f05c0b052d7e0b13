"""What Risk knows: every open order at its full stake, and when what was last bet on.

For a back bet the liability is the stake. An order in doubt counts like any other.
"""

from collections import deque
from dataclasses import dataclass, field

from actors.ledger import Order
from actors.orders import Intent

DAY = 86_400_000


@dataclass(frozen=True)
class Reservation:
    """One open order. `permit_expires` is monotonic; none once it was sent."""

    order: str
    selection: str
    event: str
    account: str
    stake: int
    in_flight: bool
    permit_expires: float | None = None


@dataclass
class Reservations:
    """All open orders and the figures that the controls compare. Money in minor units."""

    held: dict[str, Reservation] = field(default_factory=dict)
    last_by_selection: dict[str, int] = field(default_factory=dict)
    last_by_event: dict[str, int] = field(default_factory=dict)
    granted_at: deque[int] = field(default_factory=deque)
    day: int = 0
    settled_today: int = 0
    foreign_stakes: dict[str, int] = field(default_factory=dict)

    def exposure(self) -> int:
        """Return the open stakes of all accounts, bets that are not ours included."""
        return sum(held.stake for held in self.held.values()) + sum(self.foreign_stakes.values())

    def event_exposure(self, event: str) -> int:
        return sum(held.stake for held in self.held.values() if held.event == event)

    def selection_exposure(self, selection: str) -> int:
        return sum(held.stake for held in self.held.values() if held.selection == selection)

    def in_flight(self, selection: str) -> int:
        return sum(
            1 for held in self.held.values() if held.selection == selection and held.in_flight
        )

    def granted_within(self, now: int, milliseconds: int) -> int:
        """Return how many permits were given lately; forgets the older ones."""
        while self.granted_at and self.granted_at[0] <= now - milliseconds:
            self.granted_at.popleft()
        return len(self.granted_at)

    def today(self, now: int) -> int:
        """Return the profit settled on this UTC day."""
        if now // DAY != self.day:
            self.day, self.settled_today = now // DAY, 0
        return self.settled_today

    def grant(self, intent: Intent, expires: float, now: int) -> None:
        """Reserve the whole stake of an order that gets a permit."""
        self.held[intent.order] = Reservation(
            intent.order,
            intent.selection.key,
            intent.event.key,
            intent.account,
            intent.stake,
            True,
            expires,
        )
        self.granted_at.append(now)
        self._remember(intent.selection.key, intent.event.key, now)

    def restore(self, order: Order, in_flight: bool) -> None:
        """Take over an open order from the ledger."""
        self.held[order.id] = Reservation(
            order.id, order.selection, order.event, order.account, order.stake, in_flight
        )

    def remember(self, order: Order) -> None:
        """Take over from the ledger when a selection and an event were last bet on."""
        if order.placed_at is not None:
            self._remember(order.selection, order.event, order.placed_at)

    def move(self, order: str, stake: int, *, in_flight: bool) -> None:
        """Keep an open order at the stake that was taken."""
        held = self.held.get(order)
        if held is not None:
            self.held[order] = Reservation(
                order, held.selection, held.event, held.account, stake, in_flight
            )

    def release(self, order: str) -> None:
        """Let go of an order that is final."""
        self.held.pop(order, None)

    def _remember(self, selection: str, event: str, at: int) -> None:
        self.last_by_selection[selection] = max(at, self.last_by_selection.get(selection, 0))
        self.last_by_event[event] = max(at, self.last_by_event.get(event, 0))
