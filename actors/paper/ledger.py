"""Accounts and their bets: credit net of open stakes, every change noted for the store."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from actors.paper.bets import REJECTED, Bet

DAY_MS = 86_400_000


class User(msgspec.Struct, frozen=True):
    """An account. `deposit` is in minor units of `currency`."""

    name: str
    password: str
    deposit: int
    currency: str = "EUR"


class Ledger:
    """Hold users and bets; credit + outstanding is always deposit + settled profit."""

    def __init__(self, users: Iterable[User], bets: Iterable[Bet] = ()) -> None:
        self.users = {user.name.lower(): user for user in users}
        self._credit = {name: user.deposit for name, user in self.users.items()}
        self._outstanding = dict.fromkeys(self.users, 0)
        self._bets: dict[int, Bet] = {}
        self._open: dict[int, None] = {}
        self._references: set[tuple[str, str]] = set()
        self._profit = Counter[tuple[str, int]]()
        self._events: list[tuple[int, int]] = []
        self._changes: list[object] = []
        for bet in bets:
            self.put(bet)
        self._changes.clear()

    def credit(self, user: str) -> int:
        """Return what can still be staked, in minor units."""
        return self._credit[user.lower()]

    def outstanding(self, user: str) -> int:
        """Return the stakes of all bets not yet final, in minor units."""
        return self._outstanding[user.lower()]

    def profit_of(self, user: str, day: int) -> int:
        """Return what the bets that became final on this UTC day brought, in minor units."""
        return self._profit[user.lower(), day]

    def has(self, user: str, reference: str) -> bool:
        """Tell whether the account has a bet under this reference."""
        return (user.lower(), reference) in self._references

    def next_id(self) -> int:
        """Return the number of the next bet, counted over all accounts."""
        return len(self._bets) + 1

    def put(self, bet: Bet) -> None:
        """Add a bet or its next state, and move the money."""
        name, before = bet.user.lower(), self._bets.get(bet.id)
        if name in self.users:
            taken, open_stake = self._effect(bet)
            taken_before, open_before = self._effect(before) if before else (0, 0)
            self._credit[name] += taken - taken_before
            self._outstanding[name] += open_stake - open_before
        self._bets[bet.id] = bet
        self._references.add((name, bet.reference))
        self._changes.append(bet)
        if bet.final:
            self._open.pop(bet.id, None)
            if bet.status != REJECTED and (before is None or not before.final):
                self._profit[name, (bet.final_ms or 0) // DAY_MS] += bet.pnl
        else:
            self._open[bet.id] = None
            heapq.heappush(self._events, (self._next_event(bet), bet.id))

    def note(self, change: object) -> None:
        """Add something else for the store."""
        self._changes.append(change)

    def due(self, now_ms: int) -> Bet | None:
        """Take the bet whose next event comes first, when that is not after now."""
        while self._events and self._events[0][0] <= now_ms:
            at_ms, bet_id = heapq.heappop(self._events)
            bet = self._bets[bet_id]
            if not bet.final and self._next_event(bet) == at_ms:
                return bet
        return None

    def bets(self, user: str) -> list[Bet]:
        """Return the account's bets, newest first."""
        return list(self.newest_first(user))

    def newest_first(self, user: str) -> Iterator[Bet]:
        """Yield the account's bets, for those who do not want all of them."""
        name = user.lower()
        return (bet for bet in reversed(self._bets.values()) if bet.user.lower() == name)

    def open_bets(self, user: str) -> Iterator[Bet]:
        """Yield the account's bets that are not final, newest first."""
        name = user.lower()
        found = (self._bets[number] for number in reversed(self._open))
        return (bet for bet in found if bet.user.lower() == name)

    def take_changes(self) -> tuple[object, ...]:
        """Return what changed since the last call, oldest first."""
        changes, self._changes = tuple(self._changes), []
        return changes

    @staticmethod
    def _next_event(bet: Bet) -> int:
        return bet.due_ms if bet.status == "Pending" else bet.ends_ms

    @staticmethod
    def _effect(bet: Bet) -> tuple[int, int]:
        """Return what the bet does to the credit and to the open stakes."""
        if not bet.final:
            return -bet.stake, bet.stake
        return (0 if bet.status == REJECTED else bet.pnl), 0
