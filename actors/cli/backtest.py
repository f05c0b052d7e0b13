"""`tictac backtest`: a strategy on recorded seasons, played by the same actors as live."""

import datetime
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import yaml
from click.core import ParameterSource

from actors.backtest import text
from actors.backtest.closing import Closing
from actors.backtest.markets import Markets, is_for_exchanges, recorded_markets
from actors.backtest.outcome import Outcome, body, grid
from actors.backtest.peeking import MOMENTS, guard, opened_by_loading
from actors.backtest.peeking_exchange import guard_exchange
from actors.backtest.plan import DAY, MOST, Ground, Parameter, Parameters, Plan
from actors.backtest.plays import Play, ground_of, plays
from actors.backtest.report import check_report, write_report
from actors.backtest.tapes import Tapes
from actors.backtest.walk import BY, walk_forward
from actors.cli.options import answer, config_option, find_config, json_option
from actors.odds.margin import METHODS
from actors.units import money

Tell = Callable[[int], object]
SHOWN_FROM = 200
"""Matches from which on it takes long enough for a progress bar."""

READING_SHOWN_FROM, TAPES_SHOWN_FROM, MARKETS_SHOWN_FROM = 10, 3, 2
"""Files to read, matches on tape, and files in the simulated exchange."""

NOT_IN_THE_EXCHANGE = frozenset(
    {
        "closing_book",
        "closing_method",
        "highest_stake",
        "leagues",
        "since",
        "until",
    }
)
NOT_ON_TAPE = frozenset({"closing_book"})


class Amount(click.ParamType[int]):
    """An amount of money, in minor units."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return minor units; fails with the allowed form."""
        try:
            amount = value if isinstance(value, int) else int(money(value))
        except ValueError:
            amount = 0
        if amount <= 0:
            self.fail(f"{value!r} is no amount above 0, such as 25.00", param, ctx)
        return amount


class Setting(click.ParamType[tuple[str, str]]):
    """NAME=VALUE."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return name and value; fails with the allowed form."""
        if isinstance(value, tuple):
            return value
        name, equals, told = str(value).partition("=")
        if not name.strip() or not equals or not told.strip():
            self.fail(f"{value!r} is no parameter; allowed: min_edge=2.5", param, ctx)
        return name.strip(), told.strip()


@click.command()
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    help="A season of football-data.co.uk, recorded exchange markets (*.bz2), or a folder of them.",
)
@click.option(
    "--strategy",
    default="value",
    show_default=True,
    help="A name in the configuration, or an import path module:Class.",
)
@click.option("--set", "settings", multiple=True, type=Setting(), help="One of its parameters.")
@click.option(
    "--sweep", multiple=True, type=Setting(), help="NAME=a,b,c: play each; can be repeated."
)
@click.option(
    "--walk-forward",
    "folds",
    type=click.IntRange(1, 50),
    help="Choose from --sweep on the past, judge on the next part, so many times.",
)
@click.option(
    "--choose-by", type=click.Choice(list(BY)), default="yield", show_default=True, help="By what."
)
@click.option("--guard", "guarded", is_flag=True, help="Look whether the strategy peeks.")
@config_option
@click.option(
    "--leagues",
    default="",
    help="Divisions by their codes, E0,SP1, or what markets are of: RACING.",
)
@click.option("--from", "since", type=click.DateTime([DAY]), help="The first day of kick-offs.")
@click.option("--to", "until", type=click.DateTime([DAY]), help="The last.")
@click.option("--balance", type=Amount(), help="To begin with; else that of the configuration.")
@click.option(
    "--highest-stake",
    type=Amount(),
    default=MOST,
    show_default="no limit",
    help="What every book takes on a selection.",
)
@click.option(
    "--closing-book", default="PIN", show_default=True, help="Whose closing prices are believed."
)
@click.option("--closing-method", type=click.Choice(METHODS), default="shin", show_default=True)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=max(1, os.cpu_count() or 1),
    show_default="the processors",
    help="Processes for a sweep; what comes out is the same.",
)
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="An HTML file.")
@json_option
@click.option("--bets", is_flag=True, help="With --json: each bet, too.")
def backtest(
    data: Path,
    strategy: str,
    settings: tuple[tuple[str, str], ...],
    sweep: tuple[tuple[str, str], ...],
    folds: int | None,
    choose_by: str,
    guarded: bool,
    config: Path | None,
    leagues: str,
    since: datetime.datetime | None,
    until: datetime.datetime | None,
    balance: int | None,
    highest_stake: int,
    closing_book: str,
    closing_method: Any,
    jobs: int,
    report: Path | None,
    as_json: bool,
    bets: bool,
) -> int:
    """Play recorded matches with the real actors, in virtual time, against the paper bookmaker.

    The limits of the configuration hold. Matches are seasons, or recorded exchange markets. With an
    ExchangeStrategy these are played in a simulated exchange instead, without limits. Nothing is
    read from or written to the state directory, and no connection is made. The exit code is 1 when
    the guard finds that the strategy peeks.
    """
    plan = Plan(
        data=data,
        config=find_config(config),
        strategy=strategy,
        parameters=_parameters(settings),
        leagues=tuple(code.strip().upper() for code in leagues.split(",") if code.strip()),
        since=since.strftime(DAY) if since else "",
        until=until.strftime(DAY) if until else "",
        balance=balance,
        highest_stake=highest_stake,
        closing=Closing(closing_book.upper(), closing_method),
    )
    if folds and not sweep:
        raise click.UsageError("--walk-forward chooses from --sweep NAME=a,b,c: give one")
    if report is not None:
        check_report(report)
    opened = opened_by_loading(plan) if guarded else None
    on = _ground(plan)
    if isinstance(on, Markets):
        _refuse(NOT_IN_THE_EXCHANGE, "does not work with an ExchangeStrategy")
    elif isinstance(on.recorded, Tapes):
        _refuse(NOT_ON_TAPE, "works with seasons only; --data holds recorded markets")
    outcome = _outcome(on, _grid(on, sweep), folds, choose_by, jobs, opened)
    if report is not None:
        write_report(outcome, report)
    told = [] if report is None else ["", f"report: {report}"]
    answer(body(outcome, bets), as_json, lambda: "\n".join([*text.lines(outcome), *told]))
    return 0 if outcome.good else 1


def _ground(plan: Plan) -> Ground | Markets:
    """Read what is played on, with a bar where that takes long."""
    files = recorded_markets(plan.data)
    if not files or is_for_exchanges(plan):
        return ground_of(plan)
    with _progress(len(files), "reading", READING_SHOWN_FROM) as tell:
        return ground_of(plan, tell)


def _refuse(options: frozenset[str], why: str) -> None:
    """Raise UsageError for an option that was given and is one of these."""
    context = click.get_current_context()
    for parameter in context.command.params:
        given = context.get_parameter_source(str(parameter.name))
        if parameter.name in options and given is ParameterSource.COMMANDLINE:
            name = max(parameter.opts, key=len)
            raise click.UsageError(f"{name} {why}")


def _outcome(
    on: Ground | Markets,
    swept: list[Parameters],
    folds: int | None,
    by: str,
    jobs: int,
    opened: list[str] | None,
) -> Outcome:
    """Play. The guard looks before that when files are given that the strategy has opened."""
    if isinstance(on, Markets):
        matches, what, shown_from = len(on.files), "files", MARKETS_SHOWN_FROM
    else:
        matches, what = len(on.recorded.matches), "matches"
        shown_from = TAPES_SHOWN_FROM if isinstance(on.recorded, Tapes) else SHOWN_FROM
    walk = done = looked = None
    if opened is not None:
        with _progress(matches, "guard", shown_from, steps=MOMENTS) as tell:
            if isinstance(on, Markets):
                looked = guard_exchange(on, opened, tell)
            else:
                looked = guard(on, opened, tell)
    if folds and isinstance(on, Markets):
        work = matches * (len(swept) + folds)  # every file is read in every play
    else:
        work = _work(matches, len(swept), folds)
    with _progress(work, what, shown_from) as tell:
        if folds:
            walk = walk_forward(on, swept, folds, by, jobs, tell)
        else:
            single = len(swept) == 1
            done = tuple(plays(on, [Play(one, whole=single) for one in swept], jobs, tell))
    if walk is not None:
        return Outcome(
            on,
            walk.bets,
            walk=walk,
            guarded=looked,
            difference=walk.difference,
            counted=walk.counted,
        )
    assert done is not None
    difference, known = sum(abs(one.difference) for one in done), done[0].counted
    if len(done) == 1:
        bets = done[0].bets
        return Outcome(on, bets, guarded=looked, difference=difference, counted=known)
    return Outcome(on, sweep=done, guarded=looked, difference=difference, counted=known)


def _work(matches: int, plays: int, folds: int | None) -> int:
    """Return about how many matches are played in all."""
    if not folds:
        return matches * plays
    return matches * (plays * folds + folds) // (folds + 1)


@contextmanager
def _progress(length: int, label: str, shown_from: int, steps: int | None = None) -> Iterator[Tell]:
    """Show a bar on stderr where somebody looks and it takes long enough."""
    if length < shown_from or not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=steps or length, label=label, file=sys.stderr) as bar:
        yield bar.update


def _parameters(settings: tuple[tuple[str, str], ...]) -> Parameters:
    return {name: _value(f"--set {name}", told) for name, told in settings}


def _grid(on: Ground | Markets, sweep: tuple[tuple[str, str], ...]) -> list[Parameters]:
    """Return what is played. Raises ConfigurationError when the strategy does not take it."""
    found = grid(
        [
            (name, [_value(f"--sweep {name}", one) for one in told.split(",") if one.strip()])
            for name, told in sweep
        ]
    )
    for one in found:
        on.with_parameters(one)
    return found


def _value(where: str, told: str) -> Parameter:
    """Read a value as the configuration would."""
    try:
        value = yaml.safe_load(told)
    except yaml.YAMLError:
        value = told
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return list(value)
    if not isinstance(value, int | float | str | bool):
        raise click.UsageError(f"{where}={told}: allowed are numbers, words, true and false")
    return value
