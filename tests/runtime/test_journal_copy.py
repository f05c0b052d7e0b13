"""A copy of a journal is whole, checked and on the disk before it has its name."""

import os
import threading
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from actors.prove.disk import FULL, OK, Operation, watching
from runtime.errors import JournalError
from runtime.journal import Entry, Journal
from runtime.journal_chain import NOTHING, Head
from runtime.journal_copy import Step, back_up
from tests.runtime.test_journal_anchor import written

STEPS = ["copy", "check", "name", "sync the name"]


class BrokenOffError(Exception):
    """The test broke off here."""


def breaking_at(wanted: str) -> Step:
    def step(name: str) -> None:
        if name == wanted:
            raise BrokenOffError(name)

    return step


def test_a_copy_has_every_entry_and_is_one_private_file(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.sqlite", 5)
    head = back_up(tmp_path / "j.sqlite", NOTHING, tmp_path / "copy")
    assert head.sequence == 5
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert not [path for path in tmp_path.iterdir() if path.name.startswith((".", "copy-"))]
    assert [one.body for one in Journal(tmp_path / "copy").entries()] == [
        one.body for one in journal.entries()
    ]


def test_a_copy_can_be_read_where_nothing_can_be_written(tmp_path: Path) -> None:
    written(tmp_path / "j.sqlite", 2)
    back_up(tmp_path / "j.sqlite", NOTHING, tmp_path / "copy")
    read = sqlite.connect(f"file:{tmp_path}/copy?mode=ro", uri=True)
    assert read.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert read.execute("SELECT count(*) FROM entries").fetchone() == (2,)


def test_a_journal_is_copied_while_it_is_written(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.sqlite", 1)
    over = threading.Event()

    def write() -> None:
        pen = journal.claim("other")
        while not over.is_set():
            journal.append("other", pen, [Entry("noted", "key", {"text": "x" * 500})] * 3, 1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        lengths = [
            back_up(tmp_path / "j.sqlite", NOTHING, tmp_path / f"copy{n}").sequence
            for n in range(10)
        ]
    finally:
        over.set()
        writer.join()
    assert lengths == sorted(lengths)
    assert all((length - 1) % 3 == 0 for length in lengths), "half a transaction was copied"


@pytest.mark.parametrize("wanted", STEPS)
def test_breaking_off_leaves_the_whole_copy_or_none(tmp_path: Path, wanted: str) -> None:
    written(tmp_path / "j.sqlite", 3)
    (tmp_path / "there").mkdir()
    with pytest.raises(BrokenOffError):
        back_up(tmp_path / "j.sqlite", NOTHING, tmp_path / "there" / "copy", breaking_at(wanted))
    names = [path.name for path in (tmp_path / "there").iterdir()]
    assert names == (["copy"] if wanted == "sync the name" else [])
    if names:
        assert Journal(tmp_path / "there" / "copy").verify() == 3


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    written(tmp_path / "j.sqlite", 1)
    (tmp_path / "copy").write_text("precious")
    with pytest.raises(JournalError, match="there already: give another name"):
        back_up(tmp_path / "j.sqlite", NOTHING, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "precious"


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    written(tmp_path / "j.sqlite", 1)

    def appear(name: str) -> None:
        if name == "name":
            (tmp_path / "copy").write_text("precious")

    with pytest.raises(JournalError, match="there already: give another name"):
        back_up(tmp_path / "j.sqlite", NOTHING, tmp_path / "copy", appear)
    assert (tmp_path / "copy").read_text() == "precious"


def test_a_file_system_without_links_gets_its_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "j.sqlite", 2)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    back_up(tmp_path / "j.sqlite", NOTHING, tmp_path / "copy")
    assert Journal(tmp_path / "copy").verify() == 2


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE entries SET body = '{}' WHERE sequence = 2", "entry 2 is missing or was changed"),
        ("DROP TABLE pens", "no journal of Tictac"),
    ],
)
def test_a_damaged_journal_gives_no_copy(tmp_path: Path, damage: str, named: str) -> None:
    written(tmp_path / "j.sqlite", 3).connection.execute(damage)
    with pytest.raises(JournalError, match=named):
        back_up(tmp_path / "j.sqlite", NOTHING, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_damaged_index_gives_no_copy(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.sqlite", 3)
    journal.connection.execute("PRAGMA writable_schema = ON")
    journal.connection.execute(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = "
        "'terms') WHERE name = 'entries_by_key'"
    )
    journal.close()
    with pytest.raises(JournalError):
        back_up(tmp_path / "j.sqlite", NOTHING, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_journal_that_lost_its_end_gives_no_copy(tmp_path: Path) -> None:
    written(tmp_path / "j.sqlite", 3)
    with pytest.raises(JournalError, match="ends at entry 3, but 4 were written"):
        back_up(tmp_path / "j.sqlite", Head(4, bytes(32)), tmp_path / "copy")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    written(tmp_path / "j.sqlite", 1)
    with pytest.raises(JournalError, match=r"nowhere/copy: No such file or directory: give"):
        back_up(tmp_path / "j.sqlite", NOTHING, tmp_path / "nowhere" / "copy")


def test_a_full_disk_is_named_with_its_cure_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "j.sqlite", 3)
    part = tmp_path / ".copy.part"

    class Full:
        def before(self, operation: Operation, _write_part: object) -> int:
            return FULL if operation.name == "write" else OK

    def made(*_: object) -> tuple[int, str]:
        return os.open(part, os.O_CREAT | os.O_RDWR, 0o600), str(part)

    monkeypatch.setattr("tempfile.mkstemp", made)
    with watching(part, Full()), pytest.raises(JournalError, match="make room, or give another"):
        back_up(tmp_path / "j.sqlite", NOTHING, tmp_path / "copy")
    assert not [path for path in tmp_path.iterdir() if "copy" in path.name]
