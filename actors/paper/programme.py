"""Which match is when: recorded days laid end to end on the wall clock, run fast.

A pure function of (origin, speed, seed, now), so a restarted bookmaker continues exactly.
Day after day follows without the dead time between them; after the last day the programme
begins again with new match ids (a new cycle). Moments are wall-clock milliseconds; a minute of
play lasts 60000 / speed of them.
"""

from enum import IntEnum

import msgspec

from actors.paper.recorded import BOOKS, Days, RecordedMatch
from actors.paper.seeding import number
from actors.paper.tape import Tape

MINUTE_MS = 60_000
BEFORE_FIRST_KICK_OFF = 60
MATCH_MINUTES = 110
AFTER_LAST_MATCH = 15
# A client may ask what went away for five minutes; more days than this are not looked through.
DAYS_REMEMBERED = 4

FOOTBALL = 1
"""The API's number of the sport."""

ROWS_PER_MATCH = 4
_IDS_PER_ORIGIN = 100_000_000
_MATCH_IDS_FROM = 90_000_000


class Phase(IntEnum):
    """The API's marketTypeId."""

    LIVE = 0
    TODAY = 1
    EARLY = 2


class Fixture(msgspec.Struct, frozen=True):
    """One recorded match at its place on the wall clock.

    From `closing_ms` the recorded closing prices stand and before it the earlier ones; None:
    prices wander from those to these. `highest_stake` 0: each book has a limit of its own. With a
    `tape` its prices stand instead, and `rows` are the GameIds it may have.
    """

    number: int
    match_id: int
    match: RecordedMatch
    seed: str
    speed: int
    listed_ms: int
    today_ms: int
    kick_off_ms: int
    full_time_ms: int
    closing_ms: int | None = None
    highest_stake: int = 0
    sport: int = FOOTBALL
    rows: int = ROWS_PER_MATCH
    tape: Tape = ()

    def span(self, phase: Phase) -> tuple[int, int]:
        """Return from when until when the match stands in this phase."""
        if phase is Phase.EARLY:
            return self.listed_ms, self.today_ms
        if phase is Phase.TODAY:
            return self.today_ms, self.kick_off_ms
        return self.kick_off_ms, self.full_time_ms

    def minutes_to_kick_off(self, now_ms: int) -> float:
        """Return minutes of play time left before the start, never negative."""
        return max(0, self.kick_off_ms - now_ms) * self.speed / MINUTE_MS

    def minutes_played(self, now_ms: int) -> float:
        """Return minutes since kick-off, the interval included, never negative."""
        return max(0, now_ms - self.kick_off_ms) * self.speed / MINUTE_MS

    def before_kick_off(self, minutes: float) -> int:
        """Return the wall-clock moment so many minutes of play time before the start."""
        return self.kick_off_ms - int(minutes * MINUTE_MS / self.speed)

    def game_id(self, kind: int) -> int:
        """Name the row of this kind, which is below `rows`.

        Negative for every third match, as in the API.
        """
        base = abs(self.match_id) - _MATCH_IDS_FROM - self.number
        return (-1 if self.match_id < 0 else 1) * (base + self.number * self.rows + kind)


class Programme:
    """Find fixtures by phase or by id. Raises ValueError for a speed below 1 or no days."""

    books: tuple[str, ...] = BOOKS
    sports: tuple[int, ...] = (FOOTBALL,)
    rows = ROWS_PER_MATCH

    def __init__(self, days: Days, origin_ms: int, speed: int, seed: int) -> None:
        if speed < 1 or not all(days) or not days:
            raise ValueError("a programme needs a speed of at least 1 and days with matches")
        self.days, self.origin_ms, self.speed, self.seed = days, origin_ms, speed, seed
        self._lengths = [
            BEFORE_FIRST_KICK_OFF
            + day[-1].minute
            - day[0].minute
            + MATCH_MINUTES
            + AFTER_LAST_MATCH
            for day in days
        ]
        self._firsts = [sum(len(day) for day in days[:i]) for i in range(len(days))]
        self._matches = sum(map(len, days))
        self._base = (1 + origin_ms // 1000 % 9_000_000) * _IDS_PER_ORIGIN
        self._fixtures: dict[int, Fixture] = {}

    def day_number(self, now_ms: int) -> int:
        """Return which day is being played, counted from 0 over all cycles."""
        minutes = max(0, now_ms - self.origin_ms) * self.speed // MINUTE_MS
        cycle, rest = divmod(minutes, sum(self._lengths))
        day = 0
        while rest >= self._lengths[day]:
            rest -= self._lengths[day]
            day += 1
        return cycle * len(self.days) + day

    def day_start(self, day_number: int) -> int:
        """Return the wall-clock moment at which this day begins."""
        return self._wall(self._day_minute(day_number))

    def day(self, day_number: int) -> list[Fixture]:
        """Return the fixtures of one day, in order of kick-off."""
        cycle, day = divmod(day_number, len(self.days))
        first = cycle * self._matches + self._firsts[day]
        return [self._fixture(first + i) for i in range(len(self.days[day]))]

    def around(self, now_ms: int) -> list[Fixture]:
        """Return the next day's, this day's and the last few days' fixtures."""
        today = self.day_number(now_ms)
        numbers = range(max(0, today - DAYS_REMEMBERED), today + 2)
        return [fixture for number in numbers for fixture in self.day(number)]

    def in_phase(self, phase: Phase, now_ms: int) -> list[Fixture]:
        """Return the fixtures that stand in this phase now."""
        found = []
        for fixture in self.around(now_ms):
            since, until = fixture.span(phase)
            if since <= now_ms < until:
                found.append(fixture)
        return found

    def fixture(self, fixture_number: int) -> Fixture:
        """Return a fixture by its running number over all cycles."""
        return self._fixture(fixture_number)

    def find(self, game_id: int) -> tuple[Fixture, int] | None:
        """Return the fixture and the kind of row a GameId names, or None for a foreign id."""
        offset = abs(game_id) - self._base
        if not 0 <= offset < _MATCH_IDS_FROM:
            return None
        fixture = self._fixture(offset // self.rows)
        kind = offset % self.rows
        return (fixture, kind) if fixture.game_id(kind) == game_id else None

    def _fixture(self, fixture_number: int) -> Fixture:
        known = self._fixtures.get(fixture_number)
        if known is None:
            if len(self._fixtures) > 10_000:
                self._fixtures.clear()
            known = self._fixtures[fixture_number] = self._make(fixture_number)
        return known

    def _make(self, fixture_number: int) -> Fixture:
        cycle, index = divmod(fixture_number, self._matches)
        day = max(i for i, first in enumerate(self._firsts) if first <= index)
        match = self.days[day][index - self._firsts[day]]
        day_number = cycle * len(self.days) + day
        kick_off = (
            self._day_minute(day_number)
            + BEFORE_FIRST_KICK_OFF
            + match.minute
            - self.days[day][0].minute
        )
        seed = f"{self.seed}/{cycle}/{index}"
        sign = -1 if number(3, seed, "sign") == 0 else 1
        return Fixture(
            number=fixture_number,
            match_id=sign * (self._base + _MATCH_IDS_FROM + fixture_number),
            match=match,
            seed=seed,
            speed=self.speed,
            listed_ms=self.day_start(max(0, day_number - 1)),
            today_ms=self.day_start(day_number),
            kick_off_ms=self._wall(kick_off),
            full_time_ms=self._wall(kick_off + MATCH_MINUTES),
        )

    def _day_minute(self, day_number: int) -> int:
        cycle, day = divmod(day_number, len(self.days))
        return cycle * sum(self._lengths) + sum(self._lengths[:day])

    def _wall(self, minutes: int) -> int:
        return self.origin_ms - (-minutes * MINUTE_MS // self.speed)
