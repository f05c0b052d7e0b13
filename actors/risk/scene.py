"""What the controls look at, and the words in which they answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from actors.orders import Intent, Verdict
from actors.risk.reservations import Reservation, Reservations, wanted
from actors.settings import Mode, RiskSettings
from actors.units import money_text


@dataclass(frozen=True)
class Scene:
    """What the controls may look at. `now` and `armed_until` in ms since 1970 UTC.

    `paused` has the reason of each pause by its scope. `unreconciled` says what is not clear
    between the account's book and us; empty when all is.
    """

    intent: Intent
    book: Reservations
    limits: RiskSettings
    now: int
    mode: Mode
    gate_closed: bool
    armed_until: int
    paused: Mapping[str, str] = field(default_factory=dict)
    unreconciled: str = ""

    @cached_property
    def wanted(self) -> Reservation:
        """Return what the order would hold."""
        return wanted(self.intent, self.now)

    @cached_property
    def in_all(self) -> int:
        """Return the most that everything open can lose, this order included."""
        return self.book.liability(plus=self.wanted) + self.book.foreign()

    def of_one_bundle(self, key: str) -> bool:
        """Tell whether the last bet of a selection or an event belongs with this one."""
        bundle = self.intent.bundle
        return bool(bundle) and self.book.last_bundle.get(key) == bundle


Control = Callable[[Scene], Verdict]


def money(name: str, figure: int, limit: int) -> Verdict:
    """Pass a figure in minor units up to its limit."""
    return Verdict(name, figure <= limit, f"{money_text(figure)} of {money_text(limit)}")


def count(name: str, figure: int, limit: int) -> Verdict:
    """Pass a number up to its limit."""
    return Verdict(name, figure <= limit, f"{figure} of {limit}")


def cooldown(name: str, last: int | None, limit: float, now: int) -> Verdict:
    """Pass once `limit` seconds are over since `last`, in ms since 1970 UTC."""
    if last is None:
        return Verdict(name, True, "first bet")
    since = (now - last) / 1000
    return Verdict(name, since >= limit, f"{since:.0f} s ago, at least {limit:.0f} s")
