"""A bundle as the journal has it: what was planned, what was tried for each leg, how it ended.

The key of its entries is the address of the actor that writes them, `hedge/<market key>`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from actors.messages import Signal
from runtime.journal import Journal, Written

BEGUN, LEG, ENDED = "hedge.begun", "hedge.leg", "hedge.ended"


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be placed, in this order. Money in minor units, `begun_at` in ms.

    `cap`: what may stay unhedged at any moment. `most_loss`: what completing it may cost.
    """

    bundle: str
    legs: tuple[Signal, ...]
    cap: int
    most_loss: int
    step: int
    begun_at: int


class Try(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One order for one leg; it is written before anybody hears of the order.

    `seen_at` is when its price was seen, `at` when it was begun, in ms.
    """

    bundle: str
    leg: int
    order: str
    book: str
    price: int
    floor: int
    stake: int
    seen_at: int
    at: int


@dataclass
class Bundle:
    """A bundle on its way."""

    plan: Plan
    tries: list[Try] = field(default_factory=list)

    def of_leg(self, leg: int) -> list[Try]:
        """Return what was tried for one leg, oldest first."""
        return [tried for tried in self.tries if tried.leg == leg]


def unfinished(entries: Iterable[Written]) -> Bundle | None:
    """Return the bundle that was begun and has not ended, from the entries of one address."""
    found: Bundle | None = None
    for written in entries:
        if written.kind == BEGUN:
            found = Bundle(msgspec.convert(written.body["plan"], Plan))
        elif written.kind == LEG and found is not None:
            found.tries.append(msgspec.convert(written.body["tried"], Try))
        elif written.kind == ENDED:
            found = None
    return found


def in_progress(journal: Journal) -> list[str]:
    """Return the addresses whose bundle was begun and has not ended."""
    rows = journal.connection.execute(
        "SELECT key, kind FROM entries WHERE key >= 'hedge/' AND key < 'hedge0'"
        " AND kind IN (?, ?) ORDER BY sequence",
        (BEGUN, ENDED),
    )
    last = dict(list(rows))
    return sorted(key for key, kind in last.items() if kind == BEGUN)


def bundles_of_orders(journal: Journal) -> dict[str, str]:
    """Return the bundle of each order that was ever tried for a leg."""
    rows = journal.connection.execute(
        "SELECT body FROM entries WHERE key >= 'hedge/' AND key < 'hedge0' AND kind = ?", (LEG,)
    )
    tries = (msgspec.convert(msgspec.json.decode(body)["tried"], Try) for (body,) in rows)
    return {tried.order: tried.bundle for tried in tries}
