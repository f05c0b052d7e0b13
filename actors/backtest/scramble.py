"""The same data with another future: what was not known at a moment comes from other matches.

Within each file a match that was not over gets the result of another such match, and one that had
no closing prices yet gets those of another. All that was known stays as it was.
"""

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from actors.backtest.calendar import CLOSING_MINUTES
from actors.backtest.seasons import (
    UNREADABLE,
    Row,
    opened,
    season_files,
    season_match,
    season_rows,
)
from actors.paper.programme import MATCH_MINUTES, MINUTE_MS

_RESULT = re.compile(r"(FT|HT)(HG|AG|R)|[HA](S|ST|F|C|Y|R)")
_CLOSING = re.compile(r"(.+)C([HDA]|[<>]2\.5|AH[HA])|(AH)C(h)")


def scramble(data: Path, folder: Path, moment: int) -> Path:
    """Write a copy of the data with another future after a moment, and return its path."""
    copy = folder / data.name
    if not data.is_file():
        copy.mkdir()
    for file in season_files(data):
        target = copy if data.is_file() else copy / file.name
        columns, rows = season_rows(file)
        _exchange([row for _, row in rows], columns, moment)
        with opened(target, "wt") as lines:
            table = csv.DictWriter(lines, columns, restval="", extrasaction="ignore")
            table.writeheader()
            table.writerows(row for _, row in rows)
    return copy


def closing_columns(columns: Sequence[str]) -> list[str]:
    """Return the columns of closing prices and lines: without their C there is another one.

    (`VCH` is BetVictor's earlier price, `VCCH` its closing one.)
    """
    found = []
    for name in columns:
        parts = _CLOSING.fullmatch(name)
        if parts and "".join(part for part in parts.groups() if part) in columns:
            found.append(name)
    return found


def _exchange(rows: Sequence[Row], columns: Sequence[str], moment: int) -> None:
    kick_offs = []
    for row in rows:
        try:
            kick_offs.append((season_match(row).kick_off, row))
        except UNREADABLE:
            continue
    unknown = [row for at, row in kick_offs if at + MATCH_MINUTES * MINUTE_MS > moment]
    _turn(unknown, list(filter(_RESULT.fullmatch, columns)), _result)
    unknown = [row for at, row in kick_offs if at - CLOSING_MINUTES * MINUTE_MS > moment]
    _turn(unknown, closing_columns(columns), lambda _: None)


def _turn(rows: Sequence[Row], columns: Sequence[str], kind: Callable[[Row], object]) -> None:
    """Give each row the cells of another one, half the list away, of another kind if there is."""
    held = [{name: row[name] for name in columns} for row in rows]
    kinds = [kind(row) for row in rows]
    count = len(rows)
    for number, row in enumerate(rows):
        others = [(number + count // 2 + step) % count for step in range(count)]
        unlike = (other for other in others if kinds[other] != kinds[number])
        row.update(held[next(unlike, others[0])])


def _result(row: Row) -> str:
    return "H" if row["FTHG"] > row["FTAG"] else "A" if row["FTHG"] < row["FTAG"] else "D"
