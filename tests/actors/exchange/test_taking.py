"""An order takes what is there, best first, and no liquidity twice. All figures are by hand."""

import pytest

from actors.exchange.desk import ExchangeSettings
from actors.exchange.orders import Reason, Side, State
from tests.actors.exchange.scene import NO_LATENCY, A, B, Scene, parts, seen

BACK, LAY = Side.BACK, Side.LAY


def test_a_back_takes_the_best_prices_first_and_leaves_the_rest_waiting() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5), (2.1, 3), (1.99, 50)])
    order = scene.places(BACK, 2_000, 1_000)
    assert seen(order) == [(2_100, 300, "taken"), (2_000, 500, "taken")]
    assert (order.matched, order.open, order.state) == (800, 200, State.OPEN)
    assert order.average_price == (2_100 * 300 + 2_000 * 500) / 800


def test_a_lay_takes_the_lowest_prices_first() -> None:
    scene = Scene()
    scene.shows(lay=[(3.0, 5), (2.9, 3), (3.05, 50)])
    order = scene.places(LAY, 3_000, 600)
    assert seen(order) == [(2_900, 300, "taken"), (3_000, 300, "taken")]
    assert order.state is State.DONE


def test_what_we_have_taken_is_not_there_for_the_next() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    scene.places(BACK, 2_000, 300)
    assert seen(scene.places(BACK, 2_000, 300)) == [(2_000, 200, "taken")]
    assert seen(scene.places(BACK, 2_000, 300)) == []


def test_what_comes_new_to_a_level_can_be_taken() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    scene.places(BACK, 2_000, 500)
    scene.shows(back=[(2.0, 7)])
    assert seen(scene.places(BACK, 2_000, 300)) == [(2_000, 200, "taken")]


def test_of_a_level_that_shrank_no_more_than_is_displayed_counts_as_ours() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    scene.places(BACK, 2_000, 500)
    scene.shows(back=[(2.0, 1)])
    scene.shows(back=[(2.0, 4)])  # one of four is what we had, three are new
    assert seen(scene.places(BACK, 2_000, 400)) == [(2_000, 300, "taken")]


def test_a_level_that_was_gone_is_new() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    scene.places(BACK, 2_000, 500)
    scene.shows(back=[(2.0, 0)])
    scene.shows(back=[(2.0, 5)])
    assert scene.places(BACK, 2_000, 500).matched == 500


def test_an_image_does_not_give_back_what_we_took() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    scene.places(BACK, 2_000, 500)
    scene.hears({"id": 1, "atb": [[2.0, 5]]}, img=True)
    assert scene.places(BACK, 2_000, 500).matched == 0


def test_runners_do_not_share_what_was_taken() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    scene.shows(back=[(2.0, 5)], runner=B)
    scene.places(BACK, 2_000, 500)
    assert scene.places(BACK, 2_000, 500, runner=B).matched == 500


def test_an_order_meets_the_book_as_it_stood_when_it_arrived() -> None:
    scene = Scene(ExchangeSettings(place_latency=120))
    scene.shows(back=[(2.0, 5)])
    order = scene.places(BACK, 2_000, 500)
    assert order.state is State.SENT
    # Published at the same moment as it arrives: the order sees it. Later: it does not.
    scene.hears({"id": 1, "atb": [[2.0, 3]]}, after=120)
    scene.hears({"id": 1, "atb": [[2.0, 9]]}, after=1)
    assert seen(order) == [(2_000, 300, "taken"), (2_000, 200, "offered")]
    assert [fill.at for fill in order.fills] == [1_000 + 1_120, 1_000 + 1_121]


def test_in_play_an_order_waits_for_the_bet_delay_as_well() -> None:
    scene = Scene(ExchangeSettings(place_latency=100), inPlay=True, betDelay=5)
    scene.shows(back=[(2.0, 5)])
    order = scene.places(BACK, 2_000, 500)
    scene.hears(after=101)
    assert order.state is State.DELAYED
    scene.hears({"id": 1, "atb": [[2.0, 2]]}, after=4_000)
    scene.hears(after=1_000)
    assert seen(order) == [(2_000, 200, "taken")]
    assert order.fills[0].at == 2_000 + 100 + 5_000


def test_a_suspension_within_the_bet_delay_ends_the_order() -> None:
    scene = Scene(inPlay=True, betDelay=5)
    scene.shows(back=[(2.0, 5)])
    order = scene.places(BACK, 2_000, 500)
    scene.becomes("SUSPENDED", inPlay=True, betDelay=5)
    scene.becomes("OPEN", inPlay=True, betDelay=5)
    scene.hears(after=9_000)
    assert (order.state, order.reason, order.matched) == (State.REFUSED, Reason.SUSPENDED, 0)


@pytest.mark.parametrize(
    ("price", "stake", "reason"),
    [
        (2_010, 200, Reason.PRICE),
        (1_000, 200, Reason.PRICE),
        (2_000, 99, Reason.STAKE),
        (2_000, 0, Reason.STAKE),
        (2_000, -200, Reason.STAKE),
        (10_000, 99, Reason.STAKE),
    ],
)
def test_a_price_or_stake_the_exchange_does_not_take_is_refused(
    price: int, stake: int, reason: Reason
) -> None:
    scene = Scene()
    scene.shows(back=[(20, 500)])
    order = scene.places(BACK, price, stake)
    assert (order.state, order.reason, order.matched) == (State.REFUSED, reason, 0)
    assert parts(order) == stake


def test_a_small_stake_is_taken_when_it_may_return_ten() -> None:
    scene = Scene()
    scene.shows(back=[(11, 500)])
    assert scene.places(BACK, 11_000, 91).matched == 91


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("SUSPENDED", Reason.SUSPENDED),
        ("CLOSED", Reason.MARKET_NOT_OPEN),
        ("INACTIVE", Reason.MARKET_NOT_OPEN),
    ],
)
def test_nothing_is_filled_while_the_market_is_not_open(status: str, reason: Reason) -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    scene.becomes(status)
    order = scene.places(BACK, 2_000, 500)
    assert (order.state, order.reason, order.matched) == (State.REFUSED, reason, 0)


def test_a_runner_that_is_not_there_or_does_not_run_is_refused() -> None:
    scene = Scene(runners={B: {"status": "REMOVED"}})
    assert scene.places(BACK, 2_000, 500, runner=(9, 0)).reason is Reason.RUNNER
    assert scene.places(BACK, 2_000, 500, runner=B).reason is Reason.REMOVED


@pytest.mark.parametrize("more", [{"bettingType": "LINE"}, {"marketType": "EACH_WAY"}])
def test_kinds_of_markets_that_are_not_simulated_are_refused(more: dict[str, str]) -> None:
    scene = Scene(**more)
    scene.shows(back=[(2.0, 5)])
    assert scene.places(BACK, 2_000, 500).reason is Reason.UNSUPPORTED


def test_a_crossed_book_fills_nothing() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)], lay=[(1.9, 5)])
    order = scene.places(BACK, 2_000, 500)
    assert (order.reason, order.matched) == (Reason.CROSSED, 0)


def test_a_book_in_doubt_fills_nothing_until_an_image_comes() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    scene.book.doubt = "a line is lost"
    assert scene.places(BACK, 2_000, 500).reason is Reason.DOUBT
    scene.hears({"id": 1, "atb": [[2.0, 5]]}, img=True)
    assert scene.places(BACK, 2_000, 500).matched == 500


def test_prices_that_are_too_old_fill_nothing_where_a_limit_is_set() -> None:
    scene = Scene(ExchangeSettings(place_latency=0, oldest_prices=10_000))
    scene.shows(back=[(2.0, 5)])
    scene.now += 10_001
    assert scene.places(BACK, 2_000, 500).reason is Reason.STALE
    assert NO_LATENCY.oldest_prices == 0


def test_a_market_without_a_definition_takes_no_order() -> None:
    scene = Scene()
    scene.book.definition = None
    assert scene.places(BACK, 2_000, 500, runner=A).reason is Reason.MARKET_NOT_OPEN
