"""What must have been seen at least once over many runs: else they test less than they say.

`always` is the judge's part. A name here that no run has reached says that some trouble never
came about, or never where it hurts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from actors.ledger import ORDER, Order
from actors.orders import OrderState
from actors.paper.bets import REJECTED, SETTLED, VOID
from actors.paper.deciding import LOWER_PRICE
from actors.paper.faults import Kind
from actors.risk.controls import CONTROLS
from actors.simulation.world import World

DOUBT, SENDING = OrderState.IN_DOUBT.value, OrderState.SENDING.value

NOT_HERE = frozenset({"armed", "one_in_flight"})
"""Controls that have nothing to say no to here: in mode paper nothing has to be armed, and an
Executor does not ask for a second order. That no two are in flight the judge sees to."""

BESIDE_THE_BOOK = (
    "actor wedged",
    "arrives late",
    "arrives twice",
    "broken after placing",
    "broken after reading",
    "broken before placing",
    "broken before reading",
    "clock set",
    "connection refused",
    "crash after a write",
    "crash after placing",
    "crash before placing",
    "crash within a write",
    "disk full",
    "frame lost",
    "frozen feed",
    "process crash",
)


@dataclass(frozen=True)
class Story:
    """A run that is over, in the words that the sightings use."""

    world: World

    @cached_property
    def orders(self) -> list[Order]:
        return self.world.ledger.everything()

    @cached_property
    def ways(self) -> list[list[tuple[str, str]]]:
        """Each order's states, with the reason that was given for each."""
        ways: dict[str, list[tuple[str, str]]] = {}
        for entry in self.world.journal.entries():
            if entry.kind.startswith(ORDER):
                step = entry.kind.removeprefix(ORDER), str(entry.body.get("reason", ""))
                ways.setdefault(entry.key, []).append(step)
        return list(ways.values())

    @cached_property
    def bets(self) -> set[str]:
        return {bet.status for bet in self.world.judge.bets()}

    def went(self, *states: str) -> bool:
        """Tell whether an order went from one of these states straight to the next."""
        return any(
            tuple(state for state, _ in way[start : start + len(states)]) == states
            for way in self.ways
            for start in range(len(way))
        )

    def said(self, state: str, words: str) -> bool:
        """Tell whether an order got into a state for a reason with these words."""
        return any(then == state and words in reason for way in self.ways for then, reason in way)


Sighting = Callable[[Story], bool]

SITUATIONS: dict[str, Sighting] = {
    "a bet in doubt was found accepted": lambda story: story.went(DOUBT, "accepted"),
    "a bet in doubt was found pending": lambda story: story.went(DOUBT, "pending"),
    "a bet in doubt was found rejected": lambda story: story.said("refused", "Rejected"),
    "a doubt was cleared by absence": lambda story: story.said("refused", "no such bet"),
    "a crash while sending": lambda story: story.said(DOUBT, "crash while sending"),
    "a crash before sending": lambda story: story.said("abandoned", "crash before sending"),
    "a courier restarted while sending": lambda story: story.said(DOUBT, "courier restarted"),
    "a closed gate after the price was asked": lambda story: story.said("expired", "kill gate"),
    "a closed gate between the look and the send": lambda story: story.said(
        "not_sent", "kill gate"
    ),
    "a price under its floor": lambda story: story.said("expired", "price went to"),
    "a price that grew too old": lambda story: story.said("expired", " s old"),
    "a permit that ran out": lambda story: story.said("expired", "permit"),
    "a stake that was cut": lambda story: any(
        "for 7.00" in reason for way in story.ways for _, reason in way
    ),
    "a session lost in a placement": lambda story: story.said("refused", "session lost"),
    "a throttled placement": lambda story: story.said("refused", "429"),
    "a connection refused to a placement": lambda story: story.said(
        "not_sent", "connection refused"
    ),
    "a repeat that the book refused": lambda story: any(
        "used before" in placement.outcome for placement in story.world.judge.placements
    ),
    "a re-quoted bet that was refused": lambda story: story.said("refused", LOWER_PRICE),
    "a bet that was won": lambda story: "Won" in story.bets,
    "a bet that was lost": lambda story: "Lost" in story.bets,
    "a bet that was settled in part": lambda story: bool(story.bets & set(SETTLED[1:4])),
    "a bet that was void": lambda story: VOID in story.bets,
    "a bet that the book rejected": lambda story: REJECTED in story.bets,
    "a pause that was answered": lambda story: story.world.counts.pauses > 0,
    "a supervisor that replaced a wedged actor": lambda story: any(
        tally.given_up for tally in story.world.host.census.taken()[1].values()
    ),
    "an actor that failed and came back": lambda story: bool(story.world.restarts()),
    "a gate that was opened again and a bet after it": lambda story: (
        story.world.opened_at is not None
        and any(request.at > story.world.opened_at for request in story.world.judge.requests)
    ),
}

SOMETIMES: tuple[str, ...] = (
    *SITUATIONS,
    *(f"fault: {kind.value}" for kind in Kind),
    *(f"fault: {name}" for name in BESIDE_THE_BOOK),
    *(f"said no: {control.__name__}" for control in CONTROLS if control.__name__ not in NOT_HERE),
)
"""Every name."""


def seen_in(world: World) -> set[str]:
    """Return which of the names a run has seen."""
    story = Story(world)
    seen = {name for name, sighting in SITUATIONS.items() if sighting(story)}
    seen |= {f"fault: {name}" for name in world.faults()}
    seen |= {f"said no: {name}" for name in world.denials()}
    return seen & set(SOMETIMES)
