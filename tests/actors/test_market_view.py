"""What a Market knows: the newest price of each book, and only as long as it is fresh."""

from typing import Any

import msgspec

from actors.market_view import EventView, MarketView
from actors.messages import MarketUpdate
from actors.selections import Event, MarketType, Period, Quote, Selection, Side
from actors.units import Millis
from tests.actors.world import EVENT, HOME, NOW, event, quote

ROW = "11/1/1"
"""The locator of all quotes here."""

AWAY = Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, 25, Side.AWAY)


def update(
    *quotes: Quote, events: tuple[Event, ...] = (EVENT,), at: int = NOW, **fields: Any
) -> MarketUpdate:
    made = MarketUpdate("m", events, quotes, (), (), Millis(at), 1, 0)
    return msgspec.structs.replace(made, **fields)


def seen(view: MarketView, now: int = NOW, of: str = "ao-1") -> list[tuple[str, str, int]]:
    """Return what a strategy would see: selection, book, price."""
    found = view.event_view(of, now)
    assert isinstance(found, EventView)
    return sorted(
        (quote.selection.key, quote.book, quote.price)
        for group in found.groups
        for books in group.quotes.values()
        for quote in books.values()
    )


def test_a_price_replaces_the_one_before_of_the_same_book() -> None:
    view = MarketView(30.0)
    view.apply(update(quote(price=1950), quote(book="PIN", price=1930)))
    view.apply(update(quote(price=1970)))
    assert seen(view) == [(HOME.key, "PIN", 1930), (HOME.key, "SBO", 1970)]


def test_the_events_whose_prices_changed_are_named() -> None:
    view = MarketView(30.0)
    other = msgspec.structs.replace(HOME, event="ao-2")
    both = (EVENT, event("ao-2"))
    assert view.apply(update(quote(), quote(other), events=both)) == {"ao-1", "ao-2"}
    assert view.apply(update(quote(other, price=1990))) == {"ao-2"}
    assert view.apply(update(confirmed=((ROW, NOW),))) == set()
    assert view.apply(update(removed=((HOME.key, "SBO"),))) == set()


def test_a_removed_price_is_gone() -> None:
    view = MarketView(30.0)
    view.apply(update(quote(), quote(book="PIN")))
    view.apply(update(removed=((HOME.key, "SBO"), ("never", "seen"))))
    assert seen(view) == [(HOME.key, "PIN", 1950)]
    assert set(view.quotes) == {(HOME.key, "PIN")}


def test_a_stale_price_is_not_shown() -> None:
    view = MarketView(30.0)
    view.apply(update(quote(), quote(book="PIN", received_at=NOW + 1)))
    assert len(seen(view, NOW + 30_000)) == 2
    assert seen(view, NOW + 30_001) == [(HOME.key, "PIN", 1950)]


def test_each_market_type_may_have_an_age_of_its_own_and_what_is_stale_is_counted() -> None:
    view = MarketView(30.0, {MarketType.HANDICAP: 10.0})
    total = Selection("ao-1", MarketType.TOTAL, Period.FULL_TIME, 250, Side.OVER)
    view.apply(update(quote(), quote(AWAY), quote(total)))
    for age, shown, stale in ((10, 3, {}), (11, 1, {MarketType.HANDICAP: 2})):
        found = view.event_view("ao-1", NOW + age * 1_000)
        assert found is not None
        assert (
            sum(len(prices) for group in found.groups for prices in group.quotes.values()) == shown
        )
        assert found.stale == stale


def test_a_confirmed_price_is_fresh_again() -> None:
    view = MarketView(30.0)
    view.apply(update(quote()))
    view.apply(update(at=NOW + 25_000, confirmed=((ROW, NOW + 20_000), ("never", NOW))))
    assert len(seen(view, NOW + 50_000)) == 1
    assert seen(view, NOW + 50_001) == []
    assert view.seen_at(quote()) == NOW + 20_000


def test_the_age_that_a_strategy_sees_is_that_of_the_last_confirmation() -> None:
    view = MarketView(30.0)
    view.apply(update(quote()))
    view.apply(update(confirmed=((ROW, NOW + 20_000),)))
    found = view.event_view("ao-1", NOW + 21_000)
    assert found is not None
    assert found.groups[0].quotes[Side.HOME]["SBO"].received_at == NOW + 20_000


def test_a_row_confirms_what_was_told_of_it_and_nothing_else() -> None:
    view = MarketView(30.0)
    other = msgspec.structs.replace(quote(AWAY), locator="12/1/1")
    view.apply(update(quote(), other))
    view.apply(update(confirmed=((ROW, NOW + 20_000),)))
    assert (view.seen_at(quote()), view.seen_at(other)) == (NOW + 20_000, NOW)
    view.apply(update(confirmed=((ROW, NOW + 10_000),)))
    assert view.seen_at(quote()) == NOW + 20_000  # never back


def test_a_row_is_forgotten_with_its_last_price() -> None:
    view = MarketView(30.0)
    view.apply(update(quote()))
    view.apply(update(confirmed=((ROW, NOW + 20_000),)))
    view.apply(update(removed=((HOME.key, "SBO"),)))
    view.apply(update(quote(received_at=NOW + 1)))
    assert view.seen_at(view.quotes[(HOME.key, "SBO")]) == NOW + 1


def test_a_full_update_replaces_everything() -> None:
    view = MarketView(30.0)
    other = msgspec.structs.replace(HOME, event="ao-2")
    view.apply(update(quote(), quote(other), events=(EVENT, event("ao-2"))))
    view.apply(update(quote(book="PIN"), full=True))
    assert seen(view) == [(HOME.key, "PIN", 1950)]
    assert view.event_view("ao-2", NOW) is None
    assert len(view.quotes) == 1
    assert seen(view, NOW + 30_001) == []


def test_nothing_is_shown_of_an_event_nobody_named() -> None:
    view = MarketView(30.0)
    view.apply(update(quote(), events=()))
    assert view.event_view("ao-1", NOW) is None


def test_both_sides_of_a_line_stand_in_one_group() -> None:
    view = MarketView(30.0)
    view.apply(update(quote(HOME), quote(AWAY, price=1960)))
    found = view.event_view("ao-1", NOW)
    assert found is not None
    (group,) = found.groups
    assert (group.type, group.period) == (MarketType.HANDICAP, Period.FULL_TIME)
    prices = group.prices_of("SBO")
    assert prices is not None
    assert {side: quote.price for side, quote in prices.items()} == {
        Side.HOME: 1950,
        Side.AWAY: 1960,
    }


def test_other_lines_types_and_periods_are_other_groups() -> None:
    view = MarketView(30.0)
    half = msgspec.structs.replace(HOME, period=Period.HALF_TIME)
    level = msgspec.structs.replace(HOME, line=0)
    total = Selection("ao-1", MarketType.TOTAL, Period.FULL_TIME, -25, Side.OVER)
    view.apply(update(quote(HOME), quote(half), quote(level), quote(total)))
    found = view.event_view("ao-1", NOW)
    assert found is not None
    assert len(found.groups) == 4


def test_a_book_without_a_price_for_every_side_has_no_market() -> None:
    view = MarketView(30.0)
    view.apply(update(quote(HOME), quote(AWAY, book="PIN")))
    found = view.event_view("ao-1", NOW)
    assert found is not None
    assert found.groups[0].prices_of("SBO") is None
    assert found.groups[0].prices_of("nobody") is None


def test_a_stale_side_leaves_its_book_without_a_market() -> None:
    view = MarketView(30.0)
    view.apply(update(quote(HOME), quote(AWAY, received_at=NOW + 9)))
    found = view.event_view("ao-1", NOW + 30_001)
    assert found is not None
    assert found.groups[0].prices_of("SBO") is None


def test_a_match_long_over_is_forgotten_with_its_prices() -> None:
    view = MarketView(30.0)
    later = msgspec.structs.replace(HOME, event="ao-2")
    events = (EVENT, event("ao-2", start=Millis(EVENT.start + 1)))
    view.apply(update(quote(), quote(later), events=events))
    view.forget(EVENT.start + 1)
    assert set(view.events) == {"ao-2"}
    assert set(view.quotes) == {(later.key, "SBO")}


def test_an_event_that_changes_is_seen_as_it_is_now() -> None:
    view = MarketView(30.0)
    view.apply(update(quote()))
    view.apply(update(events=(event(home_score=1),)))
    found = view.event_view("ao-1", NOW)
    assert found is not None
    assert found.event.home_score == 1
