"""Orders that wait: behind what is displayed, filled by what trades through. By hand."""

import pytest

from actors.exchange.desk import ExchangeSettings
from actors.exchange.orders import CancelOrder, Order, Persistence, Side, State
from tests.actors.exchange.scene import A, B, Scene, parts, seen

BACK, LAY = Side.BACK, Side.LAY
PERSIST = Persistence.PERSIST


def waiting(displayed: float = 6, stake: int = 500) -> tuple[Scene, Order]:
    """Return a back of `stake` at 2.02 that waits behind `displayed`."""
    scene = Scene()
    scene.shows(back=[(2.0, 5)], lay=[(2.02, displayed)])
    return scene, scene.places(BACK, 2_020, stake)


def test_an_order_waits_behind_what_was_displayed_when_it_came() -> None:
    scene, order = waiting(displayed=6)
    assert scene.shows(traded=[(2.02, 12)]) == []  # 12 both ways: 6 changed hands, all before us
    assert seen(order) == []
    scene.shows(traded=[(2.02, 18)])
    assert seen(order) == [(2_020, 300, "traded")]
    scene.shows(traded=[(2.02, 30)])
    assert seen(order) == [(2_020, 300, "traded"), (2_020, 200, "traded")]
    assert order.state is State.DONE


def test_one_trade_goes_through_the_queue_and_then_through_us() -> None:
    scene, order = waiting(displayed=6)
    scene.shows(traded=[(2.02, 16)])
    assert seen(order) == [(2_020, 200, "traded")]


def test_what_is_taken_away_before_us_does_not_bring_us_forward() -> None:
    scene, order = waiting(displayed=6)
    scene.shows(lay=[(2.02, 1)])
    scene.shows(traded=[(2.02, 10)])
    assert order.matched == 0


def test_a_trade_beyond_our_price_counts_at_our_price() -> None:
    scene, order = waiting(displayed=0)
    scene.shows(traded=[(2.1, 4)])
    assert seen(order) == [(2_020, 200, "traded")]


def test_a_trade_that_does_not_reach_our_price_does_nothing() -> None:
    scene, order = waiting(displayed=0)
    scene.shows(traded=[(2.0, 100)])
    assert order.matched == 0


def test_a_lay_waits_on_the_other_side() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 6)], lay=[(2.02, 5)])
    order = scene.places(LAY, 2_000, 500)
    scene.shows(traded=[(2.02, 100)])
    assert order.matched == 0
    scene.shows(traded=[(2.0, 12), (1.99, 4)])
    assert seen(order) == [(2_000, 200, "traded")]


def test_two_of_ours_at_one_price_are_filled_in_turn_and_never_by_the_same_trade() -> None:
    scene, first = waiting(displayed=6, stake=300)
    scene.shows(lay=[(2.02, 10)])  # four more of others between us
    second = scene.places(BACK, 2_020, 300)
    scene.shows(traded=[(2.02, 18)])  # 9: six before the first, three for it
    assert (first.matched, second.matched) == (300, 0)
    scene.shows(traded=[(2.02, 28)])  # 5 more: four between, one for the second
    assert (first.matched, second.matched) == (300, 100)


def test_at_two_prices_the_better_for_whoever_comes_is_met_first() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    high = scene.places(BACK, 2_060, 300)
    low = scene.places(BACK, 2_040, 300)
    scene.shows(traded=[(2.1, 8)])
    assert (low.matched, high.matched) == (300, 100)


def test_one_trade_fills_no_back_and_lay_alike() -> None:
    scene = Scene()
    back = scene.places(BACK, 2_000, 300)
    lay = scene.places(LAY, 2_200, 300)
    scene.shows(traded=[(2.1, 8)])
    assert (back.matched, lay.matched) == (300, 100)


def test_what_we_had_of_a_level_does_not_trade_once_more() -> None:
    scene = Scene()
    scene.shows(back=[(2.1, 3)])
    scene.places(BACK, 2_100, 300)
    order = scene.places(BACK, 2_020, 300)
    scene.shows(back=[(2.1, 0)], traded=[(2.1, 6)])  # the three that we have taken
    assert order.matched == 0
    scene.shows(traded=[(2.1, 8)])
    assert order.matched == 100


def test_an_offer_at_our_price_or_beyond_would_have_met_us() -> None:
    scene, order = waiting(displayed=6)
    scene.shows(lay=[(2.02, 0)])
    scene.shows(back=[(2.06, 2)])
    assert seen(order) == [(2_020, 200, "offered")]
    scene.shows(back=[(2.06, 2)])
    assert order.matched == 200  # the same two, not two more
    scene.shows(back=[(2.06, 3)])
    assert order.matched == 300


def test_an_offer_that_met_us_cannot_be_taken_too() -> None:
    scene, order = waiting(displayed=0, stake=200)
    scene.shows(back=[(2.06, 3)])
    assert order.matched == 200
    assert seen(scene.places(BACK, 2_060, 300)) == [(2_060, 100, "taken")]


def test_after_an_offer_nobody_is_before_us() -> None:
    scene, order = waiting(displayed=6)
    scene.shows(lay=[(2.02, 0)])
    scene.shows(back=[(2.06, 2)])
    scene.shows(back=[(2.06, 0)], traded=[(2.02, 2)])
    assert seen(order) == [(2_020, 200, "offered"), (2_020, 100, "traded")]


def test_a_crossed_book_offers_nothing() -> None:
    scene, order = waiting(displayed=6)
    scene.shows(back=[(2.02, 3)])
    assert scene.book.crossed
    assert order.matched == 0


def test_a_total_that_falls_is_a_correction_and_moves_nothing() -> None:
    scene, order = waiting(displayed=0)
    scene.shows(traded=[(1.5, 20)])
    scene.shows(traded=[(1.5, 0), (2.1, 20)])
    assert order.matched == 0


def test_a_cancelled_order_keeps_what_was_matched() -> None:
    scene, order = waiting(displayed=0)
    scene.shows(traded=[(2.02, 4)])
    scene.cancels(order)
    scene.shows(traded=[(2.02, 40)])
    assert (order.matched, order.cancelled, order.state) == (200, 300, State.DONE)
    assert parts(order) == 500


def test_a_cancellation_takes_its_time() -> None:
    scene = Scene(ExchangeSettings(place_latency=0, cancel_latency=170))
    scene.shows(back=[(2.0, 5)])
    order = scene.places(BACK, 2_020, 500)
    scene.exchange.cancel(CancelOrder(order.id), scene.now)
    scene.hears({"id": 1, "trd": [[2.02, 4]]}, after=170)
    scene.hears({"id": 1, "trd": [[2.02, 8]]}, after=1)
    assert (order.matched, order.cancelled) == (200, 300)


def test_an_order_that_was_never_placed_cannot_be_cancelled() -> None:
    scene = Scene()
    with pytest.raises(ValueError, match="there is no order 1; 0 were placed"):
        scene.exchange.cancel(CancelOrder(1), 0)


def test_who_stood_behind_a_cancelled_order_still_waits_for_those_before_both() -> None:
    scene, first = waiting(displayed=6, stake=300)
    second = scene.places(BACK, 2_020, 300)
    scene.cancels(first)
    scene.shows(traded=[(2.02, 14)])
    assert (first.matched, second.matched) == (0, 100)


@pytest.mark.parametrize("persistence", list(Persistence))
def test_a_suspension_before_the_off_ends_what_lapses(persistence: Persistence) -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    order = scene.places(BACK, 2_020, 500, persistence=persistence)
    scene.becomes("SUSPENDED")
    scene.shows(traded=[(2.02, 100)])
    assert order.matched == 0
    lapses = persistence is Persistence.LAPSE
    assert order.lapsed == (500 if lapses else 0)
    scene.becomes("OPEN")
    scene.shows(traded=[(2.02, 104)])
    assert order.matched == (0 if lapses else 200)
    assert parts(order) == 500


def test_what_persists_survives_the_turn_in_play_and_no_suspension_after_it() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    lapsing = scene.places(BACK, 2_020, 500)
    order = scene.places(BACK, 2_020, 500, persistence=PERSIST)
    scene.becomes("OPEN", inPlay=True)
    assert (lapsing.lapsed, order.open) == (500, 500)
    scene.becomes("SUSPENDED", inPlay=True)
    assert order.lapsed == 500


def test_what_is_offered_when_the_market_opens_again_meets_us() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    order = scene.places(BACK, 2_020, 500, persistence=PERSIST)
    scene.becomes("SUSPENDED")
    scene.shows(back=[(2.04, 3)])
    assert order.matched == 0
    scene.becomes("OPEN")
    assert seen(order) == [(2_020, 300, "offered")]


def test_nothing_is_filled_while_the_book_is_in_doubt() -> None:
    scene, order = waiting(displayed=0)
    scene.book.doubt = "a line is lost"
    scene.shows(back=[(2.1, 3)], traded=[(2.02, 10)])
    assert order.matched == 0
    assert order.state is State.OPEN


def test_orders_on_other_runners_do_not_care() -> None:
    scene, order = waiting(displayed=0)
    scene.shows(traded=[(2.02, 100)], runner=B)
    assert order.matched == 0
    assert order.asked.runner == A


def test_a_filled_order_is_looked_at_by_nobody_any_more() -> None:
    scene = Scene()
    scene.shows(back=[(2.0, 5)])
    for _ in range(50):
        scene.places(BACK, 2_020, 100)
    desk = scene.exchange.desks["1.1"]
    side = desk._waiting[1]._backs
    assert len(desk.open) == 50
    assert len(side.queues[2_020].places) == 50
    scene.shows(traded=[(2.02, 10_000)])
    assert (desk.open, side.queues, side.prices) == ({}, {}, [])
