"""Risk, the one authority: what it permits is reserved first, whatever dies in between."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from actors.gate import KillGate
from actors.hedge.bundle import Try
from actors.messages import AccountState, Armed, Denied, Granted, OrderMoved, Reserve
from actors.orders import Intent, OrderState
from actors.risk.actor import Risk
from actors.risk.reservations import DAY
from actors.selections import Selection
from actors.settings import Mode, RiskSettings
from actors.units import Millis
from runtime.journal import Entry
from tests.actors.world import (
    HOME,
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
    event,
    handicap,
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


def test_a_granted_order_has_a_permit_that_says_exactly_what_was_asked(
    world: World, gate: KillGate
) -> None:
    start(world, gate, limits(permit_lifetime=15.0))
    answer = ask(world, intent())
    assert isinstance(answer, Granted)
    permit = answer.permit
    assert answer.intent == intent()
    assert (permit.order, permit.selection, permit.book) == ("t-1", HOME.key, "SBO")
    assert (permit.floor, permit.stake, permit.term, permit.expires) == (1920, 1000, 1, 15.0)


def test_a_permit_is_in_the_journal_before_it_is_given(world: World, gate: KillGate) -> None:
    """The listener that gets the permit finds the order durable and permitted."""
    start(world, gate)
    ask(world, intent())
    assert world.steps("t-1") == ["intent", "permitted"]
    first = next(iter(world.journal.entries("t-1")))
    assert {verdict["control"] for verdict in first.body["controls"]} >= {"max_stake", "daily_loss"}
    assert all(verdict["passed"] for verdict in first.body["controls"])


def test_a_granted_stake_is_reserved_at_once(world: World, gate: KillGate) -> None:
    start(world, gate, limits(max_exposure=1500))
    assert refused_by(ask(world, intent("t-1"))) == []
    assert refused_by(ask(world, intent("t-2", selection=handicap(1)))) == ["max_exposure"]
    assert refused_by(ask(world, intent("t-3", selection=handicap(2), stake=500))) == []


def test_a_refusal_names_every_control_and_reserves_nothing(world: World, gate: KillGate) -> None:
    start(world, gate, limits(max_stake=999, max_exposure=1000))
    answer = ask(world, intent("t-1"))
    assert isinstance(answer, Denied)
    assert len(answer.verdicts) == 26
    assert refused_by(answer) == ["max_stake"]
    assert world.steps("t-1") == ["intent", "denied"]
    assert world.order("t-1").reason == "max_stake: 10.00 of 9.99"
    assert refused_by(ask(world, intent("t-2", stake=999))) == []


def test_risk_has_a_thread_of_its_own() -> None:
    """It waits for the disk, which nobody else should."""
    assert Risk.own_thread


def test_two_orders_of_one_selection_are_never_in_flight(world: World, gate: KillGate) -> None:
    start(world, gate)
    assert refused_by(ask(world, intent("t-1"))) == []
    assert refused_by(ask(world, intent("t-2"))) == ["one_in_flight"]
    move(world, "t-1", S.PENDING)
    assert refused_by(ask(world, intent("t-3"))) == ["one_in_flight"]
    move(world, "t-1", S.IN_DOUBT)
    assert refused_by(ask(world, intent("t-4"))) == ["one_in_flight"]
    move(world, "t-1", S.ACCEPTED)
    assert refused_by(ask(world, intent("t-5"))) == []


def test_many_wishes_at_once_are_decided_one_by_one(world: World, gate: KillGate) -> None:
    start(world, gate, limits(max_exposure=3000))
    wishes = [intent(f"t-{n}", selection=handicap(n)) for n in range(10)]
    for wish in wishes:
        world.host.tell("risk", Reserve(wish), ASKER)
    world.host.run(0)
    assert len(world.told(ASKER, Granted)) == 3
    assert len(world.told(ASKER, Denied)) == 7


@pytest.mark.parametrize("final", [S.EXPIRED, S.NOT_SENT, S.REFUSED, S.VOID])
def test_a_final_order_gives_its_reservation_back(
    world: World, gate: KillGate, final: OrderState
) -> None:
    start(world, gate, limits(max_exposure=1000))
    ask(world, intent("t-1"))
    move(world, "t-1", final)
    assert refused_by(ask(world, intent("t-2"))) == []


def test_an_order_in_doubt_keeps_its_whole_stake_however_long_it_takes(
    world: World, gate: KillGate
) -> None:
    start(world, gate, limits(max_exposure=1999))
    ask(world, intent("t-1"))
    move(world, "t-1", S.IN_DOUBT)
    world.host.run(86_400.0)
    assert refused_by(ask(world, fresh(world, "t-2", handicap(1)))) == ["max_exposure"]
    assert world.steps("t-1") == ["intent", "permitted"]


def test_a_lost_bet_counts_against_the_day_and_a_won_one_for_it(
    world: World, gate: KillGate
) -> None:
    start(world, gate, limits(daily_loss=1500))
    ask(world, intent("t-1"))
    move(world, "t-1", S.SETTLED, pnl=-1000)
    assert refused_by(ask(world, intent("t-2"))) == ["daily_loss"]
    ask(world, intent("t-3", stake=500))
    move(world, "t-3", S.SETTLED, pnl=500)
    assert refused_by(ask(world, intent("t-4"))) == []


def test_news_of_an_order_that_nobody_knows_harms_nothing(world: World, gate: KillGate) -> None:
    start(world, gate, limits(max_exposure=1000))
    for state in (S.PENDING, S.ACCEPTED, S.SETTLED):
        move(world, "t-unknown", state, pnl=-1000)
    assert refused_by(ask(world, intent("t-1"))) == []


def test_a_settlement_told_twice_counts_once(world: World, gate: KillGate) -> None:
    start(world, gate, limits(daily_loss=2500))
    ask(world, intent("t-1"))
    move(world, "t-1", S.SETTLED, pnl=-1000)
    move(world, "t-1", S.SETTLED, pnl=-1000)
    assert refused_by(ask(world, intent("t-2"))) == []


def test_bets_that_are_not_ours_take_room(world: World, gate: KillGate) -> None:
    start(world, gate, limits(max_exposure=1500))
    world.tell("risk", AccountState("ao", 9000, 700, 600, 0, Millis(NOW)))
    assert refused_by(ask(world, intent("t-1"))) == ["max_exposure"]
    world.tell("risk", AccountState("ao", 9600, 100, 0, 0, Millis(NOW)))
    assert refused_by(ask(world, intent("t-2"))) == []


def test_a_closed_gate_refuses_and_an_opened_one_grants(world: World, gate: KillGate) -> None:
    start(world, gate)
    gate.close("test", "ada", NOW)
    assert refused_by(ask(world, intent("t-1"))) == ["kill_gate"]
    gate.open()
    assert refused_by(ask(world, intent("t-2"))) == []


# Journalling of refusals.


def test_the_same_refusal_is_journalled_once_a_minute(world: World, gate: KillGate) -> None:
    start(world, gate, limits(max_stake=1))
    for number in range(6):
        ask(world, fresh(world, f"t-{number}"))
        world.host.run(15.0)
    written = [order.id for order in world.ledger.everything()]
    assert written == ["t-0", "t-5"]


def test_a_minute_is_a_minute(world: World, gate: KillGate) -> None:
    start(world, gate, limits(max_stake=1))
    ask(world, fresh(world, "t-0"))
    world.host.run(60.0)
    ask(world, fresh(world, "t-1", handicap(1)))
    ask(world, fresh(world, "t-2"))
    world.host.run(0.001)
    ask(world, fresh(world, "t-3"))
    assert [order.id for order in world.ledger.everything()] == ["t-0", "t-1", "t-3"]


def test_a_refusal_that_another_came_between_is_not_journalled_again(
    world: World, gate: KillGate
) -> None:
    start(world, gate, limits(max_stake=1))
    for number, of in enumerate((HOME, handicap(1), HOME, handicap(1))):
        ask(world, fresh(world, f"t-{number}", of))
        world.host.run(15.0)
    assert [order.id for order in world.ledger.everything()] == ["t-0", "t-1"]


def test_refusals_of_long_ago_are_forgotten(world: World, gate: KillGate) -> None:
    """Else a core that runs for weeks would remember every selection that it ever refused."""
    start(world, gate, limits(max_stake=1))
    for number in range(5):
        ask(world, fresh(world, f"t-{number}", handicap(number)))
        world.host.run(60.001)
    risk = world.host.cells["risk"].actor
    assert isinstance(risk, Risk)
    assert len(risk._denials) == 1


def test_another_refusal_is_journalled_beside_it(world: World, gate: KillGate) -> None:
    start(world, gate, limits(max_stake=1))
    ask(world, intent("t-1"))
    ask(world, intent("t-2", selection=handicap(1)))
    gate.close("test", "ada", NOW)
    ask(world, intent("t-3"))
    reasons = [order.reason for order in world.ledger.everything()]
    assert reasons == ["max_stake: 10.00 of 0.01"] * 2 + ["kill_gate: closed"]


# Restarts.


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


# Permits that run out.


def test_an_unused_permit_is_taken_back_after_its_time(world: World, gate: KillGate) -> None:
    start(world, gate, limits(permit_lifetime=15.0, max_exposure=1000))
    ask(world, intent("t-1"))
    world.host.run(16.9)  # two seconds more are left to who is just sending it
    assert world.order("t-1").state == "permitted"
    world.host.run(0.2)
    assert world.order("t-1").state == "expired"
    assert world.order("t-1").reason == "the permit was not used in time"
    assert world.told(ASKER, OrderMoved) == [OrderMoved("t-1", HOME.key, "expired", 1000)]
    assert refused_by(ask(world, fresh(world, "t-2"))) == []


def test_an_order_that_is_being_sent_is_not_taken_back(world: World, gate: KillGate) -> None:
    start(world, gate, limits(permit_lifetime=15.0, max_exposure=1000))
    ask(world, intent("t-1"))
    Clerk(world.journal, "gateway").move("t-1", S.SENDING)
    world.host.run(60.0)
    assert world.order("t-1").state == "sending"
    assert world.told(ASKER, OrderMoved) == []
    assert refused_by(ask(world, fresh(world, "t-2", handicap(1)))) == ["max_exposure"]
    assert "one_in_flight" in refused_by(ask(world, fresh(world, "t-3")))
    risk = world.host.cells["risk"].actor
    assert isinstance(risk, Risk)
    assert risk._book.held["t-1"].permit_expires is None  # it is not tried every second


def test_permits_run_out_between_two_looks(world: World, gate: KillGate) -> None:
    start(world, gate, limits(permit_lifetime=14.5))
    ask(world, intent("t-1"))
    world.host.run(17.5)
    assert world.order("t-1").state == "expired"


def test_an_order_that_ended_is_released_when_risk_hears_of_it(
    world: World, gate: KillGate
) -> None:
    start(world, gate, limits(permit_lifetime=15.0, max_exposure=1000))
    ask(world, intent("t-1"))
    Clerk(world.journal, "gateway").move("t-1", S.EXPIRED)
    move(world, "t-1", S.EXPIRED)
    assert refused_by(ask(world, fresh(world, "t-2"))) == []


def test_a_permit_that_is_being_used_keeps_its_reservation(world: World, gate: KillGate) -> None:
    start(world, gate, limits(permit_lifetime=15.0))
    ask(world, intent("t-1"))
    clerk = Clerk(world.journal, "gateway")
    clerk.move("t-1", S.SENDING, S.PENDING)
    move(world, "t-1", S.PENDING)
    world.host.run(60.0)
    assert world.order("t-1").state == "pending"


# Live.


def test_live_refuses_until_it_is_armed(world: World, gate: KillGate) -> None:
    start(world, gate, mode=Mode.LIVE)
    assert refused_by(ask(world, intent("t-1"))) == ["armed"]
    world.tell("risk", Armed(Millis(NOW + 60_000)))
    assert refused_by(ask(world, intent("t-2"))) == []


def test_an_arm_runs_out_by_itself(world: World, gate: KillGate) -> None:
    start(world, gate, mode=Mode.LIVE)
    world.tell("risk", Armed(Millis(NOW + 60_000)))
    world.host.run(59.0)
    assert refused_by(ask(world, fresh(world, "t-1"))) == []
    world.host.run(1.0)
    assert refused_by(ask(world, fresh(world, "t-2", handicap(1)))) == ["armed"]


def test_an_arm_survives_a_restart_and_still_runs_out(world: World, gate: KillGate) -> None:
    control = Clerk(world.journal, "control")
    control.write(Entry("armed", "arm", {"until": NOW + 10_000, "by": "ada"}))
    control.write(Entry("armed", "arm", {"until": NOW + 60_000, "by": "ada"}))
    start(world, gate, mode=Mode.LIVE)
    assert refused_by(ask(world, fresh(world, "t-1"))) == []
    world.host.run(59.0)
    world.kill("risk")
    start(world, gate, mode=Mode.LIVE)
    assert refused_by(ask(world, fresh(world, "t-2", handicap(1)))) == []
    world.host.run(1.0)
    assert refused_by(ask(world, fresh(world, "t-3", handicap(2)))) == ["armed"]


def test_a_word_that_is_not_for_risk_is_never_passed_over(world: World, gate: KillGate) -> None:
    start(world, gate)
    world.tell("risk", Denied("t-1", ()))
    assert "risk" not in world.host.cells


def test_a_newer_risk_takes_the_pen_from_the_older(world: World, gate: KillGate) -> None:
    """An older incarnation that still runs cannot permit anything."""
    start(world, gate)
    older = world.host.cells["risk"].actor
    start(world, gate)
    assert isinstance(older, Risk)
    older.on_message(Reserve(intent("t-1")), ASKER)
    with pytest.raises(Exception, match="the newest is 2"):
        older.commit()
    assert world.ledger.everything() == []
