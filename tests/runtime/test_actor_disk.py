"""An actor whose writes the disk refuses: it says nothing, and comes back however long it takes."""

import pysqlite3.dbapi2 as sqlite
import pytest

from runtime.actor import Actor
from runtime.errors import DiskRefusesError, JournalError, StaleWriterError
from runtime.journal_connection import refused_by_disk
from runtime.journal_refusals import Refusal
from runtime.supervision import Child, Intensity
from runtime.supervisor import Supervisor
from tests.runtime.full_disk import FullDisk
from tests.runtime.hosts import Echo, Say, SimDrive


class Notary(Echo):
    """Writes down what it hears."""

    writes_journal = True

    def on_message(self, message: object, sender: str) -> None:
        self.record("noted", "k")
        self.tell("other", Say("written"))
        super().on_message(message, sender)  # type: ignore[arg-type]


class Patient(Notary):
    starts_without_pen = True


class Reader(Echo):
    """Reads a journal that its disk does not give, for one of SQLite's reasons."""

    def on_message(self, message: object, sender: str) -> None:  # noqa: ARG002
        assert isinstance(message, Say)
        error = sqlite.OperationalError(message.text)
        error.sqlite_errorcode = getattr(sqlite, message.text)  # type: ignore[attr-defined]
        raise error


def supervised(kind: type[Actor], heard: list[str]) -> Child:
    children = [Child("writer", kind, {"heard": heard})]
    return Child("top", Supervisor, {"children": children, "intensity": Intensity(0, 60.0)})


@pytest.mark.parametrize("kind", [Notary, Patient])
def test_an_actor_that_could_not_write_says_nothing_and_comes_back_as_often_as_it_takes(
    kind: type[Actor], caplog: pytest.LogCaptureFixture
) -> None:
    journal, heard, starts = FullDisk(), list[str](), list[str]()
    drive = SimDrive(journal)
    drive.host.spawn(Echo, "other", heard=heard)
    top = supervised(kind, starts)
    drive.host.spawn(top.actor_class, "top", **top.arguments)
    drive.host.run(0)
    journal.full, began = True, drive.host.clock.now()
    for _ in range(20):
        drive.host.tell("writer", Say("note this"))
        drive.host.run(60)
    assert heard == ["start"]
    assert journal.verify() == 0
    refusal = journal.refusals.now
    assert refusal is not None
    assert refusal == Refusal("full: make room", began)
    journal.full = False
    drive.host.run(60)
    drive.host.tell("writer", Say("note this"))
    drive.host.run(0)
    assert heard == ["start", "written"]
    assert journal.verify() == 1
    assert journal.refusals.now is None
    assert "actor failed" not in caplog.text
    assert "top" in drive.host.cells


def test_an_actor_that_starts_without_its_pen_takes_it_when_there_is_room() -> None:
    journal = FullDisk()
    journal.full = True
    drive = SimDrive(journal)
    drive.host.spawn(Patient, "writer", heard=[])
    drive.host.run(0)
    actor = drive.host.cells["writer"].actor
    assert actor is not None
    assert not actor.has_pen
    assert not actor.take_pen()
    journal.full = False
    assert actor.take_pen()
    assert actor.has_pen


def test_an_actor_that_was_given_up_takes_no_pen_from_its_successor() -> None:
    journal = FullDisk()
    journal.full = True
    drive = SimDrive(journal)
    drive.host.spawn(Patient, "writer", heard=[])
    drive.host.run(0)
    actor = drive.host.cells["writer"].actor
    assert actor is not None
    drive.host.abandon("writer")
    journal.full = False
    with pytest.raises(StaleWriterError, match="given up"):
        actor.take_pen()


@pytest.mark.parametrize(
    ("reason", "excused"),
    [
        ("SQLITE_IOERR", True),
        ("SQLITE_FULL", True),
        ("SQLITE_READONLY", True),
        ("SQLITE_CANTOPEN", False),
        ("SQLITE_CORRUPT", False),
        ("SQLITE_BUSY", False),
    ],
)
def test_a_disk_that_cannot_be_read_excuses_as_well_and_nothing_else_does(
    reason: str, excused: bool
) -> None:
    drive = SimDrive(FullDisk())
    top = supervised(Reader, [])
    drive.host.spawn(top.actor_class, "top", **top.arguments)
    for _ in range(5):
        drive.host.tell("writer", Say(reason))
        drive.host.run(60)
    assert ("top" in drive.host.cells) is excused


@pytest.mark.parametrize("cause", [None, "SQLITE_FULL", "SQLITE_CANTOPEN"])
def test_an_error_of_the_journal_is_judged_by_what_sqlite_said(cause: str | None) -> None:
    error = DiskRefusesError("refused", undone=True)
    if cause is not None:
        error.__cause__ = sqlite.OperationalError(cause)
        error.__cause__.sqlite_errorcode = getattr(sqlite, cause)  # type: ignore[attr-defined]
    assert refused_by_disk(error) is (cause != "SQLITE_CANTOPEN")
    assert not refused_by_disk(JournalError("the last ones are lost"))
