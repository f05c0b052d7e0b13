"""Risk, the one authority: what it permits is reserved first, whatever dies in between."""

import pytest

from actors.gate import KillGate
from actors.messages import AccountState, Armed, Denied, Granted, OrderMoved, Reserve
from actors.orders import OrderState
from actors.risk.actor import Risk
from actors.settings import Mode
from actors.units import Millis
from runtime.journal import Entry
from tests.actors.risk.asking import ASKER, ask, fresh, gate, move, refused_by, start, world
from tests.actors.world import (
    HOME,
    NOW,
    Clerk,
    S,
    World,
    handicap,
    intent,
    limits,
)

__all__ = ["gate", "world"]


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


def test_an_order_of_which_risk_has_not_heard_that_it_is_being_sent_stays_in_flight(
    world: World, gate: KillGate
) -> None:
    start(world, gate, limits(permit_lifetime=15.0))
    ask(world, intent("t-1"))
    world.host.run(16.9)
    Clerk(world.journal, "gateway").move("t-1", S.SENDING)
    world.host.run(0.2)  # it is to be taken back, and the journal says no; the next look is later
    assert world.order("t-1").state == "sending"
    assert "one_in_flight" in refused_by(ask(world, fresh(world, "t-3")))


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
