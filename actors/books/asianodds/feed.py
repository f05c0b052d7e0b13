"""What one polled market offers now, merged from answers that may hold changes only.

Sources disagree on what `since` does, so an answer is read as "rows that changed" whichever is
true: rows are kept by GameId and a row's absence says nothing. Of a row that is as it was
nothing is read again, and of one that changed only the markets whose text did.
"""

from collections.abc import Sequence

import msgspec

from actors.books.asianodds import wire
from actors.books.asianodds.feed_answer import Sport, opened
from actors.books.asianodds.holders import Holders, Touched
from actors.books.asianodds.known_row import EVERY_SLOT, NOT_MOVED, KnownRow, Moved
from actors.books.asianodds.rows import (
    MARKET_TYPE_IDS,
    PHASES,
    SLOTS,
    Market,
    MatchIdentity,
    Row,
    event_of,
    match_of,
    names_of,
    sport_name,
)
from actors.books.asianodds.shown import Shown, Stamp, read_market, read_moved
from actors.price_change import PriceChange
from actors.selections import Event, Phase
from actors.units import Millis

MOST_FAULTS_TOLD = 200


class FeedChange(PriceChange, frozen=True):
    """What one answer changed; `since` is what to send with the next poll."""

    since: int | None = None


_row = msgspec.json.Decoder(Row)


class FeedState:
    """Everything one polled market has told so far. Pure: no clock, no network.

    `phase` stands in for rows that do not say which MarketTypeId they are of.
    """

    def __init__(self, phase: Phase | None = None) -> None:
        self._phase = phase
        self._holders = Holders()
        self._events: dict[str, Event] = {}
        self._keys: dict[int, str] = {}
        self._matches: dict[MatchIdentity, str] = {}

    def apply(self, answer: bytes, received_at: Millis) -> FeedChange:
        """Merge one GetFeeds answer and return what it changed.

        Raises MalformedAnswerError (nothing changed then), SessionLostError, ThrottledError
        or BookError. A row or a price that cannot be read is a fault: the row's earlier state
        stays, the price is no longer offered.
        """
        turn = _Turn(received_at)
        since, sports = opened(answer)
        for number, sport in enumerate(sports):
            if isinstance(sport, str):
                turn.faults.append(f"Sports[{number}]: {sport}")
            else:
                self._apply_sport(turn, sport, number)
        return self._change(turn, since)

    def forget(self, started_before: Millis) -> FeedChange:
        """Drop every row of a match that began before the instant given.

        Rows may vanish from the feed without a word; this keeps memory bounded.
        """
        old = {key for key, event in self._events.items() if event.start < started_before}
        turn = _Turn(started_before)
        for game_id in [
            game for game, known in self._holders.rows.items() if known.event.key in old
        ]:
            self._holders.replace(turn.touched, game_id, None)
        self._events = {k: event for k, event in self._events.items() if k not in old}
        self._keys = {match: key for match, key in self._keys.items() if key not in old}
        self._matches = {names: key for names, key in self._matches.items() if key not in old}
        return self._change(turn, None)

    def _apply_sport(self, turn: "_Turn", sport: Sport, number: int) -> None:
        sports_type = sport.sports_type
        rows = sport.match_games or ()
        turn.rows += len(rows)
        received_at, seen, shared = turn.received_at, turn.seen.append, self._holders.shared
        last: KnownRow | None = None
        for place, written in enumerate(rows):
            known = None if last is None else last.follower
            if known is None or known.written != written or known.sports_type != sports_type:
                known = self._read_row(turn, written, sports_type, (number, place))
                if known is None:
                    continue
                if last is not None:
                    last.follower = known
            elif shared or known.malay:
                self._confirm(turn, known)
            else:  # nearly all rows are what they were, and where they were: no call for each
                known.received_at = received_at
                seen(known.locator)
            last = known

    def _confirm(self, turn: "_Turn", known: KnownRow) -> None:
        """Take a row that is, to the byte, what it was."""
        known.received_at = turn.received_at
        turn.seen.append(known.locator)
        if known.malay:
            turn.malay += known.malay
        if self._holders.shared:
            self._holders.touch_shared(turn.touched, known)

    def _read_row(
        self, turn: "_Turn", written: msgspec.Raw, sports_type: int, place: tuple[int, int]
    ) -> KnownRow | None:
        """Read a row of which it is not known that it is what it was."""
        try:
            row = _row.decode(written)
            known = self._holders.rows.get(row.game_id)
            if known and known.written == written and known.sports_type == sports_type:
                self._confirm(turn, known)
                return known
            known = self._apply_row(turn, row, known, sports_type, place)
        except (*wire.UNREADABLE, ValueError) as error:
            turn.faults.append(f"{_at(place)}: {wire.one_line(str(error))}")
            return None
        if known is not None and not known.faulty:
            known.written = written.copy()  # else it would keep the whole answer
        return known

    def _apply_row(
        self,
        turn: "_Turn",
        row: Row,
        old: KnownRow | None,
        sports_type: int,
        place: tuple[int, int],
    ) -> KnownRow | None:
        if row.is_gone:
            self._holders.replace(turn.touched, row.game_id, None)
            if row.home_team is not None and row.away_team is not None:
                event = self._event(row, sports_type)
                turn.events[event.key] = event
            return None
        if old is not None and old.is_of_the_same(row, sports_type):
            event, locator = old.event, old.locator
        else:
            event = self._event(row, sports_type)
            locator = f"{row.game_id}/{MARKET_TYPE_IDS[event.phase]}/{sports_type}"
            if old is not None and (old.locator != locator or old.event.key != event.key):
                old = None
        turn.events[event.key] = event
        stamp = (locator, row.updated_date_time or Millis(0), turn.received_at)
        markets = row.markets
        shown = _shown(row, markets, old, event.key, stamp)
        known = KnownRow(row, sports_type, event, stamp, markets, *shown)
        if known.malay or known.faulty:
            turn.malay += known.malay
            turn.faults += [f"{_at(place)}.{fault}" for fault in known.faults]
        self._holders.replace(turn.touched, row.game_id, known)
        turn.seen.append(locator)
        return known

    def _event(self, row: Row, sports_type: int) -> Event:
        phase = self._phase if row.market_type_id is None else PHASES.get(row.market_type_id)
        if phase is None:
            raise ValueError(f"MarketTypeId {row.market_type_id} is not known")
        names, sport = names_of(row), sport_name(sports_type)
        return event_of(row, names, self._event_key(row, names, sport), sport, phase)

    def _event_key(self, row: Row, names: tuple[str, str], sport: str) -> str:
        """Name the match; one physical match may come under more than one MatchId."""
        if row.match_id is None:
            raise ValueError("a row without MatchId")
        if row.match_id in self._keys:
            return self._keys[row.match_id]
        key = f"ao-{row.match_id}"
        if not all(names):
            raise ValueError("a match without two names")
        if row.start_time:
            key = self._matches.setdefault(match_of(sport, names, row.start_time), key)
        self._keys[row.match_id] = key
        return key

    def _change(self, turn: "_Turn", since: int | None) -> FeedChange:
        quotes, removed = self._holders.changes(turn.touched)
        events = []
        for key, event in turn.events.items():
            known = self._events.get(key)
            if known is not event and known != event:
                events.append(event)
        self._events.update(turn.events)
        return FeedChange(
            events=tuple(events),
            quotes=tuple(quotes),
            seen=tuple(turn.seen),
            removed=tuple(removed),
            faults=turn.all_faults(),
            rows=turn.rows,
            since=since,
        )


class _Turn:
    """What is gathered while one answer is merged."""

    def __init__(self, received_at: Millis) -> None:
        self.received_at = received_at
        self.touched = Touched()
        self.seen: list[str] = []
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


def _shown(
    row: Row,
    markets: Sequence[Market | None],
    old: KnownRow | None,
    event: str,
    stamp: Stamp,
) -> tuple[tuple[Shown | None, ...], Sequence[int], Moved]:
    """Read the markets of a row, but for what is as it was in the one before it.

    Returns what they show, the slots of those that changed, and what moved in some of these.
    """
    if old is None or not old.favours_the_same(row):
        all_read = [
            None if market is None else read_market(row, slot, market, event, stamp)
            for slot, market in zip(SLOTS, markets, strict=True)
        ]
        return tuple(all_read), EVERY_SLOT, NOT_MOVED
    found, read = list(old.shown), old.read
    anew = [number for number in EVERY_SLOT if markets[number] != read[number]]
    moved: Moved = {}
    for number in anew:
        market, was, shown, slot = markets[number], read[number], found[number], SLOTS[number]
        again = None
        if market is not None and was is not None and shown is not None:
            again = read_moved(shown, was, market, slot, stamp)
        if again is not None:
            found[number], moved[number] = again
        else:
            found[number] = None if market is None else read_market(row, slot, market, event, stamp)
    return tuple(found), anew, moved


def _at(place: tuple[int, int]) -> str:
    return f"Sports[{place[0]}].MatchGames[{place[1]}]"
