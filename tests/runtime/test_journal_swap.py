"""A journal is put aside whole, and replaced whole, wherever that is broken off."""

import shutil
from pathlib import Path

import pytest

from runtime.errors import JournalError
from runtime.journal import Journal
from runtime.journal_files import anchor_of
from runtime.journal_swap import finish, incoming_of, marker_of, put_aside
from tests.runtime.test_journal_anchor import written


class BrokenOffError(Exception):
    """The process died here."""


class Steps:
    """Break off at the n-th step; remember them all."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.seen: list[str] = []

    def __call__(self, name: str) -> None:
        self.seen.append(name)
        if len(self.seen) == self.at:
            raise BrokenOffError(name)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal of five entries whose files all lie there, and one of two to replace it."""
    path = tmp_path / "var" / "j.sqlite"
    (tmp_path / "written").mkdir()
    keep = written(tmp_path / "written" / "j.sqlite", 5)
    shutil.copytree(tmp_path / "written", path.parent)
    keep.close()
    written(incoming_of(path), 2).close()
    return path


def broken_off(journal: Path, at: int, replace: bool = True) -> str:
    steps = Steps(at)
    aside = journal.parent / "quarantine" / "now"
    with pytest.raises(BrokenOffError):
        put_aside(journal, aside, replace=replace, step=steps)
    return steps.seen[-1]


STEPS = [
    "folder",
    "marker",
    "aside j.sqlite",
    "aside j.sqlite-wal",
    "aside j.sqlite-shm",
    "aside j.head",
    "sync aside",
    "incoming",
    "incoming head",
    "sync",
    "unmark",
]


def test_the_journal_is_in_quarantine_and_the_other_one_in_its_place(journal: Path) -> None:
    steps = Steps()
    aside = journal.parent / "quarantine" / "now"
    put_aside(journal, aside, replace=True, step=steps)
    assert steps.seen == STEPS
    left = {path.name for path in journal.parent.iterdir()}
    assert left == {"j.head", "j.sqlite", "quarantine"}
    assert Journal(journal).verify() == 2
    assert Journal(aside / "j.sqlite").verify() == 5
    for folder in (aside, aside.parent):
        assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("at", range(1, len(STEPS) + 1), ids=STEPS)
def test_broken_off_anywhere_the_old_one_or_the_new_one_is_there_whole(
    journal: Path, at: int
) -> None:
    name = broken_off(journal, at)
    assert name == STEPS[at - 1]
    begun = marker_of(journal).exists()
    assert begun == (name not in ("folder", "marker"))
    if begun:
        with pytest.raises(JournalError, match="was broken off"):
            Journal(journal)
    assert finish(journal) == begun
    assert not finish(journal)
    assert Journal(journal).verify() == (2 if begun else 5)
    assert anchor_of(journal).exists()
    if begun:
        assert Journal(journal.parent / "quarantine" / "now" / "j.sqlite").verify() == 5


@pytest.mark.parametrize("at", range(3, len(STEPS) + 1), ids=STEPS[2:])
def test_broken_off_again_while_it_is_finished_it_still_ends_well(journal: Path, at: int) -> None:
    broken_off(journal, at)
    for again in range(1, 8):
        steps = Steps(again)
        try:
            finish(journal, steps)
        except BrokenOffError:
            continue
        break
    finish(journal)
    assert Journal(journal).verify() == 2
    assert Journal(journal.parent / "quarantine" / "now" / "j.sqlite").verify() == 5


@pytest.mark.parametrize("at", range(3, 10))
def test_put_aside_alone_none_is_left_wherever_it_is_broken_off(journal: Path, at: int) -> None:
    """What lies there of a restore that never came so far does not come in."""
    broken_off(journal, at, replace=False)
    assert finish(journal)
    assert not journal.exists()
    assert not anchor_of(journal).exists()
    assert Journal(journal.parent / "quarantine" / "now" / "j.sqlite").verify() == 5


def test_a_folder_that_was_moved_meanwhile_does_no_harm(journal: Path, tmp_path: Path) -> None:
    broken_off(journal, 4)
    moved = tmp_path / "elsewhere"
    journal.parent.rename(moved)
    assert finish(moved / "j.sqlite")
    assert Journal(moved / "j.sqlite").verify() == 2


def test_a_marker_that_cannot_be_read_is_named_and_nothing_moves(journal: Path) -> None:
    marker_of(journal).write_text("{")
    before = sorted(journal.parent.iterdir())
    with pytest.raises(JournalError, match=r"j\.moving cannot be read"):
        finish(journal)
    assert sorted(journal.parent.iterdir()) == before


def test_a_quarantine_that_is_gone_is_named_and_what_can_be_seen_stays(journal: Path) -> None:
    broken_off(journal, 3)
    shutil.rmtree(journal.parent / "quarantine")
    with pytest.raises(JournalError, match=r"j\.sqlite: No such file or directory"):
        finish(journal)
    assert journal.exists()
    assert incoming_of(journal).exists()
