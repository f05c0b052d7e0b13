"""How prices went: the right ones, only as far back as wanted, and nothing of what is gone."""

import msgspec
import pytest

from actors.decision.history import MOST_POINTS, PriceHistory
from actors.messages import MarketUpdate
from actors.units import Millis
from runtime.errors import OurError
from tests.actors.world import EVENT, HOME, NOW, quote


def update(at: float, price: int = 0, **fields: object) -> MarketUpdate:
    quotes = (quote(price=price, received_at=NOW + int(at * 1000)),) if price else ()
    made = MarketUpdate("m", (EVENT,), quotes, (), (), Millis(NOW), 1, 0)
    return msgspec.structs.replace(made, **fields)


def told(seconds: float, *points: tuple[float, int]) -> PriceHistory:
    """Return a history of one price that was this at these seconds."""
    history = PriceHistory(seconds)
    for at, price in points:
        history.follow(update(at, price))
    return history


def moved(history: PriceHistory, seconds: float, at: float) -> float:
    return round(history.moved(quote(), seconds, NOW + int(at * 1000)), 6)


def test_a_move_is_from_the_price_that_held_when_the_window_began() -> None:
    history = told(60, (0, 2000), (10, 1900), (30, 1950))
    assert moved(history, 60, 30) == -2.5  # 1950 against 2000
    assert moved(history, 25, 30) == -2.5  # at 5 s it still was 2000
    assert moved(history, 20, 30) == round((1950 / 1900 - 1) * 100, 6)
    assert moved(history, 5, 30) == round((1950 / 1900 - 1) * 100, 6)
    assert moved(history, 5, 40) == 0


def test_a_price_that_stood_still_has_not_moved() -> None:
    history = told(60, (0, 2000), (10, 2000), (20, 2000))
    assert moved(history, 60, 20) == 0
    assert history.path(quote(), 60, NOW + 20_000) == [(NOW, 2000)]


def test_a_price_that_is_not_known_has_not_moved() -> None:
    assert moved(PriceHistory(60), 60, 0) == 0
    assert PriceHistory(60).volatility(quote(), 60, NOW) == 0


def test_of_a_younger_price_the_first_point_counts() -> None:
    assert moved(told(60, (50, 2000), (55, 2100)), 60, 55) == 5


def test_volatility_is_the_root_of_the_squared_steps() -> None:
    history = told(60, (0, 2000), (10, 2020), (20, 2000))
    assert history.volatility(quote(), 60, NOW + 20_000) == pytest.approx(1.40719, abs=1e-5)
    assert moved(history, 60, 20) == 0  # it came back, and yet it was not calm


def test_more_than_is_kept_is_refused_with_the_cure() -> None:
    with pytest.raises(OurError, match=r"60 s of prices are kept and 61 s.*looks_back"):
        told(60, (0, 2000)).moved(quote(), 61, NOW)


def test_each_book_has_a_history_of_its_own() -> None:
    history = told(60, (0, 2000), (10, 2100))
    history.follow(update(10, quotes=(quote(book="PIN", price=1500, received_at=NOW + 10_000),)))
    assert moved(history, 60, 10) == 5
    assert history.moved(quote(book="PIN"), 60, NOW + 10_000) == 0


def test_what_is_older_than_the_window_is_dropped_but_for_the_price_at_its_beginning() -> None:
    history = told(60, *((10.0 * number, 2000 + number) for number in range(50)))
    assert len(history._points[HOME.key, "SBO"]) == 7
    assert history.path(quote(), 60, NOW + 490_000)[0] == (NOW + 430_000, 2043)


def test_a_price_that_never_rests_keeps_a_limited_number_of_points() -> None:
    history = told(600, *((number / 1000, 2000 + number % 2) for number in range(1_000)))
    assert len(history._points[HOME.key, "SBO"]) == MOST_POINTS


def test_a_price_that_was_taken_away_begins_anew() -> None:
    history = told(60, (0, 2000))
    history.follow(update(5, removed=((HOME.key, "SBO"),)))
    assert len(history) == 0
    history.follow(update(10, 2100))
    assert moved(history, 60, 10) == 0


def test_a_full_update_begins_anew() -> None:
    history = told(60, (0, 2000))
    history.follow(update(10, 2100, full=True))
    assert moved(history, 60, 10) == 0


def test_what_is_not_known_any_more_is_forgotten() -> None:
    history = told(60, (0, 2000))
    history.keep_only({(HOME.key, "SBO")})
    assert len(history) == 1
    history.keep_only(set())
    assert len(history) == 0
