"""Seasons as football-data.co.uk files them: results, and each book's prices at two moments.

A cell that is no price (empty, 0, below 1.001) is no price; a row that is no match is a fault.
The columns `Max` and `Avg` are not read: nobody can bet at them.
"""

import csv
import datetime
import gzip
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal, TextIO, cast
from zoneinfo import ZoneInfo

import msgspec

from actors.odds.lines import is_line
from actors.paper.recorded import (
    ONE_X_TWO_COLUMNS,
    TWO_WAY_COLUMNS,
    Board,
    RecordedMatch,
    Recording,
)
from actors.units import Millis, price
from runtime.errors import OurError

UNITED_KINGDOM = ZoneInfo("Europe/London")
"""The files give local time."""

USUAL_KICK_OFF = "15:00"
"""Of files so old that they have no times."""

DATES = ("%d/%m/%Y", "%d/%m/%y")
Row = dict[str, str]
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)
NEEDED = ("Div", "Date", "HomeTeam", "AwayTeam", "FTHG", "FTAG")


class SeasonMatch(msgspec.Struct, frozen=True):
    """One match with its kick-off."""

    kick_off: Millis
    match: RecordedMatch


class Seasons(msgspec.Struct, frozen=True):
    """What files hold: matches in order of kick-off, and each row that could not be read."""

    matches: tuple[SeasonMatch, ...]
    faults: tuple[str, ...]
    files: int


def read_seasons(path: Path) -> Seasons:
    """Read a file, or every `.csv` and `.csv.gz` of a folder.

    Raises OurError when there is none, or when a file is of another kind.
    """
    files = season_files(path)
    matches: list[SeasonMatch] = []
    faults: list[str] = []
    for file in files:
        _read(file, matches, faults)
    if not matches:
        raise OurError(f"{path} has no match with prices{_first(faults)}")
    matches.sort(key=lambda one: (one.kick_off, one.match.division, one.match.home))
    return Seasons(tuple(matches), tuple(faults), len(files))


def season_files(path: Path) -> list[Path]:
    """Return the files that a path means. Raises OurError when there is none."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise OurError(f"{path} is neither a file nor a folder: give --data a season or a folder")
    found = sorted(one for one in path.iterdir() if one.name.endswith((".csv", ".csv.gz")))
    if not found:
        raise OurError(f"{path} has no .csv files: see docs/backtest.md for what they hold")
    return found


def _read(file: Path, matches: list[SeasonMatch], faults: list[str]) -> None:
    _, rows = season_rows(file)
    for number, row in rows:
        try:
            matches.append(season_match(row))
        except UNREADABLE as error:
            faults.append(f"{file.name}:{number}: {error}")


def season_rows(file: Path) -> tuple[list[str], list[tuple[int, Row]]]:
    """Return the columns of a file, and its rows that are not empty, each with its line.

    Raises OurError when it is no season.
    """
    try:
        with opened(file, "rt") as lines:
            table = csv.DictReader(lines)
            columns = list(table.fieldnames or ())
            # Some files end in rows of commas.
            rows = [(table.line_num, row) for row in table if any(map(row.get, NEEDED))]
    except (OSError, EOFError, csv.Error) as error:
        raise OurError(f"{file} cannot be read: {error}") from None
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise OurError(
            f"{file}: no column {', '.join(missing)}: it is no season of football-data.co.uk"
        )
    return columns, rows


def opened(file: Path, mode: Literal["rt", "wt"]) -> TextIO:
    """Open a season as text, compressed or not; a byte-order mark is skipped."""
    encoding = "utf-8-sig" if mode == "rt" else "utf-8"
    if file.suffix == ".gz":
        text = gzip.open(file, mode, encoding=encoding, errors="replace", newline="")  # noqa: SIM115
        return cast(TextIO, text)
    return file.open(mode, encoding=encoding, errors="replace", newline="")


def season_match(row: Row) -> SeasonMatch:
    """Read one row. Raises one of UNREADABLE when it is no match that was played."""
    moment = _kick_off(row["Date"], row.get("Time") or USUAL_KICK_OFF)
    local = moment.astimezone(UNITED_KINGDOM)
    match = RecordedMatch(
        division=row["Div"],
        date=local.strftime("%d/%m/%Y"),
        minute=60 * local.hour + local.minute,
        home=row["HomeTeam"].strip(),
        away=row["AwayTeam"].strip(),
        half_time=_score(row, "HTHG", "HTAG"),
        full_time=(int(row["FTHG"]), int(row["FTAG"])),
        before=_recording(row, "", "AHh"),
        closing=_recording(row, "C", "AHCh"),
    )
    if not match.home or not match.away:
        raise ValueError("a match without teams")
    return SeasonMatch(Millis(round(moment.timestamp() * 1000)), match)


@lru_cache(maxsize=5_000)
def _kick_off(date: str, time: str) -> datetime.datetime:
    for form in DATES:
        try:
            day = datetime.datetime.strptime(date.strip(), form).replace(tzinfo=UNITED_KINGDOM)
        except ValueError:
            continue
        return datetime.datetime.combine(
            day.date(), datetime.time.fromisoformat(time.strip()), tzinfo=UNITED_KINGDOM
        )
    raise ValueError(f"{date!r} {time!r} is no date and time")


def _score(row: Row, home: str, away: str) -> tuple[int, int]:
    """Return a score; 0-0 where it was not noted, which nothing here is settled on."""
    return int(row.get(home) or 0), int(row.get(away) or 0)


def _recording(row: Row, mark: str, line: str) -> Recording:
    goals, handicap = _line(row.get(line)), {}
    if goals is not None:
        handicap = _board(row, TWO_WAY_COLUMNS, [mark + "AHH", mark + "AHA"])
    return Recording(
        one_x_two=_board(row, ONE_X_TWO_COLUMNS, [mark + side for side in "HAD"]),
        total=_board(row, TWO_WAY_COLUMNS, [mark + ">2.5", mark + "<2.5"]),
        handicap=handicap,
        line=goals or 0,
    )


def _line(text: str | None) -> int | None:
    try:
        value = round(float(text or "") * 100)
    except (ValueError, OverflowError):
        return None
    return value if is_line(value) else None


def _board(row: Row, books: dict[str, str], sides: list[str]) -> Board:
    board: Board = {}
    for book, column in books.items():
        prices = [_price(row.get(column + side) or "") for side in sides]
        if None not in prices:  # a book without a price for every side has no market
            board[book] = tuple(value for value in prices if value is not None)
    return board


@lru_cache(maxsize=20_000)
def _price(cell: str) -> int | None:
    """Read a cell once: all seasons have a million of them and a few thousand prices."""
    try:
        return price(cell)
    except ValueError:
        return None


def _first(faults: list[str]) -> Iterator[str] | str:
    return f"; the first row that cannot be read is {faults[0]}" if faults else ""
