"""The whole system in one thread: the real actors, and the paper bookmaker behind their client.

Virtual time, no network, no thread: the same seed gives the same run. A crash drops the host
with everything in memory; the journal, the book and the kill gate stay, as on a machine.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from actors import paper, system
from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.connection import Answer
from actors.errors import NotSentError, UnknownOutcomeError
from actors.executor import Executor
from actors.gate import KillGate
from actors.ledger import Ledger, OrderTable
from actors.orders import OrderState
from actors.paper.programme import Programme
from actors.paper.recorded import recorded_days
from actors.settings import AccountSettings, Amount, RiskSettings, Settings, load
from runtime.codec import Sealed
from runtime.configuration import Seconds, Secret
from runtime.identity import CountedIdentity
from runtime.introspection import look
from runtime.journal import Journal
from runtime.post import PostOffice
from runtime.sim_host import SimHost
from runtime.supervision import Child
from tests.system.judge import USER, Judge

CONFIG = Path(__file__).parents[2] / "config.yaml"
START = 1_600_000_000_000
BASE = "http://paper.simulated/AsianOddsService"
LONGEST_RUN = 2_000_000
PASSWORD = "of the simulated account"
SPEED = 300
LONGEST_END = 15
LATE_MS = (1_000, 50_000)

LIMITS = RiskSettings(
    max_exposure=Amount(12_000),
    max_event_exposure=Amount(3_000),
    max_selection_exposure=Amount(2_000),
    daily_loss=Amount(60_000),
    max_open_bets=11,
    selection_cooldown=Seconds(20.0),
    doubt_patience=Seconds(60.0),
)
"""Tight enough that each of them is reached; the judge takes its figures from here."""


class Crash(BaseException):
    """The process ends in the middle of a call."""


@dataclass
class Trouble:
    """What goes wrong beside the book's own faults, in thousandths of all calls or frames."""

    faults: tuple[paper.Fault, ...] = ()
    refused: int = 0  # no connection comes about
    broken: int = 0  # the caller fails with an error nobody foresaw, before or after the effect
    broken_placements: int = 0  # the same, of placements
    crashed_placements: int = 0  # the process dies in a placement, before or after the effect
    late_placements: int = 0  # the book gets it when the client has long given up
    lost_frames: int = 0  # between feed and core, as ZeroMQ may lose them


class SimClient(AsianOddsClient):
    """The real client, whose calls reach the book without HTTP."""

    def __init__(self, world: "World", settings: AccountSettings) -> None:
        super().__init__(settings.url, settings.connect_timeout, settings.read_timeout)
        self._world = world

    def exchange(
        self,
        call: str,
        *,
        token: str = "",
        key: str = "",
        query: Mapping[str, str] | None = None,
        document: bytes | None = None,
        last_look: Callable[[], None] | None = None,
    ) -> Answer:
        if last_look is not None:
            self._world.connecting()
            last_look()
        assert self._base == BASE
        headers = {"aotoken": token} if token else {}
        headers |= {"aokey": key} if key else {}
        params = {name.lower(): value for name, value in (query or {}).items()}
        _, read_seconds = self._timeouts
        return self._world.call(call, params, headers, document, read_seconds)


class LossyPost(PostOffice):
    """Lose some of what goes between the feed node and the core node."""

    def __init__(self, lose: Callable[[], bool]) -> None:
        super().__init__()
        self._lose = lose

    def send(self, letters: Sequence[Sealed], again: bool = False) -> None:
        kept = [letter for letter in letters if not (_crosses(letter) and self._lose())]
        super().send(kept, again)


def _crosses(letter: Sealed) -> bool:
    ends = (letter.sender.partition("/")[0], letter.to.partition("/")[0])
    return "poller" in ends and ("market" in ends or "session" in ends)


@dataclass
class Counts:
    """What happened, for the report and against tests that test nothing."""

    calls: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    boots: int = 0


class World:
    """One machine, one account, one bookmaker that plays each `every`-th recorded match."""

    def __init__(
        self,
        folder: Path,
        seed: int = 1,
        trouble: Trouble | None = None,
        limits: RiskSettings = LIMITS,
        every: int = 1,
        **book: int,
    ) -> None:
        self.seed, self.trouble = seed, trouble or Trouble()
        self.chance = random.Random(seed)
        self.counts = Counts()
        made = paper.PaperSettings(
            user=USER,
            password=PASSWORD,
            **{"balance": 1_000_000, "speed": SPEED} | book,
        )
        days = tuple(day[::every] for day in recorded_days())
        programme = Programme(days, START, made.speed, made.seed)
        faults = paper.Faults(self.trouble.faults, seed)
        self.book = paper.PaperBook(made, programme, faults=faults)
        self.book.url = BASE
        self.settings = _settings(limits)
        self.gate = KillGate(folder)
        self.journal = Journal(None, [OrderTable()])
        self.ledger = Ledger(self.journal)
        self.judge = Judge(self.book, self.ledger, limits, self.gate)
        self.identity = CountedIdentity()
        self.traces: list[str] = []
        self.crashed = False
        self._planned: list[tuple[int, Callable[[], None]]] = []
        self._late: list[tuple[int, Callable[[], object]]] = []
        self._at_call: dict[tuple[str, int], Callable[[], None]] = {}
        self.host = self._boot(START)

    # Time.

    @property
    def now(self) -> int:
        return self.host.clock.now()

    def run(self, seconds: float) -> None:
        """Let so many seconds of virtual time pass, over crashes."""
        until = self.now + round(seconds * 1000)
        while self.now < until:
            for _ in range(LONGEST_RUN):
                if self.crashed:
                    self.reboot()
                if not self.host.step():
                    break
                self.counts.steps += 1
                self._happen()
            else:
                raise AssertionError("the actors never come to rest")
            if self.crashed:
                continue
            due = self.host._next_due()
            left = (until - self.now) / 1000
            wait = left if due is None else min(left, due - self.host.clock.monotonic())
            self._pass(max(wait, 0.001))

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        self.trouble = Trouble()
        self.book._faults = paper.Faults()
        self._planned.clear()
        self._at_call.clear()

    def end(self) -> None:
        """Let everything come to its end: no new bet, nothing goes wrong, every match is over."""
        self.calm()
        self.kill()
        self.host.stop("feed")
        for _ in range(LONGEST_END):
            self.run(100)
            if self.ledger.open_stakes() == 0:
                break
        self.run(5)

    def verdict(self) -> list[str]:
        """Return what is wrong in the end, by the book and inside; empty when all is right."""
        faults = self.judge.verdict()
        doubts = {order.id for order in self.ledger.orders({OrderState.IN_DOUBT})}
        risk = self.actor("risk")
        if set(risk._book.held) != doubts:
            faults.append(f"Risk holds {sorted(risk._book.held)}, in doubt are {sorted(doubts)}")
        if risk._book.stakes() != self.ledger.open_stakes():
            faults.append(f"Risk counts {risk._book.stakes()}, {self.ledger.open_stakes()} open")
        waiting = {
            cell.actor._order for cell in self.host.cells.values() if type(cell.actor) is Executor
        }
        if not waiting <= {"", *doubts}:
            faults.append(f"Executors wait for {sorted(waiting - doubts)}")
        alive = {address for address in self.host.cells if not address.startswith("executor/")}
        if self.core_addresses - alive:
            faults.append(f"gone for good: {sorted(self.core_addresses - alive)}")
        return faults

    def actor(self, address: str) -> Any:
        """Return the actor that answers at an address now."""
        return self.host.cells[address].actor

    def restarts(self) -> dict[str, int]:
        """Return how often supervisors of this life of the process started children again."""
        return {row.address: row.restarts for row in look(self.host).actors if row.restarts}

    def denials(self) -> set[str]:
        """Return the names of the controls that ever said no."""
        return {
            order.reason.partition(":")[0]
            for order in self.ledger.everything()
            if order.state == OrderState.DENIED.value
        }

    def trace(self) -> str:
        """Return what tells two runs apart: who ran when, in each life of the process."""
        return " ".join([*self.traces, self.host.trace_hash])

    # What is done to the machine.

    def plan(self, within: int, act: Callable[[], None]) -> None:
        """Do something at a random one of the next calls and steps."""
        self._planned.append((self.chance.randrange(1, within), act))

    def plan_at(self, method: str, number: int, act: Callable[[], None]) -> None:
        """Do something while the book handles the n-th call of a method from now on."""
        self._at_call[method, self.counts.calls[method] + number] = act

    def crash(self) -> None:
        """Lose the process now: in the middle of a call if there is one."""
        self.counts.faults["process crash"] += 1
        self.crashed = True

    def kill(self) -> None:
        """Close the gate, as `tictac kill` does."""
        self.gate.close("test", "test", self.now)
        self.judge.killed_at = self.judge.killed_at or len(self.judge.requests)

    def reboot(self) -> None:
        """Start again from what is on the disk, a while later."""
        self.crashed = False
        self.traces.append(self.host.trace_hash)
        self.host = self._boot(self.now + self.chance.randrange(200, 20_000))

    def _boot(self, now: int) -> SimHost:
        self.counts.boots += 1
        host = SimHost(self.seed * 1000 + self.counts.boots, self.journal, now)
        host.ports = replace(host.ports, identity=self.identity)
        host.post = LossyPost(lambda: self._strikes(self.trouble.lost_frames, "frame lost"))
        self.journal.begin_term(now)
        core = system.core(self.settings, self.gate, self._connect)
        feed = system.feed(self.settings, self._connect)
        self.core_addresses = _addresses(core)
        host.spawn(core.actor_class, core.address, **core.arguments)
        host.spawn(feed.actor_class, "feed", **feed.arguments)
        return host

    def _connect(self, account: AccountSettings) -> SimClient:
        return SimClient(self, account)

    # What the client calls.

    def connecting(self) -> None:
        """Let the time pass that it takes until the connection for a placement stands."""
        self._happen()
        self._pass(self.chance.uniform(0.001, 0.3))

    def call(
        self,
        call: str,
        params: dict[str, str],
        headers: dict[str, str],
        document: bytes | None,
        read_seconds: float,
    ) -> Answer:
        """Carry one call to the book and its answer back, with all that can go wrong."""
        assert not self.crashed, "a dead process calls the book"
        method = call.lower()
        body = None if document is None else json.loads(document)
        self.counts.calls[method] += 1
        if method == "placebet":
            self.judge.asked(body, self.now)
        self._maybe_end(method, "before")
        self._pass(self.chance.uniform(0.005, 0.15))
        if method == "placebet" and self._strikes(self.trouble.late_placements, "arrives late"):
            at = self.now + self.chance.randrange(*LATE_MS)
            self._late.append((at, lambda: self._arrive(method, params, headers, body)))
            self._pass(read_seconds)
            raise UnknownOutcomeError("simulated: no answer")
        if self._strikes(self.trouble.refused, "connection refused"):
            raise NotSentError("simulated: connection refused")
        answer = self._arrive(method, params, headers, body)
        self._at_call.pop((method, self.counts.calls[method]), lambda: None)()
        self._maybe_end(method, "after")
        return self._carried_back(answer, read_seconds)

    def _arrive(
        self, method: str, params: dict[str, str], headers: dict[str, str], body: Any
    ) -> paper.Answer:
        answer = self.book.handle(method, params, headers, body, self.now)
        self.judge.answered(answer, self.now)
        return answer

    def _maybe_end(self, method: str, when: str) -> None:
        """Let the process or the calling actor end here, if that is to happen."""
        trouble, placing = self.trouble, method == "placebet"
        self._happen()
        if placing and self._strikes(trouble.crashed_placements, f"crash {when} placing"):
            self.crash()
        if self.crashed:
            raise Crash
        broken = trouble.broken_placements if placing else trouble.broken
        if self._strikes(broken, f"broken {when} {'placing' if placing else 'reading'}"):
            raise RuntimeError(f"simulated: an error nobody foresaw, {when} {method}")

    def _carried_back(self, answer: paper.Answer, read_seconds: float) -> Answer:
        delay = answer.delay_ms / 1000
        self._pass(min(delay, read_seconds))
        if answer.cut or delay > read_seconds:
            self.counts.faults["answer lost"] += 1
            raise UnknownOutcomeError("simulated: no answer")
        text = json.dumps(answer.payload) if answer.raw is None else answer.raw
        self.counts.faults["malformed"] += answer.raw is not None
        if answer.status != 200:
            self.counts.faults[f"HTTP {answer.status}"] += 1
        mark = b"\xef\xbb\xbf" if answer.mark else b""
        return Answer(answer.status, mark + text.encode())

    def _happen(self) -> None:
        self._planned = [(left - 1, act) for left, act in self._planned]
        for _, act in [plan for plan in self._planned if plan[0] == 0]:
            act()

    def _pass(self, seconds: float) -> None:
        clock = self.host.clock
        clock.advance_to(clock.monotonic() + seconds)
        for late in [late for late in self._late if late[0] <= self.now]:
            self._late.remove(late)
            late[1]()

    def _strikes(self, permille: int, name: str) -> bool:
        struck = permille > 0 and self.chance.randrange(1000) < permille
        self.counts.faults[name] += struck
        return struck


def _addresses(child: Child) -> set[str]:
    below = [_addresses(one) for one in child.arguments.get("children", [])]
    return {child.address}.union(*below)


def _settings(limits: RiskSettings) -> Settings:
    """Return the configuration that ships, with an account at the simulated book."""
    settings = load(CONFIG, {}, mode="paper")
    accounts = {
        name: msgspec.structs.replace(account, url=BASE, username=USER, password=Secret(PASSWORD))
        for name, account in settings.accounts.items()
    }
    return msgspec.structs.replace(settings, accounts=accounts, risk=limits)
