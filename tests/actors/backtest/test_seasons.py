"""Seasons are read as the source files them, with every defect that its files have."""

import gzip
from pathlib import Path

import pytest

from actors.backtest.seasons import read_seasons
from runtime.errors import OurError
from tests.actors.backtest.samples import DATA, SEASON, write


def test_a_season_is_read_in_the_order_of_its_kick_offs() -> None:
    seasons = read_seasons(SEASON)
    kick_offs = [one.kick_off for one in seasons.matches]
    assert len(seasons.matches) == 54
    assert seasons.faults == ()
    assert kick_offs == sorted(kick_offs)
    first = seasons.matches[0].match
    assert (first.home, first.away, first.full_time) == ("Brentford", "Arsenal", (2, 0))
    assert first.before.one_x_two["PIN"] == (4_050, 2_050, 3_460)  # home, away, draw
    assert first.closing.one_x_two["VC"] == (3_900, 2_100, 3_250)
    assert first.before.total == {"B365": (2_100, 1_720), "PIN": (2_220, 1_730)}
    assert (first.before.line, first.closing.line) == (50, 50)


def test_a_folder_is_all_its_seasons_and_not_those_below_it() -> None:
    seasons = read_seasons(DATA)
    assert seasons.files == 3
    assert {one.match.division for one in seasons.matches} == {"E0", "E2", "D1"}


def test_a_price_of_0_is_no_price_and_its_book_has_no_such_market() -> None:
    by_teams = {(one.match.home, one.match.away): one.match for one in read_seasons(DATA).matches}
    newcastle = by_teams["Newcastle", "Man City"]
    assert "B365" not in newcastle.closing.total
    assert "B365" in newcastle.closing.handicap
    assert "PIN" in newcastle.closing.total
    sunderland = by_teams["Sunderland", "Wigan"]
    assert "B365" not in sunderland.before.one_x_two
    assert "B365" in sunderland.closing.one_x_two


def test_prices_that_nobody_offers_are_not_read() -> None:
    matches = [one.match for one in read_seasons(DATA / "D1_2019-20.csv").matches]
    boards = [
        board
        for match in matches
        for moment in (match.before, match.closing)
        for board in (moment.one_x_two, moment.total, moment.handicap)
    ]
    assert {book for board in boards for book in board} <= {"B365", "BW", "IW", "PIN", "WH", "VC"}
    assert min(price for board in boards for prices in board.values() for price in prices) > 1_000


def test_a_price_below_1_is_no_price(tmp_path: Path) -> None:
    match = read_seasons(write(tmp_path / "a.csv", [{"PSH": "0.42"}])).matches[0].match
    assert "PIN" not in match.before.one_x_two
    assert "B365" in match.before.one_x_two


def test_old_files_have_no_times_and_years_of_two_digits() -> None:
    seasons = read_seasons(DATA / "old")
    assert seasons.faults == ()
    assert len(seasons.matches) == 4
    first = seasons.matches[0]
    assert (first.match.date, first.match.minute) == ("16/08/2014", 15 * 60)
    assert first.kick_off == 1_408_197_600_000  # 14:00 UTC: summer time
    assert first.match.before.one_x_two["PIN"] == (1_260, 14_010, 6_450)
    assert first.match.before.handicap == {}


def test_rows_of_commas_are_no_faults(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [{}])
    path.write_text(path.read_text() + ",,,,,,,,,,\n,,\n\n", encoding="utf-8")
    seasons = read_seasons(path)
    assert (len(seasons.matches), seasons.faults) == (1, ())


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    assert len(read_seasons(write(tmp_path / "a.csv", [{}], mark="\ufeff")).matches) == 1


def test_a_compressed_season_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(SEASON.read_bytes()))
    assert read_seasons(path).matches == read_seasons(SEASON).matches


def test_a_row_that_is_no_match_is_named_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [{}, {"FTHG": "x"}, {"Date": "2021-08-14"}, {"AwayTeam": " "}])
    seasons = read_seasons(path)
    assert len(seasons.matches) == 1
    assert [fault.split(": ")[0] for fault in seasons.faults] == ["a.csv:3", "a.csv:4", "a.csv:5"]
    assert "2021-08-14" in seasons.faults[1]


def test_a_handicap_line_that_is_none_leaves_no_handicap(tmp_path: Path) -> None:
    handicap = {"AHh": "-0.3", "PAHH": "1.9", "PAHA": "2.0", "AHCh": "", "PCAHH": "1.9"}
    match = read_seasons(write(tmp_path / "a.csv", [handicap])).matches[0].match
    assert (match.before.handicap, match.closing.handicap) == ({}, {})


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (DATA / "nothing", "neither a file nor a folder"),
        (DATA / "other", "no season of football-data.co.uk"),
        (Path(__file__).parents[1] / "cli", "no .csv files"),
    ],
)
def test_a_path_that_holds_no_season_is_named_with_the_cure(path: Path, words: str) -> None:
    with pytest.raises(OurError, match=words) as caught:
        read_seasons(path)
    assert str(path) in str(caught.value)


def test_a_file_without_one_good_row_says_what_is_wrong_with_the_first(tmp_path: Path) -> None:
    with pytest.raises(OurError, match=r"no match.*a.csv:2: .*'soon'"):
        read_seasons(write(tmp_path / "a.csv", [{"Date": "soon"}]))


def test_a_file_that_is_not_what_its_name_says_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(b"no gzip")
    with pytest.raises(OurError, match=r"a.csv.gz cannot be read"):
        read_seasons(path)
