"""The recorded match days: results and two prices in time, as they stand in `data/*.csv`."""

import csv
from collections.abc import Iterable
from importlib.resources import files

import msgspec

# Book ids as the API names them, against the source's column prefix per market.
ONE_X_TWO_COLUMNS = {"B365": "B365", "BW": "BW", "IW": "IW", "PIN": "PS", "WH": "WH", "VC": "VC"}
TWO_WAY_COLUMNS = {"B365": "B365", "PIN": "P"}
BOOKS = tuple(ONE_X_TWO_COLUMNS)

GOAL_LINE = 250

Prices = tuple[int, ...]
# Book id -> prices in thousandths, in the API's order (1X2: home, away, draw).
Board = dict[str, Prices]


class Recording(msgspec.Struct, frozen=True):
    """All books' prices of one match at one moment; `line` is the home handicap in hundredths."""

    one_x_two: Board
    total: Board
    handicap: Board
    line: int


class RecordedMatch(msgspec.Struct, frozen=True):
    """One real match. `minute` is the kick-off in minutes after midnight, UK time."""

    division: str
    date: str
    minute: int
    home: str
    away: str
    half_time: tuple[int, int]
    full_time: tuple[int, int]
    before: Recording
    closing: Recording


Days = tuple[tuple[RecordedMatch, ...], ...]


def recorded_days() -> Days:
    """Read every match day shipped with the package, oldest first."""
    folder = files("actors.paper").joinpath("data")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".csv"))
    return tuple(match_day(folder.joinpath(name).read_text("utf-8").splitlines()) for name in names)


def match_day(lines: Iterable[str]) -> tuple[RecordedMatch, ...]:
    """Read one day's CSV lines, in order of kick-off.

    Raises KeyError or ValueError when a column is missing or no number.
    """
    matches = [_match(row) for row in csv.DictReader(lines)]
    return tuple(sorted(matches, key=lambda match: match.minute))


def _match(row: dict[str, str]) -> RecordedMatch:
    hours, minutes = row["Time"].split(":")
    return RecordedMatch(
        division=row["Div"],
        date=row["Date"],
        minute=60 * int(hours) + int(minutes),
        home=row["HomeTeam"],
        away=row["AwayTeam"],
        half_time=(int(row["HTHG"]), int(row["HTAG"])),
        full_time=(int(row["FTHG"]), int(row["FTAG"])),
        before=_recording(row, "", "AHh"),
        closing=_recording(row, "C", "AHCh"),
    )


def _recording(row: dict[str, str], mark: str, line: str) -> Recording:
    return Recording(
        one_x_two=_board(row, ONE_X_TWO_COLUMNS, [mark + side for side in "HAD"]),
        total=_board(row, TWO_WAY_COLUMNS, [mark + ">2.5", mark + "<2.5"]),
        handicap=_board(row, TWO_WAY_COLUMNS, [mark + "AHH", mark + "AHA"]),
        line=round(float(row[line]) * 100),
    )


def _board(row: dict[str, str], books: dict[str, str], sides: list[str]) -> Board:
    board: Board = {}
    for book, column in books.items():
        cells = [row[column + side] for side in sides]
        if all(cells):
            board[book] = tuple(round(float(cell) * 1000) for cell in cells)
    return board
