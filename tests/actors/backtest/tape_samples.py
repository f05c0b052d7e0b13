"""Recorded markets for tests: a real match, streams that are made, and a strategy for them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from actors.backtest.market_tape import MarketTape
from actors.exchange.stream import MarketChange
from actors.market_view import EventView
from actors.orders import Evidence
from actors.strategies import Strategy, Wish
from actors.units import Millis
from tests.actors.backtest.samples import DATA

MATCH = DATA / "markets" / "football_event_Middlesbrough-ManCity_2017-04-30_basic.bz2"
OFF = "2022-11-07T05:00:00.000Z"
OFF_MS = 1_667_797_200_000
TEAMS = {1: "Leeds", 2: "Derby", 3: "The Draw"}
HORSES = ("Nickem", "Kahuka", "Isolating")
ODDS = "1.1"


def definition(status: str = "OPEN", **more: Any) -> dict[str, Any]:
    """Return the definition of match odds as the stream has it, with names."""
    runners = [{"id": number, "name": name, "status": "ACTIVE"} for number, name in TEAMS.items()]
    return {
        "status": status,
        "inPlay": False,
        "betDelay": 0,
        "version": 1,
        "numberOfWinners": 1,
        "marketType": "MATCH_ODDS",
        "marketBaseRate": 5.0,
        "eventTypeId": "1",
        "eventId": "77",
        "eventName": "Leeds v Derby",
        "marketTime": OFF,
        "runners": runners,
    } | more


def ended(winner: int, **more: Any) -> dict[str, Any]:
    """Return the definition of match odds that are over."""
    runners = [
        {"id": number, "name": name, "status": "WINNER" if number == winner else "LOSER"}
        for number, name in TEAMS.items()
    ]
    return definition("CLOSED", inPlay=True, runners=runners, **more)


def racers(*statuses: str) -> list[dict[str, Any]]:
    """Return the runners of a race, of which each stands as told."""
    return [
        {"id": number, "name": name, "status": status}
        for number, (name, status) in enumerate(zip(HORSES, statuses, strict=False), 1)
    ]


def race(status: str = "OPEN", **more: Any) -> dict[str, Any]:
    """Return the definition of a race of three."""
    own = {
        "marketType": "WIN",
        "eventTypeId": "7",
        "eventId": "88",
        "eventName": "Moe 7th Nov",
        "name": "R6 1000m",
        "runners": racers("ACTIVE", "ACTIVE", "ACTIVE"),
    }
    return definition(status, **(own | more))


def ladders(*prices: float, size: float = 100.0) -> list[dict[str, Any]]:
    """Return changes after which each runner can be backed at one more price."""
    return [
        {"id": number, "atb": [[price, size]]} for number, price in enumerate(prices, 1) if price
    ]


def line(at: int, market: str = ODDS, **change: Any) -> str:
    """Return one line of a stream, `at` seconds before the off (after it when negative)."""
    return json.dumps(
        {"op": "mcm", "pt": OFF_MS - 1000 * at, "clk": "", "mc": [{"id": market} | change]}
    )


def write(path: Path, *lines: str) -> Path:
    """Write a stream."""
    path.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
    return path


def falling(path: Path) -> Path:
    """Write a stream in which the home side's price falls every five minutes, and it loses."""
    first, times = definition(), range(7_200, 0, -300)
    return write(
        path,
        line(times[0], marketDefinition=first, rc=ladders(3.0, 4.0, 3.8)),
        *(line(at, rc=[back(1, 3.0 - place / 50)]) for place, at in enumerate(times) if place),
        line(0, marketDefinition=definition(inPlay=True)),
        line(-7_200, marketDefinition=ended(2)),
    )


def back(number: int, price: float) -> dict[str, Any]:
    """Return the change after which a runner can be backed at one price alone."""
    higher = [[round(price + step / 50, 2), 0] for step in range(1, 60)]
    return {"id": number, "atb": [*higher, [round(price, 2), 100.0]]}


class HeardMarket:
    """A market whose tape is written by hand, at milliseconds, after its first definition."""

    def __init__(self, first: dict[str, Any]) -> None:
        self.tape = MarketTape("1.1")
        self.hears(0, marketDefinition=first)

    def hears(self, at: int, *rc: dict[str, Any], **more: Any) -> None:
        change = {"id": "1.1", "rc": list(rc), **more}
        self.tape.apply(msgspec.convert(change, MarketChange), Millis(at))


class BackFirst(Strategy):
    """Back the first side of the match odds, whatever it pays."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        quotes = [
            quote
            for group in view.groups
            for books in group.quotes.values()
            for quote in books.values()
        ]
        first = min(quotes, key=lambda quote: (quote.selection.key, quote.book))
        return [Wish(first, 1_001, 1_000, Evidence("it is there", first.price, 0, ()))]
