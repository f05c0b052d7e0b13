"""Strategies as users write them, good and bad ones."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from actors.orders import Evidence
from actors.selections import Quote
from tictac import EventView, Strategy, Wish


class Greedy(Strategy):
    """Wants every price it sees, and remembers what it saw."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        stake: int = 500

    def __init__(self, parameters: Any) -> None:
        super().__init__(parameters)
        self.views: list[EventView] = []

    def on_update(self, view: EventView) -> Sequence[Wish]:
        self.views.append(view)
        return [
            Wish(quote, quote.price - 10, self.parameters.stake, Evidence("greedy", 1900, 100))
            for quote in quotes(view)
        ]


class Failing(Strategy):
    """Raises at once."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        raise KeyError(view.event.key)


class FailingLater(Strategy):
    """Raises while its wishes are read, as a generator does."""

    def on_update(self, view: EventView) -> Iterator[Wish]:  # type: ignore[override]
        raise ZeroDivisionError(view.event.key)
        yield


class Wordless(Strategy):
    """Forgot to return anything."""

    def on_update(self, view: EventView) -> Any:
        pass


class Babbling(Strategy):
    """Wishes for something that is no wish."""

    def on_update(self, view: EventView) -> Any:  # noqa: ARG002
        return ["everything on red"]


class Unspeakable(Strategy):
    """Gives evidence that no message can carry."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        odd: Any = object()
        return [Wish(quote, odd, 1, Evidence("", 1, 1)) for quote in quotes(view)]


class Unmade(Strategy):
    """Fails while it is made."""

    def __init__(self, parameters: Any) -> None:
        super().__init__(parameters)
        raise ValueError("no luck today")


class NoStrategy:
    """Not even a subclass."""


def quotes(view: EventView) -> list[Quote]:
    return [
        quote
        for group in view.groups
        for books in group.quotes.values()
        for quote in books.values()
    ]
