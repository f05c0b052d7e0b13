"""A Market among others: what it tells Fixtures, and whose prices stand beside its own."""

from typing import Any

import msgspec
import pytest

from actors.decision.settings import Consensus, Stages
from actors.fixtures.match import Twin
from actors.market import REMIND_EVERY, Market
from actors.messages import (
    EventsListed,
    EventsWanted,
    FeedReport,
    FixturesFound,
    FixturesWanted,
    HedgeWanted,
    MarketUpdate,
    PricesShared,
    PricesWanted,
    QuotesTold,
    QuotesWanted,
    Signal,
)
from actors.selections import MarketType, Period, Phase, Quote, Selection, Side
from actors.settings import MarketSettings, StrategySettings
from actors.units import Millis
from runtime.configuration import Seconds
from tests.actors.world import EVENT, NOW, World, event

HOME = Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, -25, Side.HOME)
AWAY = msgspec.structs.replace(HOME, line=25, side=Side.AWAY)
EXECUTOR, HEDGE = f"executor/{HOME.key}", f"hedge/{HOME.market_key}"
SAMPLES = "tests.actors.strategies.samples"
USES = {
    "value": ("actors.strategies.value:Value", {"sharp": "pinnacle", "method": "multiplicative"}),
    "steam": ("actors.strategies.steam:Steam", {"sharp": "pinnacle"}),
    "arbitrage": ("actors.strategies.arbitrage:Arbitrage", {"most_profit": 100.0}),
    "Believing": (f"{SAMPLES}:Believing", {}),
    "Misled": (f"{SAMPLES}:Misled", {}),
    "Greedy": (f"{SAMPLES}:Greedy", {}),
}

TWIN = Twin("ao-1", "toa", "toa-9", False, 1.0, ("settled on: unknown here, unknown there",))


class Desk:
    """A betting Market with one beside it, which the test plays as it plays Fixtures."""

    def __init__(self, *strategies: str, stages: Any = None, **given: Any) -> None:
        self.world = World("poller/m", "control", "fixtures", "market/other", EXECUTOR, HEDGE)
        self.arguments: dict[str, Any] = {
            "market": "m",
            "settings": MarketSettings("ao", Phase.TODAY, strategies=strategies),
            "strategies": {
                name: StrategySettings(USES[name][0], USES[name][1], **(stages or {}))
                for name in strategies
            },
            "max_age": 30.0,
            "source": "ao",
            "beside": {"other": "toa"},
            **given,
        }
        self.world.spawn(Market, "market/m", **self.arguments)
        self.numbers = 0

    def prices(self, *quotes: Quote, full: bool = True, events: Any = (EVENT,)) -> None:
        update = MarketUpdate("m", events, quotes, (), (), self.world.now, 1, 0, full)
        self.world.tell("market/m", update)

    def found(self, *twins: Twin) -> None:
        self.world.tell("market/m", FixturesFound("ao", twins), sender="fixtures")

    def share(self, *quotes: Quote, **fields: Any) -> None:
        self.numbers += 1
        shared = PricesShared("other", quotes, (), (), self.numbers == 1, self.numbers)
        shared = msgspec.structs.replace(shared, **fields)
        self.world.tell("market/m", shared, sender="market/other")

    @property
    def signals(self) -> list[Signal]:
        return self.world.told(EXECUTOR, Signal)

    @property
    def listed(self) -> list[EventsListed]:
        return [one for one in self.world.told("fixtures", EventsListed) if one.events]

    @property
    def asked(self) -> list[PricesWanted]:
        return self.world.told("market/other", PricesWanted)


def quote(of: Selection, price: int, book: str = "SBO", at: int = NOW) -> Quote:
    return Quote(of, book, price, f"{of.event}/{book}", Millis(at), Millis(at))


def there(of: Selection) -> Selection:
    return msgspec.structs.replace(of, event="toa-9")


OWN = (quote(HOME, 2100), quote(AWAY, 1800))
SHARP = (quote(there(HOME), 1930, "pinnacle"), quote(there(AWAY), 1970, "pinnacle"))
"""Without margin home is 1.98, so that 2.10 is worth 6 % more."""


# What it tells Fixtures.


def test_fixtures_hears_of_each_event_once_and_of_changes() -> None:
    desk = Desk()
    desk.prices(*OWN, full=False)
    assert desk.listed == []  # it may be a part of what there is
    desk.prices(*OWN)
    desk.prices(quote(HOME, 2110), full=False)
    desk.prices(full=False, events=(event("ao-2"),))
    assert [(one.events, one.full, one.number) for one in desk.listed] == [
        ((EVENT,), True, 1),
        ((event("ao-2"),), False, 2),
    ]
    assert {one.source for one in desk.listed} == {"ao"}


def test_fixtures_hears_everything_when_it_asks() -> None:
    desk = Desk()
    desk.world.tell("market/m", EventsWanted(), sender="fixtures")
    assert desk.listed == []
    desk.prices(*OWN)
    desk.world.tell("market/m", EventsWanted(), sender="fixtures")
    assert [(one.events, one.full) for one in desk.listed] == [((EVENT,), True)] * 2
    assert len(desk.world.told("fixtures", FixturesWanted)) == 3


def test_fixtures_hears_a_sign_of_life_by_which_it_sees_what_it_missed() -> None:
    desk = Desk()
    desk.prices(*OWN)
    desk.world.host.run(2 * REMIND_EVERY)
    numbers = [one.number for one in desk.world.told("fixtures", EventsListed)]
    assert numbers == [1, 2, 3]


def test_it_asks_what_is_sure_until_it_is_answered() -> None:
    desk = Desk()
    desk.world.host.run(2.5 * REMIND_EVERY)
    assert desk.world.told("fixtures", FixturesWanted) == [FixturesWanted("ao")] * 3
    desk.found()
    desk.world.host.run(3 * REMIND_EVERY)
    assert len(desk.world.told("fixtures", FixturesWanted)) == 3


def test_with_nobody_beside_it_lists_and_wants_nothing() -> None:
    desk = Desk("value", beside={})
    desk.prices(*OWN)
    desk.world.host.run(2 * REMIND_EVERY)
    assert len(desk.listed) == 1
    assert desk.world.told("fixtures", FixturesWanted) == []


def test_with_one_source_it_says_nothing_to_anybody() -> None:
    desk = Desk("value", source="", beside={})
    desk.prices(*OWN)
    desk.world.host.run(2 * REMIND_EVERY)
    assert desk.world.heard["fixtures"] == []


# What it asks of others.


def test_another_market_is_asked_for_the_twins_and_again_after_each_answer() -> None:
    desk = Desk()
    desk.found()
    assert desk.asked == []
    desk.found(TWIN)
    desk.share(*SHARP)
    assert desk.asked == [PricesWanted(("toa-9",), True), PricesWanted(("toa-9",), False)]


def test_a_credit_that_was_lost_is_given_again() -> None:
    desk = Desk()
    desk.found(TWIN)
    desk.world.host.run(2 * REMIND_EVERY)
    assert desk.asked == [PricesWanted(("toa-9",), True)] * 3


def test_when_nothing_is_sure_any_more_nothing_is_wanted() -> None:
    desk = Desk()
    desk.found(TWIN)
    desk.share(*SHARP)
    desk.found()
    desk.world.host.run(2 * REMIND_EVERY)
    assert [one.events for one in desk.asked] == [("toa-9",), ("toa-9",), ()]


def test_a_twin_of_a_source_that_is_not_beside_is_nobodys_business() -> None:
    desk = Desk()
    desk.found(msgspec.structs.replace(TWIN, source="elsewhere"))
    assert desk.asked == []


# What comes of it.


def test_a_value_bet_is_found_because_of_the_other_sources_sharp_price() -> None:
    desk = Desk("value")
    desk.prices(*OWN)
    desk.found(TWIN)
    assert desk.signals == []
    desk.share(*SHARP)
    (signal,) = desk.signals
    assert (signal.book, signal.price, signal.account) == ("SBO", 2100, "ao")
    assert (signal.selection, signal.event, signal.locator) == (HOME, EVENT, "ao-1/SBO")
    assert [seen.book for seen in signal.evidence.prices] == ["pinnacle", "pinnacle", "SBO"]


@pytest.mark.parametrize("strategy", ["value", "steam", "arbitrage"])
def test_a_side_that_only_the_other_source_has_is_no_bet(strategy: str) -> None:
    desk = Desk(strategy)
    desk.prices(quote(HOME, 1500))
    desk.found(TWIN)
    desk.share(*SHARP)
    desk.world.host.run(1)
    desk.share(quote(there(HOME), 2120, "pinnacle"), quote(there(AWAY), 1800, "pinnacle"))
    desk.prices(quote(HOME, 1510), full=False)
    assert desk.signals == []
    assert desk.world.told("control", FeedReport)[-1].stopped == {}


def test_a_pair_that_is_parted_takes_the_sharp_price_along() -> None:
    desk = Desk("value")
    desk.prices(*OWN)
    desk.found(TWIN)
    desk.share(*SHARP)
    desk.found()
    desk.prices(quote(HOME, 2110), quote(AWAY, 1800))
    desk.share(*SHARP)  # was on its way
    desk.prices(quote(HOME, 2120), quote(AWAY, 1800))
    assert [signal.price for signal in desk.signals] == [2100]


def test_a_wish_that_has_to_last_does_not_outlive_its_pair() -> None:
    desk = Desk("value", stages={"stages": Stages(confirmation=Seconds(3.0))})
    desk.prices(*OWN)
    desk.found(TWIN)
    desk.share(*SHARP)
    desk.world.host.run(1)
    desk.found()
    desk.world.host.run(10)
    assert desk.signals == []


def test_an_old_sharp_price_is_none() -> None:
    desk = Desk("value")
    desk.found(TWIN)
    desk.share(*SHARP)
    desk.world.host.run(31)
    desk.prices(quote(HOME, 2100, at=NOW + 31_000), quote(AWAY, 1800, at=NOW + 31_000))
    assert desk.signals == []
    confirmed = tuple((one.locator, Millis(NOW + 31_000)) for one in SHARP[:1])
    desk.share(confirmed=confirmed)
    desk.prices(quote(HOME, 2090, at=NOW + 32_000), full=False)
    assert [signal.price for signal in desk.signals] == [2090]


def test_the_consensus_stage_believes_a_book_of_another_source() -> None:
    wanted = Stages(consensus=Consensus(("pinnacle",), method="multiplicative"), edge=5.0)
    desk = Desk("Greedy", stages={"stages": wanted})
    desk.prices(*OWN)
    assert desk.signals == []
    desk.found(TWIN)
    desk.share(*SHARP)
    assert [(one.selection, one.price) for one in desk.signals] == [(HOME, 2100)]


def test_steam_follows_the_sharp_book_of_another_source() -> None:
    desk = Desk("steam")
    desk.prices(*OWN)
    desk.found(TWIN)
    desk.share(*SHARP)
    assert desk.signals == []
    desk.world.host.run(1)
    at = NOW + 1_000
    fell = (quote(there(HOME), 1800, "pinnacle", at), quote(there(AWAY), 2120, "pinnacle", at))
    desk.share(*fell)
    (signal,) = desk.signals
    assert (signal.book, signal.price) == ("SBO", 2100)
    assert signal.evidence.reason.startswith("pinnacle fell 6.7 %")


# Nothing of another source is for sale here.


BEST = (quote(there(HOME), 2600, "pinnacle"), quote(there(AWAY), 2600, "pinnacle"))
"""Better than all that is offered here, so that whoever picks the best picks these."""


@pytest.mark.parametrize("strategy", ["value", "steam", "arbitrage", "Greedy"])
def test_no_strategy_that_ships_picks_a_price_of_another_source(strategy: str) -> None:
    desk = Desk(strategy)
    desk.prices(*OWN)
    desk.found(TWIN)
    desk.share(*SHARP)
    desk.share(*BEST)
    desk.prices(quote(HOME, 2101), full=False)
    assert {signal.book for signal in desk.signals} <= {"SBO"}
    assert desk.world.told(HEDGE, HedgeWanted) == []
    assert desk.world.told("control", FeedReport)[-1].stopped == {}


@pytest.mark.parametrize("strategy", ["Believing", "Misled"])
def test_who_wants_a_price_of_another_source_is_stopped_and_nothing_is_bet(strategy: str) -> None:
    desk = Desk(strategy)
    desk.prices(*OWN)
    desk.found(TWIN)
    desk.share(*SHARP)
    desk.prices(quote(HOME, 2101), full=False)
    assert desk.signals == []
    (reason,) = desk.world.told("control", FeedReport)[-1].stopped.values()
    said = {"Believing": "it is not for sale here", "Misled": "is not of this view"}
    assert said[strategy] in reason


def test_a_hedge_is_told_no_price_of_another_source() -> None:
    desk = Desk("value")
    desk.prices(*OWN)
    desk.found(TWIN)
    desk.share(*BEST)
    desk.world.tell("market/m", QuotesWanted(HOME), sender=HEDGE)
    (told,) = desk.world.told(HEDGE, QuotesTold)
    assert [one.book for one in told.quotes] == ["SBO"]


# What it gives to others.


def test_who_asks_is_given_what_changes_of_what_it_wants_and_no_more_than_it_asks_for() -> None:
    desk = Desk(beside={})
    desk.prices(*OWN)
    desk.world.tell("market/m", PricesWanted(("ao-1",), True), sender="market/other")
    for price in (2110, 2120, 2130):
        desk.prices(quote(HOME, price), full=False)
    desk.world.tell("market/m", PricesWanted(("ao-1",)), sender="market/other")
    shared = desk.world.told("market/other", PricesShared)
    assert [[one.price for one in share.quotes] for share in shared] == [[2100, 1800], [2130]]


def test_a_market_that_began_anew_gives_all_to_who_goes_on_asking() -> None:
    desk = Desk(beside={})
    desk.prices(*OWN)
    desk.world.tell("market/m", PricesWanted(("ao-1",), True), sender="market/other")
    desk.world.kill("market/m")
    desk.world.spawn(Market, "market/m", **desk.arguments)
    desk.world.tell("market/m", PricesWanted(("ao-1",)), sender="market/other")
    desk.prices(*OWN)
    assert desk.world.told("market/other", PricesShared)[-1].full
    assert [one.number for one in desk.listed] == [1, 1]


@pytest.mark.parametrize(
    ("message", "sender"),
    [
        (FixturesFound("ao", (TWIN,)), "market/other"),
        (EventsWanted(), "market/other"),
        (PricesShared("other", (), (), (), True, 1), "market/third"),
        (PricesShared("third", (), (), (), True, 1), "market/third"),
        (PricesWanted(("ao-1",)), "poller/m"),
    ],
)
def test_nobody_speaks_for_another(message: Any, sender: str) -> None:
    desk = Desk()
    incarnation = desk.world.host.cells["market/m"].incarnation
    desk.world.tell("market/m", message, sender=sender)
    cell = desk.world.host.cells.get("market/m")
    assert cell is None or cell.incarnation != incarnation
    assert desk.asked == []
