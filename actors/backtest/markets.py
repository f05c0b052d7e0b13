"""A backtest on recorded exchange markets: which files, which strategy, and one play of them.

The simulated exchange fills the orders (`actors.exchange`). Risk, the journal and the bookmaker of
our own have no part in it.
"""

from collections.abc import Callable, Container, Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

from actors.backtest.plan import Parameter, Plan, strategy_of
from actors.exchange.recording import Recording
from actors.exchange.replay import Replay, Replayed
from actors.exchange.strategy import ExchangeStrategy, load
from actors.exchange.stream import Line
from actors.settings import StrategySettings
from actors.settings import load as load_settings
from actors.strategies import find
from actors.strategies.loading import find_modules
from runtime.errors import OurError, described

Tell = Callable[[int], object]
PACKED = ".bz2"
FAULTS_KEPT = 20


class Counted(msgspec.Struct, frozen=True):
    """What was in the files. Times in ms since 1970 UTC, of the first and the last off."""

    markets: int
    settled: int
    updates: int
    since: int
    until: int
    kinds: tuple[str, ...]
    fault_count: int
    faults: tuple[str, ...]


class Markets(msgspec.Struct, frozen=True):
    """A plan with everything that plays of it have in common."""

    plan: Plan
    name: str
    strategy: StrategySettings
    balance: int
    files: tuple[Path, ...]

    def with_parameters(self, parameters: Mapping[str, Parameter]) -> ExchangeStrategy:
        """Make the strategy with some parameters changed.

        Raises ConfigurationError when it does not take them.
        """
        given = self.strategy.parameters | dict(parameters)
        return load(f"strategies.{self.name}", self.strategy.use, given)


def recorded_markets(data: Path) -> tuple[Path, ...]:
    """Return the files of recorded markets at a path; none when it holds something else."""
    if data.is_file():
        return (data,) if data.suffix == PACKED or _begins_as_stream(data) else ()
    if not data.is_dir() or any(data.rglob("*.csv*")):
        return ()
    return tuple(sorted(data.rglob(f"*{PACKED}")))


def is_for_exchanges(plan: Plan) -> bool:
    """Tell whether a plan's strategy is an ExchangeStrategy. Raises ConfigurationError."""
    find_modules(plan.config)
    name, strategy = strategy_of(plan, load_settings(plan.config, mode="paper"))
    return issubclass(find(f"strategies.{name}", strategy.use, object), ExchangeStrategy)


def markets(plan: Plan, files: tuple[Path, ...]) -> Markets:
    """Read configuration and strategy. Raises ConfigurationError."""
    given = load_settings(plan.config, mode="paper")
    find_modules(plan.config)
    name, strategy = strategy_of(plan, given)
    balance = int(given.paper.balance) if plan.balance is None else plan.balance
    found = Markets(plan, name, strategy, balance, files)
    found.with_parameters({})
    return found


@lru_cache(maxsize=1)
def listed_markets(files: tuple[Path, ...]) -> dict[str, int]:
    """Return when each market is told of first, in ms since 1970 UTC. Raises RecordingError."""
    found: dict[str, int] = {}
    lines = (line for file in files for line in Recording(file).lines())
    for line in lines:
        if isinstance(line, Line):
            for change in line.mc:
                found[change.id] = min(line.pt, found.get(change.id, line.pt))
    return found


def replayed(
    on: Markets,
    parameters: Mapping[str, Parameter],
    tell: Tell,
    only: Container[str] | None = None,
) -> Replayed:
    """Play every file once, or `only` some markets of them; `tell` hears of each that is over.

    Raises OurError when a file cannot be read or the strategy fails.
    """
    strategy = on.with_parameters(parameters)
    try:
        return Replay(on.files, strategy, over=lambda: tell(1), only=only).run()
    except OurError:
        raise
    except Exception as error:
        raise OurError(f"strategy {on.name} failed: {described(error)}") from error


def counted(of: Replayed) -> Counted:
    """Count what was in the files. Raises OurError when there was no market."""
    defined = [book.definition for book in of.books.values() if book.definition is not None]
    if not defined:
        raise OurError("the files hold no market that says what it is")
    offs = sorted(one.off for one in defined)
    return Counted(
        len(of.books),
        sum(one.status == "CLOSED" for one in defined),
        of.updates,
        offs[0],
        offs[-1],
        tuple(sorted({one.market_type for one in defined} - {""})),
        of.fault_count,
        tuple(str(fault) for fault in of.faults[:FAULTS_KEPT]),
    )


def _begins_as_stream(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).lstrip()[:1] == b"{"
