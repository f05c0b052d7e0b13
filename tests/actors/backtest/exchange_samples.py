"""Strategies for recorded markets, as a user would write them."""

from collections.abc import Sequence

from actors.exchange.orders import CancelOrder, LimitOrder, Persistence, Side
from actors.exchange.strategy import ExchangeStrategy, ExchangeView, ExchangeWish


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
