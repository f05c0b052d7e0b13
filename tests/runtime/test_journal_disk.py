"""What the journal does when the disk refuses: nothing half, nothing lost, and it says so."""

import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actors.prove.disk import FULL, IOERR_FSYNC, IOERR_WRITE, OK, Operation, watching
from runtime.errors import DiskRefusesError, JournalError
from runtime.journal import Entry, Journal
from runtime.journal_anchor import Anchor

BIG = {"text": "x" * 3_000}


class Refusing:
    """A disk that refuses one kind of operation as long as `error` is set."""

    def __init__(self) -> None:
        self.name, self.file, self.error, self.refused = "", "", OK, 0

    def before(self, operation: Operation, _write_part: Callable[[int], object]) -> int:
        if self.error and operation.name == self.name and operation.file.endswith(self.file):
            self.refused += 1
            return self.error
        return OK

    def refuse(self, name: str, error: int, file: str = "") -> None:
        self.name, self.file, self.error = name, file, error

    def heal(self) -> None:
        self.error = OK


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Refusing]:
    refusing = Refusing()
    with watching(tmp_path / "j.sqlite", refusing):
        yield refusing


@pytest.fixture
def journal(tmp_path: Path, disk: Refusing) -> Journal:
    assert not disk.error
    journal = Journal(tmp_path / "j.sqlite")
    journal.begin_term(1)
    journal.claim("risk")
    append(journal, 2)
    return journal


def append(journal: Journal, count: int = 1) -> None:
    journal.append("risk", 1, [Entry("noted", "key", BIG)] * count, 5)


def test_a_full_disk_is_named_with_its_cure_and_nothing_is_written(
    journal: Journal, disk: Refusing
) -> None:
    disk.refuse("write", FULL)
    for _ in range(3):
        with pytest.raises(DiskRefusesError, match=r"j\.sqlite: .* full: make room") as refused:
            append(journal, 2)
        assert refused.value.undone
    assert journal.verify() == 2
    disk.heal()
    append(journal, 3)
    assert journal.verify() == 5


@pytest.mark.parametrize(("name", "error"), [("write", IOERR_WRITE), ("sync", IOERR_FSYNC)])
def test_an_error_at_the_commit_says_that_it_is_unknown_and_the_next_append_reads_back(
    journal: Journal,
    disk: Refusing,
    name: str,
    error: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk.refuse(name, error)
    with pytest.raises(DiskRefusesError, match="unknown until it was read back") as refused:
        append(journal)
    assert not refused.value.undone
    disk.heal()
    append(journal)
    assert "read back after an error of the disk" in caplog.text
    assert journal.verify() == 3


def test_a_commit_whose_sync_failed_can_come_back_so_it_is_unknown(
    journal: Journal, disk: Refusing, tmp_path: Path
) -> None:
    disk.refuse("sync", IOERR_FSYNC)
    with pytest.raises(DiskRefusesError):
        append(journal)
    assert after_a_crash(tmp_path, "before") == 3, "SQLite is better than we think"
    disk.heal()
    journal.claim("risk")
    assert after_a_crash(tmp_path, "after") == 2, "read back, and gone for good"


def after_a_crash(tmp_path: Path, name: str) -> int:
    """Return how many entries there would be if the process died now and wrote no more."""
    (tmp_path / name).mkdir()
    for path in tmp_path.glob("j.*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, tmp_path / name)
    return Journal(tmp_path / name / "j.sqlite").verify()


def test_nothing_is_written_until_it_was_read_back(journal: Journal, disk: Refusing) -> None:
    disk.refuse("sync", IOERR_FSYNC)
    with pytest.raises(DiskRefusesError, match="unknown"):
        append(journal)
    disk.refuse("sync", IOERR_FSYNC, file="j.sqlite")  # the log is well again, not the database
    for _ in range(2):
        with pytest.raises(DiskRefusesError) as refused:
            append(journal)
        assert refused.value.undone
        with pytest.raises(DiskRefusesError):
            journal.claim("other")
    disk.heal()
    append(journal)
    assert journal.verify() == 3


def test_a_journal_that_lost_entries_meanwhile_is_written_no_more(
    journal: Journal, disk: Refusing
) -> None:
    disk.refuse("sync", IOERR_FSYNC)
    with pytest.raises(DiskRefusesError):
        append(journal)
    disk.heal()
    journal.connection.execute("DELETE FROM entries WHERE sequence = 2")
    for _ in range(2):
        with pytest.raises(JournalError, match="ends at entry 1, but 2 were written"):
            append(journal)


def test_no_other_thread_writes_between_the_error_and_the_reading_back(
    journal: Journal, disk: Refusing
) -> None:
    seen: list[int] = []
    writing = threading.Event()

    class Slow:
        schema = ""

        def apply(self, *_: object) -> None:
            writing.set()
            seen.append(disk.refused)

    journal.projections = (Slow(),)
    disk.refuse("sync", IOERR_FSYNC)
    failed: list[DiskRefusesError] = []

    def write() -> None:
        try:
            append(journal)
        except DiskRefusesError as error:
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [error.undone for error in failed] == [False, True, True, True]
    assert len(seen) == 1, "only the first got as far as writing"


def test_the_anchor_is_never_ahead_of_what_is_written(
    journal: Journal, disk: Refusing, tmp_path: Path
) -> None:
    for name, error in (("write", FULL), ("sync", IOERR_FSYNC)):
        disk.refuse(name, error)
        with pytest.raises(DiskRefusesError):
            append(journal)
        found = Anchor(tmp_path / "j.head").read()
        assert found is not None
        assert found.sequence == 2
        disk.heal()


def test_a_journal_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.sqlite")
    journal.begin_term(1)
    journal.claim("risk")
    journal.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(DiskRefusesError, match=r"readonly.*: make it writable again"):
        append(journal)


def test_a_journal_that_cannot_be_reached_says_so(tmp_path: Path) -> None:
    with pytest.raises(DiskRefusesError, match="make it reachable again"):
        Journal(tmp_path / "nowhere" / "j.sqlite")


def test_a_file_that_may_not_grow_is_a_real_refusal_and_room_is_the_cure(tmp_path: Path) -> None:
    """The kernel itself refuses here, in a process of its own because the limit is a process's."""
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.runtime.test_journal_disk import fill_a_room\n"
        "fill_a_room(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "j.sqlite")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert Journal(tmp_path / "j.sqlite").verify() > 3


def fill_a_room(path: Path) -> None:
    """Append until the kernel lets the file grow no more, and once more when it may."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    journal = Journal(path)
    journal.begin_term(1)
    journal.claim("risk")
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    written = 0
    while True:
        try:
            append(journal)
            written += 1
        except DiskRefusesError:
            break
    assert journal.verify() == written
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    append(journal)
    assert journal.verify() == written + 1
    assert journal.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_new_term_syncs_what_it_found_before_it_writes(
    journal: Journal, disk: Refusing, tmp_path: Path
) -> None:
    """A process before it may have died of a sync that failed: what is seen is not on the disk."""
    disk.refuse("sync", IOERR_FSYNC, file="j.sqlite")
    with pytest.raises(DiskRefusesError):
        Journal(tmp_path / "j.sqlite").begin_term(2)
    assert journal.connection.execute("SELECT max(term) FROM terms").fetchone() == (1,)
    disk.heal()
    assert Journal(tmp_path / "j.sqlite").begin_term(2) == 2
