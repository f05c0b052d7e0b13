"""Plays of one plan, each with parameters of its own, one after another or in several processes."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import msgspec

from actors.backtest.bets import Bet, bets_of
from actors.backtest.calendar import Calendar, listed_at
from actors.backtest.figures import Figures, figures
from actors.backtest.market_bets import bets_of_markets
from actors.backtest.markets import (
    Counted,
    Markets,
    counted,
    is_for_exchanges,
    listed_markets,
    markets,
    recorded_markets,
    replayed,
)
from actors.backtest.plan import Ground, Parameters, Plan, ground
from actors.backtest.run import Tell, play
from runtime.errors import OurError

FOREVER = 2**62


class Play(msgspec.Struct, frozen=True):
    """Parameters, and the matches or markets that are listed from one moment to before another.

    `cuts` are moments up to which the figures are wanted, too; `whole`: every bet is wanted.
    """

    parameters: Parameters = {}
    since: int = 0
    until: int = FOREVER
    cuts: tuple[int, ...] = ()
    whole: bool = False


class Played(msgspec.Struct, frozen=True):
    """What came of it. `difference`: the book's account less ours, in minor units.

    `counted`: what was in the files of recorded markets; None of seasons, and of a part.
    """

    parameters: Parameters
    matches: int
    figures: Figures
    past: tuple[Figures, ...]
    bets: tuple[Bet, ...]
    difference: int
    counted: Counted | None = None


def ground_of(plan: Plan, tell: Tell = lambda _: None) -> Ground | Markets:
    """Read what a plan names, seasons or recorded markets.

    Recorded markets are played by an ExchangeStrategy in the simulated exchange, by any other
    strategy with the actors that run live; then `tell` hears of each file that is read.

    Raises ConfigurationError, and OurError for the data.
    """
    files = recorded_markets(plan.data)
    if files and is_for_exchanges(plan):
        return markets(plan, files)
    return ground(plan, files, tell)


def played(on: Ground | Markets, what: Play, tell: Tell = lambda _: None) -> Played:
    """Play once. Raises OurError when there is no match, or the strategy fails."""
    return _of_markets(on, what, tell) if isinstance(on, Markets) else _of_seasons(on, what, tell)


def _of_markets(on: Markets, what: Play, tell: Tell) -> Played:
    only = None
    if (what.since, what.until) != (0, FOREVER):
        listed = listed_markets(on.files)
        only = {market for market, at in listed.items() if what.since <= at < what.until}
    found = replayed(on, what.parameters, tell, only)
    bets = tuple(bets_of_markets(found, on.name))
    return Played(
        parameters=what.parameters,
        matches=len(on.files),
        figures=figures(bets),
        past=tuple(figures(settled_by(bets, cut)) for cut in what.cuts),
        bets=bets if what.whole else (),
        difference=0,
        counted=counted(found) if only is None else None,
    )


def _of_seasons(on: Ground, what: Play, tell: Tell) -> Played:
    matches = [one for one in on.recorded.matches if what.since <= listed_at(one) < what.until]
    if not matches:
        raise OurError("no match is listed in this part of the data")
    calendar = Calendar(matches, on.plan.highest_stake)
    world = play(on.with_parameters(what.parameters), calendar, on.balance, tell)
    bets = tuple(bets_of(world.ledger, calendar, on.plan.closing))
    return Played(
        parameters=what.parameters,
        matches=len(matches),
        figures=figures(bets),
        past=tuple(figures(settled_by(bets, cut)) for cut in what.cuts),
        bets=bets if what.whole else (),
        difference=world.difference,
    )


def settled_by(bets: Sequence[Bet], moment: int) -> list[Bet]:
    """Return the bets whose results were known at a moment."""
    return [bet for bet in bets if bet.settled and (bet.settled_at or 0) <= moment]


def plays(
    on: Ground | Markets, wanted: Sequence[Play], jobs: int = 1, tell: Tell = lambda _: None
) -> Iterator[Played]:
    """Play them all; what comes out is in their order, whoever played.

    `tell` hears how many matches, or files of recorded markets, are over, of all plays together.
    """
    if jobs == 1 or len(wanted) == 1:
        for one in wanted:
            yield played(on, one, tell)
        return
    pool = ProcessPoolExecutor(
        min(jobs, len(wanted)), get_context("spawn"), _prepare, initargs=(on.plan,)
    )
    try:
        for done in pool.map(_play, wanted):
            tell(done.matches)
            yield done
    finally:
        pool.shutdown(cancel_futures=True)


_prepared: list[Ground | Markets] = []


def _prepare(plan: Plan) -> None:
    """Read what all plays of a process have in common, once."""
    _prepared.append(ground_of(plan))


def _play(what: Play) -> Played:
    return played(_prepared[-1], what)
