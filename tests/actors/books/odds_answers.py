"""Answers of The Odds API, made after the shape of recorded ones: outcomes in either order."""

import json
from typing import Any

HOME, AWAY = "Germany", "Curaçao"
MATCH = "f1ab0f69832972a329243522ceaa7804"
START = "2026-06-20T20:00:00Z"
UPDATED = "2026-06-20T11:59:30Z"
NOON = 1_781_956_800_000
"""2026-06-20T12:00:00Z in ms."""


def outcome(name: str, price: object, point: object = None) -> dict[str, Any]:
    return {"name": name, "price": price} | ({} if point is None else {"point": point})


def market(key: str, *outcomes: object, **fields: Any) -> dict[str, Any]:
    return {"key": key, "last_update": UPDATED, "outcomes": list(outcomes), **fields}


def h2h(home: object = 1.5, draw: object = 4.2, away: object = 7, **fields: Any) -> dict[str, Any]:
    """Build a 1X2 with the away side first."""
    prices = (outcome(AWAY, away), outcome(HOME, home), outcome("Draw", draw))
    return market("h2h", *prices, **fields)


def totals(line: object = 2.5, over: object = 1.68, under: object = 2.14) -> dict[str, Any]:
    return market("totals", outcome("Over", over, line), outcome("Under", under, line))


def spreads(line: float = -1.25, home: object = 1.9, away: object = 1.95) -> dict[str, Any]:
    return market("spreads", outcome(AWAY, away, -line), outcome(HOME, home, line))


def book(key: str = "pinnacle", *markets: object, **fields: Any) -> dict[str, Any]:
    found = list(markets) or [h2h()]
    return {"key": key, "title": key, "last_update": UPDATED, "markets": found, **fields}


def match(*books: object, **fields: Any) -> dict[str, Any]:
    return {
        "id": MATCH,
        "sport_key": "soccer_fifa_world_cup",
        "sport_title": "FIFA World Cup",
        "commence_time": START,
        "home_team": HOME,
        "away_team": AWAY,
        "bookmakers": list(books) or [book()],
        **fields,
    }


def answer(*matches: object) -> bytes:
    return json.dumps(list(matches)).encode()
