"""Play a calendar from its first price to its last result."""

import gc
import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from actors.backtest.calendar import Calendar
from actors.backtest.world import World
from actors.paper.programme import Fixture
from actors.paper.tape import changes
from actors.settings import Settings

Tell = Callable[[int], object]


def play(
    settings: Settings,
    calendar: Calendar,
    balance: int,
    tell: Tell = lambda _: None,
    until: int | None = None,
) -> World:
    """Live through every moment that matters, up to one if it is given, and return the world.

    `tell` hears how many fixtures have ended. Raises OurError when the actors give up or the
    strategy fails.
    """
    with tempfile.TemporaryDirectory() as folder, _quietly():
        world = World(settings, calendar, Path(folder), balance)
        for moment, ended in moments(calendar):
            if until is not None and moment > until:
                break
            if world.has_open(ended, moment) if ended else not world.has_read(moment):
                world.live_through(moment)
            tell(len(ended))
    return world


def moments(calendar: Calendar) -> Iterator[tuple[int, list[int]]]:
    """Yield when prices come or change, and when matches end, with the ids of those that do."""
    found = [
        (moment, match_id)
        for fixture in calendar.fixtures
        for moment, match_id in (
            *((moment, 0) for moment in _prices_of(fixture)),
            (fixture.full_time_ms, fixture.match_id),
        )
    ]
    for moment, group in groupby(sorted(found), key=lambda one: one[0]):
        ids = [match_id for _, match_id in group]
        if 0 in ids:
            yield moment, []
        ended = [match_id for match_id in ids if match_id]
        if ended:
            yield moment, ended


def _prices_of(fixture: Fixture) -> set[int]:
    """Return when a fixture's prices come or change, until it begins."""
    if not fixture.tape:
        return {fixture.listed_ms, fixture.closing_ms or fixture.listed_ms}
    later = changes(fixture.tape, fixture.listed_ms, fixture.kick_off_ms)
    return {fixture.listed_ms, *later}


@contextmanager
def _quietly() -> Iterator[None]:
    root = logging.getLogger()
    level, collected = root.level, gc.isenabled()
    root.setLevel(logging.CRITICAL + 1)
    gc.disable()
    try:
        yield
    finally:
        root.setLevel(level)
        if collected:
            gc.enable()
