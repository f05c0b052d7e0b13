"""What is drawn from a seed: the same each time, and over some seeds everything."""

from dataclasses import fields

from actors.paper.faults import Kind
from actors.reconciliation import CLOCK_TOLERANCE
from actors.simulation.given import SETTINGS
from actors.simulation.plan import KILLS, TIGHT, WEDGED, plan
from actors.strategies.loading import load

SEEDS = range(1, 301)


def test_a_seed_draws_the_same_scenario_each_time() -> None:
    for seed in (1, 2, 77):
        first, again = plan(seed), plan(seed)
        assert all(
            getattr(first, field.name) == getattr(again, field.name)
            for field in fields(first)
            if field.name != "programme"
        )
        assert first.programme.days == again.programme.days
    assert plan(1).trouble != plan(2).trouble


def test_every_way_to_kill_meets_every_tight_limit() -> None:
    met = {(plan(seed).kill, seed % len(TIGHT)) for seed in range(len(TIGHT) * len(KILLS))}
    assert len(met) == len(TIGHT) * len(KILLS)


def test_everybody_is_wedged_somewhere_and_every_fault_of_the_book_is_drawn() -> None:
    plans = [plan(seed) for seed in SEEDS]
    assert {one.wedge[1] for one in plans if one.wedge is not None} == set(WEDGED)
    assert {fault.kind for one in plans for fault in one.trouble.faults if fault.permille} == set(
        Kind
    )


def test_the_clock_is_never_set_further_than_our_own_tickets_are_recognised() -> None:
    for seed in SEEDS:
        assert sum(abs(by) for _, by in plan(seed).clock) < CLOCK_TOLERANCE


def test_no_request_arrives_after_its_absence_may_be_established() -> None:
    for seed in SEEDS:
        one = plan(seed)
        assert one.trouble.latest < one.limits.doubt_patience * 1_000


def test_the_strategy_of_each_plan_and_the_one_of_a_quiet_day_can_be_made() -> None:
    for settings in (SETTINGS, *(plan(seed).settings for seed in range(1, 30))):
        for name, strategy in settings.strategies.items():
            load(name, strategy.use, strategy.parameters)
