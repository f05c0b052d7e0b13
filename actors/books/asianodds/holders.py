"""Which rows of a feed hold which market, and what is told of it.

A market here is one line of one kind of bet of a match. Nearly always one row holds it. When
several do, each book's quotes are those of the row which the book changed last.
"""

from collections.abc import Iterable

from actors.books.asianodds.rows import SLOTS, Row
from actors.books.asianodds.shown import Shown, Stamp
from actors.price_change import Offer, offer_of
from actors.selections import Event, MarketType, Quote, Side

MarketKey = tuple[str, int, int]
"""Event, slot and line."""

Quotes = dict[tuple[str, Side], Quote]
"""The quotes of one market by book and side."""

_NOTHING: Quotes = {}


class KnownRow:
    """A row as it was last read; `received_at` moves on when it comes again unchanged.

    `raw` is how it was written. What it shows may have been read from an earlier answer, and has
    the times of that.
    """

    __slots__ = (
        "event",
        "faulty",
        "locator",
        "malay",
        "raw",
        "received_at",
        "row",
        "shown",
        "sports_type",
        "updated_at",
    )

    def __init__(
        self,
        row: Row,
        sports_type: int,
        event: Event,
        stamp: Stamp,
        shown: tuple[Shown | None, ...],
    ) -> None:
        self.raw = b""
        self.row = row
        self.sports_type = sports_type
        self.event = event
        self.locator, self.updated_at, self.received_at = stamp
        self.shown = shown
        self.malay = 0
        self.faulty = False
        for one in shown:
            if one is not None and (one.malay or one.faults):
                self.malay += one.malay
                self.faulty = self.faulty or bool(one.faults)

    @property
    def markets(self) -> list[MarketKey]:
        """Return the markets it holds."""
        event = self.event.key
        return [
            (event, number, one.line)
            for number, one in enumerate(self.shown)
            if one is not None and one.line is not None
        ]

    def says_the_same(self, number: int, row: Row) -> bool:
        """Tell whether one of the markets of this row, by its slot, is as it was read."""
        slot = SLOTS[number]
        if row.markets[number] != self.row.markets[number]:
            return False
        if slot.type is not MarketType.HANDICAP:
            return True
        return row.favoured_in(slot.period) == self.row.favoured_in(slot.period)

    def holds(self, market: MarketKey) -> bool:
        """Tell whether it shows this market of its event."""
        shown = self.shown[market[1]]
        return shown is not None and shown.line == market[2]

    def quotes(self, market: MarketKey) -> Quotes:
        """Return its quotes for a market of its event, with the times of now."""
        shown = self.shown[market[1]]
        if shown is None or shown.line != market[2]:
            return _NOTHING
        quotes: Iterable[Quote] = shown.quotes
        if shown.quotes and not self._is_timed(shown.quotes[0]):
            quotes = map(self._timed, quotes)
        return {(quote.book, quote.selection.side): quote for quote in quotes}

    def _is_timed(self, quote: Quote) -> bool:
        return quote.received_at == self.received_at and quote.updated_at == self.updated_at

    def _timed(self, quote: Quote) -> Quote:
        return Quote(
            quote.selection,
            quote.book,
            quote.price,
            quote.locator,
            self.updated_at,
            self.received_at,
        )


class Touched:
    """What an answer touches.

    `before` is what was told, before the answer, of each market of which something else may be
    told now. Of the rows of `fresh` nothing was told, and nobody else holds what they show.
    """

    def __init__(self) -> None:
        self.before: dict[MarketKey, Quotes] = {}
        self.fresh: dict[int, KnownRow] = {}


class Holders:
    """The rows, by their ids and by their events."""

    def __init__(self) -> None:
        self.rows: dict[int, KnownRow] = {}
        self._of_event: dict[str, dict[int, KnownRow]] = {}
        self._shared: set[MarketKey] = set()

    @property
    def any_shared(self) -> bool:
        """Tell whether several rows hold one market, somewhere."""
        return bool(self._shared)

    def touch_shared(self, touched: Touched, known: KnownRow) -> None:
        """Note what is told of the markets that this row holds with others."""
        for market in known.markets:
            if market in self._shared:
                self._touch(touched, market)

    def replace(self, touched: Touched, game_id: int, known: KnownRow | None) -> None:
        """Put a row in the place of the one with its id, or take that one away."""
        old = self.rows.get(game_id)
        if old is None and known is not None:
            others = self._of_event.setdefault(known.event.key, {})
            if self._is_fresh(touched, known, others):
                touched.fresh[game_id] = others[game_id] = self.rows[game_id] = known
                return
        self._not_fresh(touched, game_id)
        moved = _moved(old, known)
        for market in moved:
            self._touch(touched, market)
        if old is not None:
            self.touch_shared(touched, old)
            del self.rows[game_id], self._of_event[old.event.key][game_id]
        if known is not None:
            self._of_event.setdefault(known.event.key, {})[game_id] = self.rows[game_id] = known
        for market in moved:
            if len(self._holders_of(market)) > 1:
                self._shared.add(market)
            else:
                self._shared.discard(market)
        if old is not None and not self._of_event[old.event.key]:
            del self._of_event[old.event.key]

    def changes(self, touched: Touched) -> tuple[list[Quote], list[Offer]]:
        """Return what is told anew and what is no longer offered."""
        quotes: list[Quote] = []
        removed: list[Offer] = []
        for known in touched.fresh.values():
            for shown in known.shown:
                if shown is not None:
                    quotes += shown.quotes
        for market, old in touched.before.items():
            now = self._told(market)
            for which, quote in now.items():
                told = old.get(which)
                if told is None or told.price != quote.price or told.locator != quote.locator:
                    quotes.append(quote)
            removed += [offer_of(quote) for which, quote in old.items() if which not in now]
        return quotes, removed

    def _is_fresh(self, touched: Touched, known: KnownRow, others: dict[int, KnownRow]) -> bool:
        if not others and not touched.before:
            return True
        return not any(
            market in touched.before or any(other.holds(market) for other in others.values())
            for market in known.markets
        )

    def _not_fresh(self, touched: Touched, game_id: int) -> None:
        known = touched.fresh.pop(game_id, None)
        if known is not None:
            touched.before.update(dict.fromkeys(known.markets, _NOTHING))

    def _touch(self, touched: Touched, market: MarketKey) -> None:
        for holder in self._holders_of(market):
            self._not_fresh(touched, holder.row.game_id)
        if market not in touched.before:
            touched.before[market] = self._told(market)

    def _told(self, market: MarketKey) -> Quotes:
        """Return what is told of a market: of each book what it changed last."""
        told: Quotes = {}
        for known in self._holders_of(market):
            told.update(known.quotes(market))
        return told

    def _holders_of(self, market: MarketKey) -> list[KnownRow]:
        """Return the rows that hold a market, the one that was changed last at the end."""
        rows = self._of_event.get(market[0], {}).values()
        holders = [row for row in rows if row.holds(market)]
        holders.sort(key=lambda row: (row.updated_at, row.row.game_id))
        return holders


def _moved(old: KnownRow | None, known: KnownRow | None) -> list[MarketKey]:
    """Return the markets that a row showed and its successor does not as they were, or anew."""
    found = []
    for row, other in ((old, known), (known, old)):
        for number, one in enumerate(() if row is None else row.shown):
            if one is None or one.line is None or row is None:
                continue
            if other is None or other.shown[number] is not one:
                found.append((row.event.key, number, one.line))
    return found
