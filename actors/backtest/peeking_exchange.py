"""The guard against peeking in the simulated exchange, where a strategy is told each line of files.

Two looks of those of `actors.backtest.peeking`, the first at several moments spread over the lines:

* future: the same files are played when they end at the moment; parameters that name the data name
  the copy that ends. Every order up to the moment must be the same.
* files: the strategy opens none of the data's files. What is played meanwhile is a copy.

Names are not changed: a runner is known by its number, too, and that one is in every order.
"""

import tempfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import takewhile
from pathlib import Path

import msgspec

from actors.backtest.markets import Markets, Tell, replayed
from actors.backtest.opened_files import opened_files
from actors.backtest.peeking import (
    FUTURE,
    MOMENTS,
    Guarded,
    Wished,
    compare,
    elsewhere,
    opened_findings,
)
from actors.backtest.plan import Parameter
from actors.backtest.plays import FOREVER
from actors.bet_text import clock_text
from actors.exchange.orders import Order
from actors.exchange.recording import Recording
from actors.exchange.stream import Line
from actors.units import money_text, price_text


class _Published(msgspec.Struct, frozen=True):
    """The time of a line, whatever else is in it."""

    pt: int


_published = msgspec.json.Decoder(_Published)


def guard_exchange(on: Markets, opened: Sequence[str] = (), tell: Tell = lambda _: None) -> Guarded:
    """Look for peeking, as `actors.backtest.peeking.guard` does. Raises OurError."""
    found = opened_findings(opened)
    wishes = 0
    moments = chosen_moments(on.files)
    with _copied(on, FOREVER) as (files, _), opened_files(on.plan.data) as meanwhile:
        then, markets = _wishes(on, {}, files)
    found |= opened_findings(meanwhile)
    for moment in moments:
        known = [one for one in then if one.at <= moment]
        with _copied(on, moment) as (files, copy):
            moved = elsewhere(on.strategy.parameters, on.plan.data, copy)
            now, _ = _wishes(on, moved, files)
        differs = f"when the files end at {clock_text(moment)},"
        for finding in compare(FUTURE, differs, known, now):
            found.setdefault(finding.look, finding)
        wishes += len(known)
        tell(1)
    return Guarded(tuple(moments), markets, wishes, tuple(found.values()))


def chosen_moments(files: Sequence[Path]) -> list[int]:
    """Spread moments over the lines of all files, as their times go."""
    lines = (line for file in files for line in Recording(file).lines())
    times = sorted(array("q", (line.pt for line in lines if isinstance(line, Line))))
    places = range(MOMENTS if times else 0)
    return sorted({times[len(times) * (2 * place + 1) // (2 * MOMENTS)] for place in places})


@contextmanager
def _copied(on: Markets, until: int) -> Iterator[tuple[tuple[Path, ...], Path]]:
    """Lend a copy of the files, each up to its first line after a moment, and where its root is."""
    data = on.plan.data
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "data"
        targets = tuple(copy / file.relative_to(data) for file in on.files)
        for file, target in zip(on.files, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as lines:
                lines.writelines(takewhile(partial(_is_known, until), Recording(file).raw_lines()))
        yield targets, copy


def _is_known(until: int, line: bytes) -> bool:
    try:
        return _published.decode(line).pt <= until
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True  # it is left out when it is played, too


def _wishes(
    on: Markets, parameters: Mapping[str, Parameter], files: tuple[Path, ...]
) -> tuple[list[Wished], int]:
    """Play files; return every order and how many markets there were."""
    found = replayed(msgspec.structs.replace(on, files=files), parameters, lambda _: None)
    return [_wished(order) for order in found.orders], len(found.books)


def _wished(order: Order) -> Wished:
    asked = order.asked
    return Wished(
        (order.market, asked, order.placed_at),
        order.placed_at,
        f"{asked.side.value} {money_text(asked.stake)} at {price_text(asked.price)} on runner"
        f" {asked.runner[0]} of market {order.market}",
    )
