"""A courier with a book that answers as the test says."""

from pathlib import Path
from typing import Any

import pytest

from actors.gate import KillGate
from actors.gateway import Gateway
from actors.messages import OrderMoved, Place, Token
from actors.orders import Intent, Permit
from actors.settings import Mode
from tests.actors.fake_book import FakeBook
from tests.actors.world import (
    ACCOUNT,
    HOME,
    KEY,
    TO_PERMITTED,
    Clerk,
    World,
    intent,
    permit_for,
)

COURIER = "gateway/ao/1"
EXECUTOR = f"executor/{HOME.key}"


class Desk:
    """A courier with everybody around it played by the test."""

    def __init__(self, folder: Path, mode: Mode = Mode.PAPER) -> None:
        self.book = FakeBook()
        self.gate = KillGate(folder)
        self.mode = mode
        self.world = World("session/ao", "risk", EXECUTOR)
        self.clerk = Clerk(self.world.journal, "risk")
        self.states_when_asked: list[str] = []
        self.states_when_sent: list[str] = []
        self.book.when_asked = lambda: self.states_when_asked.append(self.state())
        self.book.when_sent = lambda: self.states_when_sent.append(self.state())

    def start(self, token: str = "token-1", courier: str = COURIER) -> None:
        self.world.spawn(
            Gateway,
            courier,
            account="ao",
            settings=ACCOUNT,
            connect=self.book.connect,
            gate=self.gate,
            key=KEY,
            mode=self.mode,
            max_price_age=30.0,
        )
        if token:
            self.world.tell(courier, Token(token, "http://book/base"), sender="session/ao")

    def permitted(self, order: str = "t-1", **fields: Any) -> Intent:
        wanted = intent(order, **fields)
        self.clerk.want(wanted, *TO_PERMITTED)
        return wanted

    def place(self, wanted: Intent | None = None, **permit: Any) -> None:
        made = wanted or self.permitted()
        leave: Permit = permit_for(made, **permit)
        self.world.tell(COURIER, Place(made, leave), sender=EXECUTOR)

    def state(self, order: str = "t-1") -> str:
        return self.world.order(order).state

    def reason(self) -> str:
        return self.world.order("t-1").reason

    def steps(self) -> list[str]:
        return self.world.steps("t-1")

    def moved(self, to: str = "risk") -> list[tuple[str, int]]:
        return [(moved.state, moved.stake) for moved in self.world.told(to, OrderMoved)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.start()
    return made
