"""One machine, one account, one bookmaker: the real actors in one thread and virtual time.

The same seed gives the same run. A crash drops the host with everything in memory; the
journal, the book and the kill gate stay, as on a machine.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from actors import paper, system
from actors.gate import KillGate
from actors.ledger import Ledger
from actors.messages import Command, Reply
from actors.orders import OrderState
from actors.paper.programme import Programme
from actors.risk import rules
from actors.settings import AccountSettings, RiskSettings, Settings
from actors.simulation.agenda import Act, Agenda
from actors.simulation.boot import at_the_simulated_book, start
from actors.simulation.carriage import BASE, OPERATOR, Carriage, LossyPost, SimClient
from actors.simulation.disk import Disk
from actors.simulation.given import LIMITS, PASSWORD, SETTINGS, SPEED, START, USER, days
from actors.simulation.inside import inside
from actors.simulation.judge import Judge
from actors.simulation.trouble import Counts, Luck, Trouble
from actors.units import Millis
from runtime.chance import seeded
from runtime.identity import CountedIdentity
from runtime.introspection import look
from runtime.sim_host import SimHost

LONGEST_RUN = 2_000_000
LONGEST_END = 1_500_000
LONGEST_WAIT = 30
"""Seconds in which whatever an actor still waits for has come, or is given up."""

BACK_WITHIN = (200, 8_000)
"""Milliseconds until a process that died is there again."""


class World:
    """A simulated machine and its bookmaker, which plays each `every`-th recorded match."""

    def __init__(
        self,
        folder: Path,
        seed: int = 1,
        trouble: Trouble | None = None,
        limits: RiskSettings = LIMITS,
        every: int = 1,
        *,
        settings: Settings | None = None,
        programme: Programme | None = None,
        without: frozenset[str] = frozenset(),
        **book: Any,
    ) -> None:
        self.seed, self.trouble = seed, trouble or Trouble()
        self.counts = Counts()
        self.luck = Luck(seeded(seed), self.counts)
        self.chance = self.luck.chance
        made = paper.PaperSettings(
            user=USER, password=PASSWORD, **{"balance": 1_000_000, "speed": SPEED} | book
        )
        played = programme or Programme(days(every), START, made.speed, made.seed)
        self.struck = paper.Faults(self.trouble.faults, seed)
        self.book = paper.PaperBook(made, played, faults=self.struck)
        self.book.url = BASE
        self.settings = at_the_simulated_book(settings or SETTINGS, limits)
        self.gate = KillGate(folder)
        self.crashed = False
        self.skew = 0
        self.agenda = Agenda(self.chance)
        self._to_wedge: list[str] = []
        self._to_pause: dict[str, str] = {}
        self.journal = Disk(self)
        self.ledger = Ledger(self.journal)
        self.judge = Judge(self.book, self.ledger, limits, self.gate, self.journal.moves)
        self.carriage = Carriage(self)
        self.identity = CountedIdentity()
        self.traces: list[str] = []
        self.ending = False
        self.patient = True  # the end waits until the book's silence has cleared every doubt
        self.opened_at: int | None = None
        self.full_until: int | None = None
        self._without = without
        self.host = self._boot(START)

    # Time.

    @property
    def now(self) -> int:
        """Return the true time, which is the book's; the machine's clock may be set wrong."""
        return self.host.clock.now() - self.skew

    def run(self, seconds: float) -> None:
        """Let so many seconds of virtual time pass, over crashes."""
        until = self.now + round(seconds * 1000)
        while self.now < until:
            if self.crashed:
                self.reboot()
            self._come_to_rest()
            self._start_again_what_ended()
            if self.crashed:
                continue
            due = self.host.next_due()
            left = (min(until, self.agenda.next_moment() or until) - self.now) / 1000
            wait = left if due is None else min(left, due - self.host.clock.monotonic())
            self.let_pass(max(wait, 0.001))
            self._wedge_now()

    def _come_to_rest(self) -> None:
        with self.host.standstill:
            for _ in range(LONGEST_RUN):
                if self.crashed or not self.host.step():
                    return
                self.counts.steps += 1
                self.agenda.step()
                self._wedge_now()
        raise AssertionError("the actors never come to rest")

    def let_pass(self, seconds: float) -> None:
        """Move the clock on, and do what was planned for a moment that has come."""
        clock = self.host.clock
        clock.advance_to(clock.monotonic() + seconds)
        self.agenda.come(self.now)

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        self.trouble = Trouble()
        self.struck.calm()
        self.agenda.forget_steps()
        self.carriage.calm()
        self.journal.calm()

    def end(self) -> None:
        """Let everything come to its end: no new bet, nothing goes wrong, every match is over."""
        self.calm()
        self.kill()
        self.ending = True
        self.host.stop("feed")
        until = self.now + LONGEST_END
        while self.now < until and not self._over():
            self.run(10)
        self.run(5)
        if inside(self.host, self.ledger, self.core_addresses):
            self.run(LONGEST_WAIT)

    def _over(self) -> bool:
        """Tell whether every bet is final, here and there, and nothing is on its way."""
        if self.agenda.next_moment() or self.host.waits_for_watch:
            return False
        return self.judge.all_final(doubts_too=self.patient)

    def verdict(self) -> list[str]:
        """Return what is wrong in the end, by the book and inside; empty when all is right."""
        return self.judge.verdict() + inside(self.host, self.ledger, self.core_addresses)

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

    def faults(self) -> Counter[str]:
        """Return how often each fault struck, the book's own included."""
        return self.counts.faults + Counter(
            {kind.value: count for kind, count in self.struck.struck.items()}
        )

    def trace(self) -> str:
        """Return what tells two runs apart: who ran when, in each life of the process."""
        return " ".join([*self.traces, self.host.trace_hash])

    # What is done to the machine.

    def plan(self, within: int, act: Act) -> None:
        """Do something at a random one of the next calls and steps."""
        self.agenda.after_steps(within, act)

    def plan_at(self, method: str, number: int, act: Act) -> None:
        """Do something while the book handles the n-th call of a method from now on."""
        self.carriage.plan_at(method, number, act)

    def plan_time(self, at: int, act: Act) -> None:
        """Do something at a moment of the true time, whatever becomes of the process."""
        self.agenda.at(at, act)

    def crash(self) -> None:
        """Lose the process now: in the middle of a call if there is one."""
        if not self.crashed:
            self.counts.faults["process crash"] += 1
        self.crashed = True

    def kill(self) -> None:
        """Close the gate, as `tictac kill` does."""
        self.gate.close("test", "test", self.now)
        self.judge.killed_at = self.judge.killed_at or len(self.judge.requests)

    def open_again(self) -> None:
        """Open the gate, as `tictac resume` does."""
        if self.gate.closed() and not self.ending:
            self.gate.open()
            self.judge.killed_at = None
            self.opened_at = self.now

    def set_clock(self, milliseconds: int) -> None:
        """Set the machine's clock forward, or back; the book's goes on."""
        self.counts.faults["clock set"] += 1
        self.skew += milliseconds
        self.host.clock.set_forward(milliseconds)
        self.judge.clock_was_set = True

    def freeze(self, seconds: float) -> None:
        """Let the book's feed repeat what it said last."""
        self.carriage.frozen_until = self.now + round(seconds * 1000)

    def fill_disk(self, seconds: float) -> None:
        """Let the disk refuse the journal for so long."""
        self.journal.fill(round(seconds * 1000))
        self.full_until = self.journal.full_until

    def pause(self, kind: str, name: str) -> None:
        """Let an operator pause what is named; it is held to from the answer on."""
        asked = self.command("pause", scope=kind, name=name)
        self._to_pause[asked] = rules.scope(kind, name)

    def unpause(self, kind: str, name: str) -> None:
        """Let an operator end a pause; it is no longer held to from now on."""
        self.judge.paused.pop(rules.scope(kind, name), None)
        self._to_pause.clear()
        self.command("unpause", scope=kind, name=name)

    def command(self, command: str, /, **arguments: str) -> str:
        """Let an operator ask something of the core; return the id of the question."""
        given = {"by": "operator", "reason": "simulated"} | arguments
        expires = Millis(self.now + 60_000)
        made = Command(self.identity.new("c"), command, expires, given)
        self.host.tell("control", made, OPERATOR)
        return made.id

    def _hear(self, reply: Reply) -> None:
        scope = self._to_pause.pop(reply.id, "")
        if scope and reply.exit == 0:
            self.counts.pauses += 1
            self.judge.paused[scope] = self.now

    def wedge(self, address: str) -> None:
        """Let an actor never come back from the turn that it begins next."""
        self._to_wedge.append(address)

    def _wedge_now(self) -> None:
        """Between two steps: in a turn under way it would come back from that one."""
        while self._to_wedge:
            cell = self.host.cells.get(self._to_wedge.pop())
            if cell is not None and cell.ready_said:
                self.counts.faults["actor wedged"] += 1
                self.host.wedge(cell.address)

    def reboot(self) -> None:
        """Start again from what is on the disk, a while later."""
        self.crashed = False
        self.traces.append(self.host.trace_hash)
        later = self.now + self.chance.randrange(*BACK_WITHIN)
        later = max(later, self.journal.full_until)  # a core waits for the disk before all else
        self.host = self._boot(later)
        self.let_pass(0.0)

    def _start_again_what_ended(self) -> None:
        """A process whose root gave up ends, and its parent starts it again."""
        if "root" not in self.host.cells:
            self.counts.faults["core gave up"] += 1
            self.crashed = True
        elif "feed" not in self.host.cells and not self.ending:
            self.counts.faults["feed gave up"] += 1
            self._start_feed(self.host)

    def _boot(self, now: int) -> SimHost:
        self.counts.boots += 1
        host = SimHost(self.seed * 1000 + self.counts.boots, self.journal, now + self.skew)
        host.ports = replace(host.ports, identity=self.identity)
        host.post = LossyPost(
            lambda: self.luck.strikes(self.trouble.lost_frames, "frame lost"), self._hear
        )
        self.journal.begin_term(now)
        core = system.core(self.settings, self.gate, self._connect)
        self.core_addresses = start(host, core, core.address, self._without)
        self._start_feed(host)
        return host

    def _start_feed(self, host: SimHost) -> None:
        start(host, system.feed(self.settings, self._connect), "feed", self._without)

    def _connect(self, account: AccountSettings) -> SimClient:
        return SimClient(self.carriage, account)
