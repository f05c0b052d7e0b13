"""Thespian's multiprocTCPBase: a process each, joined by sockets."""

import time
from typing import Any

from thespian.actors import Actor, ActorSystem

from actors.bench.actors.contenders.gauge import WORD, Contender, Note, Tally
from actors.bench.actors.contenders.thespian_simple import Pong, Producer


class Counter(Actor):
    """Counts in its own process, and answers whoever asked when the last one was handled."""

    left: int
    asker: Any

    def receiveMessage(self, message: Any, sender: Any) -> None:  # noqa: N802
        if isinstance(message, Note):
            self.left -= 1
            if not self.left:
                self.send(self.asker, time.perf_counter_ns())
        elif isinstance(message, int):
            self.left, self.asker = message, sender
            self.send(sender, "counting")


class Timer(Actor):
    """Plays ping-pong in its own process and answers with the times."""

    asker: Any
    partner: Any
    rounds: int
    sent: int
    taken: list[int]

    def receiveMessage(self, message: Any, sender: Any) -> None:  # noqa: N802
        if isinstance(message, tuple):
            self.partner, self.rounds = message
            self.taken = []
            self.asker = sender
            self._serve(0)
        elif isinstance(message, Note):
            self.taken.append(time.perf_counter_ns() - self.sent)
            if message.number + 1 < self.rounds:
                self._serve(message.number + 1)
            else:
                self.send(self.asker, self.taken)

    def _serve(self, number: int) -> None:
        self.sent = time.perf_counter_ns()
        self.send(self.partner, Note(number, WORD))


class ThespianProcesses(Contender):
    """The clock is the machine's monotonic one, so processes can compare."""

    libraries = ("thespian",)

    def __init__(self) -> None:
        self._system = ActorSystem("multiprocTCPBase", logDefs={"version": 1})

    def receive(self, tally: Tally) -> None:
        self._tally = tally
        self._receiver = self._system.createActor(Counter)
        self._producer = self._system.createActor(Producer)

    def flood(self, way: str, messages: int) -> None:
        self._system.ask(self._receiver, messages)
        if way == "actor":
            self._system.tell(self._producer, ([self._receiver], messages))
        else:
            for number in range(messages):
                self._system.tell(self._receiver, Note(number, WORD))
        self._tally.finish(self._system.listen())

    def ping_pong(self, rounds: int) -> list[int]:
        timer, pong = self._system.createActor(Timer), self._system.createActor(Pong)
        taken: list[int] = self._system.ask(timer, (pong, rounds))
        return taken

    def close(self) -> None:
        self._system.shutdown()


CONTENDER = ThespianProcesses
