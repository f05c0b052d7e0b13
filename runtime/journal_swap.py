"""Put a journal aside, and another in its place: done whole, or finished later.

A journal is several files, and a write-ahead file that stays beside another database
would be read into it. So a marker is on the disk before the first file moves. While it is
there nobody opens the journal, and `finish` carries on where the move was broken off.
"""

import json
from collections.abc import Callable
from pathlib import Path

from runtime.errors import JournalError
from runtime.journal_files import anchor_of, files_of, sync_file, sync_folder

Step = Callable[[str], object]
"""Told before each step by its name; a test may break off there."""


def _go(_step: str) -> None:
    """Go on."""


def marker_of(journal: Path) -> Path:
    """Return the file that is there while the files of a journal move."""
    return journal.with_suffix(".moving")


def incoming_of(journal: Path) -> Path:
    """Return where a journal is made ready before it takes the place of another."""
    return journal.with_name(f"{journal.stem}-incoming{journal.suffix}")


def check_unmoved(journal: Path) -> None:
    """Raise JournalError while the files of a journal are between two places."""
    if marker_of(journal).exists():
        raise JournalError(
            f"{journal} was being put aside or replace when that was broken off:"
            " `tictac run`, `restore` or `quarantine` finishes it first"
        )


def put_aside(journal: Path, aside: Path, *, replace: bool, step: Step = _go) -> None:
    """Move every file of a journal into a new folder below its own.

    With `replace` the incoming journal takes its place, else none does. Nobody may have it open.
    """
    step("folder")
    _make(aside, journal.parent)
    step("marker")
    marker, draft = marker_of(journal), marker_of(journal).with_suffix(".draft")
    where = str(aside.relative_to(journal.parent))
    draft.write_text(json.dumps({"aside": where, "replace": replace}))
    sync_file(draft)
    draft.rename(marker)
    sync_folder(marker.parent)
    finish(journal, step)


def finish(journal: Path, step: Step = _go) -> bool:
    """Finish a move that was broken off; tell whether there was one. Raises JournalError."""
    marker = marker_of(journal)
    try:
        told = json.loads(marker.read_text())
        aside, replace = journal.parent / told["aside"], bool(told["replace"])
    except FileNotFoundError:
        return False
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise JournalError(f"{marker} cannot be read: {error}") from error
    try:
        _move(journal, aside, replace, step)
    except OSError as error:
        raise JournalError(f"{error.filename or journal}: {error.strerror}") from error
    step("unmark")
    marker.unlink()
    sync_folder(marker.parent)
    return True


def _move(journal: Path, aside: Path, replace: bool, step: Step) -> None:
    incoming = incoming_of(journal)
    # The incoming database is the last to move: while it waits, what lies there is the old one.
    if incoming.exists() or not replace:
        for path in files_of(journal):
            if path.exists():
                step(f"aside {path.name}")
                path.rename(aside / path.name)
        step("sync aside")
        sync_folder(aside)
        sync_folder(journal.parent)
    if replace and incoming.exists():
        step("incoming")
        incoming.rename(journal)
    if replace and anchor_of(incoming).exists():
        step("incoming head")
        anchor_of(incoming).rename(anchor_of(journal))
    step("sync")
    sync_folder(journal.parent)


def _make(folder: Path, top: Path) -> None:
    if folder != top:
        _make(folder.parent, top)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)
