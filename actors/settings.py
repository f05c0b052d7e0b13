"""What `config.yaml` may say, with its defaults; money in minor units, times in seconds."""

import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated

import msgspec

from actors.decision.settings import Stages
from actors.fixtures.settlement import Rules
from actors.selections import MarketType, Phase
from actors.source_faults import source_faults
from actors.units import Amount as Amount
from actors.units import money
from runtime.configuration import Scalar, Seconds, Secret, read_yaml, validate
from runtime.errors import ConfigurationError

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class Mode(Enum):
    DRY = "dry"
    PAPER = "paper"
    LIVE = "live"


class Book(Enum):
    ASIANODDS = "asianodds"
    ODDS_API = "odds_api"


ADDRESSES = {
    Book.ASIANODDS: "https://webapi.asianodds88.com/AsianOddsService",
    Book.ODDS_API: "https://api.the-odds-api.com",
}


class AccountSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account at one bookmaker, or at a source of prices where nothing can be placed."""

    book: Book = Book.ASIANODDS
    url: str = ""
    username: str = ""
    password: Secret = msgspec.field(default_factory=lambda: Secret(""))
    couriers: Annotated[int, msgspec.Meta(ge=1, le=8)] = 2
    connect_timeout: Seconds = Seconds(5.0)
    read_timeout: Seconds = Seconds(20.0)
    key: Secret = msgspec.field(default_factory=lambda: Secret(""))
    regions: tuple[str, ...] = ()
    sports: tuple[str, ...] = ()
    reserve: Count = 50
    rules: Rules = Rules()

    @property
    def address(self) -> str:
        """Return its URL, the book's own when none is given."""
        return self.url or ADDRESSES[self.book]

    @property
    def takes_bets(self) -> bool:
        """Tell whether anything can be placed there."""
        return self.book is Book.ASIANODDS


class MarketSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One unit of polling: it gets one Poller and one Market actor."""

    account: str
    when: Phase
    sport: Annotated[int, msgspec.Meta(ge=1)] = 1
    types: tuple[MarketType, ...] = tuple(MarketType)
    leagues: str = "ALL"
    books: str = "ALL"
    every: Seconds = Seconds(10.0)
    full_every: Annotated[int, msgspec.Meta(ge=1)] = 3
    max_age: dict[MarketType, Seconds] = {}
    strategies: tuple[str, ...] = ("value",)
    beside: tuple[str, ...] = ()


class StrategySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A strategy class by import path (`module:Class`), its own parameters, and the stages that
    what it wants goes through.
    """

    use: str
    parameters: dict[str, int | float | str | bool | list[str]] = {}
    stages: Stages = Stages()


class RiskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every limit of the one authority."""

    max_stake: Amount = Amount(1_000)
    max_exposure: Amount = Amount(100_000)
    max_account_exposure: Amount = Amount(100_000)
    max_book_exposure: Amount = Amount(100_000)
    max_league_exposure: Amount = Amount(100_000)
    max_event_exposure: Amount = Amount(3_000)
    max_market_exposure: Amount = Amount(3_000)
    max_selection_exposure: Amount = Amount(1_000)
    daily_loss: Amount = Amount(150_000)
    max_drawdown: Amount = Amount(300_000)
    losing_streak: Count = 50
    losing_streak_rest: Seconds = Seconds(3_600.0)
    max_open_bets: Count = 100
    orders_per_minute: Count = 60
    selection_cooldown: Seconds = Seconds(3_600.0)
    event_cooldown: Seconds = Seconds(5.0)
    league_blacklist: tuple[str, ...] = ()
    team_blacklist: tuple[str, ...] = ()
    book_blacklist: tuple[str, ...] = ()
    market_blacklist: tuple[MarketType, ...] = ()
    permit_lifetime: Seconds = Seconds(15.0)
    max_price_age: Seconds = Seconds(30.0)
    doubt_patience: Seconds = Seconds(600.0)


class PaperSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bookmaker of our own; matches run `speed` times faster than in life."""

    speed: Annotated[int, msgspec.Meta(ge=1, le=3_600)] = 300
    seed: int = 7
    balance: Amount = Amount(1_000_000)
    currency: str = "EUR"


class MetricsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where each node serves its metrics on this machine; 0 is nowhere."""

    core_port: Port = 0
    feed_port: Port = 0


class RecordingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much `run --record` keeps: megabytes in all; the oldest files go first."""

    most_megabytes: Annotated[int, msgspec.Meta(ge=128)] = 4_096


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole configuration."""

    accounts: dict[str, AccountSettings]
    markets: dict[str, MarketSettings]
    strategies: dict[str, StrategySettings]
    mode: Mode = Mode.PAPER
    risk: RiskSettings = RiskSettings()
    paper: PaperSettings = PaperSettings()
    metrics: MetricsSettings = MetricsSettings()
    recording: RecordingSettings = RecordingSettings()

    @property
    def betting_accounts(self) -> dict[str, AccountSettings]:
        """Return the accounts at which bets can be placed."""
        return {name: account for name, account in self.accounts.items() if account.takes_bets}

    @property
    def sources(self) -> dict[str, str]:
        """Return the source of each polled account: the first account at the same bookmaker.

        All of these list the same events, under the same keys.
        """
        polled = {market.account for market in self.markets.values()}
        first: dict[Book, str] = {}
        return {
            name: first.setdefault(account.book, name)
            for name, account in self.accounts.items()
            if name in polled
        }


def _amount(value: object) -> Amount:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    amount = money(value)
    if amount < 0:
        raise ValueError
    return Amount(amount)


SCALARS: Mapping[object, Scalar] = {Amount: Scalar(_amount, "an amount such as 25.00")}


def load(
    path: Path, environment: Mapping[str, str] = os.environ, mode: str | None = None
) -> Settings:
    """Read and validate a configuration file; `mode` overrides the file's.

    Raises ConfigurationError with every fault.
    """
    tree = read_yaml(path)
    if mode is not None and isinstance(tree, dict):
        tree = tree | {"mode": mode}
    settings = validate(Settings, tree, scalars=SCALARS, environment=environment)
    faults = _cross_faults(settings)
    if faults:
        raise ConfigurationError(faults)
    return settings


def _cross_faults(settings: Settings) -> list[str]:
    faults = []
    for name, market in settings.markets.items():
        if market.account not in settings.accounts:
            allowed = ", ".join(settings.accounts) or "none is configured"
            faults.append(f'markets.{name}.account: holds "{market.account}"; allowed: {allowed}')
        for strategy in market.strategies:
            if strategy not in settings.strategies:
                allowed = ", ".join(settings.strategies) or "none is configured"
                faults.append(f'markets.{name}.strategies: holds "{strategy}"; allowed: {allowed}')
    if "" in settings.strategies:
        faults.append(
            "strategies: one has no name; a bet without a strategy is one that was adopted"
        )
    faults += source_faults(settings)
    metrics = settings.metrics
    if metrics.core_port and metrics.core_port == metrics.feed_port:
        faults.append(
            f"metrics.feed_port: holds {metrics.feed_port}; allowed: another one than core_port's"
        )
    if settings.mode is not Mode.PAPER:
        for name, account in settings.betting_accounts.items():
            if not account.username or not account.password.reveal():
                faults.append(
                    f"accounts.{name}: username and password are needed in mode "
                    f"{settings.mode.value}; give them as ${{NAME}} from the environment"
                )
    for kind, section in (("accounts", settings.accounts), ("markets", settings.markets)):
        faults += [
            f'{kind}.{name}: a name has letters, digits, "-" and "_" only'
            for name in section
            if not name.replace("-", "").replace("_", "").isalnum()
        ]
    return faults
