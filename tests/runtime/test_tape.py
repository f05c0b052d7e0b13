"""A tape: what was written is read, whatever end its writer had; damage names its place."""

import os
import stat
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest

from runtime.codec import Letter, seal
from runtime.errors import OurError
from runtime.tape import Tape, files, newest, read, read_all, recording, recordings
from runtime.tape_records import BEGINNING, AnyRecord, Began, LeftOut, Lost, Sent, Turn
from tests.runtime.hosts import Say

BEGAN = Began(1_000, 5.0, "core")


def sent(text: str = "x", moment: float = 5.5) -> Sent:
    return Sent(1_500, moment, "a", "b", "Say", seal(Say(text), "a", "b").data)


def turn(text: str = "x") -> Turn:
    heard = seal(Say(text), "a", "b").data
    return Turn(1_600, 5.6, "a", "b", "Say", heard, (1_601, 1_602), (5.61,), ("a-1",), (heard,))


def written(folder: Path, *records: AnyRecord, began: Began = BEGAN, **limits: int) -> Path:
    """Write a tape, record by record, and return the path of its last file."""
    tape = Tape(folder, began, **{"file_bytes": 1_000_000, "keep": 4, **limits})
    for record in records:
        tape.write([record])
    tape.close()
    return tape.path


def changed(path: Path, statement: str, *values: object) -> None:
    connection = sqlite.connect(str(path))
    with connection:
        connection.execute(statement, values)
    connection.close()


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    records = [
        Turn(1, 5.1, "a", "", BEGINNING, b""),
        sent(),
        sent("long " * 1_000),
        turn(),
        turn("long " * 1_000),
        LeftOut(2, 5.6, "a", "b", "Token"),
        Lost(4, 5.8, 17),
    ]
    assert list(read(written(tmp_path, *records))) == [BEGAN, *records]


def test_what_is_long_is_packed(tmp_path: Path) -> None:
    path = written(tmp_path, sent("long " * 100_000))
    assert path.stat().st_size < 100_000


def test_what_an_actor_heard_comes_back_as_a_letter() -> None:
    assert turn("hello").letter() == Letter("a", "b", Say("hello"))


def test_the_records_can_be_searched_by_any_program_that_reads_sqlite(tmp_path: Path) -> None:
    path = written(tmp_path, sent(), turn(), LeftOut(2, 5.6, "c", "d", "Token"))
    connection = sqlite.connect(str(path))
    rows = connection.execute("SELECT what, address, sender, kind FROM records").fetchall()
    connection.close()
    assert rows == [
        ("sent", "a", "b", "Say"),
        ("turn", "a", "b", "Say"),
        ("leftout", "c", "d", "Token"),
    ]


class Texts:
    """A further table: what was said."""

    schema = "CREATE TABLE texts (number INTEGER, text TEXT);"

    def add(self, connection: Any, number: int, record: AnyRecord) -> None:
        if isinstance(record, Turn):
            letter = record.letter()
            assert letter is not None
            assert isinstance(letter.message, Say)
            row = (number, letter.message.text)
            connection.execute("INSERT INTO texts VALUES (?, ?)", row)


def test_further_tables_are_filled_with_the_records(tmp_path: Path) -> None:
    tape = Tape(tmp_path, BEGAN, 1_000_000, 4, [Texts()])
    tape.write([sent("one"), turn("two")])
    tape.close()
    connection = sqlite.connect(str(tape.path))
    assert connection.execute("SELECT * FROM texts").fetchall() == [(2, "two")]
    connection.close()


def test_what_a_table_cannot_take_leaves_no_record_of_its_batch(tmp_path: Path) -> None:
    class Broken(Texts):
        def add(self, connection: Any, number: int, record: AnyRecord) -> None:
            super().add(connection, number, record)
            if number == 2:
                connection.execute("INSERT INTO nowhere VALUES (1)")

    tape = Tape(tmp_path, BEGAN, 1_000_000, 4, [Broken()])
    with pytest.raises(OurError, match="nowhere"):
        tape.write([turn("one"), turn("two")])
    tape.close()
    assert list(read(tape.path)) == [BEGAN]


def test_a_tape_is_read_while_it_is_written_and_after_its_writer_died(tmp_path: Path) -> None:
    tape = Tape(tmp_path, BEGAN, 1_000_000, 4)
    tape.write([sent("one")])
    assert list(read(tape.path)) == [BEGAN, sent("one")]
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in tmp_path.glob("core-*"):
        (copy / path.name).write_bytes(path.read_bytes())  # as kill -9 leaves them
    tape.write([sent("two")])
    tape.close()
    assert list(read_all(newest(copy, "core"))) == [BEGAN, sent("one")]


def test_a_file_whose_writer_died_as_it_was_made_is_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, sent())
    (tmp_path / "core-000007.sqlite").touch()
    assert newest(tmp_path, "core") == [path]
    assert written(tmp_path, sent("y")).name == "core-000008.sqlite"


def test_a_file_is_for_its_owner_only(tmp_path: Path) -> None:
    assert stat.S_IMODE(written(tmp_path).stat().st_mode) == 0o600


def test_a_damaged_record_is_an_error_that_names_the_place(tmp_path: Path) -> None:
    path = written(tmp_path, sent("one"), sent("two"), sent("three"))
    changed(path, "UPDATE records SET body = CAST(x'ff' || body AS BLOB) WHERE number = 2")
    with pytest.raises(OurError, match="record 2 is damaged"):
        list(read(path))


def test_a_packed_record_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, sent("long " * 1_000))
    changed(path, "UPDATE records SET body = substr(body, 1, 20)")
    with pytest.raises(OurError, match="record 1 is damaged"):
        list(read(path))


@pytest.mark.parametrize("content", [b"no database" * 100, b"SQLite format 3\x00" + b"?" * 5_000])
def test_a_file_that_is_no_tape_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "core-000001.sqlite"
    path.write_bytes(content)
    with pytest.raises(OurError, match=r"core-000001.sqlite cannot be read"):
        list(read(path))


def test_another_version_is_refused_by_its_number(tmp_path: Path) -> None:
    path = written(tmp_path, began=Began(1, 1.0, "core", 99))
    with pytest.raises(OurError, match="version 99"):
        list(read(path))


def test_a_full_file_is_followed_by_another_and_nothing_is_lost(tmp_path: Path) -> None:
    records = [sent(str(number)) for number in range(20)]
    written(tmp_path, *records, file_bytes=1_000, keep=1_000)
    found = files(tmp_path, "core")
    assert len(found) == 20  # a page is larger than that
    assert list(read_all(found)) == [BEGAN, *records]


def test_only_the_newest_files_are_kept(tmp_path: Path) -> None:
    records = [sent(str(number)) for number in range(20)]
    path = written(tmp_path, *records, file_bytes=1_000, keep=3)
    found = files(tmp_path, "core")
    assert (len(found), found[-1]) == (3, path)
    assert sorted(tmp_path.iterdir()) == found
    assert list(read_all(found))[-1] == sent("19")
    other = written(tmp_path, began=Began(9, 9.0, "core"), keep=3)
    assert files(tmp_path, "core") == [*found[1:], other]


def test_files_of_other_nodes_are_left_alone(tmp_path: Path) -> None:
    for _ in range(3):
        written(tmp_path, began=Began(1, 1.0, "feed"), keep=1)
        written(tmp_path, keep=1)
    assert len(os.listdir(tmp_path)) == 2


def test_the_newest_recording_is_without_the_files_of_earlier_ones(tmp_path: Path) -> None:
    written(tmp_path, *[sent()] * 9, file_bytes=1_000, keep=100)
    later = Began(2_000, 1.0, "core")
    written(tmp_path, *[sent("y")] * 9, began=later, file_bytes=1_000, keep=100)
    records = list(read_all(newest(tmp_path, "core")))
    assert records == [later, *[sent("y")] * 9]
    assert {n: len(one) for n, one in recordings(tmp_path, "core").items()} == {1: 9, 10: 9}
    assert recording(tmp_path, "core", 1) == files(tmp_path, "core")[:9]
    with pytest.raises(OurError, match="no recording 2 of core; it has 1, 10"):
        recording(tmp_path, "core", 2)


def test_where_nothing_was_recorded_the_cure_is_named(tmp_path: Path) -> None:
    with pytest.raises(OurError, match="run --record"):
        newest(tmp_path / "none", "core")
