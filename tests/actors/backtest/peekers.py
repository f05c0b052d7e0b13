"""Strategies that know what nobody could know, each in a way of its own; and two honest ones."""

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import msgspec

from actors.backtest.calendar import Calendar
from actors.paper.programme import Fixture
from actors.strategies.value import Value
from tictac import EventView, Evidence, MarketType, Side, Strategy, Wish

EVIDENCE = Evidence("a hunch", 2_000, 100)


def home_win(view: EventView, reason: str = EVIDENCE.reason) -> list[Wish]:
    """Want the home side at the first book that has a price."""
    for group in view.groups:
        if group.type is MarketType.ONE_X_TWO:
            quote = next(iter(group.quotes[Side.HOME].values()))
            evidence = msgspec.structs.replace(EVIDENCE, reason=reason)
            return [Wish(quote, quote.price, 1_000, evidence)]
    return []


class RemembersResults(Strategy):
    """Backs home sides that will win, as a file in its parameters says."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        file: str

    parameters: Parameters

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        with Path(parameters.file).open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        self._won = {(row["HomeTeam"], row["AwayTeam"]) for row in rows if row["FTR"] == "H"}

    def on_update(self, view: EventView) -> Sequence[Wish]:
        known = (view.event.home, view.event.away) in self._won
        return home_win(view) if known else []


class LooksAround(Strategy):
    """Climbs to whoever called it, and finds the calendar with the results there."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        home, away = self._fixture(view).match.full_time
        return home_win(view) if home > away else []

    @staticmethod
    def _fixture(view: EventView) -> Fixture:
        frame = sys._getframe()
        while not isinstance(calendar := frame.f_locals.get("calendar"), Calendar):
            assert frame.f_back is not None
            frame = frame.f_back
        return calendar.of_event(view.event.key)


class KnowsTheClose(LooksAround):
    """Knows where the sharp price will go."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        match = self._fixture(view).match
        before, closing = (m.one_x_two.get("PIN") for m in (match.before, match.closing))
        return home_win(view) if before and closing and closing[0] < before[0] else []


class KnowsLaterPrices(LooksAround):
    """Knows whether a price on tape will still fall."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        fixture = self._fixture(view)
        tracks = next(line.books.values() for line in fixture.tape if line.market == "x")
        prices = [(one.at(view.now), one.last(fixture.kick_off_ms)) for one in tracks]
        return home_win(view) if any(a and b and b[0] < a[0] for a, b in prices) else []


class HasNotes(Strategy):
    """Has its own notes of which teams are good, made when all was over."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        notes: str

    parameters: Parameters

    def on_update(self, view: EventView) -> Sequence[Wish]:
        good = json.loads(Path(self.parameters.notes).read_text(encoding="utf-8"))
        return home_win(view) if view.event.home in good else []


class OpensItsNotes(HasNotes):
    """Remembers one team, and opens its notes without a look at them."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        Path(self.parameters.notes).open("rb").close()
        return home_win(view) if view.event.home == "Leeds" else []


class Counts(Strategy):
    """Honest, and remembers what it saw: every third event whose prices change."""

    seen: ClassVar[list[EventView]] = []

    def __init__(self, parameters: object) -> None:
        super().__init__(parameters)
        self._updates = 0

    def on_update(self, view: EventView) -> Sequence[Wish]:
        self._updates += 1
        self.seen.append(view)
        return home_win(view) if self._updates % 3 == 0 else []


class Says(Strategy):
    """Says things that a page must not take for its own."""

    words = "</script><img src=x onerror=alert(1)> & 'so' \u2028 <b>"

    def on_update(self, view: EventView) -> Sequence[Wish]:
        return home_win(view, self.words)


class Fails(Strategy):
    """Has a bug that shows when prices come."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        raise KeyError(f"no rating of {view.event.home}")


class Picky(Value):
    """The one that ships, under another name."""
