"""A large feed made from a seed, after the shape of a recorded row; its prices move on demand."""

import json
from typing import Any

from runtime.chance import seeded

MATCHES = 2_000
MARKETS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("FullTimeHdp", 2, ("PIN", "SBO", "IBC")),
    ("FullTimeOu", 2, ("PIN", "SBO", "IBC")),
    ("FullTimeOneXTwo", 3, ("PIN", "SBT")),
    ("HalfTimeHdp", 2, ("PIN", "SBO", "IBC")),
    ("HalfTimeOu", 2, ("PIN", "SBO", "IBC")),
    ("HalfTimeOneXTwo", 3, ("PIN", "SBT")),
)
"""Of each market its name, how many sides it has, and who prices it."""

QUOTES_A_MATCH = sum(sides * len(books) for _, sides, books in MARKETS)
LINES = ("0.0", "0-0.5", "0.5", "0.5-1", "1.0", "1-1.5", "2.5", "2.5-3", "3.0")
LONG_NAME = "Under 21 Reserves of the Regional Football Association Sporting Club of"
"""So long that an answer has the 3.2 MB of the feed that the goals are about."""

START = 1_800_000_000_000


class MadeFeed:
    """One market's rows, one for each match."""

    def __init__(self, matches: int = MATCHES, seed: int = 7) -> None:
        self._chance = seeded(seed)
        self._now = START - 3_600_000
        self._rows = [self._row(number) for number in range(matches)]

    @property
    def quotes(self) -> int:
        """Return how many quotes are in an answer."""
        return len(self._rows) * QUOTES_A_MATCH

    def answer(self) -> bytes:
        """Write the GetFeeds answer with every row as it is now."""
        sports = [{"SportsType": 1, "MatchGames": self._rows}]
        result = {"Since": self._now, "Sports": sports}
        return json.dumps({"Code": 0, "Message": "", "Result": result}).encode()

    def move(self, percent: float) -> int:
        """Change so many of the odds strings, each in its first price; return how many."""
        self._now += 10_000
        strings = [(row, name) for row in self._rows for name, _, _ in MARKETS]
        wanted = round(len(strings) * percent / 100)
        for place in self._chance_of(len(strings), wanted):
            row, name = strings[place]
            text = row[name]["BookieOdds"]
            begin, end = text.index("=") + 1, text.index(",")
            row[name]["BookieOdds"] = f"{text[:begin]}{self._price()}{text[end:]}"
            row["UpdatedDateTime"] = self._now
        return wanted

    def _chance_of(self, among: int, wanted: int) -> set[int]:
        chosen: set[int] = set()
        while len(chosen) < wanted:
            chosen.add(self._chance.randrange(0, among))
        return chosen

    def _price(self) -> str:
        return f"{self._chance.randrange(1_200, 4_800) / 1000:.3f}"

    def _odds(self, sides: int, books: tuple[str, ...]) -> str:
        prices = {book: [self._price() for _ in range(sides)] for book in books}
        best = [max((prices[book][side], book) for book in books) for side in range(sides)]
        entries = [f"{book}={','.join(texts)}" for book, texts in prices.items()]
        return ";".join([*entries, f"BEST={','.join(f'{book} {text}' for text, book in best)}"])

    def _row(self, number: int) -> dict[str, Any]:
        """Return an open row with the fields of the recorded one of 2017 and those named since."""
        row: dict[str, Any] = {
            "AwayTeam": {
                "Name": f"{LONG_NAME} Qaradag Lokbatan {number}",
                "RedCards": 0,
                "Score": 0,
            },
            "ExpectedLength": 45,
            "Favoured": 1,
            "FullTimeFavoured": 1 + number % 2,
            "FullTimeMoneyLine": {"BookieOdds": ""},
            "GameId": -1_895_622_898 + number,
            "HalfTimeFavoured": 1 + number % 2,
            "HalfTimeMoneyLine": {"BookieOdds": ""},
            "HomeTeam": {
                "Name": f"{LONG_NAME} PFC Turan Tovuz {number}",
                "RedCards": 0,
                "Score": 0,
            },
            "InGameMinutes": 0,
            "IsActive": True,
            "IsLive": 0,
            "LeagueId": 922_171_774 + number // 10,
            "LeagueName": f"*{LONG_NAME} AZERBAIJAN DIVISION {number // 10}",
            "MarketType": "Today",
            "MarketTypeId": 1,
            "MatchId": -1_898_629_925 + number,
            "StartTime": START + number // 50 * 900_000,
            "StartsOn": "01/15/2027 08:00:00.000 AM",
            "ToBeRemovedOn": self._now + 300_000,
            "UpdatedDateTime": self._now,
            "WillBeRemoved": False,
        }
        for name, sides, books in MARKETS:
            row[name] = {"BookieOdds": self._odds(sides, books)}
            if name.endswith("Hdp"):
                row[name]["Handicap"] = self._chance.choice(LINES)
            elif name.endswith("Ou"):
                row[name]["Goal"] = self._chance.choice(LINES[4:])
        return row
