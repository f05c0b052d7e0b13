"""Whatever happens, no stake is lost or made and nothing is filled from nowhere."""

from collections import Counter
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.exchange.desk import ExchangeSettings
from actors.exchange.orders import CancelOrder, LimitOrder, Persistence, Rule, Side, State
from tests.actors.exchange.scene import A, B, Scene, definition, parts, runner_change

PRICES = st.sampled_from([1_990, 2_000, 2_020, 2_040, 2_060])
SIZES = st.sampled_from([0, 1, 2, 5, 7.37, 100])
LEVELS = st.lists(st.tuples(PRICES, SIZES), max_size=3)
RUNNERS = st.sampled_from([A, B])
STEPS = st.one_of(
    st.tuples(st.just("change"), RUNNERS, LEVELS, LEVELS, LEVELS, st.booleans()),
    st.tuples(
        st.just("place"),
        RUNNERS,
        st.sampled_from(list(Side)),
        PRICES,
        st.integers(50, 2_000),
        st.sampled_from(list(Persistence)),
    ),
    st.tuples(st.just("cancel"), st.integers(1, 8)),
    st.tuples(
        st.just("define"),
        st.sampled_from(["OPEN", "OPEN", "SUSPENDED"]),
        st.booleans(),
        st.sampled_from(["ACTIVE", "ACTIVE", "ACTIVE", "REMOVED"]),
    ),
)


class Flow:
    """What was ever offered and traded, added up beside the exchange in the plainest way."""

    def __init__(self) -> None:
        self.shown: dict[Any, int] = {}
        self.came: Counter[Any] = Counter()
        self.traded: dict[Any, int] = {}
        self.grown: Counter[Any] = Counter()

    def change(self, runner: Any, back: Any, lay: Any, trades: Any, image: bool) -> dict[str, Any]:
        if image:
            self.shown.clear()
        levels: dict[str, list[tuple[float, float]]] = {"atb": [], "atl": [], "trd": []}
        for side, name, given_levels in ((Side.BACK, "atb", back), (Side.LAY, "atl", lay)):
            for price, size in given_levels:
                key, amount = (runner, side, price), round(size * 100)
                self.came[runner, side] += max(0, amount - self.shown.get(key, 0))
                self.shown[key] = amount
                levels[name].append((price / 1000, size))
        for price, size in dict(trades).items():
            total = self.traded.get((runner, price), 0) + round(size * 100)
            self.traded[runner, price] = total
            self.grown[runner] += round(size * 100)
            levels["trd"].append((price / 1000, total / 100))
        return runner_change(runner, **levels)


def act(scene: Scene, flow: Flow, step: Any) -> None:
    match step:
        case ("change", runner, back, lay, traded, image):
            rc = flow.change(runner, back, lay, traded, image)
            if image:  # an image is whole: it tells all that was ever traded
                told = {(r, p): total for (r, p), total in flow.traded.items()}
                rcs = [
                    runner_change(
                        r, trd=[(p / 1000, t / 100) for (q, p), t in told.items() if q == r]
                    )
                    for r in (A, B)
                ]
                scene.hears(*rcs, rc, after=70, img=True)
            else:
                scene.hears(rc, after=70)
        case ("place", runner, side, price, stake, persistence):
            asked = LimitOrder(runner, side, price, stake, persistence)
            scene.exchange.place(scene.book, asked, scene.now)
        case ("cancel", number) if number <= len(scene.exchange.orders):
            scene.exchange.cancel(CancelOrder(number), scene.now)
        case ("define", status, in_play, second):
            runners = {B: {"status": second, "adjustmentFactor": 20.0}}
            defined = definition(status, runners, inPlay=in_play, betDelay=1 if in_play else 0)
            scene.hears(after=70, marketDefinition=defined)


def check(scene: Scene, flow: Flow, before: int) -> None:
    for order in scene.exchange.orders:
        assert parts(order) == order.asked.stake
        assert min(order.matched, order.open, order.cancelled, order.lapsed, order.voided) >= 0
        if not order.voided:
            assert order.matched == sum(fill.size for fill in order.fills)
        assert (order.open > 0) == (order.state in (State.SENT, State.DELAYED, State.OPEN))
    for fill in scene.exchange.fills[before:]:
        asked = scene.exchange.orders[fill.order - 1].asked
        better = fill.price >= asked.price if asked.side is Side.BACK else fill.price <= asked.price
        assert better
        assert fill.size > 0
    had: Counter[Any] = Counter()
    through: Counter[Any] = Counter()
    for fill in scene.exchange.fills:
        if fill.rule is Rule.TRADED:
            through[fill.runner] += fill.size
        else:
            had[fill.runner, fill.side] += fill.size
    for key, size in had.items():
        assert size <= flow.came[key]
    for runner, size in through.items():
        assert 2 * size <= flow.grown[runner]


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=30), st.sampled_from(["WINNER", "LOSER"]))
def test_stakes_add_up_and_fills_have_a_source(steps: list[Any], first: str) -> None:
    scene, flow = Scene(ExchangeSettings(place_latency=100, cancel_latency=150)), Flow()
    for step in steps:
        before, status = len(scene.exchange.fills), scene.book.status
        act(scene, flow, step)
        check(scene, flow, before)
        if status != "OPEN" and scene.book.status != "OPEN":
            assert len(scene.exchange.fills) == before
    second = "LOSER" if first == "WINNER" else "WINNER"
    if scene.book.runners[B].status == "REMOVED":
        second = "REMOVED"
    scene.becomes("CLOSED", runners={A: {"status": first}, B: {"status": second}})
    if not scene.exchange.orders:
        return
    [result] = scene.exchange.results
    assert result.gross == sum(by_fractions(scene, first, second).values())
    assert result.commission == (round(Fraction(result.gross * 5, 100)) if result.gross > 0 else 0)
    assert result.net == result.gross - result.commission
    scene.hears(after=9_000)
    assert all(order.open == 0 for order in scene.exchange.orders)


def by_fractions(scene: Scene, first: str, second: str) -> dict[int, int]:
    """Settle every order again in the plainest way."""
    found = {}
    for order in scene.exchange.orders:
        word = first if order.asked.runner == A else second
        if order.voided or word == "REMOVED":
            continue
        sign = 1 if order.asked.side is Side.BACK else -1
        exact = Fraction(0)
        for fill, price in zip(order.fills, order.prices, strict=True):
            exact += Fraction(fill.size * (price - 1000), 1000) if word == "WINNER" else -fill.size
        found[order.id] = sign * round(exact)
    return found
