"""Bundles in the whole system: whatever fails, no leg is bet on twice and no cap is exceeded."""

from pathlib import Path
from typing import Any

import pytest

from actors.hedge import actor as hedge_actor
from actors.hedge import course
from actors.hedge.actor import Hedge
from actors.hedge.bundle import Try
from actors.hedge.course import Fate, Known
from actors.orders import OrderState
from actors.paper import Fault
from actors.paper.faults import Kind
from actors.simulation.trouble import Trouble
from actors.simulation.world import World
from tests.system.bundles import Bundles, world_of_bundles
from tests.system.test_faults import BAD_BOOK, BAD_MACHINE

LOST = Trouble((Fault(Kind.ANSWER_LOST, "placebet", permille=200),))


def ended(world: World, seconds: float = 60) -> Bundles:
    world.run(seconds)
    world.end()
    return Bundles(world)


def test_bundles_are_placed_and_hedged_as_the_book_says(tmp_path: Path) -> None:
    world = world_of_bundles(tmp_path)
    found = ended(world)
    assert found.faults() == world.verdict() == []
    outcomes = found.outcomes()
    assert outcomes["hedged"] > 15
    assert outcomes["hedged"] > 3 * outcomes.get("left", 0)
    assert world.restarts() == {}


def test_arbitrage_finds_its_prices_and_wins_whatever_the_result(tmp_path: Path) -> None:
    """In wide bounds, since recorded prices of soft books seldom pay for all."""
    use = "actors.strategies.arbitrage:Arbitrage"
    bounds = {"least_profit": 0.1, "most_profit": 20.0, "outlay": 3_000, "cap": 2_500, "step": 10}
    world = world_of_bundles(tmp_path, use=use, most_loss=0, **bounds)
    found = ended(world, 150)
    assert found.faults() == world.verdict() == []
    hedged = [end["remainder"] for end in found.ends.values() if end["outcome"] == "hedged"]
    assert hedged
    assert max(hedged) <= 0


def test_a_leg_that_is_refused_is_rescued_at_another_book_or_left_and_said(tmp_path: Path) -> None:
    world = world_of_bundles(tmp_path, book={"reject_permille": 300})
    found = ended(world)
    assert found.faults() == world.verdict() == []
    outcomes = found.outcomes()
    assert min(outcomes["hedged"], outcomes["nothing"]) > 2
    rescued = [
        bundle
        for bundle, bets in found.bets.items()
        if found.ends[bundle]["outcome"] == "hedged" and len(bets) > len(found.plans[bundle].legs)
    ]
    assert rescued


def test_a_bundle_whose_first_leg_is_above_the_cap_is_not_begun(tmp_path: Path) -> None:
    world = world_of_bundles(tmp_path, cap=300)
    found = ended(world)
    assert found.plans == {}
    reports = world.actor("control").reported.bundles.values()
    assert {report.outcome for report in reports} == {"not begun"}
    assert any("the cap is 300" in report.reason for report in reports)


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_bad_book_makes_no_second_bet_and_leaves_no_more_than_the_cap(
    tmp_path: Path, seed: int
) -> None:
    found = ended(world := world_of_bundles(tmp_path, seed, BAD_BOOK))
    assert found.faults() == world.verdict() == []
    assert found.bets


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_process_that_dies_between_legs_bets_on_none_twice(tmp_path: Path, seed: int) -> None:
    world = world_of_bundles(tmp_path, seed, BAD_MACHINE)
    for _ in range(4):
        world.plan(1_500, world.crash)
    found = ended(world)
    assert found.faults() == world.verdict() == []
    assert world.counts.boots > 1
    assert found.bets


@pytest.mark.parametrize(("state", "number"), [("accepted", 1), ("accepted", 3), ("sending", 2)])
def test_a_crash_right_after_a_step_of_a_leg_is_gone_on_from(
    tmp_path: Path, state: str, number: int
) -> None:
    world = world_of_bundles(tmp_path)
    world.journal.plan_at(state, number, world.crash)
    found = ended(world)
    assert found.faults() == world.verdict() == []
    assert world.counts.boots == 2
    assert found.outcomes()["hedged"] > 3


@pytest.mark.parametrize("state", ["permitted", "sending", "pending", "accepted"])
def test_no_leg_is_begun_after_a_kill(tmp_path: Path, state: str) -> None:
    moments: list[int] = []
    world = world_of_bundles(tmp_path)

    def kill() -> None:
        moments.append(world.now)
        world.kill()

    world.journal.plan_at(state, 7, kill)
    found = ended(world)
    assert found.faults() == world.verdict() == []
    assert found.begun_after(moments[0]) == []
    left = [end for end in found.ends.values() if end["outcome"] == "left"]
    assert state != "accepted" or left
    assert all("kill gate" in end["reason"] for end in left)


def test_no_leg_is_begun_after_a_pause(tmp_path: Path) -> None:
    world = world_of_bundles(tmp_path)
    world.journal.plan_at("accepted", 5, lambda: world.pause("strategy", "bundling"))
    found = ended(world)
    assert found.faults() == world.verdict() == []
    assert "strategy bundling" in world.judge.paused
    left = [end["reason"] for end in found.ends.values() if end["outcome"] == "left"]
    assert any("not_paused" in reason for reason in left)
    answered = world.judge.paused["strategy bundling"]
    assert [
        bet for bets in found.bets.values() for _, bet in bets if bet.placed_ms > answered
    ] == []


def test_an_actor_that_dies_alone_goes_on_with_its_bundle(tmp_path: Path) -> None:
    world, died = world_of_bundles(tmp_path), []

    def die() -> None:
        for cell in list(world.host.cells.values()):
            if isinstance(cell.actor, Hedge) and cell.actor._bundle is not None:
                died.append(cell.address)
                cell.actor._fail(RuntimeError("killed by the test"))
                world.host.loop_ended(cell)

    for number in (2, 5, 9):
        world.plan_at("getplacementinfo", number, lambda: world.plan(3, die))
    found = ended(world)
    assert found.faults() == world.verdict() == []
    assert len(died) > 3
    assert found.outcomes()["hedged"] > 10


# Bugs that are planted: each breaks one promise, and the judge names it.


def planted_fate(state: OrderState, then: Fate) -> Any:
    """Return a `fate` that takes a state for another."""
    true = course.fate

    def fate(tried: Try, known: Known) -> Fate:
        order = known.orders.get(tried.order)
        if order is not None and order.state == state.value:
            return then
        return true(tried, known)

    return fate


def test_the_judge_sees_a_doubt_that_is_taken_for_a_no(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "fate", planted_fate(OrderState.IN_DOUBT, Fate.GONE))
    faults = ended(world_of_bundles(tmp_path, 1, LOST)).faults()
    assert any("it says" in fault or "was decided" in fault for fault in faults)


def test_the_judge_sees_a_leg_that_is_begun_while_another_is_pending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "fate", planted_fate(OrderState.PENDING, Fate.TAKEN))
    faults = ended(world_of_bundles(tmp_path, 1)).faults()
    assert any("it says that it is hedged" in fault for fault in faults)


def test_the_judge_sees_a_restart_that_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_start(self: Hedge) -> None:
        self._bundle = hedge_actor.unfinished(self.journal.entries(self.address))
        if self._bundle is not None:
            self._bundle.tries.clear()
            self._begin(0, self._bundle.plan.legs[0])

    monkeypatch.setattr(Hedge, "on_start", on_start)
    world = world_of_bundles(tmp_path, 1)
    for number in (3, 8, 12):
        world.journal.plan_at("pending", number, world.crash)
    faults = ended(world).faults()
    assert any("is bet on twice" in fault or "was decided" in fault for fault in faults)


def test_the_judge_sees_a_cap_that_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hedge_actor, "why_not_begun", lambda _plan, _limits, _held: "")
    faults = ended(world_of_bundles(tmp_path, 1, cap=300)).faults()
    assert any("is open, the cap is 300" in fault for fault in faults)


def test_the_judge_sees_a_gate_that_is_overlooked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = Hedge._known

    def known(self: Hedge, bundle: Any) -> Known:
        seen = true(self, bundle)
        return Known(seen.now, seen.orders, seen.refused, False, seen.longest_age)

    monkeypatch.setattr(Hedge, "_known", known)
    world = world_of_bundles(tmp_path)
    moments: list[int] = []

    def kill() -> None:
        moments.append(world.now)
        world.kill()

    world.journal.plan_at("accepted", 7, kill)
    assert ended(world).begun_after(moments[0]) != []
