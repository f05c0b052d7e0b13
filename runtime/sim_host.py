"""The deterministic host: one thread, virtual time, seeded order, the same actors."""

import contextlib
import hashlib

from runtime.actor import Actor
from runtime.chance import Chance, seeded
from runtime.clock import VirtualClock
from runtime.host import Cell, Host, Ports
from runtime.identity import CountedIdentity
from runtime.journal import Journal
from runtime.mailbox import NO_TIMERS, Mailbox, NothingToDo, SimMailbox
from runtime.standstill import Standstill

LATER = 0.001  # seconds after a deadline at which it is seen to be over


class SimHost(Host):
    """Run one actor for one message at a time; time jumps to the next timer.

    The same seed and the same actors give the same `trace_hash`. An actor that would wait for
    the world outside fails with BlockedError.
    """

    def __init__(self, seed: int = 0, journal: Journal | None = None, start: int = 0) -> None:
        self.clock = VirtualClock(start) if start else VirtualClock()
        self._order: Chance = seeded(seed)
        super().__init__(Ports(self.clock, seeded(seed + 1), CountedIdentity(), journal))
        self._trace = hashlib.sha256()
        self._unborn: list[Cell] = []
        self.standstill = Standstill()
        self._wedged: set[Cell] = set()
        self._unnoticed: set[Cell] = set()

    @property
    def trace_hash(self) -> str:
        """Return a digest of every step so far: who ran, when."""
        return self._trace.hexdigest()

    @property
    def waits_for_watch(self) -> bool:
        """Tell whether an actor is wedged and nobody was told so yet."""
        return not self._unnoticed.isdisjoint(self.cells.values())

    def wedge(self, address: str) -> None:
        """Let an actor never come back from a turn that begins now."""
        cell = self.cells[address]
        cell.mailbox.work.begin(self.clock.monotonic())
        self._wedged.add(cell)
        self._unnoticed.add(cell)

    def step(self) -> bool:
        """Run one actor for one message. False when nobody has anything to do."""
        if self._unnoticed:
            self._unnoticed &= set(self.cells.values())
            self._unnoticed.difference_update(self._tell_of_wedged(self._unnoticed))
        now, unborn, wedged = self.clock.monotonic(), self._unborn, self._wedged
        ready = [
            cell
            for cell in self.cells.values()
            if (
                (
                    (box := cell.mailbox).admitted > box.taken  # asked of all before each step:
                    or ((timers := box.timers.pending) and timers[0].due <= now)  # no call for each
                )
                and box.ready_at(now)
                and cell not in wedged
            )
            or cell in unborn
        ]
        if not ready:
            return False
        self._run_once(self._order.choice(ready))
        return True

    def run(self, seconds: float | None = None) -> None:
        """Run until nothing is left to do, or for so many seconds of virtual time."""
        self.run_until(None if seconds is None else self.clock.monotonic() + seconds)

    def run_until(self, until: float | None) -> None:
        """Run until nothing is left to do, or to a moment of the monotonic clock."""
        while True:
            with self.standstill:
                while self.step():
                    pass
            due = self.next_due()
            if due is None or (until is not None and due > until):
                break
            self.clock.advance_to(due)
        if until is not None:
            self.clock.advance_to(until)

    def next_due(self) -> float | None:
        """Return when the next timer comes due, in seconds of the monotonic clock."""
        dues = [
            cell.mailbox.timers.next_due()
            for cell in self.cells.values()
            if cell.mailbox.timers is not NO_TIMERS and cell not in self._wedged
        ]
        for cell in self._unnoticed:
            began = cell.mailbox.work.began
            dues.append(None if began is None else began + cell.actor_class.turn_deadline + LATER)
        return min((due for due in dues if due is not None), default=None)

    def _mailbox(self, actor_class: type[Actor], address: str) -> Mailbox:  # noqa: ARG002
        return SimMailbox(self.ports.clock, self.post.bury_unreadable)

    def _run(self, cell: Cell, actor: Actor) -> None:  # noqa: ARG002
        self._unborn.append(cell)  # on_start is a step of its own, as on a thread

    def _run_once(self, cell: Cell) -> None:
        actor, mailbox = cell.actor, cell.mailbox
        assert actor is not None
        assert isinstance(mailbox, SimMailbox)
        self._trace.update(f"{self.clock.monotonic():.6f} {cell.address}\n".encode())
        mailbox.work.begin(self.clock.monotonic())
        turns = 0
        with self.standstill:
            if cell in self._unborn:
                self._unborn.remove(cell)
                actor._actor_loop_setup()
            else:
                mailbox.granted = True
                with contextlib.suppress(NothingToDo):
                    actor._actor_loop_running()
                turns = 1
        mailbox.work.end(self.clock.monotonic(), turns)
        if actor.actor_stopped.is_set():
            self.loop_ended(cell)
