"""A runner that does not run: its bets are void, the others' prices are reduced."""

import json
from pathlib import Path

import msgspec
import pytest

from actors.exchange.book import RunnerBook
from actors.exchange.orders import LimitOrder, Order, Persistence, Side, State
from actors.exchange.reduction import reduced
from actors.exchange.stream import RunnerChange, decode
from actors.exchange.waiting import Waiting
from tests.actors.exchange.scene import NO_LATENCY, A, B, Scene, parts

BACK, LAY = Side.BACK, Side.LAY
RECORDED = Path(__file__).with_name("data") / "racing_non_runner_1.206064380.jsonl"


@pytest.mark.parametrize(
    ("price", "percent", "market", "expected"),
    [
        (8_000, 25_000, "WIN", 6_000),  # Betfair's support page 406, win
        (8_000, 25_000, "PLACE", 6_250),  # the same page, place
        (8_600, 16_200, "WIN", 7_210),  # support page 408
        (8_000, 2_499, "WIN", 8_000),
        (8_000, 2_499, "PLACE", 7_830),  # 1 + 7 x 0.97501 = 7.82507
        (3_200, 75_180, "WIN", 1_010),
        (8_000, 25_000, "MATCH_ODDS", 8_000),
        (8_000, 0, "PLACE", 8_000),
    ],
)
def test_reductions_are_those_betfair_prints(
    price: int, percent: int, market: str, expected: int
) -> None:
    assert reduced(price, percent, market) == expected


def test_reductions_are_those_of_a_recorded_race() -> None:
    """After 30.01 % Betfair wrote its own traded prices anew: these pairs are in the file."""
    pairs = {3.85: 2.69, 3.2: 2.24, 3.8: 2.66, 3.25: 2.27, 3.75: 2.62}
    text = RECORDED.read_text(encoding="utf-8")
    change = next(json.loads(line) for line in text.splitlines() if '"trd":[[2.69' in line)
    levels = next(rc["trd"] for rc in change["mc"][0]["rc"] if rc.get("trd"))
    assert {price for price, size in levels if not size} == set(pairs)
    for before, after in pairs.items():
        assert reduced(round(before * 1000), 30_010, "WIN") == round(after * 1000)


def test_the_rewriting_of_a_recorded_race_fills_nothing() -> None:
    """Half of the rewritten volume lies beyond 2.02, and none of it was traded then."""
    runner = RunnerBook((39008736, 0))
    changes = [
        change
        for raw in RECORDED.read_bytes().splitlines()
        for change in decode(raw).mc[0].rc
        if change.id == 39008736 and change.trd
    ]
    rewriting = next(change for change in changes if change.trd and change.trd[0][0] == 2.69)
    assert rewriting.trd is not None
    before = [(3.85, 0.81), (3.2, 51.23), (3.8, 3.99), (3.25, 5.41), (3.75, 1.99)]
    runner.apply(RunnerChange(runner.id, trd=before))
    waiting = Waiting(runner)
    filled: list[Order] = []
    order = Order(1, "1.206064380", LimitOrder(runner.key, BACK, 2_020, 500), 0)
    waiting.enter(order, lambda order, *_: filled.append(order))
    waiting.trade(rewriting.trd, lambda order, *_: filled.append(order))
    assert filled == []


def removal(adjustment: float = 25.0, market: str = "WIN") -> dict[str, object]:
    runners = {B: {"status": "REMOVED", "adjustmentFactor": adjustment}}
    return {"runners": runners, "marketType": market}


def test_bets_on_the_non_runner_are_void_and_not_lost() -> None:
    scene = Scene()
    scene.shows(back=[(3.0, 2)], runner=B)
    order = scene.places(BACK, 3_000, 500, runner=B)
    assert (order.matched, order.open) == (200, 300)
    scene.becomes("SUSPENDED", **removal())
    assert (order.voided, order.matched, order.open, order.state) == (500, 0, 0, State.DONE)
    scene.becomes("CLOSED", runners={A: {"status": "WINNER"}, B: {"status": "REMOVED"}})
    [result] = scene.exchange.results
    assert (result.profits, result.net) == ({}, 0)


@pytest.mark.parametrize(("market", "price"), [("WIN", 6_000), ("PLACE", 6_250)])
def test_bets_on_the_others_get_the_reduced_price(market: str, price: int) -> None:
    scene = Scene(marketType=market)
    scene.shows(back=[(8.0, 10)], lay=[(8.2, 5)])
    back = scene.places(BACK, 8_000, 1_000)
    scene.becomes("SUSPENDED", **removal(market=market))
    scene.becomes(
        "CLOSED", runners={A: {"status": "WINNER"}, B: {"status": "REMOVED"}}, marketType=market
    )
    assert back.prices == [price]
    [result] = scene.exchange.results
    assert result.gross == price - 1_000
    assert back.fills[0].price == 8_000


def test_a_second_removal_reduces_what_the_first_has_left() -> None:
    third = (3, 0)
    scene = Scene(runners={third: {}})
    scene.shows(back=[(8.0, 10)])
    order = scene.places(BACK, 8_000, 1_000)
    first = {B: {"status": "REMOVED", "adjustmentFactor": 25.0}}
    scene.becomes("SUSPENDED", runners={**first, third: {}})
    scene.becomes(
        "SUSPENDED",
        runners={**first, third: {"status": "REMOVED", "adjustmentFactor": 10.0}},
    )
    assert order.prices == [5_400]
    scene.becomes("SUSPENDED", runners={**first, third: {"status": "REMOVED"}})
    assert order.prices == [5_400]


def test_what_was_matched_in_play_keeps_its_price() -> None:
    scene = Scene(inPlay=True)
    scene.shows(back=[(8.0, 10)])
    order = scene.places(BACK, 8_000, 1_000)
    scene.becomes("SUSPENDED", inPlay=True, **removal())
    assert order.prices == [8_000]


@pytest.mark.parametrize(
    ("market", "adjustment", "goes"),
    [("WIN", 2.5, True), ("WIN", 2.4, False), ("PLACE", 4.0, True), ("PLACE", 3.9, False)],
)
def test_unmatched_lays_on_the_others_go(market: str, adjustment: float, goes: bool) -> None:
    scene = Scene(marketType=market)
    lay = scene.places(LAY, 2_000, 500, persistence=Persistence.PERSIST)
    back = scene.places(BACK, 2_000, 500, persistence=Persistence.PERSIST)
    scene.becomes("SUSPENDED", **removal(adjustment, market))
    assert (lay.cancelled > 0) is goes
    assert back.open == 500
    assert parts(lay) == 500


def test_an_order_on_its_way_to_a_non_runner_is_void() -> None:
    settings = msgspec.structs.replace(NO_LATENCY, place_latency=2_000)
    scene = Scene(settings)
    order = scene.places(BACK, 2_000, 500, runner=B)
    scene.becomes("OPEN", **removal())
    scene.hears(after=5_000)
    assert (order.state, order.voided) == (State.DONE, 500)
