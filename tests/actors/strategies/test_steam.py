"""Steam: what it follows on known numbers, and what keeps it from following."""

from typing import Any

import pytest

from actors.market_view import EventView
from actors.odds.margin import METHODS
from actors.orders import Seen
from actors.strategies import Wish, load
from actors.strategies.steam import Steam
from runtime.configuration import Seconds
from tests.actors.decision.views import AWAY, Feed
from tests.actors.world import HOME

# PIN 1.93 / 1.97 before; 1.85 / 2.06 after: home fell 4.15 %. Without margin, multiplicative:
# R = 0.540541 + 0.485437 = 1.025978, home 0.526854 (1.8981), away 0.473146.
BEFORE = {HOME: 1930, AWAY: 1970}
AFTER = {HOME: 1850, AWAY: 2060}
PLAIN: dict[str, Any] = {"method": "multiplicative"}


def feed(at: float = 20, **soft: int) -> Feed:
    """Return a feed in which PIN's home falls at that second and the others stand still."""
    made = Feed()
    made.say(0, PIN=BEFORE, **{book: {HOME: price} for book, price in soft.items()})
    made.say(at, PIN=AFTER)
    return made


def wishes(seen: EventView, **parameters: Any) -> list[Wish]:
    return list(Steam(Steam.Parameters(**{**PLAIN, **parameters})).on_update(seen))


def test_a_price_that_has_not_followed_is_wanted() -> None:
    (wish,) = wishes(feed(SBO=1960).view(20), stake=700)
    assert (wish.quote.book, wish.quote.selection, wish.quote.price) == ("SBO", HOME, 1960)
    assert wish.stake == 700
    assert wish.floor == 1908  # 1.005 / 0.526854 = 1.90755, rounded up
    assert (wish.evidence.fair, wish.evidence.edge) == (1898, 326)
    assert wish.evidence.reason == "PIN fell 4.1 % to 1.850 within 60 s, SBO has not followed"
    assert wish.evidence.prices == (Seen("PIN", "home", 1850, 0), Seen("SBO", "home", 1960, 20_000))


def test_the_side_that_rose_is_left_alone() -> None:
    made = feed()
    made.say(20, SBO={AWAY: 3000})
    assert wishes(made.view(20)) == []


@pytest.mark.parametrize(("least", "wanted"), [(4.1, True), (4.2, False)])
def test_the_sharp_book_has_to_move_so_far(least: float, wanted: bool) -> None:
    assert bool(wishes(feed(SBO=1960).view(20), least_move=least)) is wanted


@pytest.mark.parametrize(("window", "wanted"), [(29.0, False), (30.0, True)])
def test_a_move_before_the_window_is_over(window: float, wanted: bool) -> None:
    seen = feed(0.001, SBO=1960).view(29.5)
    assert bool(wishes(seen, window=Seconds(window))) is wanted


def test_a_book_that_has_followed_is_left_alone() -> None:
    made = feed(SBO=2050)
    made.say(20, SBO={HOME: 2030})  # 0.98 %: under a quarter of PIN's 4.15 %
    assert len(wishes(made.view(20))) == 1
    made.say(20, SBO={HOME: 2025})  # 1.22 %
    assert wishes(made.view(20)) == []
    assert len(wishes(made.view(20), followed=50.0)) == 1


@pytest.mark.parametrize(("price", "wanted"), [(1907, False), (1908, True)])
def test_a_price_has_to_be_worth_it_still(price: int, wanted: bool) -> None:
    assert bool(wishes(feed(SBO=price).view(20))) is wanted


def test_the_best_of_the_books_that_may_be_taken_is_taken() -> None:
    seen = feed(SBO=1960, IBC=1980, GA=2000).view(20)
    assert [wish.quote.book for wish in wishes(seen)] == ["GA"]
    assert [wish.quote.book for wish in wishes(seen, books=("SBO", "IBC"))] == ["IBC"]
    assert wishes(seen, books=("ISN",)) == []


def test_a_price_too_long_is_left() -> None:
    assert wishes(feed(SBO=1960).view(20), longest_price=1.95) == []


def test_without_every_side_of_the_sharp_book_there_is_no_move() -> None:
    made = Feed()
    made.say(0, PIN={HOME: 1930}, SBO={HOME: 1960})
    made.say(20, PIN={HOME: 1850})
    assert wishes(made.view(20)) == []


def test_the_sharp_book_itself_is_never_bet_on() -> None:
    assert wishes(feed().view(20)) == []


def test_it_looks_back_as_far_as_its_window_and_is_configured_as_text() -> None:
    made = load("strategies.steam", "actors.strategies.steam:Steam", {"window": "90s"})
    assert made.looks_back() == 90.0


@pytest.mark.parametrize("method", METHODS)
def test_it_is_configured_with_every_method_that_there_is(method: str) -> None:
    made = load("strategies.steam", "actors.strategies.steam:Steam", {"method": method})
    assert isinstance(made, Steam)
    assert made.parameters.method == method
