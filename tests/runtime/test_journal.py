"""The journal keeps what it acknowledged, and shows when somebody changed it."""

import threading
from pathlib import Path

import pytest

from runtime.errors import JournalError, StaleWriterError
from runtime.journal import Entry, Journal, Written


def entry(text: str = "x") -> Entry:
    return Entry("noted", "key", {"text": text})


def opened(path: Path | None) -> Journal:
    journal = Journal(path)
    journal.begin_term(1)
    return journal


def test_entries_come_back_after_reopening(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j.sqlite")
    pen = journal.claim("risk")
    journal.append("risk", pen, [entry("one"), entry("two")], 5)
    again = opened(tmp_path / "j.sqlite")
    assert [written.body["text"] for written in again.entries("key")] == ["one", "two"]
    assert again.verify() == 2


def test_an_older_pen_is_refused_and_nothing_is_written() -> None:
    journal = opened(None)
    old = journal.claim("risk")
    journal.claim("risk")
    with pytest.raises(StaleWriterError, match="pen 1; the newest is 2"):
        journal.append("risk", old, [entry()], 5)
    assert journal.verify() == 0


def test_an_older_term_is_refused(tmp_path: Path) -> None:
    paused = opened(tmp_path / "j.sqlite")
    pen = paused.claim("risk")
    opened(tmp_path / "j.sqlite")
    with pytest.raises(StaleWriterError, match="term 1 is over"):
        paused.append("risk", pen, [entry()], 5)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE entries SET body = '{}' WHERE sequence = 2",
        "DELETE FROM entries WHERE sequence = 2",
        "UPDATE entries SET at = 6 WHERE sequence = 1",
    ],
)
def test_tampering_is_named(tampering: str) -> None:
    journal = opened(None)
    pen = journal.claim("risk")
    journal.append("risk", pen, [entry("1"), entry("2"), entry("3")], 5)
    journal.connection.execute(tampering)
    with pytest.raises(JournalError, match="missing or was changed"):
        journal.verify()


def test_a_projection_that_refuses_undoes_the_append() -> None:
    class Picky:
        schema = "CREATE TABLE seen (text TEXT) STRICT"

        def apply(self, connection: object, written: Written) -> None:
            if written.body["text"] == "bad":
                raise ValueError("not this")
            connection.execute("INSERT INTO seen VALUES ('x')")  # type: ignore[attr-defined]

    journal = Journal(None, [Picky()])
    journal.begin_term(1)
    pen = journal.claim("risk")
    with pytest.raises(ValueError, match="not this"):
        journal.append("risk", pen, [entry("good"), entry("bad")], 5)
    assert journal.verify() == 0
    assert journal.connection.execute("SELECT count(*) FROM seen").fetchone() == (0,)


def test_writers_on_several_threads_make_one_chain(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j.sqlite")

    def write(name: str) -> None:
        pen = journal.claim(name)
        for number in range(20):
            journal.append(name, pen, [entry(str(number))], number)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.verify() == 80


def test_the_file_is_durable_and_private(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j.sqlite")
    assert journal.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert journal.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert (tmp_path / "j.sqlite").stat().st_mode & 0o077 == 0
