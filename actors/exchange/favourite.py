"""Favourite: back or lay each market's favourite once before the off; an example to go on from."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from actors.exchange.orders import LimitOrder, Side
from actors.exchange.strategy import ExchangeStrategy, ExchangeView, ExchangeWish

MINUTE = 60_000


class Favourite(ExchangeStrategy):
    """Take what is offered for the runner with the lowest price, so many minutes before the off."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """`stake` in minor units, the backer's on either side; `longest_price` in decimal odds."""

        side: Literal["back", "lay"] = "back"
        minutes: Annotated[float, msgspec.Meta(gt=0, le=24 * 60)] = 5.0
        stake: Annotated[int, msgspec.Meta(gt=0)] = 1000
        longest_price: Annotated[float, msgspec.Meta(gt=1, le=1000)] = 4.0

    parameters: Parameters

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self._due: dict[str, int | None] = {}

    def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
        book = view.book
        if book.definition is None:
            return ()
        if book.id not in self._due:
            off = book.definition.off
            self._due[book.id] = off - round(self.parameters.minutes * MINUTE) if off else None
        due = self._due[book.id]
        if due is None or view.now < due:
            return ()
        if book.in_play:
            self._due[book.id] = None
        if book.in_play or book.status != "OPEN":
            return ()
        self._due[book.id] = None
        side = Side(self.parameters.side)
        priced = [one for one in book.runners.values() if one.best_back and one.best_lay]
        if not priced:
            return ()
        favourite = min(priced, key=lambda one: (one.best_back, one.key))
        price = favourite.best_back if side is Side.BACK else favourite.best_lay
        if price > self.parameters.longest_price * 1000:
            return ()
        return (LimitOrder(favourite.key, side, price, self.parameters.stake),)
