"""Walk-forward: parameters are chosen on the past and judged on what came next, and only there.

The matches, or recorded markets, are cut by the moment at which they are listed into one part more
than there are folds. Fold k chooses by the bets that were settled before its part begins, and plays
its part anew with the opening balance. No match and no market is in two parts.
"""

from collections.abc import Callable, Sequence

import msgspec

from actors.backtest.bets import Bet
from actors.backtest.calendar import listed_at
from actors.backtest.figures import Figures
from actors.backtest.markets import Counted, Markets, listed_markets
from actors.backtest.plan import Ground, Parameters
from actors.backtest.plays import FOREVER, Play, Played, plays
from actors.backtest.run import Tell
from runtime.errors import OurError

ENOUGH = 30
"""Bets without which a figure of the past chooses nothing."""

BY: dict[str, Callable[[Figures], int | None]] = {
    "yield": lambda figures: figures.yield_bp,
    "profit": lambda figures: figures.profit,
    "clv": lambda figures: figures.clv_bp,
}


class Fold(msgspec.Struct, frozen=True):
    """One part: what was chosen for it on which figures, and what came of it.

    `since` and `until` in ms since 1970; `enough` is False when nothing in the past had enough
    bets, and the first parameters were taken.
    """

    since: int
    until: int
    chosen: Parameters
    enough: bool
    past: Figures
    next: Figures


class Walk(msgspec.Struct, frozen=True):
    """The folds, and every bet of their parts; `counted` is what was in recorded markets."""

    by: str
    folds: tuple[Fold, ...]
    bets: tuple[Bet, ...]
    difference: int
    counted: Counted | None = None


def cuts(on: Ground | Markets, folds: int) -> list[int]:
    """Return where each part begins, and the end of time. Raises OurError for too few matches.

    Parts have about as many matches; where too many are listed at once, about as many moments.
    """
    if isinstance(on, Markets):
        listed, what = sorted(listed_markets(on.files).values()), "markets"
    else:
        listed, what = sorted(listed_at(one) for one in on.recorded.matches), "matches"
    moments = sorted(set(listed))
    begins = _parts(listed, folds + 1)
    if len(set(begins)) <= folds:
        begins = _parts(moments, folds + 1)
    if len(set(begins)) <= folds:
        raise OurError(
            f"--walk-forward {folds}: {len(listed)} {what} listed at"
            f" {len(moments)} moments are too few for {folds + 1} parts"
        )
    return [*begins, FOREVER]


def _parts(moments: Sequence[int], parts: int) -> list[int]:
    return [moments[len(moments) * part // parts] for part in range(parts)] if moments else []


def walk_forward(
    on: Ground | Markets,
    grid: Sequence[Parameters],
    folds: int,
    by: str,
    jobs: int = 1,
    tell: Tell = lambda _: None,
) -> Walk:
    """Choose and judge. Raises OurError when there is too little to cut."""
    begins = cuts(on, folds)
    past_until = tuple(begins[1:-1])
    # All files are read anyway, and the answer says what is in them.
    until = FOREVER if isinstance(on, Markets) else past_until[-1]
    pasts = list(plays(on, [Play(one, until=until, cuts=past_until) for one in grid], jobs, tell))
    choices = [choose(pasts, fold, by) for fold in range(folds)]
    parts = [
        Play(pasts[choice].parameters, begins[fold + 1], begins[fold + 2], whole=True)
        for fold, (choice, _) in enumerate(choices)
    ]
    nexts = list(plays(on, parts, jobs, tell))
    counted = pasts[0].counted
    end = on.recorded.matches[-1].kick_off if isinstance(on, Ground) else _last(counted)
    return Walk(
        by,
        tuple(
            Fold(
                since=part.since,
                until=min(part.until, end),
                chosen=part.parameters,
                enough=enough,
                past=pasts[choice].past[fold],
                next=done.figures,
            )
            for fold, ((choice, enough), part, done) in enumerate(
                zip(choices, parts, nexts, strict=True)
            )
        ),
        tuple(_renamed(bet, fold) for fold, done in enumerate(nexts, 1) for bet in done.bets),
        sum(abs(done.difference) for done in (*pasts, *nexts)),
        counted,
    )


def choose(pasts: Sequence[Played], fold: int, by: str) -> tuple[int, bool]:
    """Return which play has the best figure before a fold's part, the first of equals.

    False: none had enough bets, and the first is taken.
    """
    best, best_figure = 0, None
    for number, done in enumerate(pasts):
        past = done.past[fold]
        figure = BY[by](past)
        if past.bets < ENOUGH or figure is None:
            continue
        if best_figure is None or figure > best_figure:
            best, best_figure = number, figure
    return best, best_figure is not None


def _last(counted: Counted | None) -> int:
    assert counted is not None, "all files were played"
    return counted.until


def _renamed(bet: Bet, fold: int) -> Bet:
    """Every play counts its orders and events from one."""
    return msgspec.structs.replace(bet, id=f"{fold}-{bet.id}", event=f"{fold}-{bet.event}")
