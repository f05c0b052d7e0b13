"""What one polled market offers now, merged from answers that may hold changes only.

Sources disagree on what `since` does, so an answer is read as "rows that changed" whichever is
true: rows are kept by GameId and a row's absence says nothing.
"""

import unicodedata

import msgspec

from actors.books.asianodds import wire
from actors.books.asianodds.rows import (
    MARKET_TYPE_IDS,
    MINIMUM_INTERVAL_SECONDS,
    PHASES,
    Row,
    event_of,
    read_quotes,
    sport_name,
    tidy,
)
from actors.errors import MalformedAnswerError
from actors.selections import Event, Phase, Quote
from actors.units import Millis

__all__ = ["MARKET_TYPE_IDS", "MINIMUM_INTERVAL_SECONDS", "FeedChange", "FeedState"]

MOST_FAULTS_TOLD = 200

Offer = tuple[str, str]  # selection key, book


class FeedChange(msgspec.Struct, frozen=True):
    """What one answer changed.

    `quotes` are new, or changed in price or in locator; `confirmed` were in the answer and
    are as before; `removed` are no longer offered. `rows` counts the rows of the answer,
    `since` is what to send with the next poll.
    """

    events: tuple[Event, ...] = ()
    quotes: tuple[Quote, ...] = ()
    confirmed: tuple[Offer, ...] = ()
    removed: tuple[Offer, ...] = ()
    faults: tuple[str, ...] = ()
    rows: int = 0
    since: int | None = None


class _Sport(msgspec.Struct, frozen=True, rename="pascal"):
    sports_type: int
    match_games: list[msgspec.Raw] | None = None


class _Feed(msgspec.Struct, frozen=True, rename="pascal"):
    since: int | None = None
    sports: list[msgspec.Raw] | None = None


class _Known(msgspec.Struct, frozen=True):
    event: str
    quotes: dict[Offer, Quote]


class FeedState:
    """Everything one polled market has told so far. Pure: no clock, no network.

    `phase` stands in for rows that do not say which MarketTypeId they are of.
    """

    def __init__(self, phase: Phase | None = None) -> None:
        self._phase = phase
        self._rows: dict[int, _Known] = {}
        self._holders: dict[Offer, dict[int, Quote]] = {}
        self._told: dict[Offer, Quote] = {}
        self._events: dict[str, Event] = {}
        self._keys: dict[int, str] = {}
        self._matches: dict[tuple[str, str, str, int], str] = {}

    def apply(self, answer: bytes, received_at: Millis) -> FeedChange:
        """Merge one GetFeeds answer and return what it changed.

        Raises MalformedAnswerError (nothing changed then), SessionLostError, ThrottledError
        or BookError. A row or a price that cannot be read is a fault: the row's earlier state
        stays, the price is no longer offered.
        """
        feed = _feed(answer)
        turn = _Turn(received_at)
        for number, raw in enumerate(feed.sports or ()):
            self._apply_sport(turn, raw, f"Sports[{number}]")
        return self._change(turn, feed.since)

    def forget(self, started_before: Millis) -> FeedChange:
        """Drop every row of a match that began before the instant given.

        Rows may vanish from the feed without a word; this keeps memory bounded.
        """
        old = {key for key, event in self._events.items() if event.start < started_before}
        turn = _Turn(started_before)
        for game_id in [game for game, known in self._rows.items() if known.event in old]:
            self._replace(turn, game_id, None)
        self._events = {k: event for k, event in self._events.items() if k not in old}
        self._keys = {match: key for match, key in self._keys.items() if key not in old}
        self._matches = {names: key for names, key in self._matches.items() if key not in old}
        return self._change(turn, None)

    def _apply_sport(self, turn: "_Turn", raw: msgspec.Raw, where: str) -> None:
        try:
            sport = msgspec.json.decode(raw, type=_Sport)
        except wire.UNREADABLE as error:
            turn.faults.append(f"{where}: {wire.one_line(str(error))}")
            return
        for number, row in enumerate(sport.match_games or ()):
            place = f"{where}.MatchGames[{number}]"
            turn.rows += 1
            try:
                self._apply_row(turn, row, sport.sports_type, place)
            except (*wire.UNREADABLE, ValueError) as error:
                turn.faults.append(f"{place}: {wire.one_line(str(error))}")

    def _apply_row(self, turn: "_Turn", raw: msgspec.Raw, sports_type: int, place: str) -> None:
        row = msgspec.json.decode(raw, type=Row)
        if row.is_gone:
            self._replace(turn, row.game_id, None)
            if row.home_team is None or row.away_team is None:
                return
        phase = self._phase if row.market_type_id is None else PHASES.get(row.market_type_id)
        if phase is None:
            raise ValueError(f"MarketTypeId {row.market_type_id} is not known")
        event = event_of(row, self._event_key(row, sports_type), sports_type, phase)
        self._keys[row.match_id or 0] = event.key
        turn.events[event.key] = event
        if row.is_gone:
            return
        reading = read_quotes(row, event, sports_type, turn.received_at, place)
        turn.faults.extend(reading.faults)
        turn.malay += reading.malay
        quotes = {(quote.selection.key, quote.book): quote for quote in reading.quotes}
        self._replace(turn, row.game_id, _Known(event.key, quotes))

    def _event_key(self, row: Row, sports_type: int) -> str:
        """Name the match; one physical match may come under more than one MatchId."""
        if row.match_id is None:
            raise ValueError("a row without MatchId")
        own = f"ao-{row.match_id}"
        if row.match_id in self._keys:
            return self._keys[row.match_id]
        if not row.start_time or row.home_team is None or row.away_team is None:
            return own
        names = _normal(row.home_team.name), _normal(row.away_team.name)
        return self._matches.setdefault((sport_name(sports_type), *names, row.start_time), own)

    def _replace(self, turn: "_Turn", game_id: int, known: _Known | None) -> None:
        before = self._rows.pop(game_id, None)
        for offer in before.quotes if before else ():
            turn.touched[offer] = None
            self._holders[offer].pop(game_id, None)
        if known is None:
            return
        self._rows[game_id] = known
        for offer, quote in known.quotes.items():
            turn.touched[offer] = None
            self._holders.setdefault(offer, {})[game_id] = quote

    def _change(self, turn: "_Turn", since: int | None) -> FeedChange:
        quotes: list[Quote] = []
        confirmed: list[Offer] = []
        removed: list[Offer] = []
        for offer in turn.touched:
            before, now = self._told.get(offer), self._best_holder(offer)
            if now is None:
                if self._told.pop(offer, None) is not None:
                    removed.append(offer)
                continue
            self._told[offer] = now
            if before is None or (before.price, before.locator) != (now.price, now.locator):
                quotes.append(now)
            elif now.received_at == turn.received_at:
                confirmed.append(offer)
        events = [event for key, event in turn.events.items() if self._events.get(key) != event]
        self._events.update(turn.events)
        return FeedChange(
            events=tuple(events),
            quotes=tuple(quotes),
            confirmed=tuple(confirmed),
            removed=tuple(removed),
            faults=turn.all_faults(),
            rows=turn.rows,
            since=since,
        )

    def _best_holder(self, offer: Offer) -> Quote | None:
        """Return the row's quote the book changed last; several rows may hold one offer."""
        holders = self._holders.get(offer)
        if not holders:
            self._holders.pop(offer, None)
            return None
        return holders[max(holders, key=lambda game: (holders[game].updated_at, game))]


class _Turn:
    """What is gathered while one answer is merged."""

    def __init__(self, received_at: Millis) -> None:
        self.received_at = received_at
        self.touched: dict[Offer, None] = {}
        self.events: dict[str, Event] = {}
        self.faults: list[str] = []
        self.rows = 0
        self.malay = 0

    def all_faults(self) -> tuple[str, ...]:
        told = self.faults[:MOST_FAULTS_TOLD]
        if len(self.faults) > len(told):
            told.append(f"and {len(self.faults) - len(told)} faults more")
        if self.malay:
            told.append(f"Malay prices although 00 was asked, converted: {self.malay}")
        return tuple(told)


def _feed(answer: bytes) -> _Feed:
    envelope = wire.checked(wire.decode(answer))
    try:
        feed = msgspec.json.decode(envelope.result, type=_Feed | None)
    except wire.UNREADABLE as error:
        raise MalformedAnswerError(f"Result: {wire.one_line(str(error))}") from None
    return feed or _Feed()


def _normal(name: str) -> str:
    return unicodedata.normalize("NFKC", tidy(name)).casefold()
