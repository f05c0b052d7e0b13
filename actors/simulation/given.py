"""What a simulated machine is given unless somebody says otherwise."""

from functools import lru_cache

from actors.paper.recorded import Days, recorded_days
from actors.selections import Phase
from actors.settings import (
    AccountSettings,
    Amount,
    MarketSettings,
    RiskSettings,
    Settings,
    StrategySettings,
)
from runtime.configuration import Seconds

USER = "simulated"
PASSWORD = "of the simulated account"
START = 1_600_000_000_000
SPEED = 300

LIMITS = RiskSettings(
    max_exposure=Amount(12_000),
    max_event_exposure=Amount(3_000),
    max_selection_exposure=Amount(2_000),
    daily_loss=Amount(60_000),
    max_open_bets=11,
    selection_cooldown=Seconds(20.0),
    doubt_patience=Seconds(60.0),
)
"""Tight enough that each of them is reached; the judge takes its figures from here."""


SETTINGS = Settings(
    accounts={"ao": AccountSettings(couriers=2)},
    markets={
        "football-today": MarketSettings("ao", Phase.TODAY, every=Seconds(10.0)),
        "football-early": MarketSettings("ao", Phase.EARLY, every=Seconds(20.0)),
    },
    strategies={
        "value": StrategySettings(
            "actors.strategies.value:Value",
            {"sharp": "PIN", "method": "shin", "min_edge": 0.5, "max_edge": 15.0, "stake": 1_000},
        )
    },
)
"""What the file that ships says, but not read from a file: a run is a function of its seed."""


@lru_cache(maxsize=8)
def days(every: int) -> Days:
    """Return each `every`-th match of each recorded day."""
    return tuple(day[::every] for day in _recorded())


@lru_cache(maxsize=1)
def _recorded() -> Days:
    return recorded_days()
