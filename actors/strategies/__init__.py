"""Strategies are the users' own code; this is what they build on."""

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from actors.decision.settings import LONGEST_WINDOW
from actors.market_view import EventView
from actors.orders import Evidence
from actors.selections import Quote
from runtime.configuration import validate
from runtime.errors import ConfigurationError


class Wish(msgspec.Struct, frozen=True):
    """A bet a strategy wants: this quote, not below `floor`, for `stake` minor units."""

    quote: Quote
    floor: int
    stake: int
    evidence: Evidence


class Bundle(msgspec.Struct, frozen=True):
    """Bets that belong together: one for each side of one market, in the order of placing.

    Money in minor units. `cap`: what may be open without the other sides, at any moment.
    `most_loss`: what completing it may cost. `step`: every stake is so many of these.
    """

    legs: tuple[Wish, ...]
    cap: int
    most_loss: int
    step: int


class Strategy:
    """Subclass it: `on_update` is called for each event whose prices changed.

    `Parameters` is a msgspec Struct; what config.yaml gives is validated against it.
    """

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """A strategy without parameters."""

    def __init__(self, parameters: Any) -> None:
        self.parameters = parameters

    def looks_back(self) -> float:
        """Return how many seconds of prices `view.moved` may be asked for, at most 600."""
        return 0.0

    def on_update(self, view: EventView) -> Sequence[Wish | Bundle]:
        """Return the bets that are wanted now. Prices in thousandths, stakes in minor units."""
        raise NotImplementedError(f"{type(self).__name__} has no on_update")


S = TypeVar("S")


def find(where: str, use: str, kind: type[S]) -> type[S]:
    """Import `module:Class`, which has to be a subclass of `kind`.

    Raises ConfigurationError that names the place in the configuration and the cure.
    """
    module_name, _, class_name = use.partition(":")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except Exception as error:  # noqa: BLE001 - importing runs users' code
        raise ConfigurationError(
            [f"{where}.use: holds {use!r}; allowed: an import path module:Class ({error})"]
        ) from None
    if not (isinstance(found, type) and issubclass(found, kind)):
        raise ConfigurationError([f"{where}.use: {use!r} is no subclass of tictac.{kind.__name__}"])
    return found


def load(where: str, use: str, parameters: Mapping[str, Any]) -> Strategy:
    """Make a strategy from `module:Class` and its parameters.

    Raises ConfigurationError that names the place in the configuration and the cure.
    """
    found = find(where, use, Strategy)
    checked = validate(found.Parameters, dict(parameters), where=f"{where}.parameters")
    try:
        made = found(checked)
        seconds = made.looks_back()
    except Exception as error:  # noqa: BLE001 - users' code
        fault = f"{where}: {use} cannot be made ({type(error).__name__}: {error})"
        raise ConfigurationError([fault]) from None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ConfigurationError([f"{where}: looks_back of {use} returns no number of seconds"])
    if not 0 <= seconds <= LONGEST_WINDOW:
        fault = f"{where}: {use} looks back {seconds:g} s; allowed: 0 up to {LONGEST_WINDOW:g}"
        raise ConfigurationError([fault])
    return made
