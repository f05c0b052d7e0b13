"""Walk-forward: parameters are chosen on the past and judged on what came next, and only there.

The matches are cut by the moment at which they are listed into one part more than there are
folds. Fold k chooses by the bets that were settled before its part begins, and plays its part
anew with the opening balance. No match is in two parts.
"""

from collections.abc import Callable, Sequence

import msgspec

from actors.backtest.bets import Bet
from actors.backtest.calendar import listed_at
from actors.backtest.figures import Figures
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
    """The folds, and every bet of their parts."""

    by: str
    folds: tuple[Fold, ...]
    bets: tuple[Bet, ...]
    difference: int


def cuts(on: Ground, folds: int) -> list[int]:
    """Return where each part begins, and the end of time. Raises OurError for too few matches."""
    listed = sorted(listed_at(one) for one in on.recorded.matches)
    begins = [listed[len(listed) * part // (folds + 1)] for part in range(folds + 1)]
    if len(set(begins)) <= folds:
        raise OurError(
            f"--walk-forward {folds}: {len(listed)} matches listed at"
            f" {len(set(listed))} moments are too few for {folds + 1} parts"
        )
    return [*begins, FOREVER]


def walk_forward(
    on: Ground,
    grid: Sequence[Parameters],
    folds: int,
    by: str,
    jobs: int = 1,
    tell: Tell = lambda _: None,
) -> Walk:
    """Choose and judge. Raises OurError when there is too little to cut."""
    begins = cuts(on, folds)
    past_until = begins[1:-1]
    pasts = list(
        plays(
            on,
            [Play(one, until=past_until[-1], cuts=tuple(past_until)) for one in grid],
            jobs,
            tell,
        )
    )
    choices = [choose(pasts, fold, by) for fold in range(folds)]
    parts = [
        Play(pasts[choice].parameters, begins[fold + 1], begins[fold + 2], whole=True)
        for fold, (choice, _) in enumerate(choices)
    ]
    nexts = list(plays(on, parts, jobs, tell))
    return Walk(
        by,
        tuple(
            Fold(
                since=part.since,
                until=min(part.until, _end(on)),
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


def _end(on: Ground) -> int:
    return on.recorded.matches[-1].kick_off


def _renamed(bet: Bet, fold: int) -> Bet:
    """Every play counts its orders and events from one."""
    return msgspec.structs.replace(bet, id=f"{fold}-{bet.id}", event=f"{fold}-{bet.event}")
