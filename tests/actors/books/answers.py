"""Answers of the Web API for the tests: the recorded ones, and small ones built to order."""

import json
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"


def recorded(name: str) -> bytes:
    """Return a recorded answer; its origin is in data/ORIGIN.md."""
    return (_DATA / f"{name}_2017-04-27.json").read_bytes()


def envelope(result: object = None, code: int = 0, message: str = "", **more: object) -> bytes:
    """Wrap a result as the API does."""
    whole = {"Code": code, "Message": message, "Result": result, **more}
    return json.dumps(whole).encode()


def row(game: int = 11, match: int = 1, **fields: Any) -> dict[str, Any]:
    """Build a MatchGame that is open: home gives 0.25 at PIN, 1.93 and 1.97."""
    return {
        "GameId": game,
        "MatchId": match,
        "LeagueId": 5,
        "LeagueName": "*ENGLISH PREMIER LEAGUE",
        "HomeTeam": {"Name": "Arsenal", "Score": 0, "RedCards": 0},
        "AwayTeam": {"Name": "Everton", "Score": 0, "RedCards": 0},
        "StartTime": 1_700_000_000_000,
        "MarketTypeId": 1,
        "IsLive": 0,
        "IsActive": True,
        "WillBeRemoved": False,
        "UpdatedDateTime": 1_699_999_000_000,
        "FullTimeFavoured": 1,
        "HalfTimeFavoured": 0,
        "FullTimeHdp": {"Handicap": "0-0.5", "BookieOdds": "PIN=1.93,1.97;BEST=PIN 1.93,PIN 1.97"},
        "FullTimeOu": {"Goal": "", "BookieOdds": ""},
        "FullTimeOneXTwo": {"BookieOdds": ""},
        "HalfTimeHdp": {"Handicap": "", "BookieOdds": ""},
        "HalfTimeOu": {"Goal": "", "BookieOdds": ""},
        "HalfTimeOneXTwo": {"BookieOdds": ""},
        **fields,
    }


def feed(*rows: object, since: int = 1_700_000_000_001) -> bytes:
    """Wrap rows of football into a GetFeeds answer."""
    return envelope({"Since": since, "Sports": [{"SportsType": 1, "MatchGames": list(rows)}]})
