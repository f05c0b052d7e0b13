"""Whether the disk refuses is known with since when, and the log says so without a flood."""

import pytest

from runtime.clock import VirtualClock
from runtime.errors import DiskRefusesError, JournalError
from runtime.journal_refusals import SAID_EVERY, Refusal, Refusals

FULL = DiskRefusesError("full: make room", undone=True)


class Desk:
    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.refusals = Refusals()
        self.clock = VirtualClock(1_000_000)
        self._caplog = caplog

    def write(self, error: Exception | None = None) -> None:
        with self.refusals.noting(self.clock):
            if error is not None:
                raise error

    def refused(self, seconds: float = 0.0) -> None:
        self.clock.advance_to(self.clock.monotonic() + seconds)
        with pytest.raises(DiskRefusesError):
            self.write(FULL)

    @property
    def said(self) -> str:
        """Return a letter for each line: refuses, takes again."""
        lines = [record.getMessage() for record in self._caplog.records]
        return "".join("r" if "refuses" in line else "t" for line in lines)


@pytest.fixture
def desk(caplog: pytest.LogCaptureFixture) -> Desk:
    return Desk(caplog)


def test_the_first_refusal_gives_the_moment_and_the_last_one_the_words(desk: Desk) -> None:
    began = desk.clock.now()
    desk.refused()
    desk.clock.set_forward(5_000)
    with pytest.raises(DiskRefusesError):
        desk.write(DiskRefusesError("I/O error", undone=False))
    assert desk.refusals.now == Refusal("I/O error", began)
    desk.write()
    assert desk.refusals.now is None


def test_another_failure_says_nothing_of_the_disk(desk: Desk) -> None:
    with pytest.raises(JournalError):
        desk.write(JournalError("term 1 is over"))
    assert desk.refusals.now is None
    desk.refused()
    with pytest.raises(JournalError):
        desk.write(JournalError("term 1 is over"))
    assert desk.refusals.now is not None


def test_a_thousand_refusals_are_one_line_and_the_end_is_another(desk: Desk) -> None:
    for _ in range(1_000):
        desk.refused(1.0)
    assert desk.said == "r"
    desk.write()
    desk.write()
    assert desk.said == "rt"


def test_a_disk_that_takes_some_writes_and_not_others_is_told_once_a_minute(desk: Desk) -> None:
    for _ in range(180):
        desk.refused(1.0)
        desk.write()
    assert desk.said == "rtrtrt"


def test_one_that_refuses_again_at_once_is_told_when_it_goes_on(desk: Desk) -> None:
    desk.refused()
    desk.write()
    desk.refused(1.0)
    assert desk.said == "rt"
    desk.refused(SAID_EVERY / 1000)
    assert desk.said == "rtr"


def test_a_clock_that_was_set_back_silences_nothing(desk: Desk) -> None:
    desk.refused()
    desk.write()
    desk.clock.set_forward(-900_000)
    desk.refused()
    assert desk.said == "rtr"
