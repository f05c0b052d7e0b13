"""Strategies that ship, and the stages, in a simulated world: they bet, and say why."""

from collections import Counter

import pytest
from msgspec import convert
from msgspec.structs import replace

from actors.decision.settings import Stages
from actors.decision.stages import STAGES
from actors.orders import Intent
from actors.settings import SCALARS, StrategySettings
from actors.simulation.given import SETTINGS
from actors.simulation.world import World
from runtime.configuration import validate

EVERY_STAGE = {
    "freshness": "10s",
    "liquidity": {"least": 5.00},
    "movement": {"window": "1m", "most": 5.0},
    "volatility": {"window": "1m", "most": 8.0},
    "density": {"again_after": "60s", "cooldown": "3s", "most_per_event": 3},
    "consensus": {"books": ["PIN", "B365"], "spread": 8.0},
    "edge": 0.5,
    "confirmation": "3s",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world after a match day with value behind every stage, steam, and one that fails."""
    stages = validate(Stages, EVERY_STAGE, scalars=SCALARS)
    steam = {"least_move": 1.0, "window": "30s", "followed": 50.0}
    strategies = {
        "value": replace(SETTINGS.strategies["value"], stages=stages),
        "steam": StrategySettings("actors.strategies.steam:Steam", steam),
        "failing": StrategySettings("tests.actors.strategies.samples:Failing"),
    }
    markets = {
        name: replace(market, strategies=tuple(strategies))
        for name, market in SETTINGS.markets.items()
    }
    world = World(
        tmp_path_factory.mktemp("state"),
        settings=replace(SETTINGS, strategies=strategies, markets=markets),
    )
    world.run(150)
    world.end()
    return world


def test_each_of_them_bets_and_all_is_settled(world: World) -> None:
    bets = Counter(order.strategy for order in world.ledger.bets())
    assert min(bets["value"], bets["steam"]) > 3
    assert bets["failing"] == 0
    assert world.verdict() == []
    assert world.restarts() == {}


def test_a_bet_says_what_every_stage_said(world: World) -> None:
    staged = [order.id for order in world.ledger.bets() if order.strategy == "value"]
    for order in staged:
        first = next(iter(world.journal.entries(order)))
        said = convert(first.body["intent"], Intent).evidence.stages
        assert [verdict.control for verdict in said] == list(STAGES)
        assert all(verdict.passed for verdict in said)


def test_what_was_turned_down_and_who_stopped_can_be_seen(world: World) -> None:
    reports = world.actor("control").reported.feeds.values()
    turned_down = {row.stage for report in reports for row in report.turned_down}
    assert turned_down >= {"edge", "density", "movement"}
    assert all(set(report.stopped) == {"failing"} for report in reports)
