"""What a strategy for an exchange is: the same shape as `actors.strategies.Strategy`."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from actors.exchange.book import MarketBook
from actors.exchange.orders import CancelOrder, LimitOrder, Order
from actors.strategies import find
from runtime.configuration import validate
from runtime.errors import ConfigurationError

ExchangeWish = LimitOrder | CancelOrder


class ExchangeView:
    """What a strategy sees of one market: its book, and its own orders that are not over.

    The same view comes at each update of its market, with a book that has moved on.
    """

    __slots__ = ("book", "open")

    def __init__(self, book: MarketBook, open_orders: Mapping[int, Order]) -> None:
        self.book = book
        self.open = open_orders

    @property
    def now(self) -> int:
        """Ms since 1970 UTC."""
        return self.book.published


class ExchangeStrategy:
    """Subclass it: `on_update` is called for each market that changed.

    `Parameters` is a msgspec Struct, as with `actors.strategies.Strategy`.
    """

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """A strategy without parameters."""

    def __init__(self, parameters: Any = None) -> None:
        self.parameters = parameters

    def on_update(self, view: ExchangeView) -> Sequence[ExchangeWish]:
        """Return the orders wanted now. Prices in thousandths, stakes in minor units."""
        raise NotImplementedError(f"{type(self).__name__} has no on_update")


def load(where: str, use: str, parameters: Mapping[str, Any]) -> ExchangeStrategy:
    """Make a strategy from `module:Class` and its parameters.

    Raises ConfigurationError that names the place in the configuration and the cure.
    """
    found = find(where, use, ExchangeStrategy)
    checked = validate(found.Parameters, dict(parameters), where=f"{where}.parameters")
    try:
        return found(checked)
    except Exception as error:  # noqa: BLE001 - users' code
        fault = f"{where}: {use} cannot be made ({type(error).__name__}: {error})"
        raise ConfigurationError([fault]) from None
