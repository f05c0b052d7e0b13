"""A Risk that the tests ask, as Executors do."""

from pathlib import Path
from typing import Any

import pytest

from actors.gate import KillGate
from actors.messages import Denied, Granted, OrderMoved, Reserve
from actors.orders import Intent, OrderState
from actors.risk.actor import Risk
from actors.selections import Selection
from actors.settings import Mode, RiskSettings
from actors.units import Millis
from tests.actors.world import (
    HOME,
    KEY,
    World,
    agreed,
    event,
    intent,
    limits,
)

ASKER = f"executor/{HOME.key}"


@pytest.fixture
def gate(tmp_path: Path) -> KillGate:
    return KillGate(tmp_path)


@pytest.fixture
def world() -> World:
    return World(ASKER)


def start(
    world: World, gate: KillGate, bounds: RiskSettings | None = None, mode: Mode = Mode.PAPER
) -> None:
    world.spawn(Risk, "risk", limits=bounds or limits(), mode=mode, gate=gate, key=KEY)
    world.tell("risk", agreed())


def ask(world: World, wanted: Intent) -> Granted | Denied:
    """Ask Risk for leave and return what it says."""
    before = len(world.heard[ASKER])
    world.tell("risk", Reserve(wanted), sender=ASKER)
    (answer,) = world.heard[ASKER][before:]
    assert isinstance(answer, Granted | Denied)
    return answer


def fresh(world: World, order: str, wanted: Selection = HOME, **fields: Any) -> Intent:
    """Return a wish at a price seen now."""
    return intent(
        order,
        selection=wanted,
        seen_at=world.now,
        event=event(wanted.event, start=Millis(world.now + 3_600_000)),
        **fields,
    )


def refused_by(answer: Granted | Denied) -> list[str]:
    """Return the controls that refused; none when it was granted."""
    if isinstance(answer, Granted):
        return []
    return [verdict.control for verdict in answer.verdicts if not verdict.passed]


def move(world: World, order: str, state: OrderState, stake: int = 1000, pnl: int = 0) -> None:
    world.tell("risk", OrderMoved(order, HOME.key, state.value, stake, pnl))
