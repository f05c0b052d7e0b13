"""What a backtest has to say, as plain data: docs/backtest.md has every key."""

from collections.abc import Sequence
from typing import Any

import msgspec

from actors.backtest.bets import Bet
from actors.backtest.figures import by_group, denials, figures
from actors.backtest.markets import Counted, Markets
from actors.backtest.peeking import Guarded
from actors.backtest.plan import Ground, Parameters, day
from actors.backtest.plays import Played
from actors.backtest.specials import without_market
from actors.backtest.tapes import Tapes
from actors.backtest.walk import Walk

SCHEMA = 1
FAULTS_SHOWN = 20


class Outcome(msgspec.Struct, frozen=True):
    """One backtest at its end: a single play, a sweep, or a walk forward."""

    ground: Ground | Markets
    bets: tuple[Bet, ...] = ()
    sweep: tuple[Played, ...] = ()
    walk: Walk | None = None
    guarded: Guarded | None = None
    difference: int = 0
    counted: Counted | None = None

    @property
    def good(self) -> bool:
        """Tell whether our profit is the book's, to the cent, and nobody was seen to peek."""
        return not self.difference and not (self.guarded and self.guarded.findings)

    @property
    def parameters(self) -> Parameters:
        """Return the parameters that were given, before any sweep."""
        return self.ground.strategy.parameters


def body(outcome: Outcome, whole: bool = False) -> dict[str, Any]:
    """Return everything for programs; `whole`: each bet, too."""
    on, walk, bets = outcome.ground, outcome.walk, outcome.bets
    single, of_markets = not outcome.sweep, isinstance(on, Markets)
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "data": data(outcome),
        "strategy": {
            "name": on.name,
            "use": on.strategy.use,
            "parameters": outcome.parameters,
        },
        "balance": on.balance,
        "highest_stake": None if of_markets else on.plan.highest_stake,
        "closing": None if of_markets else plain(on.plan.closing),
        "figures": plain(figures(bets)) if single else None,
        "by": {name: plain(rows) for name, rows in by_group(bets).items()} if single else None,
        "denied": plain(denials(bets)) if single else None,
        "difference": outcome.difference,
        "sweep": [_swept(one) for one in outcome.sweep] or None,
        "walk_forward": None if walk is None else _walked(walk),
        "guard": None if outcome.guarded is None else plain(outcome.guarded),
    }
    return found | ({"bets": [plain_bet(bet) for bet in bets]} if whole else {})


def plain(value: Any) -> Any:
    """Return structs as dicts."""
    return msgspec.to_builtins(value)


def plain_bet(bet: Bet) -> dict[str, Any]:
    """Return one wish as a dict."""
    found: dict[str, Any] = plain(bet)
    return found


def data(outcome: Outcome) -> dict[str, Any]:
    """Return what was played on."""
    on = outcome.ground
    if isinstance(on, Markets):
        assert outcome.counted is not None
        return _markets(on, outcome.counted)
    seasons = on.recorded
    if isinstance(seasons, Tapes):
        return _tapes(on, seasons)
    return {
        "kind": "seasons",
        "path": str(on.plan.data),
        "files": seasons.files,
        "matches": len(seasons.matches),
        "from": day(seasons.matches[0].kick_off),
        "to": day(seasons.matches[-1].kick_off),
        "leagues": sorted({one.match.division for one in seasons.matches}),
        "unreadable_rows": len(seasons.faults),
        "faults": list(seasons.faults[:FAULTS_SHOWN]),
    }


def _tapes(on: Ground, tapes: Tapes) -> dict[str, Any]:
    return {
        "kind": "tapes",
        "path": str(on.plan.data),
        "files": tapes.files,
        "matches": len(tapes.matches),
        "markets": tapes.markets,
        "played": tapes.played,
        "left_out": tapes.left_out,
        "undecided": tapes.undecided,
        "books": sorted(
            {book for one in tapes.matches for line in one.tape for book in line.books}
        ),
        "from": day(tapes.matches[0].kick_off),
        "to": day(tapes.matches[-1].kick_off),
        "leagues": sorted({without_market(one.match.division) for one in tapes.matches}),
        "unreadable_rows": len(tapes.faults),
        "faults": list(tapes.faults[:FAULTS_SHOWN]),
    }


def _markets(on: Markets, known: Counted) -> dict[str, Any]:
    return {
        "kind": "markets",
        "path": str(on.plan.data),
        "files": len(on.files),
        "markets": known.markets,
        "settled": known.settled,
        "updates": known.updates,
        "from": day(known.since),
        "to": day(known.until),
        "kinds": list(known.kinds),
        "unreadable_rows": known.fault_count,
        "faults": list(known.faults),
    }


def _swept(one: Played) -> dict[str, Any]:
    return {"parameters": one.parameters, "figures": plain(one.figures)}


def _walked(walk: Walk) -> dict[str, Any]:
    return {
        "by": walk.by,
        "folds": [
            plain(fold) | {"since": day(fold.since), "until": day(fold.until)}
            for fold in walk.folds
        ],
    }


def grid(swept: Sequence[tuple[str, Sequence[Any]]]) -> list[Parameters]:
    """Return every combination of the values of a sweep, the last name changing fastest."""
    found: list[Parameters] = [{}]
    for name, values in swept:
        found = [{**one, name: value} for one in found for value in values]
    return found
