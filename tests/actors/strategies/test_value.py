"""Value: what it finds on known numbers, and what keeps it from wanting anything."""

from typing import Any

import msgspec
import pytest

from actors.market_view import EventView, MarketView
from actors.messages import MarketUpdate
from actors.odds.margin import METHODS
from actors.orders import Seen
from actors.selections import MarketType, Period, Selection, Side
from actors.strategies import Wish
from actors.strategies.value import Value
from actors.units import Millis
from tests.actors.world import EVENT, HOME, NOW, quote

AWAY = Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, 25, Side.AWAY)

# PIN 1.93 / 1.97: R = 0.518135 + 0.507614 = 1.025749, so without margin, multiplicative,
# home has 0.505128 (1.9797) and away 0.494872 (2.0207).
PINNACLE = {HOME: 1930, AWAY: 1970}


def view(**books: dict[Selection, int]) -> EventView:
    known = MarketView(30.0)
    quotes = tuple(
        quote(wanted, book, price)
        for book, prices in books.items()
        for wanted, price in prices.items()
    )
    known.apply(MarketUpdate("m", (EVENT,), quotes, (), (), Millis(NOW), 1, 0))
    found = known.event_view("ao-1", NOW + 2_000)
    assert found is not None
    return found


def wishes(seen: EventView, **parameters: Any) -> list[Wish]:
    plain = {"method": "multiplicative", "min_edge": 1.0}
    return list(Value(Value.Parameters(**{**plain, **parameters})).on_update(seen))


def test_a_price_above_the_sharp_ones_fair_price_is_wanted() -> None:
    (wish,) = wishes(view(PIN=PINNACLE, SBO={HOME: 2020, AWAY: 1900}), stake=700)
    assert (wish.quote.book, wish.quote.selection, wish.quote.price) == ("SBO", HOME, 2020)
    assert wish.stake == 700
    assert wish.floor == 2000  # 1.01 / 0.505128 = 1.99949, rounded up
    assert wish.evidence.fair == 1980
    assert wish.evidence.edge == 204  # 2.02 * 0.505128 - 1 = 2.0358 %
    assert wish.evidence.reason.startswith("SBO pays 2.04 % above PIN without margin")


def test_the_floor_still_has_the_edge_that_is_wanted_and_one_less_has_not() -> None:
    (wish,) = wishes(view(PIN=PINNACLE, SBO={HOME: 2100}))
    chance = 0.5051282
    assert wish.floor * chance / 1000 >= 1.01
    assert (wish.floor - 1) * chance / 1000 < 1.01


def test_the_evidence_holds_every_price_with_its_age() -> None:
    (wish,) = wishes(view(PIN=PINNACLE, SBO={HOME: 2020}, IBC={HOME: 2010}))
    assert set(wish.evidence.prices) == {
        Seen("PIN", "home", 1930, 2_000),
        Seen("PIN", "away", 1970, 2_000),
        Seen("SBO", "home", 2020, 2_000),
        Seen("IBC", "home", 2010, 2_000),
    }


def test_the_best_of_the_other_books_is_taken() -> None:
    (wish,) = wishes(view(PIN=PINNACLE, SBO={HOME: 2010}, IBC={HOME: 2030}, GA={HOME: 2020}))
    assert (wish.quote.book, wish.quote.price) == ("IBC", 2030)


@pytest.mark.parametrize(("price", "wanted"), [(1999, False), (2000, True)])
def test_an_edge_may_be_at_its_least_and_not_under(price: int, wanted: bool) -> None:
    assert bool(wishes(view(PIN=PINNACLE, SBO={HOME: price}))) is wanted


@pytest.mark.parametrize(("price", "wanted"), [(2177, True), (2178, False)])
def test_an_edge_too_good_is_more_likely_wrong_than_good(price: int, wanted: bool) -> None:
    """2.178 * 0.505128 - 1 is 10.02 %."""
    assert bool(wishes(view(PIN=PINNACLE, SBO={HOME: price}), max_edge=10.0)) is wanted


def test_a_price_too_long_is_left() -> None:
    long = {HOME: 10_000, AWAY: 1_080}
    seen = view(PIN=long, SBO={HOME: 10_900})
    assert wishes(seen, longest_price=8.0) == []
    assert len(wishes(seen, longest_price=10.9)) == 1


def test_the_sharp_book_itself_is_never_bet_on() -> None:
    assert wishes(view(PIN={HOME: 2100, AWAY: 2100}), min_edge=0.1) == []


def test_without_every_side_of_the_sharp_book_there_is_no_consensus() -> None:
    assert wishes(view(PIN={HOME: 1930}, SBO={HOME: 2100, AWAY: 2100})) == []
    assert wishes(view(SBO={HOME: 2100, AWAY: 2100})) == []


def test_a_sharp_book_below_a_hundred_per_cent_is_no_consensus() -> None:
    seen = view(PIN={HOME: 2100, AWAY: 2100}, SBO={HOME: 2150})
    assert wishes(seen, method="shin") == []


def test_each_side_is_judged_by_its_own_chance() -> None:
    found = wishes(view(PIN=PINNACLE, SBO={HOME: 2020, AWAY: 2060}))
    assert [(wish.quote.selection, wish.evidence.edge) for wish in found] == [
        (HOME, 204),
        (AWAY, 194),
    ]


def test_the_sides_of_1x2_are_three() -> None:
    def side(wanted: Side) -> Selection:
        return Selection("ao-1", MarketType.ONE_X_TWO, Period.FULL_TIME, 0, wanted)

    prices = {side(Side.HOME): 2000, side(Side.DRAW): 3400, side(Side.AWAY): 4000}
    soft = {side(Side.DRAW): 3700}
    (wish,) = wishes(view(PIN=prices, SBO=soft))
    # R = 0.5 + 0.294118 + 0.25 = 1.044118; the draw has 0.281690, fair 3.55, edge 4.2254 %.
    assert (wish.evidence.fair, wish.evidence.edge) == (3550, 423)
    del prices[side(Side.DRAW)]
    assert wishes(view(PIN=prices, SBO=soft)) == []


def test_another_book_can_be_the_sharp_one() -> None:
    (wish,) = wishes(view(IBC=PINNACLE, PIN={HOME: 2020}), sharp="IBC")
    assert wish.quote.book == "PIN"


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_a_clear_edge(method: str) -> None:
    (wish,) = wishes(view(PIN=PINNACLE, SBO={HOME: 2050}), method=method)
    assert 300 < wish.evidence.edge < 420


def test_what_it_wants_does_not_depend_on_the_order_of_the_quotes() -> None:
    books = {"PIN": PINNACLE, "SBO": {HOME: 2020}, "IBC": {HOME: 2020}}
    forwards = wishes(view(**books))
    backwards = wishes(view(**dict(reversed(books.items()))))
    assert [wish.quote for wish in forwards] == [wish.quote for wish in backwards]
    assert msgspec.to_builtins(forwards[0].quote)["book"] == "SBO"
