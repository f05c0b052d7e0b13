"""One exchange market as a bookmaker's lines: what stood when, and never before it came."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.backtest.market_lines import Line, book_of, lines_of, teams_of
from actors.backtest.market_tape import FINEST
from actors.exchange.stream import MarketDefinition
from actors.units import Millis
from tests.actors.backtest.tape_samples import HeardMarket, definition, ended, ladders


def told(**more: Any) -> MarketDefinition:
    return msgspec.convert(definition(**more), MarketDefinition)


def runners(*names: str, lines: tuple[float, ...] = ()) -> list[dict[str, Any]]:
    placed = zip(names, lines or (0.0,) * len(names), strict=True)
    return [
        {"id": number, "name": name, "status": "ACTIVE", "hc": hc}
        for number, (name, hc) in enumerate(placed, 1)
    ]


def nameless(*ids: int, lines: tuple[float, ...] = ()) -> list[dict[str, Any]]:
    """Return runners as a stream without names has them."""
    placed = zip(ids, lines or (0.0,) * len(ids), strict=True)
    return [
        {"id": one, "sortPriority": place, "status": "ACTIVE", "hc": hc}
        for place, (one, hc) in enumerate(placed, 1)
    ]


class Market(HeardMarket):
    """Match odds."""

    def __init__(self, **more: Any) -> None:
        super().__init__(definition(**more))


@pytest.mark.parametrize(
    ("name", "teams"),
    [
        ("Leeds v Derby", ("Leeds", "Derby")),
        ("Norrie vs Ruud", ("Norrie", "Ruud")),
        ("Cavaliers @ Timberwolves", ("Timberwolves", "Cavaliers")),
        ("Moe (AUS) 7th Nov", None),
        ("", None),
    ],
)
def test_the_name_of_an_event_tells_who_is_at_home(name: str, teams: object) -> None:
    assert teams_of(told(eventName=name)) == teams


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ({}, {Line("x", 0): ((1, 0), (2, 0), (3, 0))}),
        (
            {"runners": runners("The Draw", "Derby", "Leeds")},
            {Line("x", 0): ((3, 0), (2, 0), (1, 0))},
        ),
        ({"runners": runners("Derby", "Leeds")}, {Line("h", 0): ((2, 0), (1, 0))}),
        ({"runners": runners("Leeds", "Somebody")}, {}),
        ({"runners": runners("Leeds", "Derby", "Derby")}, {}),
        (
            {
                "marketType": "OVER_UNDER_25",
                "runners": runners("Under 2.5 Goals", "Over 2.5 Goals"),
            },
            {Line("o", 250): ((2, 0), (1, 0))},
        ),
        (
            {"marketType": "OVER_UNDER_105", "runners": runners("Over 10.5", "Under 10.5")},
            {Line("o", 1050): ((1, 0), (2, 0))},
        ),
        (
            {
                "marketType": "OVER_UNDER_25",
                "runners": runners("Over 2.5", "Under 2.5", lines=(2.5, 2.5)),
            },
            {Line("o", 250): ((1, 250), (2, 250))},
        ),
        ({"marketType": "OVER_UNDER_25", "runners": runners("Yes", "No")}, {}),
        (
            {
                "marketType": "ASIAN_HANDICAP",
                "runners": runners(
                    "Leeds", "Derby", "Leeds", "Derby", "Leeds", lines=(-0.25, 0.25, 0.5, -0.5, 1.0)
                ),
            },
            {Line("h", -25): ((1, -25), (2, 25)), Line("h", 50): ((3, 50), (4, -50))},
        ),
        (
            {"marketType": "DRAW_NO_BET", "runners": runners("Leeds", "Derby")},
            {Line("h", 0): ((1, 0), (2, 0))},
        ),
        (
            {"marketType": "HALF_TIME"},
            {Line("x", 0, half=True): ((1, 0), (2, 0), (3, 0))},
        ),
        (
            {"marketType": "FIRST_HALF_GOALS_15", "runners": runners("Under 1.5", "Over 1.5")},
            {Line("o", 150, half=True): ((2, 0), (1, 0))},
        ),
        (
            {"eventName": "Norrie v Ruud", "runners": runners("Casper Ruud", "Cameron Norrie")},
            {Line("h", 0): ((2, 0), (1, 0))},
        ),
        (
            {"eventName": "Williams v King", "runners": runners("S Williams", "V Williams")},
            {},
        ),
        (
            {"eventName": "", "runners": nameless(58805, 9, 5)},
            {Line("x", 0): ((9, 0), (5, 0), (58805, 0))},
        ),
        (
            {
                "eventName": "",
                "marketType": "ASIAN_HANDICAP",
                "runners": nameless(9, 5, 9, 5, lines=(-1.0, 1.0, 0.25, -0.25)),
            },
            {Line("h", -100): ((9, -100), (5, 100)), Line("h", 25): ((9, 25), (5, -25))},
        ),
        ({"eventName": "", "runners": nameless(9, 5, 6)}, {}),
        ({"eventName": "", "runners": runners("", "")}, {}),
        ({"marketType": "CORRECT_SCORE"}, {}),
        ({"eventTypeId": "4"}, {}),  # cricket: no sport of which the API's number is known
        ({"eventName": "Moe (AUS)"}, {}),
    ],
)
def test_a_market_is_read_as_lines(more: dict[str, Any], lines: object) -> None:
    assert lines_of(told(**more)) == lines


@pytest.mark.parametrize(
    ("regulators", "book"),
    [([], "BF"), (["MR_INT"], "BF"), (["MR_ESP"], "BFESP"), (["MR_ESP", "MR_INT"], "BF")],
)
def test_an_exchange_for_one_country_is_another_book(regulators: list[str], book: str) -> None:
    assert book_of(told(regulators=regulators)) == book


def test_prices_are_the_best_to_back_less_commission_with_what_is_offered() -> None:
    market = Market()
    market.hears(0, *ladders(2.5, 3.0, 3.1, size=40))
    market.hears(5_000, {"id": 1, "atb": [[2.6, 7.5]]})
    track = market.tape.tracks[Line("x", 0)]
    assert track.at(0) == (2_425, 2_900, 2_995)
    assert track.at(5_000) == (2_520, 2_900, 2_995)
    assert [track.size(side, 5_000) for side in (0, 1, 2)] == [750, 4_000, 4_000]


def test_without_ladders_the_last_price_traded_stands_and_no_amount() -> None:
    market = Market()
    market.hears(0, *({"id": number, "ltp": 3.0} for number in (1, 2, 3)))
    track = market.tape.tracks[Line("x", 0)]
    assert (track.at(0), track.size(0, 0)) == ((2_900, 2_900, 2_900), None)


@pytest.mark.parametrize(
    "stops",
    [
        {"marketDefinition": definition("SUSPENDED")},
        {"marketDefinition": definition(inPlay=True)},
        {
            "marketDefinition": definition(
                runners=[
                    {**one, "status": "REMOVED"} for one in runners("Leeds", "Derby", "The Draw")
                ]
            )
        },
        {"rc": [{"id": 1, "atl": [[2.4, 5]]}]},  # crossed
        {"rc": [{"id": 1, "atb": [[2.5, 0]]}]},  # nobody offers it any more
        {"img": True},
    ],
)
def test_there_is_no_price_while_nobody_can_bet(stops: dict[str, Any]) -> None:
    market = Market()
    market.hears(0, *ladders(2.5, 3.0, 3.1))
    market.hears(9_000, *stops.pop("rc", ()), **stops)
    track = market.tape.tracks[Line("x", 0)]
    assert track.at(8_999) is not None
    assert track.at(9_000) is None


def test_of_two_changes_at_one_moment_the_last_one_stands() -> None:
    market = Market()
    market.hears(0, *ladders(2.5, 3.0, 3.1))
    market.hears(0, *ladders(2.6))
    market.hears(5_000, *ladders(2.7))
    market.hears(5_000, {"id": 1, "atb": [[2.7, 0], [2.6, 0], [2.5, 0]]})
    track = market.tape.tracks[Line("x", 0)]
    assert (track.times, track.prices) == ((0, 5_000), ((2_520, 2_900, 2_995), None))


def test_nothing_is_written_after_the_match_has_begun() -> None:
    market = Market()
    market.hears(0, *ladders(2.5, 3.0, 3.1))
    market.hears(9_000, marketDefinition=definition(inPlay=True))
    market.hears(20_000, *ladders(9.0, 9.0, 9.0), marketDefinition=definition())
    market.hears(30_000, marketDefinition=ended(1))
    assert market.tape.tracks[Line("x", 0)].times == (0, 9_000)


@pytest.mark.parametrize(
    ("latest", "off", "whole"),
    [
        (30_000, "1970-01-01T00:01:00Z", False),
        (60_000, "1970-01-01T00:01:00Z", True),
        (30_000, "", False),
    ],
)
def test_nobody_knows_what_stood_after_a_recording_ended(
    latest: int, off: str, whole: bool
) -> None:
    market = Market(marketTime=off)
    market.hears(0, *ladders(2.5, 3.0, 3.1))
    market.tape.end(Millis(latest))
    track = market.tape.tracks[Line("x", 0)]
    assert [track.at(at) is None for at in (latest, latest + 1)] == [False, True]
    assert track.whole is whole


def test_a_recording_that_goes_on_to_the_off_is_whole() -> None:
    market = Market()
    market.hears(0, *ladders(2.5, 3.0, 3.1))
    market.hears(9_000, marketDefinition=definition(inPlay=True))
    market.tape.end(Millis(20_000))
    track = market.tape.tracks[Line("x", 0)]
    assert (track.whole, track.times) == (True, (0, 9_000))


def test_a_book_in_doubt_has_no_price_until_an_image_comes() -> None:
    market = Market()
    market.hears(0, *ladders(2.5, 3.0, 3.1))
    market.tape.book.doubt = "a line was lost"
    market.tape.write(Millis(9_000))
    market.hears(10_000, {"id": 1, "atb": [[2.6, 9]]})
    market.hears(20_000, *ladders(2.2, 3.0, 3.1), img=True)
    track = market.tape.tracks[Line("x", 0)]
    assert [track.at(at) is None for at in (8_999, 9_000, 19_999, 20_000)] == [0, 1, 1, 0]


@given(st.lists(st.tuples(st.integers(1, 2_500), st.integers(120, 900)), min_size=1, max_size=40))
def test_a_price_never_stands_before_it_came(moves: list[tuple[int, int]]) -> None:
    market, now, shown = Market(), 0, {}
    for wait, hundredths in moves:
        now += wait
        levels = [[one / 100, 0.0] for one in shown.values()] + [[hundredths / 100, 9.0]]
        market.hears(now, {"id": 1, "atb": levels}, *ladders(0, 3.0, 3.1))
        shown[now] = hundredths
    track = market.tape.tracks[Line("x", 0)]
    assert list(track.times) == sorted(set(track.times))
    for at in range(0, now + 2_000, 137):
        seen = track.at(at)
        if seen is None:
            assert not any(moment <= at - FINEST for moment in shown)
            continue
        stood = [moment for moment in shown if moment <= at]
        recent = {shown[moment] for moment in stood if moment > at - FINEST} | {shown[stood[-1]]}
        before = [moment for moment in stood if moment <= at - FINEST]
        recent |= {shown[before[-1]]} if before else set()
        assert seen[0] in {1_000 + int((10 * one - 1_000) * 0.95 + 1e-9) for one in recent}
