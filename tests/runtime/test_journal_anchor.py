"""The anchor shows what the chain cannot: entries that were cut off at the end."""

import shutil
import threading
from pathlib import Path

import pytest

from runtime.errors import JournalError
from runtime.journal import Entry, Journal
from runtime.journal_anchor import Anchor
from runtime.journal_chain import Head

SLOT = 512


def head(number: int) -> Head:
    return Head(number, bytes([number]) * 32)


def written(path: Path, count: int, key: str = "key") -> Journal:
    journal = Journal(path)
    journal.begin_term(1)
    pen = journal.claim("clerk")
    for number in range(count):
        journal.append("clerk", pen, [Entry("noted", key, {"number": number})], number)
    return journal


def test_entries_cut_off_at_the_end_are_named_and_nothing_begins(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.sqlite", 3)
    journal.connection.execute("DELETE FROM entries WHERE sequence > 1")
    with pytest.raises(JournalError, match="ends at entry 1, but 3 were written"):
        journal.verify()
    with pytest.raises(JournalError, match="ends at entry 1, but 3 were written"):
        Journal(tmp_path / "j.sqlite").begin_term(2)
    assert journal.connection.execute("SELECT max(term) FROM terms").fetchone() == (1,)


def test_a_lost_write_ahead_file_is_noticed(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.sqlite", 1)
    journal.close()
    journal = written(tmp_path / "j.sqlite", 2)
    (tmp_path / "copied").mkdir()
    for name in ("j.sqlite", "j.head"):
        shutil.copy(tmp_path / name, tmp_path / "copied")
    with pytest.raises(JournalError, match="ends at entry 1, but 3 were written"):
        Journal(tmp_path / "copied" / "j.sqlite").verify()


def test_another_journal_in_its_place_is_noticed(tmp_path: Path) -> None:
    written(tmp_path / "j.sqlite", 2).close()
    written(tmp_path / "other.sqlite", 3, "other").close()
    shutil.copy(tmp_path / "other.sqlite", tmp_path / "j.sqlite")
    other = Journal(tmp_path / "j.sqlite")
    with pytest.raises(JournalError, match="entry 2 is not the one that was written"):
        other.verify()
    with pytest.raises(JournalError, match="entry 2 is not the one that was written"):
        other.begin_term(3)


def test_a_journal_that_is_ahead_of_its_anchor_is_sound(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.sqlite", 2)
    before = (tmp_path / "j.head").read_bytes()
    journal.append("clerk", 1, [Entry("noted", "key", {})], 9)
    (tmp_path / "j.head").write_bytes(before)
    again = Journal(tmp_path / "j.sqlite")
    assert again.verify() == 3
    again.begin_term(3)


def test_a_state_directory_without_an_anchor_gets_one_and_the_log_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    written(tmp_path / "j.sqlite", 2).close()
    assert "made anew" not in caplog.text
    (tmp_path / "j.head").unlink()
    Journal(tmp_path / "j.sqlite").begin_term(2)
    assert "made anew" in caplog.text
    found = Anchor(tmp_path / "j.head").read()
    assert found is not None
    assert found.sequence == 2


def test_an_anchor_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.sqlite", 3)
    (tmp_path / "j.head").write_bytes(b"rubbish" * 300)
    with pytest.raises(JournalError, match=r"j\.head is damaged"):
        journal.verify()
    with pytest.raises(JournalError, match=r"j\.head is damaged"):
        Journal(tmp_path / "j.sqlite").begin_term(2)


def test_an_anchor_that_is_not_written_fails_no_append(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal = written(tmp_path / "j.sqlite", 1)

    def refuse(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.pwrite", refuse)
    journal.append("clerk", 1, [Entry("noted", "key", {})], 9)
    journal.append("clerk", 1, [Entry("noted", "key", {})], 9)
    assert caplog.text.count("the journal's head is not kept") == 1
    monkeypatch.undo()
    assert journal.verify() == 3


def test_a_torn_write_leaves_the_head_before_it(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "head")
    for number in (1, 2, 3):
        anchor.write(head(number), 1)
    whole = bytearray((tmp_path / "head").read_bytes())
    newest = whole.index(bytes([3]) * 32)
    whole[newest + 10 : newest + 40] = bytes(30)
    (tmp_path / "head").write_bytes(whole)
    assert anchor.read() == head(2)


def test_the_newest_head_stays_whoever_writes_last(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "head")
    anchor.write(head(5), 1)
    anchor.write(head(4), 1)
    assert anchor.read() == head(5)


def test_a_writer_of_the_term_before_overwrites_nothing_newer(tmp_path: Path) -> None:
    paused, present = Anchor(tmp_path / "head"), Anchor(tmp_path / "head")
    paused.write(head(4), 1)
    present.write(head(8), 2)
    present.write(head(9), 2)
    paused.write(head(5), 1)
    paused.write(head(6), 1)
    assert present.read() == head(9)


def test_threads_that_append_leave_the_last_head(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.sqlite", 0)

    def write(name: str) -> None:
        pen = journal.claim(name)
        for number in range(20):
            journal.append(name, pen, [Entry("noted", "key", {"number": number})], number)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = Anchor(tmp_path / "j.head").read()
    assert found is not None
    assert found.sequence == 80
    assert journal.verify() == 80


def test_an_empty_anchor_demands_nothing_and_a_missing_one_is_told_apart(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "head")
    assert anchor.read() is None
    (tmp_path / "head").write_bytes(b"")
    assert anchor.read() == Head(0, bytes(32))
    (tmp_path / "head").write_bytes(bytes(4 * SLOT))
    assert anchor.read() == Head(0, bytes(32))


def test_a_journal_in_memory_has_no_anchor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    journal = Journal(None)
    journal.begin_term(1)
    journal.append("clerk", journal.claim("clerk"), [Entry("noted", "key", {})], 1)
    assert journal.verify() == 1
    assert list(tmp_path.iterdir()) == []


def test_the_anchor_is_for_its_owner_alone(tmp_path: Path) -> None:
    written(tmp_path / "j.sqlite", 1)
    assert (tmp_path / "j.head").stat().st_mode & 0o077 == 0
