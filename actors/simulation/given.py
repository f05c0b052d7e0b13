"""What a simulated machine is given unless somebody says otherwise."""

from functools import lru_cache

from actors.cli.options import find_config
from actors.paper.recorded import Days, recorded_days
from actors.settings import Amount, RiskSettings, Settings, load
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


@lru_cache(maxsize=1)
def shipped() -> Settings:
    """Return the configuration that ships."""
    return load(find_config(None), {}, mode="paper")


@lru_cache(maxsize=8)
def days(every: int) -> Days:
    """Return each `every`-th match of each recorded day."""
    return tuple(day[::every] for day in _recorded())


@lru_cache(maxsize=1)
def _recorded() -> Days:
    return recorded_days()
