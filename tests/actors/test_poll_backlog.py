"""The backlog: the newest of everything, once for each credit, and nothing older than it says."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import poll_backlog
from actors.market_view import MarketView
from actors.messages import MarketUpdate
from actors.poll_backlog import LARGEST_UPDATE, Backlog
from actors.price_change import PriceChange
from actors.selections import MarketType, Quote
from actors.units import Millis
from tests.actors.world import EVENT, HOME, NOW, event, quote, selection

ALL = tuple(MarketType)
SBO = (HOME.key, "SBO")
ROW = "11/1/1"
"""The locator of all quotes here."""


def change(*quotes: Quote, **fields: Any) -> PriceChange:
    return PriceChange(events=(EVENT,) if quotes else (), quotes=quotes, **fields)


def filled(*changes: PriceChange, types: tuple[MarketType, ...] = ALL) -> Backlog:
    """Return a backlog that took these changes a second apart and was asked for everything."""
    made = Backlog("m")
    for number, one in enumerate(changes):
        made.take(one, Millis(NOW + 1000 * number), types)
    return made


def update(backlog: Backlog, *, full: bool = False) -> MarketUpdate:
    backlog.credit(full=full)
    found = backlog.next_update()
    assert found is not None
    return found


def prices(found: MarketUpdate) -> list[tuple[str, str, int]]:
    return [(one.selection.key, one.book, one.price) for one in found.quotes]


def test_without_a_credit_nothing_is_sent() -> None:
    made = filled(change(quote()))
    assert made.next_update() is None


def test_a_credit_is_good_for_one_update() -> None:
    made = filled(change(quote()))
    update(made)
    made.take(change(quote(price=1960)), Millis(NOW), ALL)
    assert made.next_update() is None


def test_two_credits_are_one() -> None:
    made = filled(change(quote()))
    made.credit(full=False)
    update(made)
    made.take(change(quote(price=1960)), Millis(NOW), ALL)
    assert made.next_update() is None


def test_before_the_first_answer_nothing_is_sent() -> None:
    made = Backlog("m")
    made.credit(full=True)
    assert made.next_update() is None
    made.take(change(quote()), Millis(NOW), ALL)
    assert made.next_update() is not None


def test_while_there_is_no_credit_the_newest_price_wins() -> None:
    made = filled(*(change(quote(price=price)) for price in (1950, 1990, 1970)))
    assert prices(update(made)) == [(HOME.key, "SBO", 1970)]


def test_what_was_sent_is_not_sent_again() -> None:
    made = filled(change(quote(), quote(book="PIN")))
    update(made)
    made.take(change(quote(price=1960)), Millis(NOW), ALL)
    assert prices(update(made)) == [(HOME.key, "SBO", 1960)]
    made.credit(full=False)
    assert made.next_update() is None


def test_a_credit_that_found_no_news_is_used_by_the_next() -> None:
    made = filled(change(quote()))
    update(made)
    made.credit(full=False)
    assert made.next_update() is None
    made.take(change(quote(price=1960)), Millis(NOW), ALL)
    assert made.next_update() is not None


def test_the_first_update_and_one_that_is_asked_for_are_full() -> None:
    made = filled(change(quote()), change(quote(book="PIN")))
    first = update(made)
    assert first.full
    made.take(change(quote(price=1960)), Millis(NOW), ALL)
    assert not update(made).full
    again = update(made, full=True)
    assert again.full
    assert sorted(prices(again)) == [(HOME.key, "PIN", 1950), (HOME.key, "SBO", 1960)]
    assert again.events == (EVENT,)


def test_a_removed_price_is_told_once_and_its_news_is_dropped() -> None:
    made = filled(change(quote()))
    update(made)
    made.take(change(quote(price=1960)), Millis(NOW), ALL)
    made.take(change(removed=(SBO, ("never", "told"))), Millis(NOW), ALL)
    found = update(made)
    assert (found.removed, found.quotes) == ((SBO,), ())
    made.credit(full=False)
    assert made.next_update() is None


def test_a_price_that_came_back_is_not_removed() -> None:
    made = filled(change(quote()))
    update(made)
    made.take(change(removed=(SBO,)), Millis(NOW), ALL)
    made.take(change(quote(price=1960)), Millis(NOW), ALL)
    found = update(made)
    assert (prices(found), found.removed) == ([(HOME.key, "SBO", 1960)], ())


def test_market_types_that_are_not_polled_for_are_left_out() -> None:
    made = filled(change(quote(), quote(selection(1))), types=(MarketType.TOTAL,))
    assert prices(update(made)) == [(selection(1).key, "SBO", 1950)]


def test_a_confirmation_is_told_with_the_moment_of_its_poll() -> None:
    made = filled(change(quote()))
    update(made)
    made.take(change(seen=(ROW,)), Millis(NOW + 7), ALL)
    found = update(made)
    assert (found.confirmed, found.polled_at) == (((ROW, NOW + 7),), NOW + 7)
    made.credit(full=False)
    assert made.next_update() is None


def test_a_confirmation_that_waited_is_not_told_as_one_of_a_later_poll() -> None:
    """Else a price that silently left the feed would look as fresh as the newest answer."""
    made = filled(change(quote()))
    update(made)
    made.take(change(seen=(ROW,)), Millis(NOW + 10_000), ALL)
    made.take(change(quote(book="PIN", received_at=NOW + 50_000)), Millis(NOW + 50_000), ALL)
    found = update(made)
    assert found.polled_at == NOW + 50_000
    view = MarketView(30.0)
    view.apply(MarketUpdate("m", (EVENT,), (quote(),), (), (), Millis(NOW), 1, 0))
    view.apply(found)
    assert view.seen_at(quote()) == NOW + 10_000


def test_a_market_that_asks_for_everything_is_told_when_a_price_was_confirmed() -> None:
    made = filled(change(quote()))
    made.take(change(seen=(ROW,)), Millis(NOW + 10_000), ALL)
    made.take(change(quote(book="PIN")), Millis(NOW + 50_000), ALL)
    view = MarketView(30.0)
    view.apply(update(made, full=True))
    assert view.seen_at(quote()) == NOW + 10_000


def test_nothing_is_confirmed_while_a_newer_price_waits() -> None:
    """Else the Market would take the price of before for one of now."""
    many = [quote(selection(number), "SBO") for number in range(LARGEST_UPDATE + 5)]
    made = filled(change(*many))
    update(made), update(made)
    moved = [quote(one.selection, "SBO", 1960, NOW + 9) for one in many]
    made.take(change(*moved, seen=(ROW,)), Millis(NOW + 9), ALL)
    first, second = update(made), update(made)
    assert (len(first.quotes), first.confirmed) == (LARGEST_UPDATE, ())
    assert (len(second.quotes), second.confirmed) == (5, ((ROW, NOW + 9),))


def test_no_update_names_more_rows_and_offers_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poll_backlog, "MOST_NAMED", 2)
    quotes = [quote(selection(number)) for number in range(5)]
    made = filled(change(*quotes))
    update(made)
    gone = tuple((one.selection.key, "SBO") for one in quotes)
    made.take(change(seen=("a", "b", "c"), removed=gone), Millis(NOW), ALL)
    told = [update(made) for _ in range(3)]
    assert [len(one.removed) for one in told] == [2, 2, 1]
    assert [len(one.confirmed) for one in told] == [0, 0, 2]  # none while a removal waits
    assert len(update(made).confirmed) == 1


def test_updates_are_numbered() -> None:
    made = filled(change(quote()))
    assert update(made).number == 1
    made.take(change(quote(price=1960)), Millis(NOW), ALL)
    assert update(made).number == 2


def test_a_row_that_is_no_longer_told_is_forgotten() -> None:
    made = filled(change(quote(), seen=(ROW, "of no price")))
    made.drop(PriceChange(), Millis(EVENT.start))
    assert update(made).confirmed == ((ROW, NOW),)


def test_an_event_goes_with_its_prices() -> None:
    other = event("ao-2")
    made = filled(change(quote()), PriceChange(events=(other,)))
    assert update(made).events == (EVENT, other)
    made.take(PriceChange(quotes=(quote(price=1960),)), Millis(NOW), ALL)
    assert update(made).events == (EVENT,)


def test_a_large_update_comes_in_parts_and_every_price_once() -> None:
    many = [quote(selection(number), "SBO") for number in range(LARGEST_UPDATE + 5)]
    made = filled(change(*many))
    first, second = update(made), update(made)
    assert (len(first.quotes), len(second.quotes)) == (LARGEST_UPDATE, 5)
    assert (first.full, second.full) == (True, False)
    assert {one.selection.key for one in (*first.quotes, *second.quotes)} == {
        one.selection.key for one in many
    }
    assert second.events == (EVENT,)
    made.credit(full=False)
    assert made.next_update() is None


def test_answers_and_faults_are_counted() -> None:
    made = filled(change(quote(), faults=("a", "b")), change(quote(price=1960)))
    made.count_fault()
    found = update(made)
    assert (found.answers, found.faults) == (2, 3)


def test_a_match_that_was_dropped_is_forgotten_with_its_prices() -> None:
    made = filled(change(quote()))
    update(made)
    made.drop(PriceChange(removed=(SBO,)), Millis(EVENT.start + 1))
    assert update(made).removed == (SBO,)
    again = update(made, full=True)
    assert (again.events, again.quotes) == ((), ())


def test_a_match_without_a_price_yet_is_kept_while_others_are_forgotten() -> None:
    made = filled(change(quote()))
    update(made)
    later = msgspec.structs.replace(EVENT, key="ao-2", start=Millis(EVENT.start + 1))
    made.take(PriceChange(events=(later,)), Millis(NOW), ALL)
    made.drop(PriceChange(removed=(SBO,)), later.start)
    assert update(made).events == (later,)
    first = quote(msgspec.structs.replace(selection(1), event="ao-2"))
    made.take(PriceChange(quotes=(first,)), Millis(NOW), ALL)
    found = update(made)
    assert (found.events, found.quotes) == ((later,), (first,))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("price"), st.integers(0, 3), st.integers(1900, 2000)),
        st.tuples(st.just("remove"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("credit"), st.booleans(), st.just(0)),
    ),
    max_size=40,
)


@given(STEPS)
def test_whatever_comes_a_market_that_takes_every_update_knows_what_the_feed_says(
    steps: list[tuple[str, int, int]],
) -> None:
    made, view = Backlog("m"), MarketView(1e6)
    model: dict[tuple[str, str], int] = {}

    def settle() -> None:
        found = made.next_update()
        if found is not None:
            view.apply(found)

    for name, which, price in steps:
        wanted = selection(int(which))
        key = (wanted.key, "SBO")
        match name:
            case "price":
                model[key] = price
                made.take(change(quote(wanted, "SBO", price)), Millis(NOW), ALL)
            case "remove":
                model.pop(key, None)
                made.take(change(removed=(key,)), Millis(NOW), ALL)
            case "credit":
                made.credit(full=bool(which))
        settle()
    for _ in range(2):
        made.credit(full=False)
        settle()
    assert {key: one.price for key, one in view.quotes.items()} == model


def test_an_answer_without_news_is_told_once() -> None:
    made = filled(change(quote()))
    update(made, full=True)
    made.take(PriceChange(), NOW, ALL)
    found = update(made)
    assert (found.quotes, found.answers) == ((), 2)
    made.credit(full=False)
    assert made.next_update() is None
