"""Each stage on known numbers: it passes, or says why not, with its figure."""

from typing import Any

import msgspec
import pytest

from actors.decision.proposal import EventMemory
from actors.decision.settings import Stages
from actors.decision.stages import STAGES, lowest_price, most_taken
from actors.orders import Verdict
from actors.strategies import Wish
from tests.actors.decision.views import AWAY, PINNACLE, Feed, proposal, stages, view
from tests.actors.world import HOME, NOW, quote

PLAIN = {"books": ["PIN"], "method": "multiplicative"}


def said(stage: str, seen: Any, **given: Any) -> tuple[bool, str]:
    memory, since = given.pop("memory", None), given.pop("since", NOW)
    verdict = STAGES[stage](proposal(seen, memory, since, **given))
    assert isinstance(verdict, Verdict)
    assert verdict.control == stage
    return verdict.passed, verdict.figure


def test_there_is_a_stage_for_each_setting_in_the_same_order() -> None:
    assert tuple(STAGES) == Stages.__struct_fields__


# Freshness.


@pytest.mark.parametrize(("at", "passed"), [(10, True), (10.001, False)])
def test_a_price_may_be_as_old_as_is_said(at: float, passed: bool) -> None:
    found = said("freshness", view(at, SBO={HOME: 2000}), freshness="10s")
    assert found == (passed, "10.0 s of at most 10 s")


def test_without_a_word_the_limit_of_risk_is_the_limit() -> None:
    assert said("freshness", view(30, SBO={HOME: 2000})) == (True, "30.0 s of at most 30 s")
    assert said("freshness", view(12, SBO={HOME: 2000}), freshness="1h") == (
        True,
        "12.0 s of at most 30 s",
    )


# Liquidity.


def taken(most: int | None, **given: Any) -> tuple[bool, str]:
    whole = proposal(view(SBO={HOME: 2000}), liquidity={"least": 20.00, **given})
    limited = msgspec.structs.replace(whole.wish.quote, max_stake=most)
    object.__setattr__(whole, "wish", Wish(limited, 1500, 1000, whole.wish.evidence))
    verdict = STAGES["liquidity"](whole)
    return verdict.passed, verdict.figure


def test_a_book_has_to_take_what_is_asked_for() -> None:
    assert taken(2_000) == (True, "SBO takes 20.00, at least 20.00")
    assert taken(1_999) == (False, "SBO takes 19.99, at least 20.00")
    assert taken(0) == (False, "SBO takes 0.00, at least 20.00")


def test_what_to_do_where_it_is_not_known_is_a_choice() -> None:
    assert taken(None) == (True, "SBO does not say what it takes: pass")
    assert taken(None, unknown="refuse") == (False, "SBO does not say what it takes: refuse")


def test_a_quote_that_knows_no_limit_says_none() -> None:
    assert most_taken(quote()) is None


# Movement and volatility.


def moving(*prices: int) -> Feed:
    feed = Feed()
    for number, price in enumerate(prices):
        feed.say(10 * number, SBO={HOME: price})
    return feed


@pytest.mark.parametrize(("last", "passed"), [(2060, True), (1940, True), (2061, False)])
def test_a_price_may_move_so_far_in_either_direction(last: int, passed: bool) -> None:
    seen = moving(2000, last).view(10)
    found, figure = said("movement", seen, movement={"window": "60s", "most": 3.0})
    assert found is passed
    assert figure == f"{(last / 2000 - 1) * 100:+.2f} % in 60 s, at most 3 %"


def test_a_move_before_the_window_does_not_count() -> None:
    seen = moving(1500, 2000, 2000).view(20)
    assert said("movement", seen, movement={"window": "10s", "most": 1.0})[0]
    assert not said("movement", seen, movement={"window": "20s", "most": 1.0})[0]


def test_a_price_that_jumps_to_and_fro_is_volatile_and_has_not_moved() -> None:
    seen = moving(2000, 2100, 2000).view(20)
    assert said("movement", seen, movement={"window": "60s", "most": 1.0})[0]
    found = said("volatility", seen, volatility={"window": "60s", "most": 5.0})
    assert found == (False, "6.90 % in 60 s, at most 5 %")
    assert said("volatility", seen, volatility={"window": "60s", "most": 7.0})[0]


# Density.


def signalled(**fields: Any) -> EventMemory:
    return EventMemory(
        **{"signals": 1, "last_at": NOW, "last_by_selection": {HOME.key: NOW}} | fields
    )


@pytest.mark.parametrize(("at", "passed"), [(9.999, False), (10, True)])
def test_a_selection_is_signalled_again_after_a_while(at: float, passed: bool) -> None:
    seen = view(at, SBO={HOME: 2000})
    found = said("density", seen, memory=signalled(), density={"again_after": "10s"})
    assert found[0] is passed
    other = signalled(last_by_selection={AWAY.key: NOW})
    assert said("density", seen, memory=other, density={"again_after": "10s"})[0]


@pytest.mark.parametrize(("at", "passed"), [(4.999, False), (5, True)])
def test_an_event_is_signalled_again_after_a_while(at: float, passed: bool) -> None:
    other = signalled(last_by_selection={AWAY.key: NOW})
    seen = view(at, SBO={HOME: 2000})
    assert said("density", seen, memory=other, density={"cooldown": "5s"})[0] is passed


def test_an_event_gets_so_many_signals_and_no_more() -> None:
    seen = view(SBO={HOME: 2000})
    most = {"most_per_event": 3}
    found = said("density", seen, memory=signalled(signals=2), density=most)
    assert found == (True, "signal 3 of the event, at most 3")
    found = said("density", seen, memory=signalled(signals=3), density=most)
    assert found == (False, "signal 4 of the event, at most 3")


def test_the_reason_of_a_density_is_the_first_that_holds() -> None:
    everything = {"again_after": "10s", "cooldown": "5s", "most_per_event": 1}
    seen, memory = view(2, SBO={HOME: 2000}), signalled()
    assert said("density", seen, memory=memory, density=everything) == (
        False,
        "signalled 2 s ago, again after 10 s",
    )
    assert said("density", seen, memory=memory, density={"cooldown": "5s"}) == (
        False,
        "event signalled 2 s ago, at least 5 s",
    )
    assert said("density", seen, density=everything) == (
        True,
        "signal 1 of the event, at most 1",
    )


# Consensus.


def test_the_believed_books_agree_on_a_fair_price() -> None:
    seen = view(PIN=PINNACLE, SBO={HOME: 2020})
    assert said("consensus", seen, consensus=PLAIN) == (True, "PIN: fair 1.980")


def test_the_mean_of_several_books_counts_and_their_distance_is_told() -> None:
    seen = view(PIN=PINNACLE, IBC={HOME: 2000, AWAY: 2000}, SBO={HOME: 2020})
    both = {**PLAIN, "books": ["PIN", "IBC"], "spread": 1.0}
    found = said("consensus", seen, consensus=both)
    assert found == (False, "PIN, IBC: fair 1.990, 1.03 % apart, at most 1 % apart")
    assert said("consensus", seen, consensus={**both, "spread": 1.1})[0]
    assert said("consensus", seen, consensus={**PLAIN, "books": ["PIN", "IBC"]})[0]


def test_so_many_books_have_to_be_there_with_every_side() -> None:
    seen = view(PIN=PINNACLE, IBC={HOME: 2000}, SBO={HOME: 2020})
    two = {**PLAIN, "books": ["PIN", "IBC"], "at_least": 2}
    assert said("consensus", seen, consensus=two) == (
        False,
        "PIN of PIN, IBC has every side, at least 2",
    )
    assert said("consensus", view(SBO={HOME: 2020}), consensus=PLAIN) == (
        False,
        "none of PIN has every side, at least 1",
    )


def test_a_book_does_not_judge_its_own_price() -> None:
    seen = view(SBO={HOME: 2020, AWAY: 1900})
    assert not said("consensus", seen, consensus={**PLAIN, "books": ["SBO"]})[0]


def test_a_believed_price_has_to_be_as_fresh_as_the_wished_one() -> None:
    feed = Feed()
    feed.say(0, PIN=PINNACLE)
    feed.say(8, SBO={HOME: 2020})
    assert said("consensus", feed.view(10), consensus=PLAIN, freshness="10s")[0]
    assert not said("consensus", feed.view(11), consensus=PLAIN, freshness="10s")[0]


def test_a_believed_book_below_a_hundred_per_cent_does_not_count() -> None:
    seen = view(PIN={HOME: 2100, AWAY: 2100}, SBO={HOME: 2020})
    assert not said("consensus", seen, consensus={"books": ["PIN"], "method": "shin"})[0]


# Edge.


@pytest.mark.parametrize(("price", "passed"), [(1999, False), (2000, True)])
def test_an_edge_may_be_at_its_least_and_not_under(price: int, passed: bool) -> None:
    seen = view(PIN=PINNACLE, SBO={HOME: price})
    found, figure = said("edge", seen, consensus=PLAIN, edge=1.0)
    assert found is passed
    assert figure.endswith("% of at least 1 %")


def test_the_lowest_price_still_has_the_edge_that_is_asked_for() -> None:
    """Else the courier would take a worse price than the stage let pass."""
    whole = proposal(view(PIN=PINNACLE, SBO={HOME: 2050}), consensus=PLAIN, edge=1.0)
    assert (whole.wish.floor, lowest_price(whole)) == (1500, 2000)
    assert lowest_price(proposal(view(PIN=PINNACLE, SBO={HOME: 2050}))) == 1500


def test_a_lowest_price_is_never_made_lower_nor_higher_than_the_price() -> None:
    whole = proposal(view(PIN=PINNACLE, SBO={HOME: 2000}), consensus=PLAIN, edge=1.0)
    assert lowest_price(whole) == 2000
    high = msgspec.structs.replace(whole.wish, floor=2040)
    object.__setattr__(whole, "wish", high)
    assert lowest_price(whole) == 2040


# Confirmation.


@pytest.mark.parametrize(("at", "passed"), [(2.999, False), (3, True)])
def test_a_wish_has_to_last(at: float, passed: bool) -> None:
    seen = view(at, SBO={HOME: 2000})
    assert said("confirmation", seen, confirmation="3s") == (passed, "wanted for 3.0 s of 3 s")


def test_stages_that_are_off_have_no_settings() -> None:
    assert stages() == Stages()
    assert all(getattr(Stages(), name) is None for name in STAGES)
