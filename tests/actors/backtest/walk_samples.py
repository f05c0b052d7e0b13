"""Many exchange markets, a day apart: the favourite wins in the first half of them, then loses."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from actors.backtest.walk import ENOUGH
from tests.actors.backtest.tape_samples import OFF_MS, definition, write

MARKETS = 2 * (ENOUGH + 5)
DAY = 86_400
"""Seconds between two markets."""


def stream(path: Path, together: int = 1) -> Path:
    """Write the markets; so many are told of at the same moment."""
    lines = []
    for number in range(MARKETS):
        when = number // together
        winner = 1 if number < MARKETS // 2 else 2
        runners = [{"id": one, "name": f"{one}", "status": "ACTIVE"} for one in (1, 2)]
        over = [one | {"status": "WINNER" if one["id"] == winner else "LOSER"} for one in runners]
        off = {"marketTime": _off(when), "eventId": f"{number}"}
        prices = [
            {"id": 1, "atb": [[1.5, 900.0]], "atl": [[1.51, 900.0]]},
            {"id": 2, "atb": [[2.9, 900.0]], "atl": [[3.0, 900.0]]},
        ]
        opened = definition(runners=runners, **off)
        closed = definition("CLOSED", runners=over, **off)
        market = f"1.{when}-{number}"
        lines += [
            _told(market, when, 600, marketDefinition=opened, rc=prices),
            _told(market, when, 200, rc=[{"id": 2, "ltp": 3.0}]),
            _told(market, when, 100, rc=[{"id": 2, "ltp": 2.98}]),
            _told(market, when, -600, marketDefinition=closed),
        ]
    return write(path, *sorted(lines, key=lambda one: int(json.loads(one)["pt"])))


def _told(market: str, day: int, before: int, **change: Any) -> str:
    """Return one line of a market, so many seconds before its off."""
    published = OFF_MS + 1000 * (DAY * day - before)
    return json.dumps({"op": "mcm", "pt": published, "clk": "", "mc": [{"id": market} | change]})


def _off(day: int) -> str:
    return datetime.fromtimestamp(OFF_MS / 1000 + DAY * day, UTC).isoformat()
