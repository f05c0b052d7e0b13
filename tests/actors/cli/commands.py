"""Commands as people call them, in this process, and a core for them to talk to."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from actors import system
from actors.cli import main
from actors.control import Control
from actors.gate import KillGate
from actors.ledger import open_journal
from actors.settings import Mode
from actors.state_folder import StateFolder
from runtime.bus import Bus
from runtime.clock import SystemClock
from runtime.host import Ports
from runtime.thread_host import ThreadHost


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Commands:
    """Run `tictac ...` and return its exit code and what it printed."""

    def __init__(self, state: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.state = StateFolder(state)
        self._capture = capture

    def __call__(self, *arguments: str, state: bool = True) -> Done:
        given = ["--state", str(self.state.path)] if state else []
        before = sys.argv
        sys.argv = ["tictac", *arguments, *given]
        self._capture.readouterr()
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            sys.argv = before
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, *self._capture.readouterr())


@contextmanager
def running_core(state: StateFolder, mode: Mode = Mode.PAPER) -> Iterator[ThreadHost]:
    """Be a core with nothing but its Control, on a real bus."""
    state.prepare()
    journal = open_journal(state.path)
    journal.begin_term(SystemClock().now())
    host = ThreadHost(Ports(journal=journal))
    bus = Bus(host.post, "core", state.bus_address(), True, system.OPEN_TO_CLIENTS)
    bus.start()
    host.spawn(Control, "control", mode=mode, gate=KillGate(state.path))
    try:
        assert host.ready.wait(10)
        socket = Path(state.bus_address().removeprefix("ipc://"))
        while not socket.exists():
            assert not host.ended.wait(0.005)
        yield host
    finally:
        assert host.close() == []
        bus.close()
