"""What Risk knows: every open order at its full stake, and when what was last bet on.

For a back bet the liability is the stake. An order in doubt counts like any other, and what it
may win counts for nothing.
"""

import unicodedata
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import msgspec

from actors.ledger import Order
from actors.orders import IN_FLIGHT, OPEN, Intent, OrderState
from actors.risk.results import Results
from actors.risk.worst_case import Stake, worst_loss
from actors.selections import Event, MarketType, Period, Phase, Selection, Side

DAY = 86_400_000


@dataclass(frozen=True)
class Reservation:
    """One open order. `permit_expires` is monotonic; none once it was sent.

    `firm`: the book has confirmed the bet, at `price` or better. `plain`: made before the start.
    `match` names the teams of a bet that was adopted: its event is known by them only.
    """

    order: str
    selection: Selection
    league: str
    account: str
    book: str
    strategy: str
    market: str
    stake: int
    price: int
    in_flight: bool = True
    firm: bool = False
    plain: bool = True
    match: str = ""
    permit_expires: float | None = None
    bundle: str = ""

    @property
    def event(self) -> str:
        return self.selection.event

    def agrees_with(self, order: Order) -> bool:
        """Tell whether the journal says the same of this order."""
        state = OrderState(order.state)
        return state in OPEN and (self.stake, self.in_flight) == (order.stake, state in IN_FLIGHT)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return what an operator can pause that would take this order with it."""
        return (
            f"account {self.account}",
            f"book {self.book.upper()}",
            f"strategy {self.strategy}",
            f"market {self.market}",
        )


Scope = Callable[[Reservation], bool]
"""Which of the open orders a limit is about."""


def all_of_them(_held: Reservation) -> bool:
    """Take every open order."""
    return True


def wanted(intent: Intent, now: int, expires: float | None = None) -> Reservation:
    """Return what an order would hold. `now` in ms since 1970 UTC, `expires` monotonic."""
    event = intent.event
    return Reservation(
        order=intent.order,
        selection=intent.selection,
        league=event.league,
        account=intent.account,
        book=intent.book,
        strategy=intent.strategy,
        market=intent.market,
        stake=intent.stake,
        price=intent.floor,
        plain=event.phase is not Phase.LIVE and now < event.start,
        permit_expires=expires,
        bundle=intent.bundle,
    )


def restored(order: Order) -> Reservation:
    """Return what an open order of the ledger holds."""
    state = OrderState(order.state)
    return Reservation(
        order=order.id,
        selection=Selection(
            order.event,
            MarketType(order.market),
            Period(order.period),
            order.line,
            Side(order.side),
        ),
        league=order.league,
        account=order.account,
        book=order.book,
        strategy=order.strategy,
        market="",
        stake=order.stake,
        price=order.price,
        in_flight=state in IN_FLIGHT,
        firm=state is OrderState.ACCEPTED,
        plain=order.made_at < order.start and not order.adopted,  # the book's start is uncertain
        match=_called(order.event_name) if order.adopted else "",
    )


@dataclass
class Reservations:
    """All open orders and the figures that the controls compare. Money in minor units."""

    held: dict[str, Reservation] = field(default_factory=dict)
    last_by_selection: dict[str, int] = field(default_factory=dict)
    last_by_event: dict[str, int] = field(default_factory=dict)
    last_bundle: dict[str, str] = field(default_factory=dict)
    granted_at: deque[int] = field(default_factory=deque)
    day: int = 0
    settled_today: int = 0
    foreign_stakes: dict[str, int] = field(default_factory=dict)
    results: Results = field(default_factory=Results)

    def stakes(self) -> int:
        """Return the open stakes of all accounts, bets that are not ours included."""
        return sum(held.stake for held in self.held.values()) + sum(self.foreign_stakes.values())

    def liability(self, of: Scope = all_of_them, plus: Reservation | None = None) -> int:
        """Return the most that our open bets of a scope can lose, with one more in it."""
        chosen = [held for held in self.held.values() if of(held)]
        return worst_loss(map(_stake, chosen if plus is None else [*chosen, plus]))

    def foreign(self, account: str = "") -> int:
        """Return the open stakes that are not ours, of one account or all."""
        if account:
            return self.foreign_stakes.get(account, 0)
        return sum(self.foreign_stakes.values())

    def in_flight(self, selection: str) -> int:
        return sum(
            1 for held in self.held.values() if held.in_flight and held.selection.key == selection
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

    def grant(self, new: Reservation, now: int) -> None:
        """Reserve the whole stake of an order that gets a permit."""
        self.held[new.order] = new
        self.granted_at.append(now)
        self._remember(new.selection.key, new.event, now, new.bundle)

    def restore(self, orders: Iterable[Order]) -> None:
        """Take over open orders from the ledger."""
        for order in orders:
            self.held[order.id] = restored(order)

    def remember(self, order: Order, bundle: str = "") -> None:
        """Take over from the ledger when a selection and an event were last bet on."""
        if order.placed_at is not None:
            self._remember(order.selection, order.event, order.placed_at, bundle)

    def recognise(self, event: Event) -> None:
        """Let adopted bets on this match, by whatever key it goes now, count in it."""
        called = _called(event.name)
        for held in list(self.held.values()):
            if held.match == called and held.event != event.key:
                before = held.selection
                now = msgspec.structs.replace(before, event=event.key)
                self.held[held.order] = replace(held, selection=now, league=event.league)
                if before.key in self.last_by_selection:
                    self._remember(now.key, now.event, self.last_by_selection[before.key], "")

    def move(self, order: str, stake: int, *, in_flight: bool) -> None:
        """Keep an open order at the stake that was taken; its permit is used."""
        held = self.held.get(order)
        if held is not None:
            self.held[order] = replace(held, stake=stake, in_flight=in_flight, permit_expires=None)

    def confirm(self, order: Order) -> None:
        """Note that the book has confirmed a bet, and at which price."""
        held = self.held.get(order.id)
        if held is not None:
            firm = order.state == OrderState.ACCEPTED.value
            self.held[order.id] = replace(held, price=order.price, firm=firm)

    def release(self, order: str) -> Reservation | None:
        """Let go of an order that is final, and return what it held."""
        return self.held.pop(order, None)

    def settle(self, pnl: int, now: int) -> None:
        """Count the profit of a settled bet. `now` in ms since 1970 UTC."""
        self.today(now)
        self.settled_today += pnl
        self.results.add(pnl, now)

    def _remember(self, selection: str, event: str, at: int, bundle: str) -> None:
        for last, key in ((self.last_by_selection, selection), (self.last_by_event, event)):
            if at >= last.get(key, 0):
                last[key] = at
                self.last_bundle[key] = bundle


def _called(match: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(match.split())).casefold()


def _stake(held: Reservation) -> Stake:
    return Stake(held.selection, held.stake, held.price, held.firm, held.plain)
