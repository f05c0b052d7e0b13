"""Whatever is placed comes through the door: by the calls, as `test_door` sees it by imports."""

import inspect
from typing import Any

import pytest

from actors.simulation.carriage import SimClient
from actors.simulation.run import outcomes


def test_every_placement_of_many_bad_days_comes_through_the_door(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exchange = SimClient.exchange
    ways: list[list[str]] = []

    def watched(self: SimClient, call: str, **named: Any) -> Any:
        if call == "PlaceBet":
            frames = [frame.frame for frame in inspect.stack(0)]
            ways.append([f"{f.f_globals['__name__']}.{f.f_code.co_qualname}" for f in frames])
            assert named["last_look"] is not None
        return exchange(self, call, **named)

    monkeypatch.setattr(SimClient, "exchange", watched)
    assert [one.seed for one in outcomes(1, 12) if one.violations] == []
    assert len(ways) > 10
    for way in ways:
        place = way.index("actors.books.asianodds.placement.place")
        assert way[place + 1] == "actors.door.Door.send"
