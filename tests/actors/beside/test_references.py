"""References: prices of another source, in one's own selections, for as long as a pair is sure."""

from typing import Any

import msgspec

from actors.beside.references import References
from actors.fixtures.match import Twin
from actors.market_view import EventView, MarketView
from actors.messages import MarketUpdate, PricesShared
from actors.selections import MarketType, Quote, Reference, Side
from actors.units import Millis
from tests.actors.beside.given import HERE, MINE, THEIRS, price, selection, twin
from tests.actors.world import NOW

Shown = dict[tuple[Side, str], int]


class Desk:
    """A betting Market's own prices at SBO, and what it knows of others."""

    def __init__(self, *twins: Twin, looks_back: float = 0.0, **ages: float) -> None:
        self.own = MarketView(30.0)
        quotes = (price(of=MINE, book="SBO"), price(Side.AWAY, of=MINE, book="SBO"))
        self.own.apply(MarketUpdate("m", (HERE,), quotes, (), (), Millis(NOW), 1, 0))
        kinds = {MarketType(kind): age for kind, age in ages.items()}
        self.references = References(
            {"other": "toa", "third": "tob"}, 30.0, {"other": kinds}, looks_back=looks_back
        )
        self.own.histories = self.references.histories
        self.references.pair(twins or [twin()])

    def take(self, *quotes: Quote, number: int = 1, **fields: Any) -> set[str]:
        shared = PricesShared("other", quotes, (), (), number == 1, number)
        return self.references.take(msgspec.structs.replace(shared, **fields))

    def view(self, at: int = 0) -> EventView:
        found = self.own.event_view(MINE, NOW + at * 1_000)
        assert found is not None
        self.references.show(found)
        return found

    def shown(self, at: int = 0) -> Shown:
        return {
            (side, book): quote.price
            for group in self.view(at).groups
            for side, books in group.beside.items()
            for book, quote in books.items()
        }


BOTH = (price(), price(Side.AWAY, 2000))


def test_a_price_stands_beside_the_line_that_is_offered_here_and_not_among_its_quotes() -> None:
    desk = Desk()
    assert desk.take(*BOTH) == {MINE}
    (group,) = desk.view().groups
    assert {book for books in group.quotes.values() for book in books} == {"SBO"}
    found = group.beside[Side.HOME]["pinnacle"]
    assert isinstance(found, Reference)
    assert (found.selection, found.price, found.market) == (selection(of=MINE), 1950, "other")
    assert not found.for_sale
    assert group.quotes[Side.HOME]["SBO"].for_sale
    assert group.prices_of("pinnacle") == {
        Side.HOME: found,
        Side.AWAY: group.beside[Side.AWAY]["pinnacle"],
    }


def test_home_and_away_change_their_places_when_they_are_the_other_way_round() -> None:
    desk = Desk(twin(swapped=True))
    desk.take(price(Side.HOME, 1800), price(Side.AWAY, 2000))
    assert desk.shown() == {}  # home -0.25 there is away -0.25 here, which is not offered
    turned = [
        msgspec.structs.replace(one, selection=msgspec.structs.replace(one.selection, line=-line))
        for one, line in ((price(Side.HOME, 1800), -25), (price(Side.AWAY, 2000), 25))
    ]
    desk.take(*turned, number=2)
    assert desk.shown() == {(Side.AWAY, "pinnacle"): 1800, (Side.HOME, "pinnacle"): 2000}


def test_a_line_that_is_not_offered_here_is_not_shown() -> None:
    desk = Desk()
    level = msgspec.structs.replace(price(), selection=selection(line=0))
    desk.take(level)
    assert desk.shown() == {}


def test_only_sure_pairs_have_prices_and_a_parted_one_loses_them_at_once() -> None:
    desk = Desk()
    desk.take(*BOTH, price(of="toa-8"))
    assert len(desk.shown()) == 2
    assert desk.references.pairs == {"other": 1, "third": 0}
    assert desk.references.pair([]) == {MINE}
    assert desk.references.pairs == {"other": 0, "third": 0}
    assert desk.shown() == {}
    assert desk.references.wanted()["other"] == ((), False)
    assert desk.references.pair([twin()]) == {MINE}
    assert desk.shown() == {}  # it is told anew, or not at all


def test_an_event_that_becomes_another_ones_twin_takes_no_old_price_along() -> None:
    desk = Desk()
    desk.take(*BOTH)
    assert desk.references.pair([twin(other="toa-8")]) == {MINE}
    assert desk.shown() == {}
    assert desk.references.wanted()["other"] == (("toa-8",), False)
    desk.take(price(price=3000), number=2)  # on its way before the other Market knew
    assert desk.shown() == {}


def test_a_pair_that_is_turned_round_is_asked_for_whole() -> None:
    desk = Desk()
    desk.take(*BOTH)
    desk.references.pair([twin(swapped=True)])
    assert desk.references.wanted()["other"] == ((THEIRS,), True)


def test_another_confidence_changes_nothing() -> None:
    desk = Desk()
    desk.take(*BOTH)
    assert desk.references.pair([twin(confidence=0.999)]) == set()
    assert len(desk.shown()) == 2


def test_a_price_grows_old_by_the_rules_of_the_market_that_it_comes_from() -> None:
    desk = Desk(ah=10.0)
    desk.take(*BOTH)
    assert len(desk.shown(10)) == 2
    assert desk.shown(11) == {}
    confirmed = ((price().locator, Millis(NOW + 15_000)),)
    desk.take(number=2, confirmed=confirmed)
    assert len(desk.shown(25)) == 2


def test_a_price_that_goes_is_gone_and_whose_it_was_is_told() -> None:
    desk = Desk()
    desk.take(*BOTH)
    gone = (selection().key, "pinnacle")
    assert desk.take(number=2, removed=(gone, ("toa-8:ah:ft:0:home", "x"))) == {MINE}
    assert desk.shown() == {(Side.AWAY, "pinnacle"): 2000}
    assert desk.take(number=3, full=True) == {MINE}
    assert desk.shown() == {}


def test_after_a_lost_share_nothing_is_confirmed_before_all_is_told_again() -> None:
    desk = Desk()
    desk.take(*BOTH)
    assert not desk.references.wanted()["other"][1]
    desk.take(number=3, confirmed=((price().locator, Millis(NOW + 20_000)),))
    assert desk.references.wanted()["other"][1]
    assert desk.shown(31) == {}
    desk.take(*BOTH, number=4, full=True)
    assert not desk.references.wanted()["other"][1]


def test_one_books_prices_are_of_one_source() -> None:
    desk = Desk(twin(), twin(source="tob", other="tob-3"))
    desk.take(price(), price(Side.AWAY, 2000, "SBO"))
    third = PricesShared("third", (price(Side.AWAY, 9000, of="tob-3"),), (), (), True, 1)
    desk.references.take(third)
    (group,) = desk.view().groups
    assert group.prices_of("pinnacle") is None
    sbo = group.prices_of("SBO")
    assert sbo is not None
    assert all(quote.for_sale for quote in sbo.values())


def test_how_a_reference_went_is_known() -> None:
    desk = Desk(looks_back=60.0)
    desk.take(*BOTH)
    desk.take(price(price=1853, at=5), number=2)
    view = desk.view(6)
    reference = view.groups[0].beside[Side.HOME]["pinnacle"]
    assert round(view.moved(reference, 60.0), 1) == -5.0
    assert view.volatility(reference, 60.0) > 0
    desk.references.pair([])
    desk.references.pair([twin()])
    desk.take(price(price=1700, at=7), number=3)
    view = desk.view(8)
    assert view.moved(view.groups[0].beside[Side.HOME]["pinnacle"], 60.0) == 0


def test_what_is_settled_differently_stands_on_each_price() -> None:
    desk = Desk(twin(differences=("abandoned: void here, unknown there",)))
    desk.take(*BOTH)
    found = desk.view().groups[0].beside[Side.HOME]["pinnacle"]
    assert isinstance(found, Reference)
    assert found.differences == ("abandoned: void here, unknown there",)
