"""Strategies for recorded markets, as a user would write them."""

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec

from actors.exchange.book import RunnerKey
from actors.exchange.measures import HUNDREDTHS
from actors.exchange.orders import CancelOrder, LimitOrder, Persistence, Side
from actors.exchange.recording import Recording
from actors.exchange.replay import Replay
from actors.exchange.strategy import ExchangeStrategy, ExchangeView, ExchangeWish
from actors.exchange.stream import Line


class Everything(ExchangeStrategy):
    """Back and lay every runner at every price that shows, and take some of it back."""

    def __init__(self, parameters: object) -> None:
        super().__init__(parameters)
        self._asked = 0

    def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
        self._asked += 1
        if self._asked % 3 or self._asked > 120:
            return ()
        wishes: list[ExchangeWish] = []
        for place, runner in enumerate(view.book.runners.values()):
            side = Side.BACK if (self._asked + place) % 2 else Side.LAY
            price = runner.best_back if self._asked % 5 else runner.best_lay
            if price:
                kept = Persistence.PERSIST if place % 2 else Persistence.LAPSE
                wishes.append(LimitOrder(runner.key, side, price, 200 + place, kept))
        wishes.append(LimitOrder((7, 0), Side.BACK, 2_000, 200))  # no such runner
        if self._asked % 4 == 0 and view.open:
            wishes.append(CancelOrder(next(iter(view.open))))
        return wishes


class Failing(ExchangeStrategy):
    """Raise at the first update."""

    def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
        raise ZeroDivisionError(view.book.id)


class ReadsResults(ExchangeStrategy):
    """Back whoever has won, as a file in its parameters says."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """A file of the data."""

        file: str

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self._backed: set[str] = set()

    def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
        won = winners(Path(self.parameters.file))
        return () if view.book.id in self._backed else self._back(view, won)

    def _back(self, view: ExchangeView, won: set[RunnerKey]) -> Sequence[ExchangeWish]:
        found = [runner for key, runner in view.book.runners.items() if key in won]
        if not found or not found[0].best_back:
            return ()
        self._backed.add(view.book.id)
        return (LimitOrder(found[0].key, Side.BACK, found[0].best_back, 200),)


class LooksForTheFile(ReadsResults):
    """Back whoever has won, as the file says from which it is told: found in the memory."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """None."""

    def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
        frame = sys._getframe()
        while not isinstance(replay := frame.f_locals.get("self"), Replay):
            assert frame.f_back is not None
            frame = frame.f_back
        if view.book.id in self._backed:
            return ()
        paths = [recording.path for recording in replay._recordings]
        return self._back(view, set().union(*map(winners, paths)))


@cache
def winners(path: Path) -> set[RunnerKey]:
    """Return who has won in a recording."""
    won = set()
    for line in Recording(path).lines():
        for change in line.mc if isinstance(line, Line) else ():
            runners = change.market_definition.runners if change.market_definition else ()
            won |= {(one.id, HUNDREDTHS[one.hc]) for one in runners if one.status == "WINNER"}
    return won
