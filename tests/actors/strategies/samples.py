"""Strategies as users write them, good and bad ones."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from actors.odds.arbitrage import stakes
from actors.orders import Evidence
from actors.selections import SIDES, Quote
from tictac import Bundle, EventView, Strategy, Wish


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


class Generous(Strategy):
    """Says how much it does not want to bet."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        return [Wish(quote, quote.price, -500, Evidence("", 1, 1)) for quote in quotes(view)]


class Careless(Strategy):
    """Takes any price at all."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        return [Wish(quote, 0, 500, Evidence("", 1, 1)) for quote in quotes(view)]


class Inventive(Strategy):
    """Wants a better price than there is."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        dreamt = [msgspec.structs.replace(quote, price=9_000) for quote in quotes(view)]
        return [Wish(quote, 1_500, 500, Evidence("", 1, 1)) for quote in dreamt]


class Nostalgic(Strategy):
    """Wants the first price that it ever saw."""

    def __init__(self, parameters: Any) -> None:
        super().__init__(parameters)
        self.first: list[Quote] = []

    def on_update(self, view: EventView) -> Sequence[Wish]:
        self.first = self.first or quotes(view)
        return [Wish(quote, 1_500, 500, Evidence("", 1, 1)) for quote in self.first]


class HalfGood(Strategy):
    """Wants something sound, and then something that is not."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        evidence = Evidence("", 1, 1)
        return [Wish(quote, 1_500, stake, evidence) for quote in quotes(view) for stake in (500, 0)]


class Endless(Strategy):
    """Never has enough."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        return [Wish(quotes(view)[0], 1_500, 500, Evidence("", 1, 1))] * 1_001


class Leaving(Strategy):
    """Wants to end the program."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        raise SystemExit(view.event.key)


class Unspeakably(Strategy):
    """Fails with words that no message can carry."""

    def on_update(self, view: EventView) -> Sequence[Wish]:  # noqa: ARG002
        raise ValueError("\udcff" * 5_000)


class Watching(Strategy):
    """Wants what went up within ten seconds."""

    def looks_back(self) -> float:
        return 10.0

    def on_update(self, view: EventView) -> Sequence[Wish]:
        return [
            Wish(quote, 1_500, 500, Evidence("up", 1, 1))
            for quote in quotes(view)
            if view.moved(quote, 10.0) > 0
        ]


class ShortSighted(Strategy):
    """Asks for more of the past than it said it would."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        view.moved(quotes(view)[0], 60.0)
        return []


class Timeless(Strategy):
    """Looks back for ever."""

    def looks_back(self) -> float:
        return 1e9


class Vague(Strategy):
    """Looks back for a while."""

    def looks_back(self) -> Any:
        return "a while"


class Bundling(Strategy):
    """Wants every side of one market of a match at its best price, whatever that costs."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        cap: int = 1_000
        most_loss: int = 300
        outlay: int = 1_800
        sized_for: int = 1_000  # the cap that the stakes keep, which may be more than it says

    def on_update(self, view: EventView) -> Sequence[Bundle]:
        wanted, bundles = self.parameters, []
        for group in view.groups[:1]:
            if any(not group.quotes.get(side) for side in SIDES[group.type]):
                continue
            best = [
                max(group.quotes[side].values(), key=lambda quote: quote.price)
                for side in SIDES[group.type]
            ]
            prices = [quote.price for quote in best]
            sized = stakes(prices, wanted.outlay, 10, (), wanted.sized_for)
            legs = tuple(
                Wish(quote, quote.price - 60, stake, Evidence("bundling", quote.price, 1))
                for quote, stake in zip(best, sized, strict=True)
                if stake
            )
            if len(legs) == len(best):
                bundles.append(Bundle(legs, wanted.cap, wanted.most_loss, 10))
        return bundles


class Pairing(Strategy):
    """Wants both sides of each handicap together."""

    class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        sides: int = 2
        cap: int = 500
        stake: int = 500

    def on_update(self, view: EventView) -> Sequence[Bundle]:
        wanted, evidence = self.parameters, Evidence("pairing", 1900, 100)
        return [
            Bundle(
                tuple(
                    Wish(next(iter(books.values())), 1_500, wanted.stake, evidence)
                    for books in list(group.quotes.values())[: wanted.sides]
                ),
                wanted.cap,
                100,
                10,
            )
            for group in view.groups
        ]


class Believing(Strategy):
    """Wants what stands beside, which is not for sale."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        return [Wish(quote, 1_500, 500, Evidence("", 1, 1)) for quote in references(view)]


class Misled(Strategy):
    """Wants what stands beside, and passes it off as a price of here."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        return [
            Wish(
                Quote(
                    quote.selection,
                    quote.book,
                    quote.price,
                    quote.locator,
                    quote.updated_at,
                    quote.received_at,
                ),
                1_500,
                500,
                Evidence("", 1, 1),
            )
            for quote in references(view)
        ]


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


def references(view: EventView) -> list[Quote]:
    return [
        quote
        for group in view.groups
        for books in group.beside.values()
        for quote in books.values()
    ]
