"""Whatever a stream says of its markets, what is played can be told apart, priced and ended."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from actors.backtest.calendar import Calendar
from actors.backtest.tapes import Tapes, read_tapes
from runtime.errors import OurError
from tests.actors.backtest.tape_samples import line, race, write

HOUR = 3_600
NAMES = ["Leeds", "Derby", "The Draw", "Over 2.5", "Under 2.5", "leeds"]
TYPES = ["MATCH_ODDS", "OVER_UNDER_25", "ASIAN_HANDICAP", "HALF_TIME", "CORRECT_SCORE", "EACH_WAY"]
PAID = ["ASIAN_HANDICAP_DOUBLE_LINE", "ASIAN_HANDICAP_SINGLE_LINE", "RANGE"]
RUNNERS = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(1, 4), "status": st.sampled_from(["ACTIVE", "REMOVED"])},
        optional={
            "name": st.sampled_from(NAMES),
            "hc": st.sampled_from([0.0, -0.25, 0.25, 1.0]),
            "adjustmentFactor": st.sampled_from([0.0, 12.5]),
        },
    ),
    min_size=2,
    max_size=4,
    unique_by=lambda runner: (runner["id"], runner.get("hc", 0.0)),
)
DEFINITIONS = st.fixed_dictionaries(
    {"runners": RUNNERS},
    optional={
        "eventTypeId": st.sampled_from(["1", "2", "7", "4", "", "x", "9" * 12]),
        "marketType": st.sampled_from(TYPES),
        "bettingType": st.sampled_from(PAID),
        "eventName": st.sampled_from(["Leeds v Derby", "", "Moe"]),
        "eventId": st.sampled_from(["77", "78", ""]),
        "numberOfWinners": st.integers(0, 2),
        "regulators": st.sampled_from([["MR_ESP"], ["MR_INT"]]),
    },
)
ENDS = st.sampled_from(["WINNER", "LOSER", "REMOVED", "PLACED", "ACTIVE"])


@st.composite
def markets(draw: st.DrawFn) -> list[str]:
    """Draw a market that says what it is up to three times, trades, and mostly ends."""
    market = draw(st.sampled_from(["1.1", "1.2", "1.3"]))
    told = []
    for at in draw(st.lists(st.integers(60, HOUR), min_size=1, max_size=3)):
        last: dict[str, Any] = draw(DEFINITIONS)
        traded = [
            {"id": one["id"], "hc": one.get("hc", 0.0), "ltp": 2.5} for one in last["runners"]
        ]
        told.append(line(at, market, marketDefinition=race(**last), rc=traded))
    if draw(st.booleans()):
        over = [one | {"status": draw(ENDS)} for one in last["runners"]]
        told.append(line(-60, market, marketDefinition=race("CLOSED", **last | {"runners": over})))
    return told


def read(lines: list[str]) -> Tapes | None:
    """Read a stream; None when it is refused with a reason."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "a.jsonl", *lines)
        try:
            return read_tapes(path, [path])
        except OurError:
            return None


@given(st.lists(markets(), min_size=2, max_size=5))
def test_what_is_played_is_told_apart_and_has_prices_and_an_end(streams: list[list[str]]) -> None:
    lines = [one for stream in streams for one in stream]
    found = read(sorted(lines, key=lambda one: int(json.loads(one)["pt"])))
    if found is None:
        return
    assert found.played + sum(found.left_out.values()) == found.markets
    names = {
        (one.sport, one.kick_off, one.match.home.casefold(), one.match.away.casefold())
        for one in found.matches
    }
    assert len(names) == len(found.matches)
    for one in found.matches:
        assert one.ended > one.kick_off
        places = {(board.market, board.line, board.half) for board in one.tape}
        assert len(places) == len(one.tape) > 0
        for board in one.tape:
            for track in board.books.values():
                assert list(track.times) == sorted(set(track.times))
                assert any(track.prices)
                assert all(min(prices) > 1_000 for prices in track.prices if prices)
    assert len(Calendar(found.matches).fixtures) == len(found.matches)
