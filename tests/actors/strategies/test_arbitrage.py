"""Arbitrage: which prices it wants together, how large and in which order; which not."""

from typing import Any

import pytest

from actors.selections import MarketType, Period, Quote, Selection, Side
from actors.strategies import Bundle, load
from actors.strategies import arbitrage as module
from actors.strategies.arbitrage import Arbitrage
from runtime.errors import ConfigurationError
from tests.actors.decision.views import AWAY, view
from tests.actors.world import EVENT, HOME, NOW, quote
from tictac import Tryout

# 2.10 and 2.05: the sum is 0.9640, so 3.73 % for every result before rounding.
GOOD = {"SBO": {HOME: 2100, AWAY: 1800}, "PIN": {HOME: 1850, AWAY: 2050}}


def bundles(offered: dict[str, dict[Selection, int]], /, **parameters: Any) -> list[Bundle]:
    plain = {"outlay": 2000, "step": 1, "cap": 1500, "least_stake": 1}
    made = Arbitrage(Arbitrage.Parameters(**{**plain, **parameters}))
    return list(made.on_update(view(**offered)))


def legs(bundle: Bundle) -> list[tuple[str, str, int, int]]:
    return [
        (wish.quote.book, wish.quote.selection.side.value, wish.quote.price, wish.stake)
        for wish in bundle.legs
    ]


def test_the_best_price_of_each_side_is_wanted_for_an_equal_payout() -> None:
    (bundle,) = bundles(GOOD, cap=1200, most_loss=80)
    assert sorted(legs(bundle)) == [("PIN", "away", 2050, 1012), ("SBO", "home", 2100, 987)]
    assert (bundle.cap, bundle.most_loss, bundle.step) == (1200, 80, 1)


def test_the_evidence_says_what_is_won_and_the_floor_where_nothing_is() -> None:
    (bundle,) = bundles(GOOD, softest=("SBO",))
    home, away = bundle.legs
    assert home.evidence.reason == (
        "home 2.100 at SBO, away 2.050 at PIN: the sum is 0.9640, every result wins 0.73 for 19.99"
    )
    assert home.evidence.edge == 365  # 0.73 of 19.99
    assert home.floor == 1953  # 1 / (1 - 1 / 2.05) = 1.95238, rounded up
    assert away.floor == 1910  # 1 / (1 - 1 / 2.10) = 1.90909, rounded up
    assert {seen.book for seen in away.evidence.prices} == {"SBO", "PIN"}


def test_prices_that_do_not_pay_for_all_are_left() -> None:
    assert bundles({"SBO": {HOME: 2000}, "PIN": {AWAY: 2000}}) == []
    assert bundles({"SBO": {HOME: 2100}}) == []


@pytest.mark.parametrize(("least", "wanted"), [(3.6, True), (3.7, False)])
def test_what_is_won_after_rounding_has_to_be_worth_it(least: float, wanted: bool) -> None:
    assert bool(bundles(GOOD, least_profit=least)) is wanted


def test_what_rounding_takes_away_is_counted() -> None:
    assert bundles(GOOD, step=100, least_profit=1.0) == []  # 9.00 and 10.00: 18.90 for 19.00


@pytest.mark.parametrize(("least", "wanted"), [(987, True), (988, False)])
def test_a_leg_smaller_than_the_books_take_makes_it_none(least: int, wanted: bool) -> None:
    assert bool(bundles(GOOD, least_stake=least)) is wanted


@pytest.mark.parametrize(("most", "wanted"), [(3.8, True), (3.7, False)])
def test_what_is_too_good_is_more_likely_wrong(most: float, wanted: bool) -> None:
    assert bool(bundles(GOOD, least_profit=0.1, most_profit=most)) is wanted


def test_a_book_alone_that_pays_for_every_side_has_made_a_mistake() -> None:
    assert bundles({"SBO": {HOME: 2100, AWAY: 2050}}) == []


def test_only_the_books_that_may_be_used_count() -> None:
    three = {**GOOD, "GA": {HOME: 2120}}
    assert {wish.quote.book for wish in bundles(three)[0].legs} == {"GA", "PIN"}
    assert {wish.quote.book for wish in bundles(three, books=("SBO", "PIN"))[0].legs} == {
        "SBO",
        "PIN",
    }
    assert bundles(three, books=("SBO",)) == []


def test_stakes_keep_the_cap_on_what_is_open_before_the_last_leg() -> None:
    (bundle,) = bundles(GOOD, cap=500, softest=("SBO",))
    assert legs(bundle) == [("SBO", "home", 2100, 500), ("PIN", "away", 2050, 512)]


@pytest.mark.parametrize("softest", [("SBO", "PIN"), ("PIN", "SBO"), ("SBO",), ("PIN",)])
def test_the_softest_book_comes_first(softest: tuple[str, ...]) -> None:
    (bundle,) = bundles(GOOD, softest=softest)
    assert bundle.legs[0].quote.book == softest[0]


def test_then_the_book_that_takes_least_then_the_youngest_price(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits = {"SBO": 9_000, "PIN": 5_000}
    monkeypatch.setattr(module, "most_taken", lambda quote: limits.get(quote.book))
    assert bundles(GOOD)[0].legs[0].quote.book == "PIN"
    limits.clear()
    made = Arbitrage(Arbitrage.Parameters(outlay=2000, step=1))
    for young in ("SBO", "PIN"):
        ages = {"SBO": 0, "PIN": 0} | {young: 5_000}
        quotes = [
            quote(HOME, "SBO", 2100, NOW + ages["SBO"]),
            quote(AWAY, "PIN", 2050, NOW + ages["PIN"]),
        ]
        (bundle,) = Tryout(EVENT).bundles(made, *quotes)
        assert bundle.legs[0].quote.book == young


def test_known_limits_of_the_books_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def most(quote: Quote) -> int | None:
        return 506 if quote.book == "PIN" else None

    monkeypatch.setattr(module, "most_taken", most)
    (bundle,) = bundles(GOOD)
    assert sorted(legs(bundle)) == [("PIN", "away", 2050, 506), ("SBO", "home", 2100, 493)]


def test_the_sides_of_1x2_are_three() -> None:
    def side(wanted: Side) -> Selection:
        return Selection("ao-1", MarketType.ONE_X_TWO, Period.FULL_TIME, 0, wanted)

    books = {
        "A": {side(Side.HOME): 2800},
        "B": {side(Side.DRAW): 3500},
        "C": {side(Side.AWAY): 3300},
    }
    (bundle,) = bundles(books, cap=1400)
    assert len(bundle.legs) == 3
    assert sum(wish.stake for wish in bundle.legs[:-1]) <= 1400
    del books["B"]
    assert bundles(books) == []


def test_bounds_that_contradict_each_other_are_named() -> None:
    with pytest.raises(ConfigurationError, match="least_profit is above most_profit"):
        load(
            "strategies.a",
            "actors.strategies.arbitrage:Arbitrage",
            {"least_profit": 5.0, "most_profit": 4.0},
        )
