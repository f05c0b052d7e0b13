"""Executor: one selection, one order at a time, and a rest after every no."""

import pytest

from actors.executor import (
    ANSWER_WITHIN,
    IDLE_FOR,
    LOOK_EVERY,
    REST_AFTER_NO,
    Executor,
    in_flight,
)
from actors.messages import Denied, Granted, LegRefused, OrderMoved, Place, Reserve
from actors.orders import Intent, OrderState, Verdict
from runtime.host import Host
from runtime.journal import Journal
from runtime.supervision import Child, Intensity, Restart
from runtime.supervisor import Supervisor
from tests.actors.world import (
    HOME,
    Clerk,
    Listener,
    S,
    World,
    intent,
    new_journal,
    permit_for,
    selection,
    signal,
)

ADDRESS = f"executor/{HOME.key}"
COURIERS = ("gateway/ao/1", "gateway/ao/2", "gateway/ao/3")


@pytest.fixture
def world() -> World:
    made = World("risk", *COURIERS)
    made.spawn(Executor, ADDRESS, couriers={"ao": 1})
    return made


def wished(world: World) -> list[Intent]:
    return [asked.intent for asked in world.told("risk", Reserve)]


def placed(world: World) -> list[Place]:
    return [place for courier in COURIERS for place in world.told(courier, Place)]


def grant(world: World, wanted: Intent) -> None:
    world.tell(ADDRESS, Granted(wanted, permit_for(wanted)), sender="risk")


def move(world: World, order: str, state: OrderState) -> None:
    world.tell(ADDRESS, OrderMoved(order, HOME.key, state.value, 1000))


def test_a_signal_becomes_one_intent_that_says_the_same(world: World) -> None:
    said = signal(market="today")
    world.tell(ADDRESS, said)
    (wanted,) = wished(world)
    assert wanted.market == "today"
    assert wanted.order
    assert (wanted.account, wanted.event, wanted.selection) == ("ao", said.event, HOME)
    assert (wanted.book, wanted.locator, wanted.strategy) == ("SBO", "11/1/1", "value")
    assert (wanted.price, wanted.floor, wanted.stake) == (1950, 1920, 1000)
    assert (wanted.seen_at, wanted.evidence) == (said.seen_at, said.evidence)


def test_a_granted_order_goes_to_its_courier_with_its_permit(world: World) -> None:
    world.tell(ADDRESS, signal())
    (wanted,) = wished(world)
    grant(world, wanted)
    assert placed(world) == [Place(wanted, permit_for(wanted))]


def test_no_second_order_starts_while_one_is_asked_for(world: World) -> None:
    world.tell(ADDRESS, signal(), signal(), signal())
    assert len(wished(world)) == 1


@pytest.mark.parametrize("state", [S.PERMITTED, S.SENDING, S.PENDING, S.IN_DOUBT])
def test_no_second_order_starts_while_one_is_in_flight(world: World, state: OrderState) -> None:
    world.tell(ADDRESS, signal())
    (wanted,) = wished(world)
    grant(world, wanted)
    move(world, wanted.order, state)
    world.tell(ADDRESS, signal(), seconds=3600)
    world.tell(ADDRESS, signal())
    assert len(wished(world)) == 1
    assert len(placed(world)) == 1


@pytest.mark.parametrize("state", [S.ACCEPTED, S.REFUSED, S.EXPIRED, S.NOT_SENT, S.SETTLED, S.VOID])
def test_the_next_order_may_start_after_a_rest(world: World, state: OrderState) -> None:
    world.tell(ADDRESS, signal())
    (first,) = wished(world)
    grant(world, first)
    move(world, first.order, S.PENDING)
    move(world, first.order, state)
    world.tell(ADDRESS, signal(), seconds=REST_AFTER_NO - 0.1)
    assert len(wished(world)) == 1
    world.host.run(0.1)
    world.tell(ADDRESS, signal())
    assert len(wished(world)) == 2
    assert wished(world)[1].order != first.order


def test_a_denial_is_followed_by_a_rest(world: World) -> None:
    world.tell(ADDRESS, signal())
    (first,) = wished(world)
    world.tell(ADDRESS, Denied(first.order, ()))
    world.tell(ADDRESS, signal(), seconds=REST_AFTER_NO - 0.1)
    assert len(wished(world)) == 1
    world.host.run(0.1)
    world.tell(ADDRESS, signal())
    assert len(wished(world)) == 2


def test_a_denial_of_another_order_means_nothing(world: World) -> None:
    world.tell(ADDRESS, signal())
    world.tell(ADDRESS, Denied("t-other", ()), seconds=REST_AFTER_NO)
    world.tell(ADDRESS, signal())
    assert len(wished(world)) == 1


def test_without_an_answer_the_order_is_given_up(world: World) -> None:
    world.tell(ADDRESS, signal(), seconds=ANSWER_WITHIN + REST_AFTER_NO)
    world.tell(ADDRESS, signal())
    assert len(wished(world)) == 2


def test_a_grant_that_comes_too_late_is_not_placed(world: World) -> None:
    world.tell(ADDRESS, signal(), seconds=ANSWER_WITHIN + 1)
    (first,) = wished(world)
    grant(world, first)
    assert placed(world) == []


def test_a_late_grant_of_an_older_order_is_not_placed_beside_the_new_one(world: World) -> None:
    world.tell(ADDRESS, signal(), seconds=ANSWER_WITHIN + REST_AFTER_NO)
    world.tell(ADDRESS, signal())
    older, newer = wished(world)
    grant(world, older)
    grant(world, newer)
    assert [place.intent.order for place in placed(world)] == [newer.order]


def test_the_deadline_of_an_answer_ends_with_the_answer(world: World) -> None:
    """Else the timer of an order already sent would let a second one start beside it."""
    world.tell(ADDRESS, signal())
    (wanted,) = wished(world)
    grant(world, wanted)
    world.host.run(ANSWER_WITHIN + REST_AFTER_NO + 1)
    world.tell(ADDRESS, signal())
    assert len(wished(world)) == 1


def test_the_deadline_of_one_order_does_not_end_the_next(world: World) -> None:
    world.tell(ADDRESS, signal(), seconds=ANSWER_WITHIN - 1)
    (first,) = wished(world)
    world.tell(ADDRESS, Denied(first.order, ()), seconds=REST_AFTER_NO)
    world.tell(ADDRESS, signal(), seconds=2)
    assert len(wished(world)) == 2
    grant(world, wished(world)[1])
    assert len(placed(world)) == 1


def test_news_of_an_order_from_before_its_own_birth_keeps_it_from_starting_another(
    world: World,
) -> None:
    """It came back to life while an order of its selection was on its way."""
    move(world, "t-old", S.IN_DOUBT)
    world.tell(ADDRESS, signal())
    assert wished(world) == []
    move(world, "t-old", S.REFUSED)
    world.host.run(REST_AFTER_NO)
    world.tell(ADDRESS, signal())
    assert len(wished(world)) == 1


# A leg of a bundle.

HEDGE = "hedge/ao-1:ah:ft:-25"
LEG = signal(order="t-leg", bundle="h-1")


@pytest.fixture
def legs(world: World) -> World:
    world.heard[HEDGE] = []
    world.host.spawn(Listener, HEDGE, heard=world.heard[HEDGE])
    world.host.run(0)
    return world


def refused(world: World) -> list[LegRefused]:
    return world.told(HEDGE, LegRefused)


def test_a_leg_gets_the_id_that_its_hedge_has_written_down(legs: World) -> None:
    legs.tell(ADDRESS, LEG, sender=HEDGE)
    (wanted,) = wished(legs)
    assert (wanted.order, wanted.bundle) == ("t-leg", "h-1")


def test_a_leg_is_not_asked_for_twice(legs: World) -> None:
    legs.tell(ADDRESS, LEG, LEG, sender=HEDGE)
    assert len(wished(legs)) == 1
    assert refused(legs) == []
    Clerk(legs.journal).want(intent("t-known"), S.DENIED)
    legs.tell(ADDRESS, Denied("t-leg", ()))
    legs.tell(ADDRESS, signal(order="t-known", bundle="h-1"), sender=HEDGE)
    assert len(wished(legs)) == 1


def test_a_leg_does_not_wait_behind_another_order(legs: World) -> None:
    legs.tell(ADDRESS, signal())
    legs.tell(ADDRESS, LEG, sender=HEDGE)
    assert refused(legs) == [LegRefused("t-leg", "another order is on its way")]
    assert len(wished(legs)) == 1


def test_a_leg_does_not_rest(legs: World) -> None:
    legs.tell(ADDRESS, signal())
    legs.tell(ADDRESS, Denied(wished(legs)[0].order, ()))
    legs.tell(ADDRESS, LEG, sender=HEDGE)
    assert [wanted.order for wanted in wished(legs)][1:] == ["t-leg"]


def test_what_becomes_of_a_leg_is_told_to_its_hedge(legs: World) -> None:
    legs.tell(ADDRESS, LEG, sender=HEDGE)
    move(legs, "t-leg", S.PENDING)
    move(legs, "t-leg", S.ACCEPTED)
    assert [moved.state for moved in legs.told(HEDGE, OrderMoved)] == ["pending", "accepted"]
    move(legs, "t-leg", S.SETTLED)
    assert len(legs.told(HEDGE, OrderMoved)) == 2


def test_why_risk_said_no_is_told_to_the_hedge(legs: World) -> None:
    legs.tell(ADDRESS, LEG, sender=HEDGE)
    verdicts = (Verdict("kill_gate", True, "open"), Verdict("max_stake", False, "9.00 of 5.00"))
    legs.tell(ADDRESS, Denied("t-leg", verdicts))
    assert refused(legs) == [LegRefused("t-leg", "max_stake: 9.00 of 5.00")]


def test_an_order_of_its_own_is_nothing_to_a_hedge(legs: World) -> None:
    legs.tell(ADDRESS, LEG, sender=HEDGE)
    legs.tell(ADDRESS, Denied("t-leg", ()), seconds=REST_AFTER_NO)
    legs.heard[HEDGE].clear()
    legs.tell(ADDRESS, signal())
    legs.tell(ADDRESS, Denied(wished(legs)[-1].order, ()))
    assert legs.heard[HEDGE] == []


def test_an_order_on_its_way_is_remembered_at_birth(world: World) -> None:
    Clerk(world.journal).want(intent("t-old"), S.PERMITTED, S.SENDING, S.IN_DOUBT)
    Clerk(world.journal, "other").want(intent("t-other", selection=selection(7)), S.PERMITTED)
    world.kill(ADDRESS)
    world.spawn(Executor, ADDRESS, couriers={"ao": 1})
    world.tell(ADDRESS, signal())
    assert wished(world) == []
    move(world, "t-other", S.EXPIRED)
    world.tell(ADDRESS, signal(), seconds=2 * REST_AFTER_NO)
    assert wished(world) == []
    move(world, "t-old", S.REFUSED)
    world.host.run(REST_AFTER_NO)
    world.tell(ADDRESS, signal())
    assert len(wished(world)) == 1


def test_all_orders_of_a_selection_take_the_same_courier() -> None:
    world = World("risk", *COURIERS)
    used: dict[str, set[str]] = {}
    for number in range(30):
        wanted = selection(number)
        address = f"executor/{wanted.key}"
        world.spawn(Executor, address, couriers={"ao": 3})
        for _ in range(2):
            world.tell(address, signal(selection=wanted))
            made = wished(world)[-1]
            world.tell(address, Granted(made, permit_for(made)))
            world.tell(address, OrderMoved(made.order, wanted.key, "accepted", 1), seconds=6)
    for courier in COURIERS:
        for place in world.told(courier, Place):
            used.setdefault(place.intent.selection.key, set()).add(courier)
    assert len(used) == 30
    assert all(len(couriers) == 1 for couriers in used.values())
    assert set.union(*used.values()) == set(COURIERS)


def supervised(journal: Journal | None = None) -> World:
    world = World("risk", *COURIERS, journal=journal)
    template = Child("executor", Executor, {"couriers": {"ao": 1}}, Restart.TRANSIENT)
    arguments = {"template": template, "intensity": Intensity(50, 60.0), "remembered": in_flight}
    world.spawn(Supervisor, "executors", **arguments)
    return world


def alive(host: Host) -> bool:
    return ADDRESS in host.cells


def test_an_executor_comes_with_its_first_signal_and_leaves_when_idle() -> None:
    world = supervised()
    assert not alive(world.host)
    world.tell(ADDRESS, signal())
    assert alive(world.host)
    (wanted,) = wished(world)
    world.tell(ADDRESS, Denied(wanted.order, ()), seconds=IDLE_FOR - 1)
    assert alive(world.host)
    world.host.run(2)
    assert not alive(world.host)


def test_an_executor_that_left_comes_back_with_the_next_signal() -> None:
    world = supervised()
    world.tell(ADDRESS, signal())
    world.tell(ADDRESS, Denied(wished(world)[0].order, ()), seconds=IDLE_FOR + 1)
    assert not alive(world.host)
    world.tell(ADDRESS, signal())
    assert alive(world.host)
    assert len(wished(world)) == 2


def test_an_executor_with_an_order_on_its_way_does_not_leave() -> None:
    world = supervised()
    world.tell(ADDRESS, signal())
    grant(world, wished(world)[0])
    world.host.run(10 * IDLE_FOR)
    assert alive(world.host)


def test_every_message_puts_off_the_leaving() -> None:
    world = supervised()
    for _ in range(5):
        world.tell(ADDRESS, Denied("t-other", ()), seconds=IDLE_FOR - 1)
        assert alive(world.host)


def test_executors_with_an_order_on_its_way_are_there_from_the_start() -> None:
    journal = new_journal()
    clerk = Clerk(journal)
    clerk.want(intent("t-doubt"), S.PERMITTED, S.SENDING, S.IN_DOUBT)
    clerk.want(intent("t-over", selection=selection(1)), S.DENIED)
    clerk.want(intent("t-permitted", selection=selection(2)), S.PERMITTED)
    world = supervised(journal)
    born = sorted(address for address in world.host.cells if address.startswith("executor/"))
    assert born == sorted([ADDRESS, f"executor/{selection(2).key}"])
    world.host.run(10 * IDLE_FOR)
    assert (
        sorted(address for address in world.host.cells if address.startswith("executor/")) == born
    )


def test_news_that_was_lost_is_found_in_the_journal(world: World) -> None:
    """Whoever closed the order failed before it could tell."""
    world.tell(ADDRESS, signal())
    (wanted,) = wished(world)
    grant(world, wanted)
    clerk = Clerk(world.journal)
    clerk.want(wanted, S.PERMITTED)
    world.host.run(3 * LOOK_EVERY)
    world.tell(ADDRESS, signal())
    assert len(wished(world)) == 1  # permitted is in flight, however often it looks
    clerk.move(wanted.order, S.EXPIRED)
    world.host.run(LOOK_EVERY + REST_AFTER_NO)
    world.tell(ADDRESS, signal())
    assert len(wished(world)) == 2
