"""The supervisor: an actor that starts, watches, restarts and stops its children.

Owns: its children.
Hears: Ready, Exited and Wedged from its host, its own deadlines, Wanted for its prefix.
Says: Ready to its own parent once all children are; to its children only Stop.
"""

from dataclasses import replace

from runtime.actor import Actor
from runtime.codec import Message
from runtime.errors import OurError
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
    AllReady,
    Backoff,
    Child,
    Command,
    Finished,
    Intensity,
    Start,
    State,
    StopChild,
    Strategy,
    Supervision,
    Wake,
)


class GaveUpError(OurError):
    """A supervisor's children failed more often than its intensity allows."""


class Supervisor(Actor):
    """Keep children alive by OTP's rules.

    With a `template`, an address under `<template.address>/` comes to life when a message
    is sent to it; the rest of the address reaches the actor as its own `address`.
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
    ) -> None:
        super().__init__()
        self._template = template
        self.rules = Supervision(
            children or [], strategy, intensity or Intensity(), self.chance, backoff
        )

    def on_start(self) -> None:
        if self._template is not None:
            for address in self._cell.post.own(f"{self._template.address}/", self.address):
                self._bring_to_life(address)
        self._obey(self.rules.begin(self.clock.monotonic()))

    def on_message(self, message: Message, sender: str) -> None:
        now = self.clock.monotonic()
        match message:
            case Ready(address, incarnation):
                self.cancel(f"start {address}")
                self._obey(self.rules.ready(address, incarnation, now))
            case Exited(address, incarnation, failure):
                self.cancel(f"start {address}")
                self.cancel(f"stop {address}")
                self._obey(self.rules.exited(address, incarnation, failure, now))
                if self._cell.post.keeps(address):
                    self._bring_to_life(address)
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
            case Wanted(address):
                self._bring_to_life(address)
            case _:
                super().on_message(message, sender)

    def on_stop_asked(self) -> None:
        self._obey(self.rules.leave(self.clock.monotonic()))

    def _bring_to_life(self, address: str) -> None:
        if self._template is None or address in self.rules.standings:
            return
        child = replace(self._template, address=address)
        self._obey(self.rules.add(child, self.clock.monotonic()))

    def _give_up(self, address: str, incarnation: int, reason: str) -> None:
        self.log.error("child given up", child=address, reason=reason)
        self._cell.host.abandon(address)
        self._obey(self.rules.exited(address, incarnation, reason, self.clock.monotonic()))

    def _obey(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Start(child):
                    self._start(child)
                case StopChild(child, incarnation):
                    self._cell.host.stop(child.address)
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

    def _start(self, child: Child) -> None:
        incarnation = self._cell.host.spawn(
            child.actor_class, child.address, self.address, **child.arguments
        )
        self.rules.started(child.address, incarnation)
        expired = StartExpired(child.address, incarnation)
        self.after(child.start_deadline, expired, f"start {child.address}")
