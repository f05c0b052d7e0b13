"""What a backtest is of: data, a strategy with its parameters, and the limits that hold."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from actors.backtest.closing import Closing
from actors.backtest.seasons import UNITED_KINGDOM, SeasonMatch, Seasons, read_seasons
from actors.backtest.specials import without_market
from actors.backtest.taped_match import TapedMatch
from actors.backtest.tapes import Tapes, read_tapes
from actors.backtest.world import BASE, PASSWORD, USER
from actors.paper.programme import FOOTBALL
from actors.selections import MarketType, Phase
from actors.settings import (
    AccountSettings,
    MarketSettings,
    Settings,
    StrategySettings,
    load,
)
from actors.strategies.loading import load_all
from runtime.configuration import Seconds, Secret
from runtime.errors import ConfigurationError, OurError

ACCOUNT = MARKET = "backtest"
DAY = "%Y-%m-%d"
MOST = 10**9
"""Minor units that every book takes unless told otherwise: the data know no limits."""

NEVER_ALL_AGAIN = 10**9
"""Polls between two of the whole feed: no answer gets lost here, so what changed is enough."""

Parameter = int | float | str | bool | list[str]
Parameters = dict[str, Parameter]


R = TypeVar("R", Seasons, Tapes)


class Plan(msgspec.Struct, frozen=True):
    """One backtest. Money in minor units; `since` and `until` are days of kick-off, as in DAY."""

    data: Path
    config: Path
    strategy: str = "value"
    parameters: Parameters = {}
    leagues: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    balance: int | None = None
    highest_stake: int = MOST
    closing: Closing = Closing()


class Ground(msgspec.Struct, frozen=True):
    """A plan with everything read that it names: what plays of it have in common."""

    plan: Plan
    name: str
    settings: Settings
    recorded: Seasons | Tapes
    balance: int

    @property
    def strategy(self) -> StrategySettings:
        """Return the strategy as it is played."""
        return self.settings.strategies[self.name]

    def with_parameters(self, parameters: Mapping[str, Parameter]) -> Settings:
        """Return the settings with some parameters of the strategy changed.

        Raises ConfigurationError when the strategy does not take them.
        """
        strategy = self.strategy
        changed = msgspec.structs.replace(
            strategy, parameters=strategy.parameters | dict(parameters)
        )
        settings = msgspec.structs.replace(self.settings, strategies={self.name: changed})
        load_all(settings, self.plan.config)
        return settings


def ground(
    plan: Plan, tapes: Sequence[Path] = (), tell: Callable[[int], object] = lambda _: None
) -> Ground:
    """Read configuration, strategy and data: seasons, or the files of recorded markets.

    `tell` hears of each of these files.

    Raises ConfigurationError for the first two, OurError for the last.
    """
    given = load(plan.config, mode="paper")
    name, strategy = strategy_of(plan, given)
    account = AccountSettings(url=BASE, username=USER, password=Secret(PASSWORD))
    settings = msgspec.structs.replace(
        given,
        accounts={ACCOUNT: account},
        markets={MARKET: _market(name, given, FOOTBALL)},
        strategies={name: strategy},
    )
    load_all(settings, plan.config)
    balance = int(given.paper.balance) if plan.balance is None else plan.balance
    found: Seasons | Tapes
    if tapes:
        found = chosen(read_tapes(plan.data, tapes, tell), plan)
    else:
        found = chosen(read_seasons(plan.data), plan)
    sports = sorted({one.sport for one in found.matches if isinstance(one, TapedMatch)})
    markets = {
        MARKET if sport == FOOTBALL else f"{MARKET}-{sport}": _market(name, given, sport)
        for sport in sports or [FOOTBALL]
    }
    settings = msgspec.structs.replace(settings, markets=markets)
    return Ground(plan, name, settings, found, balance)


def _market(strategy: str, given: Settings, sport: int) -> MarketSettings:
    return MarketSettings(
        account=ACCOUNT,
        sport=sport,
        when=Phase.TODAY,
        types=_types(strategy, given),
        every=Seconds(10.0),
        full_every=NEVER_ALL_AGAIN,
        strategies=(strategy,),
    )


def chosen(recorded: R, plan: Plan) -> R:
    """Return the matches that a plan asks for. Raises OurError when there is none."""
    there = sorted({without_market(one.match.division) for one in recorded.matches})
    unknown = [league for league in plan.leagues if league not in there]
    if unknown:
        raise OurError(f"--leagues: no {', '.join(unknown)} in {plan.data}: it has {_list(there)}")
    kept = tuple(one for one in recorded.matches if _wanted(one, plan))
    if not kept:
        first, last = day(recorded.matches[0].kick_off), day(recorded.matches[-1].kick_off)
        raise OurError(
            f"no match of {plan.data} is left: it has {_list(there)} from {first} to {last};"
            " widen --leagues, --from or --to"
        )
    return msgspec.structs.replace(recorded, matches=kept)


def day(at: int) -> str:
    """Return the day of a moment in ms since 1970 as the source's country counts days."""
    return datetime.datetime.fromtimestamp(at / 1000, UNITED_KINGDOM).strftime(DAY)


def _wanted(one: SeasonMatch | TapedMatch, plan: Plan) -> bool:
    if plan.leagues and without_market(one.match.division) not in plan.leagues:
        return False
    on = day(one.kick_off)
    return (not plan.since or plan.since <= on) and (not plan.until or on <= plan.until)


def strategy_of(plan: Plan, given: Settings) -> tuple[str, StrategySettings]:
    """Find a strategy by its name in the configuration, or by an import path.

    Raises ConfigurationError when it is neither.
    """
    found = given.strategies.get(plan.strategy)
    name = plan.strategy
    if found is None and ":" in plan.strategy:
        found, name = StrategySettings(plan.strategy), plan.strategy.rpartition(":")[2]
    if found is None:
        fault = (
            f'--strategy: holds "{plan.strategy}"; allowed: {_list(sorted(given.strategies))}'
            f" of {plan.config}, or an import path module:Class"
        )
        raise ConfigurationError([fault])
    return name, msgspec.structs.replace(found, parameters=found.parameters | plan.parameters)


def _types(name: str, given: Settings) -> tuple[MarketType, ...]:
    """Return the kinds of bet that the configuration lets this strategy see, all if it is new."""
    seen = {kind for one in given.markets.values() if name in one.strategies for kind in one.types}
    return tuple(kind for kind in MarketType if kind in seen or not seen)


def _list(names: list[str]) -> str:
    return ", ".join(names) or "nothing"
