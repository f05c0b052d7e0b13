"""Which rows of a feed hold which market, and what is told of it.

A market here is one line of one kind of bet of a match. Nearly always one row holds it. When
several do, each book's quotes are those of the row which the book changed last.
"""

from actors.books.asianodds.known_row import (
    EVERY_SLOT,
    NOT_MOVED,
    NOTHING,
    KnownRow,
    MarketKey,
    Quotes,
)
from actors.books.asianodds.shown import Shown
from actors.price_change import Offer, offer_of, offers_of
from actors.selections import Quote


class Touched:
    """What an answer touches.

    `before` is what was told, before the answer, of each market of which something else may be
    told now. A row of `alone` shares no market with another, neither before the answer nor now;
    beside its id stands what it was before, None when it is new. `left` are the markets that such
    a row no longer shows.
    """

    def __init__(self) -> None:
        self.before: dict[MarketKey, Quotes] = {}
        self.alone: dict[int, KnownRow | None] = {}
        self.left: dict[MarketKey, int] = {}


class Holders:
    """The rows, by their ids and by their events; `shared` is what several of them hold."""

    def __init__(self) -> None:
        self.rows: dict[int, KnownRow] = {}
        self.shared: set[MarketKey] = set()
        self._of_event: dict[str, dict[int, KnownRow]] = {}

    def touch_shared(self, touched: Touched, known: KnownRow) -> None:
        """Note what is told of the markets that this row holds with others."""
        for market in known.markets:
            if market in self.shared:
                self._touch(touched, market)

    def replace(self, touched: Touched, game_id: int, known: KnownRow | None) -> None:
        """Put a row in the place of the one with its id, or take that one away."""
        old = self.rows.get(game_id)
        if old is not None:
            old.make_way(known)
        if known is not None and self._is_alone(touched, old, known):
            if game_id in touched.alone:
                # As against what was before the answer, not against what it told first.
                known.anew, known.moved = EVERY_SLOT, NOT_MOVED
            else:
                touched.alone[game_id] = old
            if old is not None:
                _note_lines_left(touched.left, old, known)
            self._of_event.setdefault(known.event.key, {})[game_id] = self.rows[game_id] = known
            return
        self._not_alone(touched, game_id)
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
                self.shared.add(market)
            else:
                self.shared.discard(market)
        if old is not None and not self._of_event[old.event.key]:
            del self._of_event[old.event.key]

    def changes(self, touched: Touched) -> tuple[list[Quote], list[Offer]]:
        """Return what is told anew and what is no longer offered."""
        quotes: list[Quote] = []
        removed: list[Offer] = []
        for game_id, old in touched.alone.items():
            known = self.rows[game_id]
            if old is None:
                for shown in known.shown:
                    quotes += () if shown is None else shown.quotes
                continue
            for number in known.anew:
                if number in known.moved:
                    quotes += known.moved[number]
                    continue
                was, now = old.shown[number], known.shown[number]
                if now is not was:
                    _compare(was, now, quotes, removed)
        for market, told in touched.before.items():
            _compare_told(told, self._told(market), quotes, removed)
        return quotes, removed

    def _is_alone(self, touched: Touched, old: KnownRow | None, known: KnownRow) -> bool:
        event, game_id = known.event.key, known.row.game_id
        if old is not None and old.event.key != event:
            return False
        others = self._of_event.get(event, {})
        if len(others) == (old is not None) and not touched.before and not touched.left:
            return True
        return not any(
            market in touched.before
            or touched.left.get(market, game_id) != game_id
            or any(other.holds(market) for other in others.values() if other is not old)
            for row in (old, known)
            if row is not None
            for market in row.markets
        )

    def _not_alone(self, touched: Touched, game_id: int) -> None:
        """Keep account of a row market by market, as of one that shares some."""
        if game_id not in touched.alone:
            return
        old = touched.alone.pop(game_id)
        touched.before.update(dict.fromkeys(self.rows[game_id].markets, NOTHING))
        if old is not None:
            touched.before.update((market, old.quotes(market)) for market in old.markets)

    def _touch(self, touched: Touched, market: MarketKey) -> None:
        for holder in self._holders_of(market):
            self._not_alone(touched, holder.row.game_id)
        if market in touched.left:
            self._not_alone(touched, touched.left[market])
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


def _note_lines_left(left: dict[MarketKey, int], old: KnownRow, known: KnownRow) -> None:
    """Note the markets that a row showed and its successor does not show at all."""
    for number in known.anew:
        was, now = old.shown[number], known.shown[number]
        if (
            was is not now
            and was is not None
            and was.line is not None
            and (now is None or now.line != was.line)
        ):
            left[(old.event.key, number, was.line)] = known.row.game_id


def _compare(
    was: Shown | None, now: Shown | None, quotes: list[Quote], removed: list[Offer]
) -> None:
    """Add to `quotes` what a row shows anew in one of its slots, to `removed` what no longer."""
    before = () if was is None else was.quotes
    after = () if now is None else now.quotes
    if was is None or now is None or was.line != now.line:  # no offer of the one is the other's
        quotes += after
        removed += offers_of(before)
        return
    if len(before) == len(after):
        found = []
        # Side by side, and the books in the same order on each: no need to compare selections.
        for old, new in zip(before, after, strict=True):
            if old.book != new.book:
                break
            if old.price != new.price or old.locator != new.locator:
                found.append(new)
        else:  # the same offers in the same order, as nearly always
            quotes += found
            return
    told = dict(zip(offers_of(before), before, strict=True))
    shown = dict(zip(offers_of(after), after, strict=True))
    quotes += [new for offer, new in shown.items() if _is_told_anew(told.get(offer), new)]
    removed += [offer for offer in told if offer not in shown]


def _compare_told(old: Quotes, now: Quotes, quotes: list[Quote], removed: list[Offer]) -> None:
    """Add to `quotes` what is told anew of a market, to `removed` what is no longer offered."""
    quotes += [quote for which, quote in now.items() if _is_told_anew(old.get(which), quote)]
    removed += [offer_of(quote) for which, quote in old.items() if which not in now]


def _is_told_anew(told: Quote | None, quote: Quote) -> bool:
    return told is None or told.price != quote.price or told.locator != quote.locator
