"""A restarted Risk: everything that was open is held again before the first grant."""

import msgspec
import pytest

from actors.gate import KillGate
from actors.hedge.bundle import Try
from actors.messages import Denied, Granted, Reserve
from actors.orders import OrderState
from actors.risk.actor import Risk
from actors.risk.reservations import DAY
from actors.settings import Mode
from runtime.journal import Entry
from tests.actors.risk.asking import ASKER, ask, fresh, gate, refused_by, start, world
from tests.actors.world import (
    KEY,
    NOW,
    TO_ACCEPTED,
    TO_IN_DOUBT,
    TO_PERMITTED,
    TO_SENDING,
    Clerk,
    S,
    World,
    agreed,
    handicap,
    intent,
    limits,
)

__all__ = ["gate", "world"]


def test_a_restarted_risk_holds_what_was_open(world: World, gate: KillGate) -> None:
    start(world, gate, limits(max_exposure=2500))
    ask(world, intent("t-1"))
    Clerk(world.journal, "gateway").move("t-1", S.SENDING, S.PENDING, stake=900)
    world.kill("risk")
    start(world, gate, limits(max_exposure=1800))
    assert refused_by(ask(world, intent("t-2", selection=handicap(1)))) == ["max_exposure"]
    assert refused_by(ask(world, intent("t-3", stake=900))) == ["one_in_flight"]
    assert refused_by(ask(world, intent("t-4", selection=handicap(1), stake=900))) == []


@pytest.mark.parametrize(
    ("states", "then", "reason"),
    [
        ((), "abandoned", "crash before sending"),
        (TO_PERMITTED, "abandoned", "crash before sending"),
        (TO_SENDING, "in_doubt", "crash while sending"),
    ],
)
def test_what_a_dead_process_left_is_abandoned_or_in_doubt_and_nothing_between(
    world: World, gate: KillGate, states: tuple[OrderState, ...], then: str, reason: str
) -> None:
    Clerk(world.journal).want(intent("t-old"), *states)
    start(world, gate)
    order = world.order("t-old")
    assert (order.state, order.reason) == (then, reason)


def test_the_past_is_closed_before_the_first_grant(world: World, gate: KillGate) -> None:
    """A wish that waited in the mailbox since before the start is judged with it."""
    clerk = Clerk(world.journal)
    clerk.want(intent("t-old", stake=800), *TO_SENDING)
    clerk.want(intent("t-unsent", selection=handicap(7)), *TO_PERMITTED)
    world.host.spawn(
        Risk, "risk", limits=limits(max_exposure=1000), mode=Mode.PAPER, gate=gate, key=KEY
    )
    world.host.tell("risk", agreed())
    world.host.tell("risk", Reserve(intent("t-1", selection=handicap(1))), ASKER)
    world.host.tell("risk", Reserve(intent("t-2", selection=handicap(2), stake=200)), ASKER)
    world.host.run(0)
    assert [denied.order for denied in world.told(ASKER, Denied)] == ["t-1"]
    assert [granted.intent.order for granted in world.told(ASKER, Granted)] == ["t-2"]


@pytest.mark.parametrize("states", [TO_SENDING, TO_IN_DOUBT])
def test_an_order_in_doubt_counts_in_full_after_a_restart(
    world: World, gate: KillGate, states: tuple[OrderState, ...]
) -> None:
    Clerk(world.journal).want(intent("t-old"), *states)
    start(world, gate, limits(max_exposure=1999))
    assert refused_by(ask(world, intent("t-1", selection=handicap(1)))) == ["max_exposure"]
    assert refused_by(ask(world, intent("t-2", stake=999))) == ["one_in_flight"]


def test_an_accepted_bet_counts_after_a_restart_and_is_not_in_flight(
    world: World, gate: KillGate
) -> None:
    Clerk(world.journal).want(intent("t-old"), *TO_ACCEPTED)
    start(world, gate, limits(max_exposure=1999))
    assert refused_by(ask(world, intent("t-1"))) == ["max_exposure"]
    assert refused_by(ask(world, intent("t-2", stake=999))) == []


def test_cooldowns_outlive_a_restart(world: World, gate: KillGate) -> None:
    bounds = limits(selection_cooldown=60.0, event_cooldown=30.0)
    clerk = Clerk(world.journal)
    clerk.want(intent("t-old"), *TO_ACCEPTED)
    clerk.move("t-old", S.SETTLED, pnl=0)
    start(world, gate, bounds)
    assert refused_by(ask(world, intent("t-1"))) == ["selection_cooldown", "event_cooldown"]
    world.host.run(30.0)
    assert refused_by(ask(world, fresh(world, "t-2"))) == ["selection_cooldown"]
    world.host.run(30.0)
    assert refused_by(ask(world, fresh(world, "t-3"))) == []


def test_a_cooldown_outlives_a_restart_just_before_its_end(world: World, gate: KillGate) -> None:
    Clerk(world.journal).want(intent("t-old"), *TO_ACCEPTED)
    world.host.run(59.999)
    start(world, gate, limits(selection_cooldown=60.0))
    assert refused_by(ask(world, fresh(world, "t-1"))) == ["selection_cooldown"]


def test_the_legs_of_a_bundle_belong_together_also_after_a_restart(
    world: World, gate: KillGate
) -> None:
    bounds = limits(selection_cooldown=60.0, event_cooldown=30.0)
    leg = intent("t-leg", bundle="h-1", selection=handicap(1))
    start(world, gate, bounds)
    assert refused_by(ask(world, leg)) == []
    other = intent("t-other", bundle="h-1", selection=handicap(2))
    assert refused_by(ask(world, other)) == []
    assert refused_by(ask(world, intent("t-1", selection=handicap(3)))) == ["event_cooldown"]
    tried = msgspec.to_builtins(Try("h-1", 0, "t-leg", "SBO", 1950, 1920, 1000, NOW, NOW))
    clerk = Clerk(world.journal, "hedge/ao-1:ah:ft:-25")
    clerk.write(Entry("hedge.leg", "hedge/ao-1:ah:ft:-25", {"tried": tried}))
    clerk.move("t-leg", S.SENDING, S.PENDING, S.REFUSED)
    world.kill("risk")
    start(world, gate, bounds)
    again = intent("t-again", bundle="h-1", selection=handicap(1))
    assert refused_by(ask(world, again)) == []


def test_the_days_loss_outlives_a_restart(world: World, gate: KillGate) -> None:
    clerk = Clerk(world.journal)
    clerk.want(intent("t-old"), *TO_ACCEPTED)
    clerk.move("t-old", S.SETTLED, pnl=-1000)
    start(world, gate, limits(daily_loss=1999))
    assert refused_by(ask(world, intent("t-1"))) == ["daily_loss"]


def test_yesterdays_loss_is_not_todays_after_a_restart(world: World, gate: KillGate) -> None:
    clerk = Clerk(world.journal)
    midnight = NOW // DAY * DAY
    for number, at in enumerate((midnight - 1, midnight)):
        clerk.want(intent(f"t-{number}"), *TO_ACCEPTED, at=at)
        clerk.move(f"t-{number}", S.SETTLED, at=at, pnl=-1000)
    start(world, gate, limits(daily_loss=2000))
    assert refused_by(ask(world, intent("t-7", stake=1001))) == ["daily_loss"]
    assert refused_by(ask(world, intent("t-8"))) == []


def test_the_order_rate_outlives_a_restart(world: World, gate: KillGate) -> None:
    bounds = limits(orders_per_minute=2)
    start(world, gate, bounds)
    ask(world, intent("t-1"))
    ask(world, intent("t-2", selection=handicap(1)))
    world.kill("risk")
    start(world, gate, bounds)
    assert refused_by(ask(world, intent("t-3", selection=handicap(2)))) == ["orders_per_minute"]
    world.host.run(60.0)
    assert refused_by(ask(world, fresh(world, "t-4", handicap(2)))) == []
