"""A tape: what was written is read, a torn end is no fault, and any other damage is one."""

import os
import stat
from pathlib import Path

import pytest

from runtime.codec import seal
from runtime.errors import OurError
from runtime.tape import (
    AnyRecord,
    Began,
    Drawn,
    LeftOut,
    Lost,
    Sent,
    Started,
    Tape,
    files,
    newest,
    read,
    read_all,
)
from tests.runtime.hosts import Say

BEGAN = Began(1_000, 5.0, "core")


def sent(text: str = "x", moment: float = 5.5) -> Sent:
    return Sent(1_500, moment, "Say", seal(Say(text), "a", "b").data)


def written(folder: Path, *records: AnyRecord, began: Began = BEGAN, **limits: int) -> Path:
    """Write a tape and return the path of its last file."""
    tape = Tape(folder, began, **{"file_bytes": 1_000_000, "keep": 4, **limits})
    tape.write(records)
    tape.close()
    return tape.path


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    records = [
        Started(1, 5.1, "a", True),
        sent(),
        LeftOut(2, 5.6, "a", "b", "Token"),
        Drawn(3, 5.7, "a", "t-1"),
        Lost(4, 5.8, 17),
    ]
    assert list(read(written(tmp_path, *records))) == [BEGAN, *records]


def test_a_letter_comes_back_ready_to_travel(tmp_path: Path) -> None:
    _, record = read(written(tmp_path, sent("hello")))
    assert isinstance(record, Sent)
    assert record.letter() == seal(Say("hello"), "a", "b")


def test_a_file_is_for_its_owner_only(tmp_path: Path) -> None:
    assert stat.S_IMODE(written(tmp_path).stat().st_mode) == 0o600


def test_a_torn_end_is_left_away_wherever_it_was_torn(tmp_path: Path) -> None:
    path = written(tmp_path, sent("one"), sent("two"))
    whole = path.read_bytes()
    last = len(written(tmp_path, sent("one")).read_bytes())
    for length in range(last, len(whole)):
        path.write_bytes(whole[:length])
        assert list(read(path)) == [BEGAN, sent("one")]


def test_a_last_record_with_a_wrong_sum_counts_as_torn(tmp_path: Path) -> None:
    path = written(tmp_path, sent("one"), sent("two"))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert list(read(path)) == [BEGAN, sent("one")]


def test_damage_in_the_middle_is_an_error_that_names_the_place(tmp_path: Path) -> None:
    path = written(tmp_path, sent("one"), sent("two"))
    data = bytearray(path.read_bytes())
    place = data.index(b"one")
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(OurError, match=r"the record at byte \d+ is damaged"):
        list(read(path))


def test_a_length_that_cannot_be_is_damage(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes() + b"\xff" * 8 + b"more")
    with pytest.raises(OurError, match="damaged"):
        list(read(path))


def test_another_version_is_refused_by_its_number(tmp_path: Path) -> None:
    path = written(tmp_path, began=Began(1, 1.0, "core", 99))
    with pytest.raises(OurError, match="version 99"):
        list(read(path))


def test_a_full_file_is_followed_by_another_and_nothing_is_lost(tmp_path: Path) -> None:
    records = [sent(str(number)) for number in range(100)]
    written(tmp_path, *records, file_bytes=1_000, keep=1_000)
    found = files(tmp_path, "core")
    assert len(found) > 5
    assert all(path.stat().st_size <= 1_100 for path in found)
    assert list(read_all(found)) == [BEGAN, *records]


def test_only_the_newest_files_are_kept(tmp_path: Path) -> None:
    records = [sent(str(number)) for number in range(100)]
    path = written(tmp_path, *records, file_bytes=1_000, keep=3)
    found = files(tmp_path, "core")
    assert (len(found), found[-1]) == (3, path)
    assert list(read_all(found))[-1] == sent("99")
    other = written(tmp_path, began=Began(9, 9.0, "core"), keep=3)
    assert files(tmp_path, "core") == [*found[1:], other]


def test_files_of_other_nodes_are_left_alone(tmp_path: Path) -> None:
    for _ in range(3):
        written(tmp_path, began=Began(1, 1.0, "feed"), keep=1)
        written(tmp_path, keep=1)
    assert len(os.listdir(tmp_path)) == 2


def test_the_newest_recording_is_without_the_files_of_earlier_ones(tmp_path: Path) -> None:
    written(tmp_path, *[sent()] * 50, file_bytes=1_000, keep=100)
    later = Began(2_000, 1.0, "core")
    written(tmp_path, *[sent("y")] * 50, began=later, file_bytes=1_000, keep=100)
    records = list(read_all(newest(tmp_path, "core")))
    assert records == [later, *[sent("y")] * 50]


def test_where_nothing_was_recorded_the_cure_is_named(tmp_path: Path) -> None:
    with pytest.raises(OurError, match="run --record"):
        newest(tmp_path / "none", "core")
