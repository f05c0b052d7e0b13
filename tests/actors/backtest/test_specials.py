"""Specials: what each runner and the field pay, what is offered, and how a market names them."""

from typing import Any

import msgspec
import pytest

from actors.backtest.market_lines import Line
from actors.backtest.specials import (
    league_of,
    scores_of,
    sides_of,
    specials_of,
    sport_of,
    without_market,
)
from actors.exchange.stream import MarketDefinition
from actors.paper.tape import Track
from tests.actors.backtest.tape_samples import HeardMarket, race, racers

SINGLE = "ASIAN_HANDICAP_SINGLE_LINE"


def told(**more: Any) -> MarketDefinition:
    return msgspec.convert(race(**more), MarketDefinition)


class Market(HeardMarket):
    """A race of three."""

    def __init__(self, **more: Any) -> None:
        super().__init__(race(**more))

    def track(self, runner: int) -> Track:
        return self.tape.tracks[Line("h", 0, special=((runner, 0),))]


def special(*runners: int) -> tuple[Line, tuple[tuple[int, int], ...]]:
    keys = tuple((runner, 0) for runner in runners)
    return Line("h", 0, special=keys), keys


@pytest.mark.parametrize(
    ("more", "specials"),
    [
        ({}, [special(1), special(2), special(3)]),
        ({"runners": racers("ACTIVE", "ACTIVE")}, [special(1, 2)]),
        ({"runners": racers("ACTIVE", "ACTIVE"), "numberOfWinners": 2}, [special(1), special(2)]),
        ({"bettingType": SINGLE}, [special(1), special(2), special(3)]),
        ({"bettingType": "ASIAN_HANDICAP_DOUBLE_LINE"}, []),
        ({"bettingType": "RANGE"}, []),
        ({"marketType": "EACH_WAY"}, []),
    ],
)
def test_each_runner_is_a_special_and_two_of_which_one_wins_are_one(
    more: dict[str, Any], specials: list[Any]
) -> None:
    assert specials_of(told(**more)) == dict(specials)


def test_the_runner_pays_what_can_be_backed_and_the_field_what_can_be_laid() -> None:
    market = Market()
    market.hears(0, {"id": 1, "atb": [[4.0, 10.0], [3.9, 90.0]], "atl": [[5.0, 30.0], [6.0, 70.0]]})
    track = market.track(1)
    assert track.at(0) == (3_850, 1_237)  # (4 - 1) and 1 / (5 - 1), less 5 per cent
    assert (track.size(0, 0), track.size(1, 0)) == (1_000, 12_000)


def test_backing_the_field_wins_and_loses_what_a_lay_does() -> None:
    market = Market(marketBaseRate=0.0)
    market.hears(0, {"id": 1, "atb": [[4.0, 10.0]], "atl": [[5.0, 30.0]]})
    price, stake = market.track(1).at(0)[1], market.track(1).size(1, 0)  # type: ignore[index]
    assert stake == 3_000 * 4  # laying 30.00 at 5.0 risks that
    assert stake * (price - 1_000) // 1_000 == 3_000  # and wins the backer's stake


@pytest.mark.parametrize(
    "change",
    [
        {"id": 1, "atb": [[4.0, 10.0]]},  # nobody asks to back
        {"id": 1, "atl": [[5.0, 10.0]]},
        {"id": 1, "atb": [[5.0, 10.0]], "atl": [[4.0, 10.0]]},  # crossed
        {"id": 1, "atb": [[900.0, 10.0]], "atl": [[1000.0, 10.0]]},  # the field pays nothing
    ],
)
def test_a_special_has_a_price_only_when_both_sides_have_one(change: dict[str, Any]) -> None:
    market = Market()
    market.hears(0, change, {"id": 2, "atb": [[2.0, 9.0]], "atl": [[2.1, 9.0]]})
    assert [line.special for line in market.tape.tracks] == [((2, 0),)]


def test_without_ladders_both_sides_follow_from_the_last_price_traded() -> None:
    market = Market(marketBaseRate=0.0)
    market.hears(0, {"id": 1, "ltp": 3.0})
    assert (market.track(1).at(0), market.track(1).size(1, 0)) == ((3_000, 1_500), None)


def test_a_change_of_one_runner_writes_that_one_alone() -> None:
    market = Market()
    market.hears(0, *({"id": one, "ltp": 3.0} for one in (1, 2, 3)))
    market.hears(5_000, {"id": 2, "ltp": 4.0})
    assert [market.track(one).times for one in (1, 2, 3)] == [(0,), (0, 5_000), (0,)]


def test_a_suspended_race_has_no_price_on_any_runner() -> None:
    market = Market()
    market.hears(0, *({"id": one, "ltp": 3.0} for one in (1, 2, 3)))
    market.hears(5_000, marketDefinition=race(status="SUSPENDED"))
    assert [market.track(one).at(5_000) for one in (1, 2, 3)] == [None] * 3


def test_the_first_ladder_of_one_runner_takes_the_others_their_last_prices() -> None:
    market = Market()
    market.hears(0, *({"id": one, "ltp": 3.0} for one in (1, 2)))
    market.hears(5_000, {"id": 1, "atb": [[4.0, 10.0]], "atl": [[5.0, 30.0]]})
    assert market.track(2).at(5_000) is None


@pytest.mark.parametrize(("factor", "since"), [(30.0, 9_000), (0.0, 0), (None, 0)])
def test_prices_that_a_non_runner_cut_are_not_played(factor: float | None, since: int) -> None:
    market = Market()
    market.hears(0, *({"id": one, "ltp": 3.0} for one in (1, 2, 3)))
    gone = racers("ACTIVE", "ACTIVE", "REMOVED")
    gone[2]["adjustmentFactor"] = factor
    market.hears(9_000, marketDefinition=race(runners=gone))
    market.hears(20_000, {"id": 1, "ltp": 2.5}, marketDefinition=race(runners=gone))
    assert market.track(1).times == (since, 20_000)  # cut once, not with every definition


@pytest.mark.parametrize(
    ("statuses", "winners", "scores"),
    [
        (("WINNER", "LOSER", "LOSER"), 1, {1: (1, 0), 2: (0, 1), 3: (0, 1)}),
        (("WINNER", "LOSER", "REMOVED"), 1, {1: (1, 0), 2: (0, 1), 3: (0, 0)}),
        (("WINNER", "WINNER", "LOSER"), 2, {1: (1, 0), 2: (1, 0), 3: (0, 1)}),
        (("WINNER", "WINNER", "LOSER"), 0, {1: (1, 0), 2: (1, 0), 3: (0, 1)}),
        (("WINNER", "WINNER", "LOSER"), 1, {}),  # a dead heat
        (("WINNER", "HIDDEN", "LOSER"), 1, {}),
        (("WINNER", "LOSER"), 1, {1: (1, 0)}),
        (("LOSER", "WINNER"), 1, {1: (0, 1)}),
        (("REMOVED", "REMOVED"), 1, {1: (0, 0)}),
        (("WINNER", "REMOVED"), 1, {}),
    ],
)
def test_a_special_ends_as_its_runner_did(
    statuses: tuple[str, ...], winners: int, scores: dict[int, object]
) -> None:
    over = told(status="CLOSED", runners=racers(*statuses), numberOfWinners=winners)
    found = scores_of(over, specials_of(over))
    assert {line.special[0][0]: score for line, score in found.items()} == scores


def test_a_number_of_goals_that_is_met_exactly_gives_the_stakes_back() -> None:
    goals = [
        {"id": 10 + line, "name": f"{line} goals or more", "hc": -line, "status": status}
        for line, status in ((1, "WINNER"), (2, "LOSER"), (3, "LOSER"))
    ]
    over = told(status="CLOSED", runners=goals, bettingType=SINGLE, numberOfWinners=0)
    ends = list(scores_of(over, specials_of(over)).values())
    assert ends == [(1, 0), (0, 0), (0, 1)]  # two were scored: the stream calls a push LOSER


@pytest.mark.parametrize(
    ("more", "league", "group", "sport", "first"),
    [
        (
            {},
            "RACING: Moe 7th Nov, R6 1000m, 05:00",
            "RACING",
            1_007,
            "Nickem (Moe 7th Nov, R6 1000m)",
        ),
        (
            {"eventTypeId": "4339", "eventName": "", "name": ""},
            "GREYHOUNDS: market 1.1, WIN, 05:00",
            "GREYHOUNDS",
            5_339,
            "Nickem (market 1.1, WIN)",
        ),
        (
            {"eventTypeId": "1", "eventName": "Leeds v Derby", "name": "Correct Score"},
            "FOOTBALL SPECIALS: Leeds v Derby, Correct Score, 05:00",
            "FOOTBALL SPECIALS",
            1,
            "Nickem (Leeds v Derby, Correct Score)",
        ),
        (
            {"eventTypeId": "61420"},
            "SPORT 61420: Moe 7th Nov, R6 1000m, 05:00",
            "SPORT 61420",
            62_420,
            "Nickem (Moe 7th Nov, R6 1000m)",
        ),
        (
            {"eventTypeId": ""},
            "SPORT: Moe 7th Nov, R6 1000m, 05:00",
            "SPORT",
            1_000,
            "Nickem (Moe 7th Nov, R6 1000m)",
        ),
    ],
)
def test_a_special_is_named_by_its_runner_and_its_market(
    more: dict[str, Any], league: str, group: str, sport: int, first: str
) -> None:
    one = told(**more)
    assert league_of("1.1", one) == league
    assert without_market(league) == group
    assert sport_of(one) == sport
    assert sides_of("1.1", one, ((1, 0),)) == (first, "the field")


def test_runners_without_a_name_or_with_the_same_one_are_told_apart() -> None:
    runners = [
        {"id": 7, "status": "ACTIVE"},
        {"id": 9, "name": " ", "status": "ACTIVE"},
        {"id": 8, "name": "Leeds", "hc": 1.0, "status": "ACTIVE"},
        {"id": 8, "name": "Leeds", "hc": -1.0, "status": "ACTIVE"},
    ]
    one = told(runners=runners)
    keys = ((7, 0), (9, 0), (8, 100), (8, -100))
    firsts = [sides_of("1.1", one, (key,))[0] for key in keys]
    assert firsts == [
        f"{name} (Moe 7th Nov, R6 1000m)"
        for name in ("runner 7", "runner 9", "Leeds +1", "Leeds -1")
    ]
    assert sides_of("1.1", one, ((8, 100), (7, 0)))[1] == "runner 7"


def test_a_league_that_is_no_special_stays_as_it_is() -> None:
    assert without_market("FOOTBALL") == "FOOTBALL"


def test_a_market_is_what_it_said_last() -> None:
    total = {"eventTypeId": "1", "marketType": "OVER_UNDER_25", "eventName": "Leeds v Derby"}
    nameless = [{"id": one, "status": "ACTIVE"} for one in (1, 2)]
    named = [one | {"name": name} for one, name in zip(nameless, ("Over", "Under"), strict=True)]
    market = Market(**total, runners=nameless)
    market.hears(0, *({"id": one, "ltp": 1.9} for one in (1, 2)))
    market.hears(9_000, marketDefinition=race(**total, runners=named))
    assert {line: track.times for line, track in market.tape.tracks.items()} == {
        Line("o", 250): (9_000,)
    }


def test_two_runners_and_a_third_are_other_specials_than_the_two() -> None:
    market = Market(runners=racers("ACTIVE", "ACTIVE"))
    market.hears(0, *({"id": one, "ltp": 1.9} for one in (1, 2)))
    market.hears(9_000, {"id": 3, "ltp": 8.0}, marketDefinition=race())
    specials = {line.special: track.times for line, track in market.tape.tracks.items()}
    assert specials == {((one, 0),): (9_000,) for one in (1, 2, 3)}
