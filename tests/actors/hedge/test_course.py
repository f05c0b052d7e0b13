"""What a bundle does next: one order at a time, nothing twice, never more open than the cap."""

from typing import Any

import pytest
from msgspec.structs import replace

from actors.hedge import course
from actors.hedge.course import (
    DENIED_PAUSE,
    GIVE_UP_AFTER,
    MOST_TRIES,
    SURELY,
    TIME_FOR_IT,
    Bet,
    End,
    Fate,
    Look,
    Wait,
    choose,
    fate,
    next_step,
    why_not_begun,
)
from actors.orders import FINAL, OrderState
from actors.risk.rules import Rules
from actors.selections import Phase, Quote
from actors.settings import RiskSettings
from actors.units import Millis
from tests.actors.hedge.given import AWAY, LEGS, bundle, known, order, plan, tried
from tests.actors.world import NOW, event, limits, quote

S = OrderState
NONE = (0, 0)
TAKEN = {"t-1": order(S.ACCEPTED)}


def end(outcome: str, remainder: int, reason: str) -> End:
    return End(outcome, remainder, reason)


# Whether it is begun.


def test_a_plan_within_all_that_is_stated_may_begin() -> None:
    assert why_not_begun(plan(), Rules(limits()), NONE) == ""


@pytest.mark.parametrize(
    ("fields", "limit", "said"),
    [
        ({"cap": 999}, {}, "1000 would be open before the last leg, the cap is 999"),
        ({"legs": (LEGS[0], replace(LEGS[1], stake=0))}, {}, "a leg has no stake"),
        ({"legs": (LEGS[0], replace(LEGS[1], price=1900))}, {}, "it would lose 82, at most 50"),
        ({}, {"max_stake": 1_019}, "a leg is above max_stake, 1019"),
        ({}, {"max_selection_exposure": 1_019}, "leg 2 has 0 open and needs 1020"),
        (
            {},
            {"max_event_exposure": 2_019},
            "all legs are above 2019, the limit of a market or an event",
        ),
        (
            {},
            {"max_market_exposure": 2_019},
            "all legs are above 2019, the limit of a market or an event",
        ),
    ],
)
def test_a_plan_that_may_not_begin_says_why(fields: Any, limit: Any, said: str) -> None:
    assert why_not_begun(plan(**fields), Rules(limits(**limit)), NONE).startswith(said)


@pytest.mark.parametrize(
    "scope", ["account ao", "book SBO", "book PIN", "strategy value", "market m"]
)
def test_what_is_paused_for_any_leg_keeps_all_of_them_from_beginning(scope: str) -> None:
    rules = Rules(limits())
    rules.follow("rule.pause", {"scope": scope, "reason": "feels odd"})
    assert why_not_begun(plan(), rules, NONE) == f"{scope} is paused: feels odd"
    rules.follow("rule.unpause", {"scope": scope})
    assert why_not_begun(plan(), rules, NONE) == ""


def test_what_is_open_on_the_side_of_a_later_leg_counts() -> None:
    wide = Rules(limits(max_selection_exposure=2_000))
    assert why_not_begun(plan(), wide, (1_000, 980)) == ""
    assert "leg 2 has 981 open and needs 1020" in why_not_begun(plan(), wide, (0, 981))


def test_of_three_legs_the_first_two_are_within_the_cap() -> None:
    three = (*LEGS, replace(LEGS[1], price=9000))
    assert "2020 would be open" in why_not_begun(
        plan(legs=three, most_loss=9_999), Rules(limits()), (0, 0, 0)
    )


@pytest.mark.parametrize(
    ("left", "phase", "said"),
    [
        (TIME_FOR_IT, Phase.TODAY, ""),
        (TIME_FOR_IT - 1, Phase.TODAY, "the match begins in 29 s"),
        (-600_000, Phase.LIVE, ""),
    ],
)
def test_there_has_to_be_time_for_the_later_legs(left: int, phase: Phase, said: str) -> None:
    soon = event(start=Millis(NOW + left), phase=phase)
    legs = tuple(replace(leg, event=soon) for leg in LEGS)
    assert why_not_begun(plan(legs=legs), Rules(limits()), NONE) == said


def test_the_limits_that_ship_let_a_small_one_begin() -> None:
    small = tuple(replace(leg, stake=leg.stake // 2) for leg in LEGS)
    assert why_not_begun(plan(legs=small), Rules(RiskSettings()), NONE) == ""


# What became of an order.


@pytest.mark.parametrize("state", list(S))
def test_an_order_is_a_bet_or_none_only_when_the_ledger_says_so_for_good(state: S) -> None:
    found = fate(tried(0, "t-1"), known(orders={"t-1": order(state)}))
    if state in (S.ACCEPTED, S.SETTLED):
        assert found is Fate.TAKEN
    else:
        assert found is (Fate.GONE if state in FINAL else Fate.WAITING)


def test_an_order_that_nobody_knows_may_come_until_its_price_is_too_old_for_risk() -> None:
    last = NOW + 30_000 + SURELY
    assert fate(tried(0, "t-1"), known(now=last)) is Fate.WAITING
    assert fate(tried(0, "t-1"), known(now=last + 1)) is Fate.GONE
    assert fate(tried(0, "t-1"), known(refused={"t-1": "busy"})) is Fate.GONE


def test_what_the_ledger_has_is_no_refusal_whatever_was_told() -> None:
    found = known(orders={"t-1": order(S.PENDING)}, refused={"t-1": "busy"})
    assert fate(tried(0, "t-1"), found) is Fate.WAITING


# What is next.


@pytest.mark.parametrize("state", [S.INTENT, S.PERMITTED, S.SENDING, S.PENDING, S.IN_DOUBT])
def test_nothing_begins_while_an_order_may_be_a_bet(state: S) -> None:
    found = known(orders={"t-1": order(state)}, now=NOW + 10 * GIVE_UP_AFTER, killed=True)
    assert next_step(bundle(tried(0, "t-1")), found) == Wait()
    both = known(orders=TAKEN | {"t-2": order(state)}, now=NOW + 10 * GIVE_UP_AFTER)
    assert next_step(bundle(tried(0, "t-1"), tried(1, "t-2")), both) == Wait()


def test_after_a_bet_the_next_leg_is_looked_at() -> None:
    assert next_step(bundle(tried(0, "t-1")), known(orders=TAKEN)) == Look(1)


def test_when_every_side_is_bet_on_it_is_hedged() -> None:
    orders = TAKEN | {"t-2": order(S.ACCEPTED, 1020, 2050)}
    step = next_step(bundle(tried(0, "t-1"), tried(1, "t-2")), known(orders=orders))
    assert step == end("hedged", 2020 - 2091, "every side is bet on")


def test_a_stake_that_the_book_cut_leaves_what_it_leaves() -> None:
    orders = TAKEN | {"t-2": order(S.ACCEPTED, 500, 2050)}
    step = next_step(bundle(tried(0, "t-1"), tried(1, "t-2")), known(orders=orders))
    assert step == end("left", 1500 - 1025, "every side is bet on")


def test_without_a_first_leg_there_is_nothing() -> None:
    orders = {"t-1": order(S.REFUSED, reason="odds changed")}
    step = next_step(bundle(tried(0, "t-1")), known(orders=orders))
    assert step == end("nothing", 0, "leg 1: odds changed")


def test_a_later_leg_that_is_refused_is_looked_at_again() -> None:
    orders = TAKEN | {"t-2": order(S.REFUSED)}
    assert next_step(bundle(tried(0, "t-1"), tried(1, "t-2")), known(orders=orders)) == Look(1)


def test_a_later_leg_is_not_tried_for_ever() -> None:
    tries = [tried(1, f"t-2{number}") for number in range(MOST_TRIES)]
    orders = TAKEN | {one.order: order(S.REFUSED, reason="no") for one in tries}
    step = next_step(bundle(tried(0, "t-1"), *tries), known(orders=orders))
    assert step == end("left", 1000, "leg 2: no; 5 orders came to nothing")


def test_a_later_leg_is_given_up_after_a_while() -> None:
    now = NOW + GIVE_UP_AFTER
    assert next_step(bundle(tried(0, "t-1")), known(orders=TAKEN, now=now)) == Look(1)
    step = next_step(bundle(tried(0, "t-1")), known(orders=TAKEN, now=now + 1))
    assert step == end("left", 1000, "leg 2 was not begun; it took longer than 60 s")


def test_after_a_denial_there_is_a_pause() -> None:
    made = bundle(tried(0, "t-1"), tried(1, "t-2"))
    told = {"t-2": "orders_per_minute: 61 of 60"}
    soon = known(orders=TAKEN, refused=told, now=NOW + DENIED_PAUSE - 1)
    assert next_step(made, soon) == Wait()
    assert next_step(made, known(orders=TAKEN, refused=told, now=NOW + DENIED_PAUSE)) == Look(1)


@pytest.mark.parametrize("control", ["kill_gate", "not_paused", "armed", "not_started"])
def test_who_stops_the_betting_stops_the_bundle(control: str) -> None:
    made = bundle(tried(0, "t-1"), tried(1, "t-2"))
    told = known(orders=TAKEN, refused={"t-2": f"{control}: figure"}, now=NOW + 9_000)
    assert next_step(made, told) == end("left", 1000, f"leg 2: {control}: figure")
    denied = {"t-2": order(S.DENIED, reason=f"{control}: figure")}
    found = known(orders=TAKEN | denied, now=NOW + 9_000)
    assert next_step(made, found) == end("left", 1000, f"leg 2: {control}: figure")


def test_nothing_begins_behind_a_closed_gate() -> None:
    step = next_step(bundle(tried(0, "t-1")), known(orders=TAKEN, killed=True))
    assert step == end("left", 1000, "leg 2 was not begun; the kill gate is closed")


def test_a_first_leg_that_was_voided_meanwhile_is_not_bet_on_again() -> None:
    orders = {"t-1": order(S.VOID), "t-2": order(S.ACCEPTED, 1020, 2050)}
    step = next_step(bundle(tried(0, "t-1"), tried(1, "t-2")), known(orders=orders))
    assert isinstance(step, End)
    assert (step.outcome, step.remainder) == ("left", 1020)


# Which bet a later leg gets.


def chosen(*quotes: Quote, made: Any = None, **fields: Any) -> Bet | None:
    return choose(made or bundle(tried(0, "t-1")), 1, quotes, known(**{"orders": TAKEN} | fields))


def away(book: str, price: int) -> Quote:
    return quote(AWAY, book, price)


def test_the_best_price_of_now_is_taken_for_the_same_payout() -> None:
    best = away("IBC", 2060)
    # 21.00 / 2.06 = 10.194, in steps of 0.10. Of 20.10 only 0.50 may be lost: 19.60 / 10.10.
    assert chosen(away("PIN", 2050), best) == Bet(best, 1941, 1010)


def test_what_the_first_leg_really_got_counts() -> None:
    cut = {"t-1": order(S.ACCEPTED, 500, 2080)}  # pays 10.40
    found = chosen(away("PIN", 2050), orders=cut)
    assert found is not None
    assert (found.stake, found.floor) == (500, 1900)


def test_a_worse_price_is_taken_within_the_stated_loss_and_no_worse() -> None:
    # At 1.89 it takes 11.10 to pay 20.97: 21.10 - 20.97 is lost. At 1.83, 11.40: 0.54.
    assert chosen(away("PIN", 1890)) is not None
    assert chosen(away("PIN", 1830)) is None


def test_a_book_that_refused_this_leg_is_not_asked_again() -> None:
    made = bundle(tried(0, "t-1"), tried(1, "t-2", "PIN"))
    quotes = (away("PIN", 2050), away("IBC", 2000))
    for state in (S.REFUSED, S.EXPIRED, S.NOT_SENT):
        found = chosen(*quotes, made=made, orders=TAKEN | {"t-2": order(state)})
        assert found is not None
        assert found.quote.book == "IBC"
    found = chosen(*quotes, made=made, orders=TAKEN | {"t-2": order(S.DENIED)})
    assert found is not None
    assert found.quote.book == "PIN"


def test_a_book_that_takes_less_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "most_taken", lambda quote: 1_000 if quote.book == "PIN" else None)
    found = chosen(away("PIN", 2050), away("IBC", 2000))
    assert found is not None
    assert found.quote.book == "IBC"


def test_a_stake_smaller_than_a_step_is_none() -> None:
    assert chosen(away("PIN", 2050), made=bundle(tried(0, "t-1"), step=5_000)) is None


def test_of_three_legs_the_second_leaves_no_more_open_than_the_cap() -> None:
    three = (*LEGS, replace(LEGS[1], price=9000))
    for cap, found in ((2_030, True), (2_010, False)):
        made = bundle(tried(0, "t-1"), legs=three, cap=cap, most_loss=500)
        assert (chosen(away("PIN", 2050), made=made) is not None) is found


def test_whatever_of_the_next_order_is_filled_the_cap_holds() -> None:
    bet = chosen(away("PIN", 2050))
    assert bet is not None
    for part in range(0, bet.stake + 1, 10):
        for price in (bet.floor, bet.quote.price):
            assert course.worst_loss([(1000, 2100), (part, price)]) <= 1_000
