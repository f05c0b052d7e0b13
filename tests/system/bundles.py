"""A simulated world that bets in bundles, and a judge of them who believes the book's own bets."""

from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from msgspec import convert
from msgspec.structs import replace

from actors.books.asianodds.placement import reference_of
from actors.hedge.bundle import Plan
from actors.odds.arbitrage import worst_loss
from actors.orders import Intent
from actors.paper.bets import PENDING, REJECTED, Bet
from actors.settings import Amount, RiskSettings, StrategySettings
from actors.simulation.given import LIMITS, SETTINGS
from actors.simulation.trouble import Trouble
from actors.simulation.world import World

WIDE: RiskSettings = replace(
    LIMITS,
    max_open_bets=200,
    orders_per_minute=1_000,
    max_stake=Amount(2_000),
    max_exposure=Amount(100_000),
    max_event_exposure=Amount(6_000),
    max_market_exposure=Amount(6_000),
)


def world_of_bundles(
    folder: Path,
    seed: int = 1,
    trouble: Trouble | None = None,
    limits: RiskSettings = WIDE,
    book: dict[str, Any] | None = None,
    use: str = "tests.actors.strategies.samples:Bundling",
    **parameters: float,
) -> World:
    """Return a world whose only strategy wants every side of one market of each match."""
    strategies = {"bundling": StrategySettings(use, dict(parameters))}
    markets = {
        name: replace(market, strategies=("bundling",)) for name, market in SETTINGS.markets.items()
    }
    settings = replace(SETTINGS, strategies=strategies, markets=markets)
    return World(folder, seed, trouble, limits, every=3, settings=settings, **(book or {}))


class Bundles:
    """What the journal planned and the book has, by bundle and leg."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.plans: dict[str, Plan] = {}
        self.ends: dict[str, dict[str, Any]] = {}
        self.begun: list[tuple[int, str]] = []
        self.bets: dict[str, list[tuple[int, Bet]]] = defaultdict(list)
        by_reference = {bet.reference: bet for bet in world.judge.bets()}
        for entry in world.journal.entries():
            match entry.kind:
                case "hedge.begun":
                    plan = convert(entry.body["plan"], Plan)
                    self.plans[plan.bundle] = plan
                case "hedge.leg":
                    self.begun.append((entry.at, entry.body["tried"]["order"]))
                case "hedge.ended":
                    self.ends[entry.body["bundle"]] = entry.body
                case "order.intent":
                    self._note(convert(entry.body["intent"], Intent), by_reference)

    def _note(self, intent: Intent, by_reference: dict[str, Bet]) -> None:
        bet = by_reference.get(reference_of(intent.order))
        if bet is not None and intent.bundle:
            sides = [leg.selection.key for leg in self.plans[intent.bundle].legs]
            self.bets[intent.bundle].append((sides.index(intent.selection.key), bet))

    def outcomes(self) -> dict[str, int]:
        """Count how bundles ended."""
        counted: dict[str, int] = defaultdict(int)
        for end in self.ends.values():
            counted[end["outcome"]] += 1
        return dict(counted)

    def faults(self) -> list[str]:
        """Return what is wrong by the book's own bets; empty when all is right."""
        found = [f"{bundle} never ended" for bundle in self.plans.keys() - self.ends.keys()]
        for bundle, plan in self.plans.items():
            found += [f"{bundle}: {fault}" for fault in self._of(plan)]
        return found

    def _of(self, plan: Plan) -> list[str]:
        found = []
        sent = sorted(self.bets[plan.bundle], key=lambda one: one[1].placed_ms)
        for (_, before), (_, after) in pairwise(sent):
            if after.placed_ms < before.due_ms:
                found.append(f"{after.reference} is sent before {before.reference} was decided")
        real = [(leg, bet) for leg, bet in sent if bet.status not in (REJECTED, PENDING)]
        legs = [leg for leg, _ in real]
        found += [f"leg {leg} is bet on twice" for leg in set(legs) if legs.count(leg) > 1]
        placed = [(0, leg.price) for leg in plan.legs]
        for leg, bet in real:
            placed[leg] = (bet.stake, bet.price)
            if worst_loss(placed) > plan.cap:
                found.append(f"{worst_loss(placed)} is open, the cap is {plan.cap}")
        end = self.ends.get(plan.bundle)
        if end is not None:
            if end["remainder"] != worst_loss(placed):
                found.append(f"it says {end['remainder']} is left: {worst_loss(placed)}")
            if (end["outcome"] == "hedged") and not all(stake for stake, _ in placed):
                found.append("it says that it is hedged")
        return found

    def begun_after(self, moment: int) -> list[str]:
        """Return the orders of legs that were begun after a moment of the true time."""
        return [order for at, order in self.begun if at > moment]
