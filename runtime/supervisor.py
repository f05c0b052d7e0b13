"""The supervisor: an actor that starts, watches, restarts and stops its children.

Owns: its children.
Hears: Ready, Exited and Wedged from its host, its own deadlines, Wanted for its prefix.
Says: Ready to its own parent once all children are; to its children only Stop.

A supervisor does not outlive its children, nor they it: when it fails by itself, or its parent
gives it up, all below is given up with it, as OTP's links would have it.
"""

from collections.abc import Callable, Iterable

from runtime.actor import Actor
from runtime.codec import Message
from runtime.commands import AllReady, Command, Finished, Start, StopChild, Wake
from runtime.errors import OurError
from runtime.journal import Journal
from runtime.messages import (
    Exited,
    Ready,
    RestartDue,
    StartExpired,
    StopExpired,
    Wanted,
    Wedged,
)
from runtime.supervision import (
    AutoShutdown,
    Backoff,
    Child,
    Intensity,
    State,
    Strategy,
    Supervision,
)

Remembered = Callable[[Journal], Iterable[str]]
"""Reads in the journal which addresses of a template may not be forgotten."""


BIRTHS_A_TURN = 500


class GaveUpError(OurError):
    """A supervisor's children failed more often than its intensity allows."""


class Supervisor(Actor):
    """Keep children alive by OTP's rules.

    With a `template`, an address under `<template.address>/` comes to life when a message
    is sent to it; the rest of the address reaches the actor as its own `address`. Those that
    have something to remember, says `remembered`, come to life at the start.
    With an `auto_shutdown`, it stops the rest and leaves, which is no failure, when one or
    the last of its significant children has left for good.
    Raises ValueError for children that cannot be kept, such as two at one address.
    """

    own_thread = True
    ready_at_start = False

    def __init__(
        self,
        children: list[Child] | None = None,
        strategy: Strategy = Strategy.ONE_FOR_ONE,
        intensity: Intensity | None = None,
        backoff: Backoff | None = None,
        template: Child | None = None,
        auto_shutdown: AutoShutdown = AutoShutdown.NEVER,
        remembered: Remembered | None = None,
    ) -> None:
        super().__init__()
        self._template = template
        self._remembered = remembered
        self.rules = Supervision(
            children or [],
            strategy,
            intensity or Intensity(),
            self.chance,
            backoff,
            auto_shutdown,
            template,
        )

    def on_start(self) -> None:
        self._turn(self._begin)

    def on_message(self, message: Message, sender: str) -> None:
        self._turn(lambda: self._hear(message, sender))

    def on_stop_asked(self) -> None:
        self._turn(lambda: self._obey(self.rules.leave(self.clock.monotonic())))

    def _turn(self, work: Callable[[], None]) -> None:
        """Work, unless another one has this address by now and keeps children in its name."""
        try:
            if self._cell.abandoned:
                self.leave()
            else:
                work()
        except BaseException:
            if not self._cell.abandoned:
                for address in self._below(self.address):
                    self._kill(address)
            raise

    def _begin(self) -> None:
        if self._template is not None:
            wanted = self._cell.post.own(f"{self._template.address}/", self.address)
            self._bring_to_life([*self._to_remember(), *wanted])
        self._obey(self.rules.begin(self.clock.monotonic()))

    def _to_remember(self) -> Iterable[str]:
        return () if self._remembered is None else self._remembered(self.journal)

    def _hear(self, message: Message, sender: str) -> None:
        now = self.clock.monotonic()
        match message:
            case Ready(address, incarnation):
                self.cancel(f"start {address}")
                self._obey(self.rules.ready(address, incarnation, now))
            case Exited(address, incarnation, failure, excused):
                self.cancel(f"start {address}")
                self.cancel(f"stop {address}")
                self._obey(self.rules.exited(address, incarnation, failure, now, excused=excused))
                if self._cell.post.keeps(address):
                    self._bring_to_life([address])
            case StartExpired(address, incarnation):
                if self.rules.overdue(address, incarnation, State.STARTING):
                    self._give_up(address, incarnation, "not READY in time")
            case StopExpired(address, incarnation):
                if self.rules.overdue(address, incarnation, State.STOPPING):
                    self._give_up(address, incarnation, "did not leave in time")
            case Wedged(address, incarnation, seconds):
                if self.rules.overdue(address, incarnation, State.RUNNING):
                    self._give_up(address, incarnation, f"no end of a turn for {seconds:.0f} s")
            case RestartDue():
                self._obey(self.rules.due(now))
            case Wanted():
                self._bring_wanted_to_life()
            case _:  # a stray message is no reason to take the children down
                kind = type(message).__name__
                self.log.error("message of no use to a supervisor", kind=kind, sender=sender)

    def _bring_wanted_to_life(self) -> None:
        if self._template is None:
            return
        wanted = self._cell.post.wanted(f"{self._template.address}/", BIRTHS_A_TURN)
        self._bring_to_life(wanted)
        if len(wanted) == BIRTHS_A_TURN:
            self.tell(self.address, Wanted())

    def _bring_to_life(self, addresses: Iterable[str]) -> None:
        if self._template is None:
            return
        unborn = dict.fromkeys(each for each in addresses if each not in self.rules.standings)
        children = [self._template.at(address) for address in unborn]
        self._obey(self.rules.add(children, self.clock.monotonic()))

    def _give_up(self, address: str, incarnation: int, reason: str) -> None:
        self.log.error("child given up", child=address, reason=reason)
        self._kill(address)
        self._obey(self.rules.exited(address, incarnation, reason, self.clock.monotonic()))

    def _kill(self, address: str) -> None:
        """Fence an actor off with all below it."""
        host = self._cell.host
        cell = host.cells.get(address)
        if cell is None:
            return
        cell.abandoned = True  # first, so that a supervisor starts nobody any more
        if isinstance(cell.actor, Supervisor):
            for below in self._below(address):
                self._kill(below)
        host.abandon(address)

    def _below(self, address: str) -> list[str]:
        cells = list(self._cell.host.cells.values())
        return [cell.address for cell in cells if cell.parent == address]

    def _obey(self, commands: list[Command]) -> None:
        to_start: list[Child] = []
        to_stop: list[str] = []
        for command in commands:
            match command:
                case Start(child):
                    to_start.append(child)
                case StopChild(child, incarnation):
                    if child.address in self._cell.host.cells:  # else its Exited is on the way
                        to_stop.append(child.address)
                    expired = StopExpired(child.address, incarnation)
                    self.after(child.stop_deadline, expired, f"stop {child.address}")
                case Wake(seconds):
                    self.after(seconds, RestartDue())
                case AllReady():
                    self.ready()
                case Finished(failure):
                    if failure:
                        raise GaveUpError(failure)
                    self.leave()
        if to_stop:
            self._cell.host.stop(*to_stop)
        if to_start and not self._cell.abandoned:
            self._start(to_start)

    def _start(self, children: list[Child]) -> None:
        births = [(child.actor_class, child.address, child.arguments) for child in children]
        incarnations = self._cell.host.spawn_all(births, self.address)
        for child, incarnation in zip(children, incarnations, strict=True):
            self.rules.started(child.address, incarnation)
            expired = StartExpired(child.address, incarnation)
            self.after(child.start_deadline, expired, f"start {child.address}")
