"""One machine of a proof: the real nodes on a state directory of their own, and their verdict."""

import contextlib
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from actors import nodes
from actors.gate import KillGate
from actors.ledger import Ledger, open_journal
from actors.orders import OPEN, OrderState
from actors.prove.verdict import bets, placements, verdict
from actors.state_folder import StateFolder
from runtime.child import ChildProcess, Running, spawn
from runtime.clock import SystemClock
from runtime.errors import OurError
from runtime.identity import UniqueIdentity

CONFIG = """
accounts: {ao: {}}
markets:
  today: {account: ao, when: today, every: 300ms}
  early: {account: ao, when: early, every: 300ms}
strategies:
  value: {use: "actors.strategies.value:Value", parameters: {min_edge: 0.1}}
risk:
  selection_cooldown: 2s
  event_cooldown: 200ms
  max_event_exposure: 300.00
  max_market_exposure: 300.00
  max_selection_exposure: 100.00
  max_open_bets: 1000
  orders_per_minute: 1000
  max_exposure: 5000.00
  max_account_exposure: 5000.00
  max_book_exposure: 5000.00
  max_league_exposure: 5000.00
  daily_loss: 1000000.00
  max_drawdown: 1000000.00
  losing_streak: 1000000
  doubt_patience: 4s
paper: {speed: 1200, seed: SEED, balance: 1000000.00}
"""

LOOK_EVERY = 0.05
START_WITHIN = 60.0
REST_WITHIN = 90.0


class Machine:
    """A paper book and a feed that stay, and cores that come and go."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.state = StateFolder(folder / "state")
        self.state.prepare()
        self.config = folder / "config.yaml"
        self.config.write_text(CONFIG.replace("SEED", str(seed)), encoding="utf-8")
        self.gate = KillGate(self.state.path)
        self.port = _free_port()
        self._env = {nodes.PAPER_PASSWORD: UniqueIdentity().new("paper")}
        self._clock = SystemClock()
        self._nodes = [self._book(seed)]
        self.until(self._nodes[0].is_ready, "the paper book")
        self._nodes.append(self._feed())

    def _book(self, seed: int) -> Running:
        arguments = [str(seed), *self._where()]
        return self._spawn("paper", ["-m", "actors.prove.troubled_book", *arguments])

    def _feed(self) -> Running:
        return self._spawn(
            "feed",
            [
                *("-m", "actors.cli", "node", "feed", "--config", str(self.config)),
                *("--state", str(self.state.path), "--mode", "paper", "--port", str(self.port)),
            ],
        )

    def core(self, point: str = "", hit: int = 1) -> Running:
        """Start a core, which ends at a named point if one is given."""
        return self._spawn("core", ["-m", "actors.prove.victim", point, str(hit), *self._where()])

    def _where(self) -> list[str]:
        return [str(self.config), str(self.state.path), str(self.port)]

    def _spawn(self, name: str, arguments: list[str]) -> Running:
        return spawn(ChildProcess(name, [sys.executable, *arguments], self._env))

    def until(self, true: Callable[[], bool], what: str, seconds: float = START_WITHIN) -> None:
        """Wait for something to come true. Raises OurError when it does not in time."""
        limit = self._clock.monotonic() + seconds
        pause = threading.Event()
        while not true():
            if self._clock.monotonic() > limit:
                raise OurError(f"not within {seconds:.0f} s: {what}; see {self.state.log}")
            pause.wait(LOOK_EVERY)

    def ended(self, core: Running, seconds: float) -> bool:
        """Tell whether a core ends by itself within so many seconds."""
        with contextlib.suppress(OurError):
            self.until(lambda: core.exit_code() is not None, "the end of the core", seconds)
        return core.exit_code() is not None

    def come_to_rest(self) -> None:
        """Let a core that places nothing bring everything to its end."""
        self.gate.close("proof", "proof", self._clock.now())
        core = self.core()
        try:
            self.until(core.is_ready, "the core at rest")
            self.until(self._at_rest, "rest", REST_WITHIN)
            core.ask_to_stop(heard=True)
            if not self.ended(core, 30.0):
                raise OurError("a core does not stop when it is asked to")
        finally:
            core.kill()
            core.close()
        self.gate.open()

    def _at_rest(self) -> bool:
        known = bets(self.state.paper)
        with _journal(self.state) as ledger:
            return all(
                order.state == OrderState.IN_DOUBT.value and order.reference not in known
                for order in ledger.orders(OPEN)
            )

    def verdict(self) -> list[str]:
        """Hold our journal against the book's own file, at rest; empty when they agree."""
        with _journal(self.state) as ledger:
            return verdict(ledger, self.state.paper, at_rest=True)

    def placements(self) -> int:
        """Return how many PlaceBets the book has received."""
        return len(placements(self.state.paper))

    def close(self) -> None:
        """End what stays."""
        for node in reversed(self._nodes):
            node.kill()
            node.close()


@contextlib.contextmanager
def _journal(state: StateFolder) -> Iterator[Ledger]:
    journal = open_journal(state.path)
    try:
        yield Ledger(journal)
    finally:
        journal.connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
