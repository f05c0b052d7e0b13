"""Control with clients around it."""

from pathlib import Path
from typing import Any

import pytest

from actors.control import Control
from actors.gate import KillGate
from actors.messages import Command, Reply
from actors.settings import Mode
from actors.units import Millis
from tests.actors.world import World

CLIENT = "client/00ff"


class Desk:
    def __init__(self, folder: Path, mode: Mode = Mode.PAPER) -> None:
        self.world = World(CLIENT, "risk")
        self.gate = KillGate(folder)
        self.mode = mode
        self.count = 0

    def start(self) -> None:
        self.world.spawn(Control, "control", mode=self.mode, gate=self.gate)

    def send(self, command_: str, /, *, id: str = "", late: int = 0, **arguments: str) -> None:
        self.count += 1
        command = Command(
            id or f"c-{self.count}", command_, Millis(self.world.now + 5_000 - late), arguments
        )
        self.world.tell("control", command, sender=CLIENT)

    def ask(self, name: str, /, **arguments: Any) -> Reply:
        """Send a command and return the answer, for which it has a second."""
        before = len(self.replies)
        self.send(name, **arguments)
        self.world.host.run(1.0)
        (reply,) = self.replies[before:]
        return reply

    @property
    def replies(self) -> list[Reply]:
        return self.world.told(CLIENT, Reply)

    def journalled(self, key: str = "gate") -> list[str]:
        return [entry.kind for entry in self.world.journal.entries(key)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.start()
    return made


@pytest.fixture
def live(tmp_path: Path) -> Desk:
    made = Desk(tmp_path, Mode.LIVE)
    made.start()
    return made
