"""What the feed's answers change, and what they must never change."""

import json
from typing import Any

import pytest

from actors.books.asianodds.feed import FeedChange, FeedState
from actors.books.asianodds.rows import MINIMUM_INTERVAL_SECONDS
from actors.errors import (
    BookError,
    MalformedAnswerError,
    SessionLostError,
    ThrottledError,
)
from actors.selections import Phase
from actors.units import Millis
from tests.actors.books.answers import envelope, feed, recorded, row
from tests.actors.books.feeds import AWAY, BOTH, HOME, OTHER, Followed, applied, prices


def test_a_first_row_brings_its_event_and_its_quotes() -> None:
    change = applied(FeedState(), row(), at=7)
    assert prices(change) == {(HOME, "PIN"): 1930, (AWAY, "PIN"): 1970}
    (event,) = change.events
    assert (event.key, event.name, event.sport) == ("ao-1", "Arsenal v Everton", "football")
    assert event.phase is Phase.TODAY
    quote = change.quotes[0]
    assert quote.locator == "11/1/1"
    assert (quote.updated_at, quote.received_at) == (1_699_999_000_000, 7)
    assert (change.rows, change.since, change.faults) == (1, 1_700_000_000_001, ())


def test_the_same_row_again_confirms_and_changes_nothing() -> None:
    state = Followed()
    applied(state, row())
    change = applied(state, row(), at=2)
    assert (change.events, change.quotes, change.removed) == ((), (), ())
    assert state.confirmed == BOTH


def test_only_the_price_that_moved_is_told() -> None:
    state = Followed()
    applied(state, row())
    moved = {"Handicap": "0-0.5", "BookieOdds": "PIN=1.95,1.97"}
    change = applied(state, row(FullTimeHdp=moved), at=2)
    assert prices(change) == {(HOME, "PIN"): 1950}
    assert state.confirmed == {(AWAY, "PIN")}


def test_an_absent_row_is_neither_removed_nor_confirmed() -> None:
    state = Followed()
    applied(state, row())
    for change in (applied(state, at=2), applied(state, OTHER, at=3)):
        assert change.removed == ()
        assert not BOTH & state.confirmed
    applied(state, row(), at=4)
    assert state.confirmed == BOTH


@pytest.mark.parametrize("gone", [{"WillBeRemoved": True}, {"IsActive": False}])
def test_a_row_that_goes_takes_its_quotes_away(gone: dict[str, bool]) -> None:
    state = Followed()
    applied(state, row())
    change = applied(state, row(**gone), at=2)
    assert set(change.removed) == BOTH
    assert change.quotes == ()


def test_a_row_may_go_with_nothing_but_its_id() -> None:
    state = Followed()
    applied(state, row())
    change = applied(state, {"GameId": 11, "WillBeRemoved": True}, at=2)
    assert set(change.removed) == BOTH
    assert change.faults == ()


def test_a_row_that_comes_back_is_new_again() -> None:
    state = Followed()
    applied(state, row())
    applied(state, row(IsActive=False))
    assert set(prices(applied(state, row()))) == BOTH


def test_a_book_missing_from_a_row_that_is_there_no_longer_offers() -> None:
    state = Followed()
    applied(state, row(FullTimeHdp={"Handicap": "0-0.5", "BookieOdds": "PIN=1.9,2;SBO=1.8,2"}))
    change = applied(state, row(FullTimeHdp={"Handicap": "0-0.5", "BookieOdds": "PIN=1.9,2"}))
    assert set(change.removed) == {(HOME, "SBO"), (AWAY, "SBO")}
    assert state.confirmed == BOTH


def test_a_line_that_moves_removes_the_old_line() -> None:
    state = Followed()
    applied(state, row())
    change = applied(state, row(FullTimeHdp={"Handicap": "0.5", "BookieOdds": "PIN=1.93,1.97"}))
    assert set(change.removed) == BOTH
    assert set(prices(change)) == {
        ("ao-1:ah:ft:-50:home", "PIN"),
        ("ao-1:ah:ft:50:away", "PIN"),
    }


def test_a_favourite_that_changes_turns_the_line() -> None:
    state = Followed()
    applied(state, row())
    change = applied(state, row(FullTimeFavoured=2))
    assert set(change.removed) == BOTH
    assert ("ao-1:ah:ft:25:home", "PIN") in prices(change)


def test_a_handicap_without_a_favourite_is_a_fault_and_no_quote() -> None:
    change = applied(FeedState(), row(FullTimeFavoured=0))
    assert change.quotes == ()
    assert change.faults == (
        "Sports[0].MatchGames[0].FullTimeHdp: a handicap of 25 hundredths without a favoured side",
    )


def test_the_one_favourite_of_old_feeds_serves_both_periods() -> None:
    old = row(Favoured=2, HalfTimeHdp={"Handicap": "0.5", "BookieOdds": "PIN=1.9,1.9"})
    del old["FullTimeFavoured"], old["HalfTimeFavoured"]
    found = prices(applied(FeedState(), old))
    assert ("ao-1:ah:ft:25:home", "PIN") in found
    assert ("ao-1:ah:ht:50:home", "PIN") in found


def test_every_market_of_a_row_is_read() -> None:
    change = applied(
        FeedState(),
        row(
            HalfTimeFavoured=2,
            FullTimeOu={"Goal": "2.5-3", "BookieOdds": "SIN=1.9,2.0"},
            FullTimeOneXTwo={"BookieOdds": "ISN=2.07,3.58,3.46"},
            HalfTimeHdp={"Handicap": "0-0.5", "BookieOdds": "PIN=1.8,2.1"},
            HalfTimeOu={"Goal": "1", "BookieOdds": "PIN=1.85,2.05"},
            HalfTimeOneXTwo={"BookieOdds": "PIN=2.7,4.4,2.2"},
        ),
    )
    assert prices(change) == {
        (HOME, "PIN"): 1930,
        (AWAY, "PIN"): 1970,
        ("ao-1:ou:ft:275:over", "SIN"): 1900,
        ("ao-1:ou:ft:275:under", "SIN"): 2000,
        ("ao-1:1x2:ft:0:home", "ISN"): 2070,
        ("ao-1:1x2:ft:0:away", "ISN"): 3580,
        ("ao-1:1x2:ft:0:draw", "ISN"): 3460,
        ("ao-1:ah:ht:25:home", "PIN"): 1800,
        ("ao-1:ah:ht:-25:away", "PIN"): 2100,
        ("ao-1:ou:ht:100:over", "PIN"): 1850,
        ("ao-1:ou:ht:100:under", "PIN"): 2050,
        ("ao-1:1x2:ht:0:home", "PIN"): 2700,
        ("ao-1:1x2:ht:0:away", "PIN"): 4400,
        ("ao-1:1x2:ht:0:draw", "PIN"): 2200,
    }


def test_the_recorded_answer_is_read_and_its_row_is_gone() -> None:
    change = FeedState().apply(recorded("GetFeeds"), Millis(1))
    assert [event.key for event in change.events] == ["ao--1898629925"]
    assert (change.quotes, change.faults, change.rows) == ((), (), 1)


def test_the_recorded_row_would_be_quoted_from_its_malay_prices_if_it_were_open() -> None:
    whole = json.loads(recorded("GetFeeds"))
    whole["Result"]["Sports"][0]["MatchGames"][0] |= {"IsActive": True, "WillBeRemoved": False}
    change = FeedState().apply(json.dumps(whole).encode(), Millis(1))
    assert sorted(quote.price for quote in change.quotes) == [1090, 1530, 2369, 4225]
    assert {quote.locator for quote in change.quotes} == {"-1895622898/0/1"}
    assert change.faults == ("Malay prices although 00 was asked, converted: 2",)


def test_a_bad_price_names_its_place_and_is_no_longer_offered() -> None:
    state = Followed()
    applied(state, row())
    change = applied(
        state, OTHER, row(FullTimeHdp={"Handicap": "0-0.5", "BookieOdds": "PIN=NaN,1.97"})
    )
    assert change.faults == ("Sports[0].MatchGames[1].FullTimeHdp: price 'NaN' of PIN",)
    assert set(change.removed) == BOTH


@pytest.mark.parametrize(
    "fields",
    [
        {"FullTimeHdp": "PIN=1.9,2.0"},
        {"HomeTeam": "Arsenal"},
        {"GameId": "eleven"},
        {"IsActive": "yes"},
        {"StartTime": -1},
        {"MarketTypeId": 9},
        {"AwayTeam": {"Name": " "}},
        {"AwayTeam": None},
        {"MatchId": None},
    ],
)
def test_a_row_that_cannot_be_read_is_a_fault_and_its_earlier_state_stays(
    fields: dict[str, Any],
) -> None:
    state = Followed()
    applied(state, row())
    change = applied(state, row(**fields), OTHER, at=2)
    assert len(change.faults) == 1
    assert change.faults[0].startswith("Sports[0].MatchGames[0]: ")
    assert (change.removed, change.rows) == ((), 2)
    assert len(change.quotes) == 2
    applied(state, row(), at=3)
    assert state.confirmed == BOTH


@pytest.mark.parametrize("junk", [None, 5, "row", [], {}])
def test_a_row_that_is_no_row_does_not_cost_the_others(junk: object) -> None:
    change = applied(FeedState(), junk, row())
    assert len(change.faults) == 1
    assert len(change.quotes) == 2


def test_null_fields_take_their_defaults() -> None:
    nulls = row(FullTimeOu=None, HalfTimeFavoured=None, LeagueName=None, UpdatedDateTime=None)
    assert set(prices(applied(FeedState(), nulls))) == BOTH


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>maintenance</html>",
        b'{"Code": 0, "Result": {"Sports": [',
        b'{"Result": {"Sports": []}}',
        b'{"Code": "0"}',
        b'{"Code": 0, "Result": []}',
        b'{"Code": 0, "Result": {"Sports": 5}}',
        b"[" * 100_000,
    ],
)
def test_a_malformed_answer_is_refused_and_changes_nothing(answer: bytes) -> None:
    state = Followed()
    applied(state, row())
    with pytest.raises(MalformedAnswerError):
        state.apply(answer, Millis(2))
    applied(state, row(), at=3)
    assert state.confirmed == BOTH


@pytest.mark.parametrize(
    ("code", "message", "error"),
    [
        (-4, "", SessionLostError),
        (-403, "", SessionLostError),
        (-1, "User is not logged in", SessionLostError),
        (-810, "too frequent", ThrottledError),
        (-8, "", ThrottledError),
        (-999, "", BookError),
        (-1, "No such sport", BookError),
    ],
)
def test_a_failure_is_raised_as_what_it_is(code: int, message: str, error: type[BookError]) -> None:
    with pytest.raises(error):
        FeedState().apply(envelope(None, code, message), Millis(1))


def test_a_byte_order_mark_is_no_fault() -> None:
    assert FeedState().apply(b"\xef\xbb\xbf" + feed(row()), Millis(1)).quotes


@pytest.mark.parametrize("result", [None, {}, {"Since": 5, "Sports": None}, {"Sports": []}])
def test_an_answer_without_rows_changes_nothing(result: object) -> None:
    change = FeedState().apply(envelope(result), Millis(1))
    assert (change.rows, change.quotes, change.faults) == (0, (), ())


def test_one_match_under_two_match_ids_is_one_event() -> None:
    state = Followed()
    other = row(12, 2, HomeTeam={"Name": "ARSENAL "}, FullTimeHdp=None)
    other["FullTimeOu"] = {"Goal": "2.5", "BookieOdds": "PIN=1.9,2.0"}
    change = applied(state, row(), other)
    assert {quote.selection.event for quote in change.quotes} == {"ao-1"}
    assert len(change.events) == 1


def test_a_match_keeps_its_key_when_its_start_is_moved() -> None:
    state = Followed()
    applied(state, row())
    change = applied(state, row(StartTime=1_700_000_600_000))
    assert [event.key for event in change.events] == ["ao-1"]
    assert state.confirmed == BOTH


def test_the_same_names_on_another_day_are_another_event() -> None:
    change = applied(FeedState(), row(), row(12, 2, StartTime=1_700_600_000_000))
    assert {event.key for event in change.events} == {"ao-1", "ao-2"}


def test_an_offer_held_by_two_rows_stays_while_one_holds_it() -> None:
    state = Followed()
    applied(state, row(11), row(12))
    change = applied(state, row(12, WillBeRemoved=True))
    assert change.removed == ()
    assert {quote.locator for quote in change.quotes} == {"11/1/1"}
    assert set(applied(state, row(11, IsActive=False)).removed) == BOTH


def test_two_rows_of_one_offer_do_not_make_it_flap() -> None:
    state = Followed()
    other = row(12, FullTimeHdp={"Handicap": "0-0.5", "BookieOdds": "PIN=1.9,2.0"})
    applied(state, row(11), other)
    change = applied(state, row(11), other, at=2)
    assert change.quotes == ()
    assert state.confirmed == BOTH


def test_of_two_rows_of_one_offer_the_one_that_changed_last_is_told() -> None:
    state = Followed()
    older = {"FullTimeHdp": {"Handicap": "0-0.5", "BookieOdds": "PIN=1.9,2.0"}}
    applied(state, row(11, UpdatedDateTime=9), row(12, UpdatedDateTime=8, **older))
    assert {(quote.price, quote.locator) for quote in state.told.values()} == {
        (1930, "11/1/1"),
        (1970, "11/1/1"),
    }


def test_a_line_that_goes_from_one_row_to_another_is_still_offered() -> None:
    state = Followed()
    applied(state, row(11))
    moved = {"Handicap": "0.5", "BookieOdds": "PIN=1.93,1.97"}
    change = applied(state, row(11, FullTimeHdp=moved), row(12), at=2)
    assert change.removed == ()
    assert state.told[(HOME, "PIN")].locator == "12/1/1"


def test_rows_that_come_in_another_order_or_under_another_sport_are_read_as_they_are() -> None:
    state = Followed()
    applied(state, row(), OTHER)
    change = applied(state, OTHER, row(), at=2)
    assert (change.quotes, change.removed) == ((), ())
    assert state.confirmed >= BOTH
    assert sorted(change.seen) == ["11/1/1", "12/1/1"]
    applied(state, row(), OTHER, at=3)
    sport = {"SportsType": 2, "MatchGames": [row(), OTHER]}
    change = state.apply(envelope({"Sports": [sport]}), Millis(4))
    assert {quote.locator for quote in change.quotes} == {"11/1/2", "12/1/2"}


def test_a_price_that_goes_and_comes_back_is_told_both_times() -> None:
    """The row before it may know only the older writing."""
    state = Followed()
    applied(state, OTHER, row())
    moved = {"Handicap": "0-0.5", "BookieOdds": "PIN=1.95,1.97"}
    assert prices(applied(state, row(FullTimeHdp=moved), at=2)) == {(HOME, "PIN"): 1950}
    assert prices(applied(state, OTHER, row(), at=3)) == {(HOME, "PIN"): 1930}


def test_a_game_id_that_changes_is_told_for_the_sake_of_the_locator() -> None:
    state = Followed()
    applied(state, row(11))
    change = applied(state, row(11, WillBeRemoved=True), row(-99), at=2)
    assert {quote.locator for quote in change.quotes} == {"-99/1/1"}
    assert change.removed == ()


def test_a_score_or_a_phase_that_changes_is_told_once() -> None:
    state = Followed()
    applied(state, row())
    live = row(MarketTypeId=0, HomeTeam={"Name": "Arsenal", "Score": 1})
    (event,) = applied(state, live).events
    assert (event.phase, event.home_score) == (Phase.LIVE, 1)
    assert applied(state, live).events == ()


def test_the_polled_phase_stands_in_for_a_row_that_does_not_say() -> None:
    silent = row()
    del silent["MarketTypeId"]
    (event,) = applied(FeedState(Phase.EARLY), silent).events
    assert event.phase is Phase.EARLY
    assert applied(FeedState(), silent).faults


def test_names_cannot_carry_control_characters() -> None:
    (event,) = applied(FeedState(), row(HomeTeam={"Name": "Ars\x1b[31m\nenal"})).events
    assert event.home == "Ars[31m enal"


def test_a_flood_of_faults_is_told_in_part() -> None:
    change = applied(FeedState(), *([5] * 1000))
    assert (len(change.faults), change.rows) == (201, 1000)


def test_matches_long_begun_can_be_forgotten() -> None:
    state = Followed()
    applied(state, row(), row(12, 2, StartTime=1_800_000_000_000))
    assert set(state.forget(Millis(1_750_000_000_000)).removed) == BOTH
    assert state.forget(Millis(1_750_000_000_000)) == FeedChange()


def test_the_intervals_are_those_the_running_clients_keep() -> None:
    assert MINIMUM_INTERVAL_SECONDS == {Phase.LIVE: 5, Phase.TODAY: 10, Phase.EARLY: 20}
