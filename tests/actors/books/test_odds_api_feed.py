"""What answers of The Odds API change, and what they must never change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.books.odds_api.feed import OddsApiFeed
from actors.errors import MalformedAnswerError
from actors.price_change import PriceChange
from actors.selections import Phase
from actors.units import Millis
from tests.actors.books.odds_answers import (
    AWAY,
    HOME,
    MATCH,
    NOON,
    answer,
    book,
    h2h,
    market,
    match,
    outcome,
    spreads,
    totals,
)

KEY = f"toa-{MATCH}"
OTHER = "0" * 32


def applied(state: OddsApiFeed, *matches: object, at: int = NOON) -> PriceChange:
    return state.apply("soccer", answer(*matches), Millis(at))


def fresh() -> OddsApiFeed:
    return OddsApiFeed(Phase.TODAY)


def prices(change: PriceChange) -> dict[str, int]:
    return {
        quote.selection.key.removeprefix(f"{KEY}:") + f" {quote.book}": quote.price
        for quote in change.quotes
    }


def test_a_match_becomes_an_event_and_prices_by_the_names_of_its_outcomes() -> None:
    change = applied(fresh(), match(book("pinnacle", h2h(), totals(2.25), spreads())))
    (event,) = change.events
    assert (event.key, event.sport, event.league) == (KEY, "football", "FIFA World Cup")
    assert (event.home, event.away, event.start) == (HOME, AWAY, NOON + 8 * 3_600_000)
    assert prices(change) == {
        "1x2:ft:0:away pinnacle": 7000,
        "1x2:ft:0:home pinnacle": 1500,
        "1x2:ft:0:draw pinnacle": 4200,
        "ou:ft:225:over pinnacle": 1680,
        "ou:ft:225:under pinnacle": 2140,
        "ah:ft:125:away pinnacle": 1950,
        "ah:ft:-125:home pinnacle": 1900,
    }
    quote = change.quotes[0]
    assert (quote.updated_at, quote.received_at) == (NOON - 30_000, NOON)
    assert (quote.locator, quote.max_stake) == (f"{KEY}/pinnacle/h2h", None)
    assert (change.rows, change.faults, change.skipped) == (1, (), ())


def test_prices_are_exact_and_rounded_down() -> None:
    change = applied(fresh(), match(book("b", h2h(1.0019, 2.3, 1000))))
    assert sorted(prices(change).values()) == [1001, 2300, 1_000_000]


def test_what_is_of_no_use_is_counted_and_no_fault() -> None:
    lay = market("h2h_lay", outcome(HOME, 1.5))
    odd = market("<b>", outcome(HOME, 1.5))
    two_way = market("h2h", outcome(HOME, 1.5), outcome(AWAY, 2.5))
    old = h2h(last_update="2026-06-20T11:49:00Z")
    books = [book("a", lay, odd), book("b", two_way), book("c", old), book("d", h2h(1.0))]
    change = applied(OddsApiFeed(Phase.TODAY, ["a", "b", "c", "d"]), match(*books, book("e")))
    assert (change.quotes, change.faults) == ((), ())
    assert dict(change.skipped) == {
        "market h2h_lay": 1,
        "market of another name": 1,
        "h2h without a draw": 1,
        "a price that is old at the source": 1,
        "a price outside 1.001 to 1000": 1,
        "a book that is not asked for": 1,
    }


def test_only_matches_of_the_phase_are_told() -> None:
    for phase, hours in ((Phase.LIVE, 8), (Phase.TODAY, 7), (Phase.EARLY, -17)):
        at = NOON + hours * 3_600_000
        found = match(book("b", h2h(last_update=None), last_update=None))
        assert [len(applied(OddsApiFeed(one), found, at=at).events) for one in Phase] == [
            int(one is phase) for one in Phase
        ]


def test_the_same_answer_again_is_seen_and_changes_nothing() -> None:
    state = fresh()
    applied(state, match())
    change = applied(state, match(), at=NOON + 1)
    assert (change.events, change.quotes, change.removed) == ((), (), ())
    assert change.seen == (f"{KEY}/pinnacle/h2h",)


def test_only_the_price_that_moved_is_told() -> None:
    state = fresh()
    applied(state, match())
    assert prices(applied(state, match(book("pinnacle", h2h(1.51))))) == {
        "1x2:ft:0:home pinnacle": 1510
    }


def test_what_is_no_longer_in_an_answer_is_no_longer_offered() -> None:
    state = fresh()
    applied(state, match(book("a", h2h(), totals(2.5)), book("b")), match(id=OTHER))
    moved = applied(state, match(book("a", h2h(), totals(2.75))), match(id=OTHER))
    gone = {(key.removeprefix(f"{KEY}:"), name) for key, name in moved.removed}
    assert gone == {
        ("ou:ft:250:over", "a"),
        ("ou:ft:250:under", "a"),
        *((f"1x2:ft:0:{side}", "b") for side in ("home", "draw", "away")),
    }
    assert len(applied(state, match(id=OTHER)).removed) == 5
    assert len(applied(state).removed) == 3


def test_an_answer_about_one_sport_says_nothing_of_another() -> None:
    state = fresh()
    applied(state, match())
    change = state.apply("tennis", answer(), Millis(NOON))
    assert change.removed == ()


BAD_MATCHES: list[Any] = [
    5,
    {},
    match(id="short"),
    match(home_team=None),
    match(away_team=HOME),
    match(home_team="Draw"),
    match(commence_time="yesterday"),
    match(commence_time="2026-06-20T20:00:00"),
    match(commence_time=5),
    match(bookmakers=None),
    match(bookmakers=[5]),
    match(book(key="Not A Key")),
    match(book("pinnacle", {"key": "h2h"})),
    match(book("pinnacle", h2h("x"))),
    match(book("pinnacle", h2h(None))),
    match(book("pinnacle", h2h("NaN"))),
    match(book("pinnacle", h2h("Infinity"))),
    match(book("pinnacle", h2h("1E+999999999"))),
    match(book("pinnacle", market("h2h", outcome(HOME, 1.5), outcome("Else", 2)))),
    match(book("pinnacle", market("h2h", outcome(HOME, 1.5), outcome(HOME, 2)))),
    match(book("pinnacle", h2h(last_update="never"))),
]


@pytest.mark.parametrize("bad", BAD_MATCHES)
def test_what_cannot_be_read_is_a_fault_and_its_earlier_prices_stay_unconfirmed(bad: Any) -> None:
    state = fresh()
    applied(state, match())
    change = applied(state, bad, match(id=OTHER), at=NOON + 1)
    assert len(change.faults) == 1
    assert change.removed == ()
    assert f"{KEY}/pinnacle/h2h" not in change.seen
    assert len(change.quotes) == 3  # the other match counts
    assert applied(state, match(), match(id=OTHER), at=NOON + 2).quotes == ()


@pytest.mark.parametrize(
    "bad",
    [
        totals(2.3),
        totals(-2.5),
        totals(None),
        totals("1E-999999999"),
        totals("NaN"),
        totals(1000.25),
        market("totals", outcome("Over", 1.9, 2.5)),
        market("totals", outcome("Over", 1.9, 2.5), outcome("Under", 1.9, 3.5)),
        market("totals"),
        market("spreads", outcome(HOME, 1.9, -1), outcome(AWAY, 1.9, -1)),
    ],
)
def test_a_line_that_makes_no_sense_is_a_fault_and_the_other_markets_count(bad: Any) -> None:
    change = applied(fresh(), match(book("b", bad, h2h())))
    assert (len(change.faults), len(change.quotes)) == (1, 3)


def test_a_book_or_a_match_that_is_there_twice_counts_once() -> None:
    twice = match(book("a", h2h(1.5)), book("a", h2h(1.6)))
    change = applied(fresh(), twice, match(book("a", h2h(1.7))))
    assert prices(change)["1x2:ft:0:home a"] == 1500
    assert len(change.faults) == 2


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b'{"message": "no"}', b"\xff"])
def test_an_answer_that_is_no_list_changes_nothing(body: bytes) -> None:
    state = fresh()
    applied(state, match())
    with pytest.raises(MalformedAnswerError):
        state.apply("soccer", body, Millis(NOON))
    assert applied(state, match()).quotes == ()


def test_matches_long_begun_can_be_forgotten() -> None:
    state = fresh()
    applied(state, match())
    assert state.forget(Millis(NOON)).removed == ()
    assert len(state.forget(Millis(NOON + 86_400_000)).removed) == 3
    assert state.forget(Millis(NOON + 86_400_000)) == PriceChange()


@given(st.data())
def test_a_broken_byte_is_an_error_of_ours_or_a_change(data: st.DataObject) -> None:
    whole = bytearray(answer(match(book("b", h2h(), totals(), spreads())), match(id=OTHER)))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        change = fresh().apply("soccer", bytes(whole), Millis(NOON))
    except MalformedAnswerError:
        return
    assert all(1001 <= quote.price <= 1_000_000 for quote in change.quotes)
