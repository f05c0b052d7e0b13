"""Thespian's simpleSystemBase, its default: all actors in the thread that tells."""

import time
from typing import Any

from thespian.actors import Actor, ActorExitRequest, ActorSystem

from actors.bench.actors.contenders.gauge import BURST, WORD, Contender, Note, Tally


class Receiver(Actor):
    tally: Tally
    number: int

    def receiveMessage(self, message: Any, sender: Any) -> None:  # noqa: N802, ARG002
        if isinstance(message, Note):
            self.tally.handled(self.number)
        elif isinstance(message, tuple):
            self.tally, self.number = message


class Producer(Actor):
    receivers: list[Any]
    told: int
    messages: int

    def receiveMessage(self, message: Any, sender: Any) -> None:  # noqa: N802, ARG002
        if isinstance(message, tuple):
            self.receivers, self.messages = message
            self.told = 0
        end = min(self.told + BURST, self.messages)
        receivers, count = self.receivers, len(self.receivers)
        for told in range(self.told, end):
            self.send(receivers[told % count], Note(told, WORD))
        self.told = end
        if self.told < self.messages:
            self.send(self.myAddress, "go")


class Pong(Actor):
    def receiveMessage(self, message: Any, sender: Any) -> None:  # noqa: N802
        if isinstance(message, Note):
            self.send(sender, message)


class Ping(Actor):
    partner: Any
    rounds: int
    sent: int
    taken: list[int]

    def receiveMessage(self, message: Any, sender: Any) -> None:  # noqa: N802, ARG002
        if isinstance(message, tuple):
            self.partner, self.rounds, self.taken = message
            self._serve(0)
        elif isinstance(message, Note):
            self.taken.append(time.perf_counter_ns() - self.sent)
            if message.number + 1 < self.rounds:
                self._serve(message.number + 1)

    def _serve(self, number: int) -> None:
        self.sent = time.perf_counter_ns()
        self.send(self.partner, Note(number, WORD))


class ThespianSimple(Contender):
    """One thread, so nothing runs while the main thread does something else."""

    libraries = ("thespian",)

    def __init__(self) -> None:
        self._system = ActorSystem("simpleSystemBase")

    def receive(self, tally: Tally) -> None:
        self._tally = tally
        self._receivers = [self._system.createActor(Receiver) for _ in range(tally.receivers)]
        for number, receiver in enumerate(self._receivers):
            self._system.tell(receiver, (tally, number))
        self._producer = self._system.createActor(Producer)

    def flood(self, way: str, messages: int) -> None:
        if way == "actor":
            self._system.tell(self._producer, (self._receivers, messages))
        else:
            tell, receivers, count = self._system.tell, self._receivers, len(self._receivers)
            for number in range(messages):
                tell(receivers[number % count], Note(number, WORD))
        self._tally.wait()

    def ping_pong(self, rounds: int) -> list[int]:
        taken: list[int] = []
        ping = self._system.createActor(Ping)
        self._system.tell(ping, (self._system.createActor(Pong), rounds, taken))
        return taken

    def populate(self, tally: Tally) -> None:
        self._members = [self._system.createActor(Receiver) for _ in range(tally.receivers)]

    def depopulate(self) -> None:
        for member in self._members:
            self._system.tell(member, ActorExitRequest())
        self._system.shutdown()


CONTENDER = ThespianSimple
