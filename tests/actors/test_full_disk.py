"""Couriers, Settler and Control on a disk that refuses: nothing is sent, nothing is lost."""

from pathlib import Path
from typing import Any

import pytest

from actors.control import NOTE_AGAIN_AFTER, Control
from actors.gate import KillGate
from actors.gateway import Gateway
from actors.ledger import OrderTable
from actors.messages import AccountState, Command, OrderMoved, Place, Reply, Steer, Token
from actors.orders import OrderState
from actors.settings import Mode
from actors.settler import EVERY, Settler
from actors.units import Millis
from runtime.actor import Actor
from runtime.supervision import Child, Intensity
from runtime.supervisor import Supervisor
from tests.actors.fake_book import FakeBook
from tests.actors.test_settler import Book, ticket
from tests.actors.world import (
    ACCOUNT,
    HOME,
    KEY,
    TO_IN_DOUBT,
    TO_PENDING,
    TO_PERMITTED,
    Clerk,
    World,
    intent,
    permit_for,
)
from tests.runtime.full_disk import FullDisk

COURIER, SETTLER, CLIENT = "gateway/ao/1", "settler/ao", "client/00ff"
EXECUTOR = f"executor/{HOME.key}"
FULL = "full: make room"
LONG = 600.0


class Desk:
    """One actor under a supervisor that gives up at the first failure of its own."""

    def __init__(self, address: str, kind: type[Actor], **arguments: Any) -> None:
        self.disk = FullDisk(OrderTable())
        self.world = World("session/ao", "risk", EXECUTOR, CLIENT, journal=self.disk)
        self.clerk = Clerk(self.disk, "clerk")
        self.world.spawn(
            Supervisor,
            "top",
            children=[Child(address, kind, arguments)],
            intensity=Intensity(0, 60.0),
        )
        self.world.host.run(0.1)

    def makes_room(self) -> None:
        self.disk.full = self.disk.unknown = False
        self.world.host.run(3.0)

    def moved(self) -> list[str]:
        return [one.state for one in self.world.told(EXECUTOR, OrderMoved)]


# A courier.


class Courier(Desk):
    def __init__(self, folder: Path) -> None:
        self.book = FakeBook()
        super().__init__(
            COURIER,
            Gateway,
            account="ao",
            settings=ACCOUNT,
            connect=self.book.connect,
            gate=KillGate(folder),
            key=KEY,
            mode=Mode.PAPER,
            max_price_age=30.0,
        )
        self.logs_in()

    def logs_in(self) -> None:
        self.world.tell(COURIER, Token("token-1", "http://book/base"), sender="session/ao")

    def place(self) -> None:
        wanted = intent("t-1")
        self.clerk.want(wanted, *TO_PERMITTED)
        self.book.when_asked = self.when_asked
        self.world.tell(COURIER, Place(wanted, permit_for(wanted)), sender=EXECUTOR)

    def when_asked(self) -> None:
        """Do nothing, unless a test says what."""

    def sent(self) -> int:
        return len(self.book.sent)


@pytest.fixture
def courier(tmp_path: Path) -> Courier:
    return Courier(tmp_path)


@pytest.mark.parametrize("trouble", ["full", "unknown"])
def test_nothing_is_sent_of_which_sending_could_not_be_written(
    courier: Courier, trouble: str
) -> None:
    def strike() -> None:
        setattr(courier.disk, trouble, True)

    courier.when_asked = strike  # type: ignore[method-assign]
    courier.place()
    assert courier.world.order("t-1").state == {"full": "permitted", "unknown": "sending"}[trouble]
    courier.world.host.run(LONG)
    assert courier.sent() == 0
    courier.makes_room()
    courier.logs_in()
    assert courier.sent() == 0
    assert courier.world.steps("t-1")[3:] == {"full": [], "unknown": ["in_doubt"]}[trouble]


@pytest.mark.parametrize("trouble", ["full", "unknown"])
def test_an_answer_that_could_not_be_written_is_a_doubt_as_soon_as_there_is_room(
    courier: Courier, trouble: str
) -> None:
    courier.book.when_sent = lambda: setattr(courier.disk, trouble, True)
    courier.place()
    assert courier.sent() == 1
    assert courier.moved() == []
    courier.world.host.run(LONG)
    courier.makes_room()
    expected = {"full": ["in_doubt"], "unknown": ["pending"]}[trouble]
    assert courier.world.steps("t-1")[3:] == expected
    assert courier.moved() == [one for one in expected if one == "in_doubt"]
    assert courier.sent() == 1, "it is asked about, and not sent again"


# A Settler.


class Settling(Desk):
    def __init__(self) -> None:
        self.book = Book()
        super().__init__(
            SETTLER,
            Settler,
            account="ao",
            settings=ACCOUNT,
            connect=self.book.connect,
            doubt_patience=60.0,
        )

    def logs_in(self) -> None:
        self.world.tell(SETTLER, Token("t", "http://book"), seconds=EVERY)


@pytest.mark.parametrize("trouble", ["full", "unknown"])
def test_what_the_settler_learned_and_could_not_write_is_learned_again(trouble: str) -> None:
    desk = Settling()
    desk.clerk.want(intent("t-1"), *TO_IN_DOUBT, reference="WA-t-1")
    desk.book.running = [ticket("WA-t-1")]
    setattr(desk.disk, trouble, True)
    desk.logs_in()
    assert desk.moved() == []
    assert desk.world.told("risk", AccountState) == []
    desk.world.host.run(LONG)
    desk.makes_room()
    desk.logs_in()
    assert desk.world.order("t-1").state == "accepted"
    assert desk.world.steps("t-1").count("accepted") == 1
    if trouble == "full":
        assert desk.moved() == ["accepted"]
    assert desk.world.told("risk", AccountState)[-1].answered


# Control.


class Counter(Desk):
    def __init__(self, folder: Path, mode: Mode = Mode.LIVE) -> None:
        self.gate = KillGate(folder)
        self.count = 0
        super().__init__("control", Control, mode=mode, gate=self.gate)

    def send(self, name: str, /, **given: str) -> None:
        self.count += 1
        command = Command(f"c-{self.count}", name, Millis(self.world.now + 5_000), given)
        self.world.tell("control", command, sender=CLIENT, seconds=1.0)

    def ask(self, name: str, /, **given: str) -> Reply:
        self.send(name, **given)
        reply = self.world.told(CLIENT, Reply)[-1]
        assert reply.id == f"c-{self.count}"
        return reply

    def journalled(self, key: str = "gate") -> list[str]:
        return [entry.kind for entry in self.disk.entries(key)]


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(tmp_path)


def test_a_kill_is_acknowledged_on_a_full_disk_and_journalled_later(counter: Counter) -> None:
    counter.disk.full = True
    reply = counter.ask("kill", reason="odd prices", by="ada")
    assert (reply.exit, reply.body["trading"]) == (0, "killed")
    assert counter.gate.closed()
    assert counter.journalled() == []
    counter.world.host.run(LONG)
    counter.disk.full = False
    counter.world.host.run(NOTE_AGAIN_AFTER)
    counter.world.host.run(LONG)
    assert counter.journalled() == ["killed"]


@pytest.mark.parametrize(
    ("name", "given"), [("resume", {"reason": "checked"}), ("arm", {"seconds": "60"})]
)
def test_what_cannot_be_journalled_has_no_effect_and_says_why(
    counter: Counter, name: str, given: dict[str, str]
) -> None:
    counter.ask("kill", reason="x")
    counter.disk.full = True
    reply = counter.ask(name, **given)
    assert (reply.exit, reply.body) == (1, {"error": FULL})
    assert counter.gate.closed()
    assert counter.ask("status").body["armed_until"] is None
    counter.disk.full = False
    assert counter.ask(name, **given).exit == 0


def test_of_an_arm_whose_fate_nobody_knows_the_journal_is_asked(counter: Counter) -> None:
    counter.disk.unknown = True
    counter.send("arm", seconds="60")
    assert counter.world.told(CLIENT, Reply) == [], "nobody can say"
    counter.disk.unknown = False
    counter.world.host.run(3.0)
    assert counter.journalled("arm") == ["armed"]
    assert counter.ask("status").body["armed_until"] is not None


def test_the_status_tells_of_a_disk_that_refuses_and_since_when(counter: Counter) -> None:
    assert counter.ask("status").body["journal"] == {}
    counter.disk.full, since = True, counter.world.now
    counter.ask("arm", seconds="60")
    counter.world.host.run(LONG)
    body = counter.ask("status").body
    assert (body["trading"], body["journal"]) == ("unwritable", {"refused": FULL, "since": since})
    text = str(counter.ask("metrics").body["text"])
    assert "tictac_journal_refused 1.0" in text
    assert 'tictac_trading{state="unwritable"} 1.0' in text
    counter.disk.full = False
    counter.ask("arm", seconds="60")
    body = counter.ask("status").body
    assert (body["trading"], body["journal"]) == ("open", {})


def test_control_starts_on_a_full_disk_with_a_closed_gate(tmp_path: Path) -> None:
    gate = KillGate(tmp_path)
    gate.close("by hand", "bob", 0)
    counter = Counter(tmp_path)
    counter.disk.full = True
    counter.world.kill("control")
    counter.world.host.spawn(Control, "control", mode=Mode.LIVE, gate=gate)
    counter.world.host.run(1.0)
    assert counter.ask("status").body["trading"] == "killed"
    assert counter.ask("kill", reason="x").exit == 0


def test_what_only_risk_can_do_is_refused_before_it_is_asked(counter: Counter) -> None:
    counter.disk.full = True
    counter.ask("arm", seconds="60")
    for name in ("limit", "pause", "resolve"):
        assert counter.ask(name).body == {"error": FULL}
    assert counter.world.told("risk", Steer) == []


def test_what_is_in_the_journal_is_shown_as_before(counter: Counter) -> None:
    counter.clerk.want(intent("t-1"), *TO_PENDING)
    counter.disk.full = True
    counter.ask("arm", seconds="60")
    body = counter.ask("status").body
    assert (body["open_bets"], body["exposure"]) == (1, "10.00")
    assert counter.world.order("t-1").state == OrderState.PENDING.value
