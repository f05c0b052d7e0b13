"""What the stages look at: one wish, what was seen when it was made, and what was signalled."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from actors.decision.consensus import Consensus, consensus
from actors.decision.history import Key
from actors.decision.settings import Stages
from actors.market_view import EventView, SelectionGroup
from actors.orders import Verdict
from actors.selections import Quote
from actors.strategies import Wish


@dataclass
class EventMemory:
    """What was signalled for one event so far, and since when what is wished is wished.

    Times in ms since 1970 UTC. It is lost with the Market; what must hold over a restart are
    the cooldowns of Risk.
    """

    signals: int = 0
    last_at: int | None = None
    last_by_selection: dict[str, int] = field(default_factory=dict)
    looked_at: int = 0
    wished_since: dict[tuple[Key, ...], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """One wish on its way to become a signal. `max_age` in seconds, `since` in ms: when it was
    first wished without a break.
    """

    wish: Wish
    view: EventView
    stages: Stages
    max_age: float
    memory: EventMemory
    since: int

    @property
    def quote(self) -> Quote:
        return self.wish.quote

    @property
    def longest_age(self) -> float:
        """Return how old a price may be, in seconds."""
        wanted = self.stages.freshness
        return self.max_age if wanted is None else min(wanted, self.max_age)

    @cached_property
    def group(self) -> SelectionGroup:
        """Return the sides of the wished line."""
        wanted, side = self.quote, self.quote.selection.side
        return next(
            group
            for group in self.view.groups
            if (group.type, group.period) == (wanted.selection.type, wanted.selection.period)
            and wanted in group.quotes.get(side, {}).values()
        )

    @cached_property
    def consensus(self) -> Consensus | None:
        """Return what the believed books think; the book of the wish does not judge itself."""
        asked = self.stages.consensus
        if asked is None:
            return None
        others = [book for book in asked.books if book != self.quote.book]
        oldest = self.view.now - int(self.longest_age * 1000)
        return consensus(self.group, self.quote.selection.side, others, asked.method, oldest)


Stage = Callable[[Proposal], Verdict]
