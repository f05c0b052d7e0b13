"""The stages of one strategy in their order, and what is remembered of what they said.

A bet is one wish, or several that belong together: those pass together or not at all.
"""

from collections.abc import Container, Iterable, Sequence

import msgspec

from actors.decision.history import Key
from actors.decision.proposal import EventMemory, Proposal
from actors.decision.settings import Stages
from actors.decision.stages import STAGES, lowest_price
from actors.market_view import EventView
from actors.messages import TurnedDown
from actors.orders import Verdict
from actors.strategies import Wish
from actors.units import Millis

Bet = tuple[Wish, ...]

LONGEST_REASON = 200


class Chain:
    """What becomes of the wishes of one strategy. Times in ms since 1970 UTC."""

    def __init__(self, strategy: str, stages: Stages, max_age: float) -> None:
        self._strategy = strategy
        self._stages = stages
        self._max_age = max_age
        self._active = tuple(
            stage
            for name, stage in STAGES.items()
            if name == "freshness" or getattr(stages, name) is not None
        )
        self._remembers = stages.density is not None or stages.confirmation is not None
        self._events: dict[str, EventMemory] = {}
        self._turned_down: dict[str, TurnedDown] = {}

    @property
    def confirms(self) -> bool:
        """Tell whether a wish has to last before it passes."""
        return self._stages.confirmation is not None

    @property
    def turned_down(self) -> tuple[TurnedDown, ...]:
        """Return one row for each stage that ever said no."""
        return tuple(self._turned_down.values())

    def decide(self, view: EventView, bets: Sequence[Bet]) -> list[Bet | None]:
        """Return each bet with its floor and what the stages said; None where one said no.

        `bets` is all that is wanted of this event now: what is not among it is wanted no more.
        """
        memory = self._events.get(view.event.key) or EventMemory()
        if self._remembers and bets:
            self._events[view.event.key] = memory
        waited, memory.wished_since = memory.wished_since, {}
        passed = [self._judge(view, bet, memory, waited) for bet in bets]
        for since in waited.values():
            self._gone(since, memory.looked_at, view.now)
        memory.looked_at = view.now
        return passed

    def waits(self, event: str) -> bool:
        """Tell whether something of this event was wished when it was last looked at."""
        memory = self._events.get(event)
        return memory is not None and bool(memory.wished_since)

    def look_again_at(self, event: str, now: int) -> int | None:
        """Return when the next wish of an event will have lasted long enough; None without any."""
        lasting, memory = self._stages.confirmation, self._events.get(event)
        if lasting is None or memory is None:
            return None
        dues = [since + int(lasting * 1000) for since in memory.wished_since.values()]
        return min((due for due in dues if due > now), default=None)

    def forget(self, known: Container[str]) -> None:
        """Drop what is remembered of events that are not known any more."""
        for event in [event for event in self._events if event not in known]:
            del self._events[event]

    def _judge(
        self, view: EventView, bet: Bet, memory: EventMemory, waited: dict[tuple[Key, ...], int]
    ) -> Bet | None:
        key = tuple((wish.quote.selection.key, wish.quote.book) for wish in bet)
        since = waited.pop(key, view.now)
        proposals = [
            Proposal(wish, view, self._stages, self._max_age, memory, since) for wish in bet
        ]
        answers = [self._ask(proposal) for proposal in proposals]
        noes = [said[-1] for said in answers if not said[-1].passed]
        noes.sort(key=_only_waits)
        if self._stages.confirmation is not None and all(map(_only_waits, noes)):
            memory.wished_since[key] = since
        if not noes:
            self._note(memory, bet, view.now)
            return tuple(map(_with, proposals, answers))
        if not _only_waits(noes[0]):
            self._turn_down(noes[0].control, noes[0].figure, view.now)
        return None

    def _ask(self, proposal: Proposal) -> list[Verdict]:
        """Return what the stages say, up to the first no."""
        said = []
        for stage in self._active:
            said.append(stage(proposal))
            if not said[-1].passed:
                break
        return said

    def _note(self, memory: EventMemory, bet: Iterable[Wish], now: int) -> None:
        memory.signals += 1
        memory.last_at = now
        for wish in bet:
            memory.last_by_selection[wish.quote.selection.key] = now

    def _gone(self, since: int, looked_at: int, now: int) -> None:
        """Count a wish that went before it was confirmed."""
        lasting = self._stages.confirmation
        if lasting is not None and looked_at < since + lasting * 1000:
            within = (now - since) / 1000
            self._turn_down("confirmation", f"gone within {within:.1f} s of {lasting:g} s", now)

    def _turn_down(self, stage: str, reason: str, now: int) -> None:
        before = self._turned_down.get(stage)
        count = 1 if before is None else before.count + 1
        row = TurnedDown(self._strategy, stage, count, reason[:LONGEST_REASON], Millis(now))
        self._turned_down[stage] = row


def _only_waits(verdict: Verdict) -> bool:
    return verdict.control == "confirmation"


def _with(proposal: Proposal, said: Sequence[Verdict]) -> Wish:
    wish = proposal.wish
    evidence = msgspec.structs.replace(wish.evidence, stages=tuple(said))
    return msgspec.structs.replace(wish, floor=lowest_price(proposal), evidence=evidence)
