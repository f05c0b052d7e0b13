"""Seasons as football-data.co.uk files them: results, and each book's prices at two moments.

A cell that is no price (empty, 0, below 1.001) is no price; a row that is no match is a fault.
The columns `Max` and `Avg` are not read: nobody can bet at them.
"""

import csv
import datetime
import gzip
from collections.abc import Iterator
from pathlib import Path
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
    files = _files(path)
    matches: list[SeasonMatch] = []
    faults: list[str] = []
    for file in files:
        _read(file, matches, faults)
    if not matches:
        raise OurError(f"{path} has no match with prices{_first(faults)}")
    matches.sort(key=lambda one: (one.kick_off, one.match.division, one.match.home))
    return Seasons(tuple(matches), tuple(faults), len(files))


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise OurError(f"{path} is neither a file nor a folder: give --data a season or a folder")
    found = sorted(one for one in path.iterdir() if one.name.endswith((".csv", ".csv.gz")))
    if not found:
        raise OurError(f"{path} has no .csv files: see docs/backtest.md for what they hold")
    return found


def _read(file: Path, matches: list[SeasonMatch], faults: list[str]) -> None:
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8-sig", errors="replace", newline="") as lines:
        table = csv.DictReader(lines)
        missing = [name for name in NEEDED if name not in (table.fieldnames or ())]
        if missing:
            raise OurError(
                f"{file}: no column {', '.join(missing)}: it is no season of football-data.co.uk"
            )
        for number, row in enumerate(table, start=2):
            if not any(row.get(name) for name in NEEDED):
                continue  # some files end in rows of commas
            try:
                matches.append(_match(row))
            except (ValueError, KeyError, TypeError) as error:
                faults.append(f"{file.name}:{number}: {error}")


def _match(row: dict[str, str]) -> SeasonMatch:
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


def _score(row: dict[str, str], home: str, away: str) -> tuple[int, int]:
    """Return a score; 0-0 where it was not noted, which nothing here is settled on."""
    return int(row.get(home) or 0), int(row.get(away) or 0)


def _recording(row: dict[str, str], mark: str, line: str) -> Recording:
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


def _board(row: dict[str, str], books: dict[str, str], sides: list[str]) -> Board:
    board: Board = {}
    for book, column in books.items():
        try:
            board[book] = tuple(price(row.get(column + side) or "") for side in sides)
        except ValueError:
            continue  # a book without a price for every side has no market
    return board


def _first(faults: list[str]) -> Iterator[str] | str:
    return f"; the first row that cannot be read is {faults[0]}" if faults else ""
