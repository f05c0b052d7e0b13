"""A Market with listeners around it."""

from typing import Any

import msgspec

from actors.decision.settings import Stages
from actors.market import Market
from actors.messages import (
    Credit,
    MarketUpdate,
)
from actors.selections import Event, Phase, Quote
from actors.settings import SCALARS, MarketSettings, StrategySettings
from runtime.configuration import validate
from tests.actors.strategies.samples import Greedy
from tests.actors.world import EVENT, HOME, World, selection

SAMPLES = "tests.actors.strategies.samples"
EXECUTOR = f"executor/{HOME.key}"


def start(*strategies: str, stages: Any = None, **settings: Any) -> World:
    """Start a market with these of the sample strategies, each with these stages."""
    world = World("poller/m", "control", EXECUTOR, f"executor/{selection(1).key}")
    spawn(world, *strategies, stages=stages, **settings)
    return world


def spawn(world: World, *strategies: str, stages: Any = None, **settings: Any) -> None:
    checked = validate(Stages, stages or {}, scalars=SCALARS)
    world.spawn(
        Market,
        "market/m",
        market="m",
        settings=MarketSettings("ao", Phase.TODAY, strategies=strategies, **settings),
        strategies={
            name: StrategySettings(f"{SAMPLES}:{name}", stages=checked) for name in strategies
        },
        max_age=30.0,
    )


def update(
    world: World, *quotes: Quote, events: tuple[Event, ...] = (EVENT,), **fields: Any
) -> MarketUpdate:
    made = MarketUpdate("m", events, quotes, (), (), world.now, 3, 1)
    return msgspec.structs.replace(made, **fields)


def credits(world: World) -> list[bool]:
    return [credit.full for credit in world.told("poller/m", Credit)]


def strategy(world: World, name: str = "Greedy") -> Greedy:
    market = world.host.cells["market/m"].actor
    assert isinstance(market, Market)
    found = market._strategies[name]
    assert isinstance(found, Greedy)
    return found
