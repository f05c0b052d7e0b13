"""Whoever opens a file of the data is seen, whatever it is opened with."""

import os
from pathlib import Path

from actors.backtest.opened_files import opened_files
from tests.actors.backtest.samples import SEASON


def test_opening_the_data_is_noticed_and_opening_anything_else_is_not(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("x")
    with opened_files(SEASON) as found:
        other.read_text()
        assert found == []
        SEASON.read_text()
    SEASON.read_text()
    assert found == [str(SEASON)]


def test_a_name_of_bytes_and_a_way_round_lead_to_the_same_file(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(SEASON)
    with opened_files(SEASON.parent) as found:
        with open(os.fsencode(link), "rb"):
            pass
        link.read_text()
    assert found == [str(SEASON)] * 2
