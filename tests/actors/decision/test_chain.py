"""The stages in their order: what passes, what is turned down, what waits, what is forgotten."""

from typing import Any

import pytest

from actors.decision.chain import Bet, Chain
from actors.market_view import EventView
from actors.odds.margin import METHODS
from tests.actors.decision.views import AWAY, PINNACLE, Feed, stages, view, wish
from tests.actors.world import HOME, NOW

PLAIN = {"books": ["PIN"], "method": "multiplicative"}


def chain(**given: Any) -> Chain:
    return Chain("mine", stages(**given), 30.0)


def passes(made: Chain, seen: EventView, *bets: Bet) -> list[bool]:
    return [bet is not None for bet in made.decide(seen, list(bets))]


def told(made: Chain) -> list[tuple[str, int, str]]:
    return [(row.stage, row.count, row.reason) for row in made.turned_down]


def test_with_every_stage_off_freshness_alone_is_asked() -> None:
    seen = view(2, SBO={HOME: 2000})
    ((passed,),) = [bet for bet in chain().decide(seen, [(wish(seen),)]) if bet]
    assert [(said.control, said.figure) for said in passed.evidence.stages] == [
        ("freshness", "2.0 s of at most 30 s")
    ]
    assert passed.floor == 1500
    assert passed.evidence.reason == "wanted"


def test_what_passed_carries_what_each_stage_said_in_its_order() -> None:
    seen = view(PIN=PINNACLE, SBO={HOME: 2020})
    made = chain(edge=1.0, consensus=PLAIN, liquidity={"least": 1}, density={"cooldown": "1s"})
    ((passed,),) = [bet for bet in made.decide(seen, [(wish(seen),)]) if bet]
    said = [verdict.control for verdict in passed.evidence.stages]
    assert said == ["freshness", "liquidity", "density", "consensus", "edge"]
    assert all(verdict.passed for verdict in passed.evidence.stages)
    assert passed.floor == 2000
    assert made.turned_down == ()


@pytest.mark.parametrize("method", METHODS)
def test_the_consensus_takes_every_method_that_there_is(method: str) -> None:
    seen = view(PIN=PINNACLE, SBO={HOME: 2020})
    made = chain(edge=1.0, consensus=PLAIN | {"method": method})
    assert passes(made, seen, (wish(seen),)) == [True]


def test_the_first_no_is_counted_with_its_latest_reason() -> None:
    made = chain(edge=1.0, consensus=PLAIN)
    for price in (1900, 1950):
        seen = view(PIN=PINNACLE, SBO={HOME: price})
        assert passes(made, seen, (wish(seen),)) == [False]
    seen = view(SBO={HOME: 1950})
    assert passes(made, seen, (wish(seen),)) == [False]
    assert told(made) == [
        ("edge", 2, "-1.50 % of at least 1 %"),
        ("consensus", 1, "none of PIN has every side, at least 1"),
    ]
    assert {row.strategy for row in made.turned_down} == {"mine"}
    assert {row.at for row in made.turned_down} == {NOW}


def test_each_wish_stands_for_itself() -> None:
    seen = view(PIN=PINNACLE, SBO={HOME: 2020, AWAY: 1900})
    made = chain(edge=1.0, consensus=PLAIN)
    assert passes(made, seen, (wish(seen, AWAY),), (wish(seen),)) == [False, True]


def test_wishes_that_belong_together_pass_together_or_not_at_all() -> None:
    seen = view(PIN=PINNACLE, SBO={HOME: 2020, AWAY: 1900})
    made = chain(edge=1.0, consensus=PLAIN, density={"most_per_event": 1})
    assert passes(made, seen, (wish(seen), wish(seen, AWAY))) == [False]
    assert told(made) == [("edge", 1, "-5.97 % of at least 1 %")]
    free = chain(density={"most_per_event": 1})
    assert passes(free, seen, (wish(seen), wish(seen, AWAY))) == [True]  # they are one signal
    assert passes(free, seen, (wish(seen),)) == [False]


def test_signals_are_counted_when_they_pass_and_only_then() -> None:
    made = chain(density={"most_per_event": 2}, edge=1.0, consensus=PLAIN)
    poor, good = (view(PIN=PINNACLE, SBO={HOME: price}) for price in (1900, 2020))
    assert [passes(made, seen, (wish(seen),)) for seen in (poor, poor, good, good, good)] == [
        [False],
        [False],
        [True],
        [True],
        [False],
    ]


# What has to last.


def lasting(*moments: float, wanted: tuple[bool, ...] = ()) -> tuple[list[bool], Chain]:
    """Return what passes when the wish is there, or not, at these moments."""
    made, feed, found = chain(confirmation="3s"), Feed(), []
    feed.say(0, SBO={HOME: 2000})
    for moment, there in zip(moments, wanted or (True,) * len(moments), strict=True):
        seen = feed.view(moment)
        found += passes(made, seen, (wish(seen),)) if there else passes(made, seen)
    return found, made


def test_a_wish_passes_once_it_has_lasted_and_as_long_as_it_lasts() -> None:
    found, made = lasting(0, 1, 2.9, 3, 3.5)
    assert found == [False, False, False, True, True]
    assert made.turned_down == ()


def test_a_wish_that_was_gone_in_between_begins_anew() -> None:
    found, made = lasting(0, 2, 4, 6, 7, wanted=(True, False, True, True, True))
    assert found == [False, False, False, True]
    assert told(made) == [("confirmation", 1, "gone within 2.0 s of 3 s")]


def test_a_wish_that_went_after_it_was_confirmed_was_not_turned_down() -> None:
    assert lasting(0, 3, 4, wanted=(True, True, False))[1].turned_down == ()


def test_a_wish_that_another_stage_turns_down_in_between_begins_anew() -> None:
    made, feed = chain(confirmation="3s", edge=1.0, consensus=PLAIN), Feed()
    found = []
    for at, price in ((0, 2020), (2, 1900), (3, 2020), (5, 2020), (6, 2020)):
        feed.say(at, PIN=PINNACLE, SBO={HOME: price})
        seen = feed.view(at)
        found += passes(made, seen, (wish(seen),))
    assert found == [False, False, False, False, True]
    assert [row.stage for row in made.turned_down] == ["edge"]


def test_when_to_look_again_is_when_the_next_wish_has_lasted() -> None:
    made, feed = chain(confirmation="3s"), Feed()
    feed.say(0, SBO={HOME: 2000, AWAY: 1900})
    assert made.look_again_at("ao-1", NOW) is None
    seen = feed.view(0)
    made.decide(seen, [(wish(seen),)])
    assert made.waits("ao-1")
    assert made.look_again_at("ao-1", NOW) == NOW + 3_000
    seen = feed.view(1)
    made.decide(seen, [(wish(seen),), (wish(seen, AWAY),)])
    assert made.look_again_at("ao-1", NOW + 1_000) == NOW + 3_000
    assert made.look_again_at("ao-1", NOW + 3_000) == NOW + 4_000
    made.decide(feed.view(4), [])
    assert not made.waits("ao-1")
    assert made.look_again_at("ao-1", NOW + 4_000) is None


def test_without_a_confirmation_nothing_waits() -> None:
    seen, made = view(SBO={HOME: 2000}), chain(density={"cooldown": "1s"})
    made.decide(seen, [(wish(seen),)])
    assert not made.waits("ao-1")


# What is forgotten.


def test_events_that_are_not_known_any_more_are_forgotten() -> None:
    seen, made = view(SBO={HOME: 2000}), chain(density={"most_per_event": 1})
    assert passes(made, seen, (wish(seen),)) == [True]
    made.forget({"ao-1"})
    assert passes(made, seen, (wish(seen),)) == [False]
    made.forget({"ao-2"})
    assert made._events == {}


@pytest.mark.parametrize("given", [{}, {"edge": 0.0, "consensus": PLAIN}])
def test_stages_that_remember_nothing_keep_nothing(given: Any) -> None:
    seen, made = view(PIN=PINNACLE, SBO={HOME: 2020}), chain(**given)
    assert passes(made, seen, (wish(seen),)) == [True]
    assert made._events == {}
