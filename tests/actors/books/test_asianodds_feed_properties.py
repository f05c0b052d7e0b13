"""Whatever the feed's answers hold, no match is harmed, and changes add up to everything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.books.asianodds.feed import FeedState
from actors.price_change import Offer
from actors.selections import Quote
from actors.units import Millis
from runtime.errors import TictacError
from tests.actors.books.answers import feed, row
from tests.actors.books.feeds import OTHER, Followed, applied, prices


@given(st.binary(max_size=300))
def test_rubbish_bytes_are_one_of_our_errors(answer: bytes) -> None:
    with pytest.raises(TictacError):
        FeedState().apply(answer, Millis(1))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(row())), JSON, max_size=4))
def test_a_mutated_row_never_harms_another_match(fields: dict[str, Any]) -> None:
    state = Followed()
    applied(state, OTHER)
    change = applied(state, row(**fields), OTHER, at=2)
    assert change.rows == 2
    if fields.get("GameId") != 12:
        assert not [key for key, _ in change.removed if key.startswith("ao-2:")]
    assert all(quote.price > 1000 for quote in change.quotes)


@given(st.data())
def test_a_broken_byte_in_a_feed_is_an_error_of_ours_or_a_change(data: st.DataObject) -> None:
    whole = bytearray(feed(row(), row(12, 2)))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    state = Followed()
    try:
        change = state.apply(bytes(whole), Millis(1))
    except TictacError:
        return
    assert all(1001 <= quote.price <= 1_000_000 for quote in change.quotes)


ROWS = st.tuples(
    st.sampled_from([1, 2, 3]),
    st.sampled_from(["0", "0-0.5", "0.5"]),
    st.sampled_from(["", "PIN=1.9,2.0", "PIN=1.8,2.1", "SBO=1.7,2.2;PIN=1.8,2.1"]),
    st.booleans(),
)


@given(st.lists(st.lists(ROWS, max_size=3), max_size=8))
def test_changes_add_up_to_what_the_rows_hold(answers: list[list[Any]]) -> None:
    state = Followed()
    held: dict[int, dict[tuple[str, str], int]] = {}
    for number, rows in enumerate(answers):
        built = []
        for game, line, odds, active in rows:
            market = {"Handicap": line, "BookieOdds": odds}
            one = row(game, game, FullTimeHdp=market, IsActive=active, StartTime=game)
            built.append(one)
            held[game] = prices(applied(FeedState(), one))
        applied(state, *built, at=number)
    told = {offer: quote.price for offer, quote in state.told.items()}
    assert told == {offer: price for quotes in held.values() for offer, price in quotes.items()}


# Reading only what changed is as good as reading everything.


ODDS = st.lists(
    st.tuples(
        st.sampled_from(["PIN", "SBO", "IBC", "BEST", " ISN"]),
        st.lists(
            st.sampled_from(["1.93", "1.97", "2.05", "2", "0.95", "-0.73", "NaN", " 1.5", ""]),
            min_size=1,
            max_size=4,
        ),
    ),
    max_size=3,
).map(lambda books: ";".join(f"{book}={','.join(prices)}" for book, prices in books))
LINE = st.sampled_from(["0", "0-0.5", "0.5", "?"])
MATCH_ROWS = st.fixed_dictionaries(
    {
        "GameId": st.integers(1, 4),
        "UpdatedDateTime": st.integers(5, 7),
        "FullTimeFavoured": st.sampled_from([0, 1, 2]),
        "FullTimeHdp": st.fixed_dictionaries({"Handicap": LINE, "BookieOdds": ODDS}),
        "FullTimeOu": st.fixed_dictionaries({"Goal": LINE, "BookieOdds": ODDS}),
        "FullTimeOneXTwo": st.fixed_dictionaries({"BookieOdds": ODDS}),
        "IsActive": st.sampled_from([True, True, True, False]),
    }
)


# Rows of which little changes from one answer to the next, as of real ones.
WORDS = st.sampled_from(["1.93", "1.930", "1.97", "2.05"])
ODD_WORDS = st.one_of(WORDS, WORDS, WORDS, st.sampled_from(["-0.73", "1.93,1.97", "NaN", ""]))


def steady(sides: int) -> st.SearchStrategy[str]:
    """Return odds of two books, nearly always plain and nearly always of both."""
    entries = [
        st.lists(ODD_WORDS, min_size=sides, max_size=sides).map(
            lambda w, b=book: f"{b}={','.join(w)}"
        )
        for book in ("PIN", "SBO", "BEST")
    ]
    plain = st.tuples(*entries)
    odd = st.lists(st.one_of(*entries, st.just("")), max_size=4)
    return st.one_of(plain, plain, plain, plain, odd).map(";".join)


STEADY_LINE = st.sampled_from(["0.5"] * 9 + ["0-0.5"])
STEADY_ROWS = st.fixed_dictionaries(
    {
        "GameId": st.integers(1, 3),
        "UpdatedDateTime": st.integers(5, 6),
        "FullTimeFavoured": st.just(1),
        "FullTimeHdp": st.fixed_dictionaries({"Handicap": STEADY_LINE, "BookieOdds": steady(2)}),
        "FullTimeOu": st.fixed_dictionaries({"Goal": STEADY_LINE, "BookieOdds": steady(2)}),
        "FullTimeOneXTwo": st.fixed_dictionaries({"BookieOdds": steady(3)}),
    }
)


@given(st.lists(st.lists(MATCH_ROWS, max_size=4), min_size=1, max_size=6), st.data())
def test_reading_what_changed_is_reading_everything(
    answers: list[list[dict[str, Any]]], data: st.DataObject
) -> None:
    """Two matches, two rows each, so that rows also share lines; some come again as they were."""
    read_and_compare(answers, data)


@given(st.lists(st.lists(STEADY_ROWS, max_size=3), min_size=2, max_size=6), st.data())
def test_reading_the_prices_that_moved_is_reading_everything(
    answers: list[list[dict[str, Any]]], data: st.DataObject
) -> None:
    read_and_compare(answers, data)


def read_and_compare(answers: list[list[dict[str, Any]]], data: st.DataObject) -> None:
    state = Followed()
    rows: dict[int, dict[str, Any]] = {}
    for number, changed in enumerate(answers, 1):
        built = [row(match=1 + fields["GameId"] % 2, **fields) for fields in changed]
        again = data.draw(st.lists(st.sampled_from(sorted(rows)), max_size=3)) if rows else []
        built += [rows[game] for game in again]
        rows |= {one["GameId"]: one for one in built}
        before = dict(state.told)
        change = applied(state, *built, at=number)
        whole = Followed()
        applied(whole, *rows.values())
        assert said(state.told) == said(whole.told)
        in_answer = {f"{one['GameId']}/1/1" for one in built}
        assert state.confirmed == {
            offer
            for offer, what in said(state.told).items()
            if said(before).get(offer) == what and what[1] in in_answer
        }
        assert change.faults == applied(FeedState(), *built).faults


def said(told: dict[Offer, Quote]) -> dict[Offer, tuple[int, str]]:
    """Return price and locator of what was told."""
    return {offer: (quote.price, quote.locator) for offer, quote in told.items()}
