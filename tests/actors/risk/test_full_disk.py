"""Risk on a disk that refuses: nothing is granted, the no has a name, and nothing is forgotten."""

from pathlib import Path

import pytest

from actors.gate import KillGate
from actors.ledger import OrderTable
from actors.messages import (
    Denied,
    Granted,
    OrderMoved,
    Reserve,
    SessionReportWanted,
    Steer,
    Steered,
)
from actors.risk.actor import LOOK_EVERY, Risk
from actors.settings import Mode
from runtime.supervision import Child, Intensity
from runtime.supervisor import Supervisor
from tests.actors.world import (
    HOME,
    KEY,
    TO_ACCEPTED,
    Clerk,
    S,
    World,
    agreed,
    handicap,
    intent,
    limits,
)
from tests.runtime.full_disk import FullDisk

EXECUTOR = f"executor/{HOME.key}"
LONG = 600.0
FULL = "full: make room"


class Desk:
    """Risk under a supervisor that gives up at the first failure of its own."""

    def __init__(self, folder: Path, *, full: bool = False, lost: int = 0) -> None:
        self.disk = FullDisk(OrderTable())
        self.world = World(EXECUTOR, "control", journal=self.disk)
        self.clerk = Clerk(self.disk)
        arguments = {"limits": limits(), "mode": Mode.PAPER, "gate": KillGate(folder), "key": KEY}
        if lost:
            self.clerk.want(intent("t-lost"), *TO_ACCEPTED)
            self.clerk.move("t-lost", S.SETTLED, pnl=-lost)
        self.disk.full = full
        self.world.spawn(
            Supervisor,
            "books",
            children=[Child("risk", Risk, arguments)],
            intensity=Intensity(0, 60.0),
        )
        self.world.host.run(1.0)
        self.world.tell("risk", agreed())

    def ask(self, order: str, number: int = 0) -> list[Granted | Denied]:
        """Ask for a bet; return what has been said since the last time."""
        where = handicap(number) if number else HOME
        wanted = intent(order, selection=where, seen_at=self.world.now)
        self.world.tell("risk", Reserve(wanted), sender=EXECUTOR, seconds=0.1)
        answers = [one for one in self.world.heard[EXECUTOR] if not isinstance(one, OrderMoved)]
        self.world.heard[EXECUTOR].clear()
        return answers  # type: ignore[return-value]

    def steer(self, command: str, /, **given: str) -> Steered:
        given = {"reason": "because", "by": "ada"} | given
        self.world.tell("risk", Steer("c-1", command, given), sender="control", seconds=0.1)
        return self.world.told("control", Steered)[-1]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_grant_that_could_not_be_written_is_not_given(desk: Desk) -> None:
    desk.disk.full = True
    assert desk.ask("t-1") == []
    assert desk.disk.verify() == 0


def test_a_no_that_could_not_be_written_is_said_by_name_from_then_on(desk: Desk) -> None:
    desk.disk.full = True
    desk.ask("t-1")
    desk.world.host.run(3.0)
    (denied,) = desk.ask("t-2", 1)
    assert isinstance(denied, Denied)
    assert [(v.control, v.passed, v.figure) for v in denied.verdicts] == [
        ("journal_writable", False, FULL)
    ]
    assert desk.disk.verify() == 0


def test_nothing_is_granted_for_minutes_and_then_it_is_without_a_new_process(desk: Desk) -> None:
    desk.disk.full = True
    for number in range(60):
        assert not [one for one in desk.ask(f"t-{number}", number) if isinstance(one, Granted)]
        desk.world.host.run(10.0)
    assert desk.disk.verify() == 0
    desk.disk.full = False
    desk.world.host.run(3.0)
    (unread,) = desk.ask("t-98", 98)
    assert isinstance(unread, Denied), "the book is to be read first"
    desk.world.tell("risk", agreed())
    (granted,) = desk.ask("t-99", 99)
    assert isinstance(granted, Granted)
    assert desk.world.steps("t-99") == ["intent", "permitted"]


def test_what_was_reserved_is_counted_again_and_an_unused_permit_is_void(desk: Desk) -> None:
    desk.ask("t-1")
    desk.clerk.want(intent("t-2", selection=handicap(2)), *TO_ACCEPTED)
    desk.disk.full = True
    desk.ask("t-3", 3)
    desk.world.host.run(LONG)
    assert desk.world.order("t-1").state == "permitted", "nobody could write that it ran out"
    desk.disk.full = False
    desk.world.host.run(3.0)
    assert desk.world.order("t-1").state == "abandoned"
    moved = desk.world.told(EXECUTOR, OrderMoved)
    assert [(one.order, one.state) for one in moved] == [("t-1", "abandoned")]
    risk = desk.world.host.cells["risk"].actor
    assert set(risk._book.held) == {"t-2"}  # type: ignore[union-attr]


def test_a_grant_of_which_nobody_knows_whether_it_was_written_is_not_given_and_is_void(
    desk: Desk,
) -> None:
    desk.disk.unknown = True
    assert desk.ask("t-1") == []
    desk.disk.unknown = False
    desk.world.host.run(3.0)
    assert desk.world.steps("t-1") == ["intent", "permitted", "abandoned"]


@pytest.mark.parametrize("name", ["limit", "pause", "resolve", "limits"])
def test_an_operator_hears_why_nothing_is_changed(desk: Desk, name: str) -> None:
    desk.disk.full = True
    desk.ask("t-1")
    desk.world.host.run(3.0)
    reply = desk.steer(name, scope="book", name="max_stake", value="1.00")
    assert (reply.exit, reply.body) == (1, {"error": FULL})
    desk.disk.full = False
    desk.world.host.run(3.0)
    assert list(desk.disk.entries("rules")) == []


def test_moves_that_are_told_meanwhile_are_read_from_the_journal(desk: Desk) -> None:
    desk.clerk.want(intent("t-1"), *TO_ACCEPTED)
    desk.disk.full = True
    desk.ask("t-2", 2)
    desk.world.host.run(3.0)
    desk.disk.full = False
    desk.clerk.move("t-1", S.SETTLED, pnl=500)
    desk.world.tell("risk", OrderMoved("t-1", HOME.key, "settled", 1000, 500))
    desk.world.host.run(3.0)
    risk = desk.world.host.cells["risk"].actor
    assert risk._book.settled_today == 500  # type: ignore[union-attr]


def test_a_risk_that_begins_on_a_full_disk_says_no_by_name(tmp_path: Path) -> None:
    desk = Desk(tmp_path, full=True, lost=700)
    (denied,) = desk.ask("t-1")
    assert isinstance(denied, Denied)
    assert [(v.control, v.passed) for v in denied.verdicts] == [("journal_writable", False)]
    desk.disk.full = False
    desk.world.host.run(3.0)
    desk.world.tell("risk", agreed())
    (granted,) = desk.ask("t-2", 2)
    assert isinstance(granted, Granted)
    risk = desk.world.host.cells["risk"].actor
    assert risk._book.results.drawdown == 700, "it is read once"  # type: ignore[union-attr]


def test_when_there_is_room_again_the_journal_is_read_before_anything_is_granted(
    desk: Desk,
) -> None:
    desk.disk.full = True
    desk.ask("t-2", 2)
    desk.world.host.run(3.5)
    desk.disk.refusals.end(desk.world.now)  # somebody else could write
    (denied,) = desk.ask("t-3", 3)
    assert isinstance(denied, Denied)
    assert [v.figure for v in denied.verdicts] == ["the journal is to be read first"]


def test_after_a_full_disk_risk_looks_again_for_what_nobody_told(desk: Desk) -> None:
    desk.clerk.want(intent("t-1"), *TO_ACCEPTED)
    desk.disk.full = True
    desk.ask("t-2", 2)
    desk.world.host.run(3 * LOOK_EVERY)
    desk.disk.full = False
    desk.world.host.run(3.0)
    desk.clerk.move("t-1", S.SETTLED, pnl=500)
    desk.world.host.run(LOOK_EVERY)
    risk = desk.world.host.cells["risk"].actor
    assert risk._book.settled_today == 500  # type: ignore[union-attr]


def test_what_risk_has_no_use_for_it_refuses_on_a_full_disk_too(desk: Desk) -> None:
    desk.disk.full = True
    desk.ask("t-1")
    desk.world.host.run(3.0)
    desk.world.tell("risk", SessionReportWanted())
    assert "risk" not in desk.world.host.cells
