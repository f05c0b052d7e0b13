"""A Market's decision stages, confirmation in time, and how prices went."""

from typing import Any

import pytest

from actors.market import Market
from actors.messages import (
    FeedReport,
    Signal,
    TurnedDown,
)
from actors.orders import Verdict
from actors.units import Millis
from tests.actors.market_desk import EXECUTOR, start, update
from tests.actors.world import HOME, NOW, quote, selection


def test_a_signal_says_what_each_stage_said() -> None:
    world = start("Greedy", stages={"liquidity": {"least": 5}, "freshness": "10s"})
    world.tell("market/m", update(world, quote()))
    (said,) = world.told(EXECUTOR, Signal)
    assert said.evidence.stages == (
        Verdict("freshness", True, "0.0 s of at most 10 s"),
        Verdict("liquidity", True, "SBO does not say what it takes: pass"),
    )


def test_what_was_turned_down_is_reported_with_its_stage_and_reason() -> None:
    world = start("Greedy", stages={"liquidity": {"least": 5, "unknown": "refuse"}})
    world.tell("market/m", update(world, quote()))
    world.tell("market/m", update(world, quote(price=1960), quote(selection(1))))
    assert world.told(EXECUTOR, Signal) == []
    report = world.told("control", FeedReport)[-1]
    reason = "SBO does not say what it takes: refuse"
    assert report.turned_down == (TurnedDown("Greedy", "liquidity", 3, reason, Millis(NOW)),)
    assert report.signals == 0


def test_a_wish_that_has_to_last_is_signalled_when_it_has_without_a_new_price() -> None:
    world = start("Greedy", stages={"confirmation": "3s"})
    world.tell("market/m", update(world, quote()), seconds=2.9)
    assert world.told(EXECUTOR, Signal) == []
    world.host.run(0.2)
    (said,) = world.told(EXECUTOR, Signal)
    assert said.evidence.stages[-1] == Verdict("confirmation", True, "wanted for 3.0 s of 3 s")
    world.host.run(60)
    assert len(world.told(EXECUTOR, Signal)) == 1


def test_a_wish_that_is_gone_before_it_has_lasted_is_not_signalled() -> None:
    world = start("Greedy", stages={"confirmation": "3s"})
    world.tell("market/m", update(world, quote()), seconds=2)
    world.tell("market/m", update(world, removed=((HOME.key, "SBO"),)), seconds=10)
    assert world.told(EXECUTOR, Signal) == []
    world.tell("market/m", update(world))
    (row,) = world.told("control", FeedReport)[-1].turned_down
    assert (row.stage, row.count) == ("confirmation", 1)


def test_a_price_that_was_away_in_between_begins_anew() -> None:
    world = start("Greedy", stages={"confirmation": "3s"})
    world.tell("market/m", update(world, quote()), seconds=2)
    world.tell("market/m", update(world, removed=((HOME.key, "SBO"),)), seconds=0.5)
    world.tell("market/m", update(world, quote(received_at=world.now)), seconds=2.9)
    assert world.told(EXECUTOR, Signal) == []
    world.host.run(0.2)
    assert len(world.told(EXECUTOR, Signal)) == 1


def test_a_price_that_is_stale_before_it_was_confirmed_is_not_signalled() -> None:
    world = start("Greedy", stages={"confirmation": "3s"})
    world.tell("market/m", update(world, quote(received_at=NOW - 28_000)), seconds=10)
    assert world.told(EXECUTOR, Signal) == []


def test_two_wishes_of_an_event_are_each_confirmed_in_their_time() -> None:
    world = start("Greedy", stages={"confirmation": "3s"})
    world.tell("market/m", update(world, quote()), seconds=2)
    world.tell("market/m", update(world, quote(selection(1))), seconds=1.5)
    other = f"executor/{selection(1).key}"
    assert (len(world.told(EXECUTOR, Signal)), world.told(other, Signal)) == (1, [])
    world.host.run(1.6)
    assert len(world.told(other, Signal)) == 1


def test_a_strategy_sees_how_prices_went() -> None:
    world = start("Watching")
    world.tell("market/m", update(world, quote(), quote(book="PIN")), seconds=5)
    rise = quote(price=1960, received_at=world.now)
    world.tell("market/m", update(world, rise, quote(book="PIN", received_at=world.now)))
    assert [(said.book, said.price) for said in world.told(EXECUTOR, Signal)] == [("SBO", 1960)]


@pytest.mark.parametrize(
    ("names", "stages", "kept"),
    [
        (("Greedy",), {}, 0),
        (("Greedy",), {"movement": {"window": "45s", "most": 1.0}}, 45),
        (("Watching",), {"volatility": {"window": "5s", "most": 1.0}}, 10),
        (("Watching", "Greedy"), {"volatility": {"window": "1m", "most": 1.0}}, 60),
    ],
)
def test_prices_are_kept_as_far_back_as_somebody_looks(
    names: tuple[str, ...], stages: Any, kept: float
) -> None:
    world = start(*names, stages=stages)
    world.tell("market/m", update(world, quote()))
    market = world.host.cells["market/m"].actor
    assert isinstance(market, Market)
    assert market._view.history.seconds == kept
    assert len(market._view.history) == (1 if kept else 0)
