"""Which match is when in a backtest: at its real time, with its two recorded prices.

The earlier prices were collected on Friday afternoon for matches from Friday to Monday, and on
Tuesday afternoon for those from Tuesday to Thursday, by the source's own notes; the closing ones
are the last before kick-off. So much is known of when a price could be had, and no more: between
the two moments a price stands still here. Of a match on tape all prices are known, until it begins.
"""

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from actors.backtest.seasons import UNITED_KINGDOM, SeasonMatch
from actors.backtest.taped_line import taped_line
from actors.backtest.taped_match import LISTED_FOR, TapedMatch
from actors.ledger import Order
from actors.paper.programme import (
    FOOTBALL,
    MATCH_MINUTES,
    MINUTE_MS,
    ROWS_PER_MATCH,
    Fixture,
    Programme,
)
from actors.paper.rows import TAPED_FROM

COLLECTED_AT = 15
"""The hour, in the United Kingdom, at which the earlier prices were taken."""

COLLECTION_DAYS = (1, 4)
"""Tuesday and Friday."""

SOONEST = datetime.timedelta(hours=1)
"""Before kick-off, at which prices of a collection were still earlier ones."""

CLOSING_MINUTES = 5
_MATCH_IDS_FROM = 90_000_000
AFTER_FULL_TIME = 5 * MINUTE_MS + 60_000


class Calendar(Programme):
    """Find fixtures by time or by id. `highest_stake` in minor units is every book's limit."""

    def __init__(
        self, matches: Iterable[SeasonMatch | TapedMatch], highest_stake: int = 10**9
    ) -> None:
        found = sorted(matches, key=lambda one: one.kick_off)
        taped = [one for one in found if isinstance(one, TapedMatch)]
        if taped:
            self.books = tuple(
                sorted({book for one in taped for line in one.tape for book in line.books})
            )
            self.sports = tuple(sorted({one.sport for one in taped}))
            self.rows = max(ROWS_PER_MATCH, *(TAPED_FROM + len(one.tape) for one in taped))
        self.days = ()
        self.speed, self.seed = 1, 0
        self._base = 100_000_000
        self._all = [self._at(number, one, highest_stake) for number, one in enumerate(found)]
        self._kick_offs = [fixture.kick_off_ms for fixture in self._all]
        self.origin_ms = min(fixture.listed_ms for fixture in self._all)

    @property
    def fixtures(self) -> list[Fixture]:
        """Return every fixture, in order of kick-off."""
        return self._all

    def of_event(self, event: str) -> Fixture:
        """Return the fixture of an event's key."""
        return self._all[int(event.rpartition("-")[2]) - self._base - _MATCH_IDS_FROM]

    def is_over(self, order: Order, now_ms: int) -> bool:
        """Tell whether the result of an order is there: not of a line that nothing decides."""
        fixture = self.of_event(order.event)
        line = taped_line(fixture, order)
        return fixture.full_time_ms <= now_ms and (line is None or line.decided)

    def around(self, now_ms: int) -> list[Fixture]:
        """Return the fixtures that are listed, or went within the last few minutes."""
        first = bisect_left(self._kick_offs, now_ms - MATCH_MINUTES * MINUTE_MS - AFTER_FULL_TIME)
        last = bisect_right(self._kick_offs, now_ms + LISTED_FOR)
        return [fixture for fixture in self._all[first:last] if fixture.listed_ms <= now_ms]

    def find(self, game_id: int) -> tuple[Fixture, int] | None:
        """Return the fixture and the kind of row a GameId names, or None for a foreign id."""
        last = self._all[-1].game_id(self.rows - 1)
        return super().find(game_id) if 0 <= game_id <= last else None

    def _fixture(self, fixture_number: int) -> Fixture:
        return self._all[fixture_number]

    def _at(self, number: int, one: SeasonMatch | TapedMatch, highest_stake: int) -> Fixture:
        listed, match = listed_at(one), one.match
        taped = one if isinstance(one, TapedMatch) else None
        return Fixture(
            number=number,
            match_id=self._base + _MATCH_IDS_FROM + number,
            match=match,
            seed=f"{match.date} {number}",
            speed=1,
            listed_ms=listed,
            today_ms=listed,
            kick_off_ms=one.kick_off,
            full_time_ms=one.kick_off + MATCH_MINUTES * MINUTE_MS if taped is None else taped.ended,
            closing_ms=one.kick_off - CLOSING_MINUTES * MINUTE_MS,
            highest_stake=highest_stake,
            sport=FOOTBALL if taped is None else taped.sport,
            rows=self.rows,
            tape=() if taped is None else taped.tape,
        )


def listed_at(one: SeasonMatch | TapedMatch) -> int:
    """Return from when on a match has prices, in ms since 1970 UTC."""
    return one.listed if isinstance(one, TapedMatch) else collected_at(one.kick_off)


def collected_at(kick_off: int) -> int:
    """Return when the earlier prices of a match were collected, in ms since 1970 UTC."""
    start = datetime.datetime.fromtimestamp(kick_off / 1000, UNITED_KINGDOM)
    day = start.date()
    while True:
        if day.weekday() in COLLECTION_DAYS:
            moment = datetime.datetime.combine(
                day, datetime.time(COLLECTED_AT), tzinfo=UNITED_KINGDOM
            )
            if moment <= start - SOONEST:
                return round(moment.timestamp() * 1000)
        day -= datetime.timedelta(days=1)
