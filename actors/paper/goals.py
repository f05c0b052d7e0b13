"""The score while a match is played: recorded half-time and full-time goals at made minutes."""

from actors.paper.programme import Fixture
from actors.paper.seeding import number

HALF = 45
INTERVAL = 15
# Whistle-to-whistle minute of a goal in the second half: 61 to 109 of 110.
_SECOND_HALF_FROM = HALF + INTERVAL + 1
_SECOND_HALF_MINUTES = 49


def goals(fixture: Fixture) -> list[tuple[int, int]]:
    """List the goals as (minute since kick-off with the interval, side 0 home 1 away)."""
    found = []
    for side in (0, 1):
        first = fixture.match.half_time[side]
        for goal in range(fixture.match.full_time[side]):
            name = (fixture.seed, "goal", side, goal)
            if goal < first:
                found.append((1 + number(HALF - 1, *name), side))
            else:
                found.append((_SECOND_HALF_FROM + number(_SECOND_HALF_MINUTES, *name), side))
    return sorted(found)


def score(fixture: Fixture, now_ms: int) -> tuple[int, int]:
    """Return home and away goals so far; the recorded result once the match is over."""
    if now_ms >= fixture.full_time_ms:
        return fixture.match.full_time
    played = fixture.minutes_played(now_ms)
    scored = [side for minute, side in goals(fixture) if minute <= played]
    return scored.count(0), scored.count(1)


def in_game_minutes(fixture: Fixture, now_ms: int) -> int:
    """Code the minute as the API does: 0, 60 half-time, 61-119 first half, from 120 second half."""
    if now_ms < fixture.kick_off_ms:
        return 0
    played = int(fixture.minutes_played(now_ms))
    if played < HALF:
        return 61 + played
    if played < HALF + INTERVAL:
        return 60
    return 120 + played - HALF - INTERVAL
