"""Market: what it asks its poller for, and what it says to whom."""

from typing import Any

import msgspec
import pytest

from actors.market import ASK_AGAIN_AFTER, ASK_FIRST_AFTER, LONGEST_REASON, Market
from actors.messages import (
    FeedReport,
    HedgeWanted,
    QuotesTold,
    QuotesWanted,
    Signal,
)
from actors.selections import Phase, Side
from actors.settings import MarketSettings, StrategySettings
from actors.units import Millis
from tests.actors.market_desk import EXECUTOR, SAMPLES, credits, spawn, start, strategy, update
from tests.actors.world import EVENT, HOME, NOW, Listener, World, event, quote, selection


def test_a_market_that_knows_nothing_asks_for_everything_and_asks_again() -> None:
    world = start()
    assert credits(world) == [True]
    world.host.run(3 * ASK_FIRST_AFTER)
    assert credits(world) == [True] * 4


def test_one_credit_is_given_for_each_update() -> None:
    world = start()
    world.tell("market/m", update(world, quote(), full=True))
    assert credits(world) == [True, False]
    world.tell("market/m", update(world, quote(price=1960)))
    assert credits(world) == [True, False, False]


def test_a_partial_update_is_not_everything() -> None:
    world = start()
    world.tell("market/m", update(world, quote()))
    assert credits(world) == [True, True]


def test_a_credit_that_was_lost_is_given_again_but_not_in_a_hurry() -> None:
    world = start()
    world.tell("market/m", update(world, full=True), seconds=ASK_AGAIN_AFTER - 0.1)
    assert credits(world) == [True, False]
    world.host.run(0.1)
    assert credits(world) == [True, False, False]


def test_an_update_becomes_a_signal_with_all_that_the_gateway_will_need() -> None:
    world = start("Greedy")
    world.tell("market/m", update(world, quote(price=1960)))
    (said,) = world.told(EXECUTOR, Signal)
    assert said.market == "m"
    assert (said.account, said.event, said.selection, said.book) == ("ao", EVENT, HOME, "SBO")
    assert (said.locator, said.price, said.floor, said.stake) == ("11/1/1", 1960, 1950, 500)
    assert (said.strategy, said.seen_at) == ("Greedy", NOW)
    assert said.evidence.reason == "greedy"


def test_a_signal_goes_to_the_executor_of_its_selection() -> None:
    world = start("Greedy")
    world.tell("market/m", update(world, quote(), quote(selection(1))))
    assert [said.selection for said in world.told(EXECUTOR, Signal)] == [HOME]
    other = world.told(f"executor/{selection(1).key}", Signal)
    assert [said.selection for said in other] == [selection(1)]


def test_a_confirmed_price_is_seen_when_it_was_confirmed() -> None:
    world = start("Greedy")
    first = update(world, quote(), quote(book="PIN"), full=True)
    world.tell("market/m", first, seconds=20)
    world.tell("market/m", update(world, confirmed=(("11/1/1", world.now),)), seconds=1)
    world.tell("market/m", update(world, quote(book="PIN", received_at=world.now)))
    seen = {said.book: said.seen_at for said in world.told(EXECUTOR, Signal)}
    assert seen == {"SBO": NOW + 20_000, "PIN": NOW + 21_000}


def test_after_a_lost_update_everything_is_asked_for_and_no_old_price_is_confirmed() -> None:
    world = start("Greedy")
    world.tell("market/m", update(world, quote(), full=True, number=1), seconds=20)
    assert not credits(world)[-1]
    confirmed = (("11/1/1", world.now),)
    world.tell("market/m", update(world, number=3, confirmed=confirmed), seconds=11)
    assert credits(world)[-1]
    late = update(world, quote(book="PIN", received_at=world.now), number=4, confirmed=confirmed)
    world.tell("market/m", late)
    assert [said.book for said in world.told(EXECUTOR, Signal)] == ["SBO", "PIN"]
    assert credits(world)[-1]
    world.tell("market/m", update(world, quote(), full=True, number=5))
    assert not credits(world)[-1]


def test_a_stale_price_is_no_reason_for_a_signal() -> None:
    world = start("Greedy")
    world.tell("market/m", update(world, quote()), seconds=31)
    world.tell("market/m", update(world, quote(book="PIN", received_at=world.now)))
    assert [said.book for said in world.told(EXECUTOR, Signal)] == ["SBO", "PIN"]


def test_a_removed_price_is_no_reason_for_a_signal() -> None:
    world = start("Greedy")
    world.tell("market/m", update(world, quote()))
    world.tell("market/m", update(world, quote(book="PIN"), removed=((HOME.key, "SBO"),)))
    assert [said.book for said in world.told(EXECUTOR, Signal)] == ["SBO", "PIN"]


def test_a_strategy_is_asked_about_changed_events_only() -> None:
    world = start("Greedy")
    other = msgspec.structs.replace(HOME, event="ao-2")
    both = (EVENT, event("ao-2"))
    world.tell("market/m", update(world, quote(), quote(other), events=both))
    world.tell("market/m", update(world, confirmed=(("11/1/1", world.now),)))
    world.tell("market/m", update(world, quote(other, price=1990)))
    assert [view.event.key for view in strategy(world).views] == ["ao-1", "ao-2", "ao-2"]


BAD = {
    "Failing": "KeyError: 'ao-1'",
    "FailingLater": "on_update returned a generator; it is to return a list of Wish",
    "Wordless": "on_update returned nothing",
    "Babbling": "wish 0 of 1: is a str, not a Wish",
    "Unspeakable": "wish 0 of 1: Encoding objects of type object is unsupported",
    "Generous": "wish 0 of 1: stake -500 is not above 0",
    "Careless": "wish 0 of 1: floor 0 is no price in thousandths",
    "Inventive": f"wish 0 of 1: its quote of {HOME.key} at SBO is not of this view",
    "HalfGood": "wish 1 of 2: stake 0 is not above 0",
    "Endless": "on_update returned 1001 wishes; at most 1000 are taken",
    "Leaving": "SystemExit: ao-1",
    "Unspeakably": "ValueError: ",
    "ShortSighted": "let looks_back of the strategy return as much",
}


@pytest.mark.parametrize("bad", BAD)
def test_a_strategy_that_fails_stops_alone(bad: str) -> None:
    world = start(bad, "Greedy")
    incarnation = world.host.cells["market/m"].incarnation
    world.tell("market/m", update(world, quote()))
    world.tell("market/m", update(world, quote(price=1960)))
    assert world.host.cells["market/m"].incarnation == incarnation
    assert [said.strategy for said in world.told(EXECUTOR, Signal)] == ["Greedy"] * 2
    market = world.host.cells["market/m"].actor
    assert isinstance(market, Market)
    assert set(market._strategies) == {"Greedy"}
    assert credits(world) == [True, True, True]
    stopped = world.told("control", FeedReport)[-1].stopped
    assert list(stopped) == [bad]
    assert BAD[bad] in stopped[bad]
    assert len(stopped[bad]) <= LONGEST_REASON


def test_a_price_that_is_no_more_stops_who_still_wants_it() -> None:
    world = start("Nostalgic", "Greedy")
    world.tell("market/m", update(world, quote()))
    assert world.told("control", FeedReport)[-1].stopped == {}
    world.tell("market/m", update(world, quote(price=1960)))
    assert list(world.told("control", FeedReport)[-1].stopped) == ["Nostalgic"]
    assert [said.price for said in world.told(EXECUTOR, Signal)] == [1950, 1950, 1960]


def test_a_strategy_that_stopped_is_asked_again_when_its_market_starts_again() -> None:
    world = start("Nostalgic")
    world.tell("market/m", update(world, quote()), update(world, quote(price=1960)))
    world.kill("market/m")
    spawn(world, "Nostalgic")
    world.tell("market/m", update(world, quote(price=1970)))
    assert world.told("control", FeedReport)[-1].stopped == {}
    assert [said.price for said in world.told(EXECUTOR, Signal)] == [1950, 1970]


# Bets that belong together.

AWAY = msgspec.structs.replace(HOME, line=25, side=Side.AWAY)
HEDGE = f"hedge/{HOME.market_key}"


def pairing(**parameters: Any) -> World:
    world = World("poller/m", "control", EXECUTOR, HEDGE)
    world.spawn(
        Market,
        "market/m",
        market="m",
        settings=MarketSettings("ao", Phase.TODAY, strategies=("Pairing",)),
        strategies={"Pairing": StrategySettings(f"{SAMPLES}:Pairing", parameters)},
        max_age=30.0,
    )
    return world


def test_what_is_wanted_together_goes_to_the_hedge_of_its_market() -> None:
    world = pairing()
    world.tell("market/m", update(world, quote(), quote(AWAY, "PIN", 2050)))
    (said,) = world.told(HEDGE, HedgeWanted)
    assert [(leg.selection, leg.book, leg.stake) for leg in said.legs] == [
        (HOME, "SBO", 500),
        (AWAY, "PIN", 500),
    ]
    assert (said.cap, said.most_loss, said.step) == (500, 100, 10)
    assert world.told(EXECUTOR, Signal) == []
    assert world.told("control", FeedReport)[-1].signals == 1


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"sides": 1}, "its legs are not one for each side of one market"),
        ({"cap": -1}, "cap and most_loss are not below 0"),
        ({"stake": 0}, "leg 0: stake 0 is not above 0"),
    ],
)
def test_what_cannot_belong_together_stops_its_strategy(parameters: Any, said: str) -> None:
    world = pairing(**parameters)
    world.tell("market/m", update(world, quote(), quote(AWAY, "PIN", 2050)))
    assert said in world.told("control", FeedReport)[-1].stopped["Pairing"]
    assert world.told(HEDGE, HedgeWanted) == []


def test_a_hedge_is_told_the_fresh_prices_of_a_side() -> None:
    world = start()
    old = quote(AWAY, "GA", 2090, NOW - 20_000)
    world.heard[HEDGE] = []
    world.host.spawn(Listener, HEDGE, heard=world.heard[HEDGE])
    world.tell("market/m", update(world, quote(), quote(AWAY, "PIN", 2050), old), seconds=15)
    world.tell("market/m", QuotesWanted(AWAY), sender=HEDGE)
    world.tell("market/m", QuotesWanted(msgspec.structs.replace(AWAY, line=50)), sender=HEDGE)
    world.tell("market/m", QuotesWanted(msgspec.structs.replace(AWAY, event="x")), sender=HEDGE)
    known, *unknown = world.told(HEDGE, QuotesTold)
    assert (known.selection, [quote.book for quote in known.quotes]) == (AWAY.key, ["PIN"])
    assert [told.quotes for told in unknown] == [(), ()]


def test_the_prices_of_a_match_long_over_are_forgotten_with_it() -> None:
    world = start("Watching")
    old = event("ao-old", start=Millis(NOW - 6 * 3_600_000 + 30_000))
    gone = msgspec.structs.replace(HOME, event="ao-old")
    world.tell("market/m", update(world, quote(), quote(gone), events=(EVENT, old)), seconds=61)
    market = world.host.cells["market/m"].actor
    assert isinstance(market, Market)
    assert len(market._view.history) == 2
    world.tell("market/m", update(world))
    assert len(market._view.history) == 1


def test_what_a_market_does_is_reported() -> None:
    world = start("Greedy")
    world.tell("market/m", update(world, quote(), quote(book="PIN")))
    world.tell("market/m", update(world, quote(price=1970), answers=4, faults=2))
    assert world.told("control", FeedReport)[-1] == FeedReport("m", Millis(NOW), 1, 2, 4, 2, 4)


def test_a_match_long_over_is_forgotten() -> None:
    world = start()
    old = event("ao-old", start=Millis(NOW - 7 * 3_600_000))
    world.tell("market/m", update(world, quote(), events=(EVENT, old)))
    assert world.told("control", FeedReport)[-1].events == 1


def test_a_restarted_market_asks_for_everything() -> None:
    world = start()
    world.tell("market/m", update(world, quote(), full=True))
    world.kill("market/m")
    world.heard["poller/m"].clear()
    world.spawn(
        Market,
        "market/m",
        market="m",
        settings=MarketSettings("ao", Phase.TODAY, strategies=()),
        strategies={},
        max_age=30.0,
    )
    assert credits(world) == [True]


def test_a_strategy_that_cannot_be_loaded_keeps_its_market_from_starting() -> None:
    world = start()
    world.host.spawn(
        Market,
        "market/bad",
        market="bad",
        settings=MarketSettings("ao", Phase.TODAY, strategies=("Nobody",)),
        strategies={"Nobody": StrategySettings(f"{SAMPLES}:Nobody")},
        max_age=30.0,
    )
    assert "market/bad" not in world.host.cells
