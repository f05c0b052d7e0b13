"""Whole files: what comes out of recorded markets, and what a broken one does."""

import bz2
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import actors.exchange
from actors.exchange.desk import ExchangeSettings
from actors.exchange.measures import nearest
from actors.exchange.orders import CancelOrder, LimitOrder, Persistence, Reason, Side, State
from actors.exchange.replay import LATE, LOST_LINE, MOST_FAULTS, Replayed, replay
from actors.exchange.strategy import ExchangeStrategy, ExchangeView, ExchangeWish
from tests.actors.exchange.scene import NO_LATENCY, definition, parts

SHIPPED = Path(actors.exchange.__file__).with_name("data")
WIN = SHIPPED / "greyhound_win_1.197931750_Sheffield_2022-04-19_recorded.bz2"
PLACE = SHIPPED / "greyhound_place_1.197931751_Sheffield_2022-04-19_recorded.bz2"
CUT = Path(__file__).with_name("data")
CROSSED = CUT / "football_crossed_1.242971262.jsonl"


class Watching(ExchangeStrategy):
    """Place nothing; keep what was seen."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[int, str, str]] = []

    def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
        self.seen.append((view.now, view.book.id, view.book.doubt))
        return ()


class Eager(ExchangeStrategy):
    """Back and lay each runner by turns, at once or in the queue, with two of the currency."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = 0

    def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
        book = view.book
        runners = [r for r in book.runners.values() if r.status == "ACTIVE" and r.best_lay]
        if book.status != "OPEN" or not runners:
            return ()
        self.turn += 1
        runner = runners[self.turn % len(runners)]
        side = (Side.BACK, Side.LAY)[self.turn // 2 % 2]
        price = (runner.best_back, runner.best_lay)[self.turn % 2]
        if not price:
            return ()
        return (LimitOrder(runner.key, side, price, 200, Persistence.PERSIST),)


def lines(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    plain = bz2.decompress(data) if path.suffix == ".bz2" else data
    return [json.loads(line) for line in plain.splitlines()]


def written(path: Path, *texts: object) -> Path:
    rows = [text if isinstance(text, str) else json.dumps(text) for text in texts]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def line(at: int, *mc: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"op": "mcm", "pt": at, "mc": list(mc), **more}


def market(identity: str = "1.1", **more: Any) -> dict[str, Any]:
    return {"id": identity, **more}


OPENING = market(
    marketDefinition=definition(), rc=[{"id": 1, "atb": [[2.0, 5]], "atl": [[2.1, 5]]}]
)


@pytest.mark.parametrize("path", [WIN, PLACE, CROSSED], ids=lambda path: path.name[:14])
def test_books_of_recorded_markets_are_what_plain_dicts_would_be(path: Path) -> None:
    found = replay([path], Watching())
    ladders: dict[Any, dict[int, int]] = {}
    for each in lines(path):
        for change in each["mc"]:
            if change.get("img"):
                ladders.clear()
            for rc in change.get("rc", []):
                key = (rc["id"], nearest(rc.get("hc", 0), 100))
                for name in ("atb", "atl", "trd"):
                    for price, size in rc.get(name, []):
                        ladders.setdefault((key, name), {})[nearest(price, 1000)] = nearest(
                            size, 100
                        )
    [book] = found.books.values()
    assert found.updates == len(lines(path))
    assert found.faults == []
    for key, runner in book.runners.items():
        for name, ladder in (("atb", runner.back), ("atl", runner.lay), ("trd", runner.traded)):
            plain = {p: s for p, s in ladders.get((key, name), {}).items() if s}
            assert ladder == plain


def test_two_recorded_markets_are_told_in_the_order_of_time() -> None:
    watching = Watching()
    found = replay([WIN, PLACE], watching)
    assert found.updates == len(watching.seen) == 332
    assert [at for at, _, _ in watching.seen] == sorted(at for at, _, _ in watching.seen)
    assert {market for _, market, _ in watching.seen} == {"1.197931750", "1.197931751"}


def same(found: Replayed) -> Any:
    return found.fills, found.results, [(order.id, order.state) for order in found.orders]


def test_the_same_files_and_strategy_give_the_same() -> None:
    assert same(replay([WIN, PLACE], Eager())) == same(replay([WIN, PLACE], Eager()))


def test_each_market_alone_gives_what_both_together_give() -> None:
    class ByMarket(Eager):
        def __init__(self) -> None:
            super().__init__()
            self.turns: dict[str, int] = {}

        def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
            self.turn = self.turns.get(view.book.id, 0)
            wishes = super().on_update(view)
            self.turns[view.book.id] = self.turn
            return wishes

    def of(found: Replayed, market: str) -> list[Any]:
        return [
            (fill.runner, fill.side, fill.at, fill.price, fill.size, fill.rule)
            for fill in found.fills
            if fill.market == market
        ]

    together = replay([WIN, PLACE], ByMarket())
    for path, name in ((WIN, "1.197931750"), (PLACE, "1.197931751")):
        assert of(together, name) == of(replay([path], ByMarket()), name)


def test_recorded_markets_are_settled_and_every_stake_adds_up() -> None:
    found = replay([WIN, PLACE], Eager())
    assert len(found.orders) > 200
    assert len({fill.rule for fill in found.fills}) == 3
    assert {result.market for result in found.results} == {"1.197931750", "1.197931751"}
    assert found.unsettled == []
    assert all(parts(order) == 200 for order in found.orders)
    assert found.profit == sum(result.net for result in found.results)
    winners = {
        key
        for book in found.books.values()
        for key, runner in book.runners.items()
        if runner.status == "WINNER"
    }
    assert len(winners) == 2


def test_a_crossed_market_is_flagged_and_never_filled_from_while_it_is() -> None:
    class Crossing(Eager):
        crossed = 0

        def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
            self.crossed += view.book.crossed
            return super().on_update(view)

    strategy = Crossing()
    found = replay([CROSSED], strategy, NO_LATENCY)
    assert strategy.crossed > 100
    refused = [order for order in found.orders if order.reason is Reason.CROSSED]
    assert refused
    assert all(not order.fills for order in refused)


def test_after_a_malformed_line_the_market_is_in_doubt_until_an_image(tmp_path: Path) -> None:
    image = market(img=True, marketDefinition=definition(), rc=[])
    path = written(
        tmp_path / "file",
        line(1, OPENING),
        '{"op":"mcm","pt":2,',
        line(3, market()),
        line(4, image),
    )
    watching = Watching()
    found = replay([path], watching)
    assert [str(fault).split(": ")[0] for fault in found.faults] == [f"{path}:2"]
    assert [doubt for _, _, doubt in watching.seen] == ["", LOST_LINE, ""]


def test_a_malformed_line_changes_nothing(tmp_path: Path) -> None:
    half = market(rc=[{"id": 1, "atb": [[2.0, 999]]}, {"id": 2, "atb": [[2.0, -1]]}])
    found = replay([written(tmp_path / "file", line(1, OPENING), line(2, half))], Watching())
    assert found.books["1.1"].runners[1, 0].back == {2000: 500}


def test_a_lost_line_of_one_file_leaves_the_others_alone(tmp_path: Path) -> None:
    broken = written(tmp_path / "a", line(1, OPENING), "?", line(5, market()))
    sound = written(tmp_path / "b", line(1, {**OPENING, "id": "1.2"}), line(6, market("1.2")))
    watching = Watching()
    replay([broken, sound], watching)
    assert watching.seen[-2:] == [(5, "1.1", LOST_LINE), (6, "1.2", "")]


def test_a_stream_that_says_it_is_late_is_in_doubt_as_long_as_it_says_so(tmp_path: Path) -> None:
    path = written(
        tmp_path / "file",
        line(1, OPENING),
        line(2, market(), status=503),
        line(3, market(), status=503),
        line(4, market()),
    )
    watching = Watching()
    replay([path], watching)
    assert [doubt for _, _, doubt in watching.seen] == ["", LATE, LATE, ""]


def test_a_market_that_is_in_two_files_is_replayed_from_the_first(tmp_path: Path) -> None:
    one = written(tmp_path / "a", line(1, OPENING), line(3, market()))
    two = written(tmp_path / "b", line(2, OPENING), line(4, market()))
    watching = Watching()
    found = replay([one, two], watching)
    assert [at for at, _, _ in watching.seen] == [1, 3]
    assert [fault.file for fault in found.faults] == [str(two)]
    assert "in another file already" in found.faults[0].what


def test_all_faults_are_counted_and_not_all_kept(tmp_path: Path) -> None:
    path = written(tmp_path / "file", *["?"] * (MOST_FAULTS + 5))
    found = replay([path], Watching())
    assert (len(found.faults), found.fault_count) == (MOST_FAULTS, MOST_FAULTS + 5)


def test_a_strategy_sees_its_open_orders_and_can_take_them_back(tmp_path: Path) -> None:
    class Changing(ExchangeStrategy):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[list[State]] = []

        def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
            self.open.append([order.state for order in view.open.values()])
            if view.now == 1:
                return (LimitOrder((1, 0), Side.BACK, 2_100, 200, reference="mine"),)
            if view.now == 2_000:
                return tuple(CancelOrder(number) for number in view.open)
            return ()

    path = written(
        tmp_path / "file", line(1, OPENING), *[line(at, market()) for at in (50, 2_000, 4_000)]
    )
    strategy = Changing()
    found = replay([path], strategy, ExchangeSettings(place_latency=100, cancel_latency=100))
    assert strategy.open == [[], [State.SENT], [State.OPEN], []]
    [order] = found.orders
    assert (order.asked.reference, order.cancelled) == ("mine", 200)


def test_a_market_that_never_closes_is_told_apart(tmp_path: Path) -> None:
    class Once(ExchangeStrategy):
        def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
            return (LimitOrder((1, 0), Side.BACK, 2_000, 200),) if view.now == 1 else ()

    path = written(tmp_path / "file", line(1, OPENING), line(900, market()))
    found = replay([path], Once())
    assert [order.matched for order in found.unsettled] == [200]
    assert (found.results, found.profit) == ([], 0)


def test_a_strategy_that_says_nothing_of_updates_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotImplementedError, match="ExchangeStrategy has no on_update"):
        replay([written(tmp_path / "file", line(1, OPENING))], ExchangeStrategy())
