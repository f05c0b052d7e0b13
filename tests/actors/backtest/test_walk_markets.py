"""Walk-forward over recorded exchange markets: chosen on the past, whatever came later."""

from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from actors.backtest.markets import Markets, listed_markets
from actors.backtest.outcome import Outcome, body, grid
from actors.backtest.plan import Plan
from actors.backtest.plays import FOREVER, Play, ground_of, played
from actors.backtest.walk import cuts, walk_forward
from runtime.errors import OurError
from tests.actors.backtest.samples import CONFIG
from tests.actors.backtest.walk_samples import MARKETS, stream

FAVOURITE = "actors.exchange.favourite:Favourite"
SIDES = grid([("side", ["lay", "back"])])


def ground(path: Path) -> Markets:
    on = ground_of(Plan(path, CONFIG, FAVOURITE))
    assert isinstance(on, Markets)
    return on


def test_what_is_best_in_hindsight_is_not_chosen_for_it(tmp_path: Path) -> None:
    on = ground(stream(tmp_path / "a.jsonl"))
    whole = {str(one["side"]): played(on, Play(one)).figures.profit for one in SIDES}
    assert whole["lay"] > 0 > whole["back"]
    walk = walk_forward(on, SIDES, 1, "profit")
    (fold,) = walk.folds
    assert (fold.chosen, fold.enough) == ({"side": "back"}, True)
    assert fold.past.profit > 0 > fold.next.profit
    assert fold.past.bets == fold.next.bets == len(walk.bets) == MARKETS // 2
    assert walk.counted is not None
    assert walk.counted.markets == MARKETS
    answer = body(Outcome(on, walk.bets, walk=walk, counted=walk.counted))
    assert answer["walk_forward"]["folds"][0]["chosen"] == {"side": "back"}
    assert answer["data"]["markets"] == MARKETS


@pytest.mark.parametrize("together", [1, MARKETS // 3])
def test_each_market_is_in_one_part(tmp_path: Path, together: int) -> None:
    on = ground(stream(tmp_path / "a.jsonl", together))
    begins = cuts(on, 2)
    assert begins[-1] == FOREVER
    listed = listed_markets(on.files)
    assert len(listed) == MARKETS
    parts = [
        {market for market, at in listed.items() if since <= at < until}
        for since, until in pairwise(begins)
    ]
    assert all(parts)
    assert sum(map(len, parts)) == MARKETS
    own = played(on, Play(since=begins[1], until=begins[2], whole=True))
    assert own.counted is None
    starts = {bet.start for bet in own.bets}
    assert starts
    assert all(begins[1] <= start < begins[2] + 600_000 for start in starts)


def test_where_half_of_them_are_told_of_at_once_moments_are_cut(tmp_path: Path) -> None:
    stream(tmp_path / "a.jsonl")
    stream(tmp_path / "b.jsonl", MARKETS)
    files = tuple(sorted(tmp_path.glob("*.jsonl")))
    on = replace(ground(files[0]), files=files)
    moments = sorted(set(listed_markets(files).values()))
    first, second, third, _ = cuts(on, 2)
    assert first < second < third
    assert [moments.index(one) for one in (first, second, third)] == [
        len(moments) * part // 3 for part in range(3)
    ]


def test_markets_that_are_told_of_at_once_are_not_cut(tmp_path: Path) -> None:
    on = ground(stream(tmp_path / "a.jsonl", MARKETS))
    with pytest.raises(OurError, match=f"{MARKETS} markets listed at 1 moments are too few"):
        cuts(on, 1)
