"""pykka's ThreadingActor: a thread and a queue each."""

import time
from typing import Any

import pykka

from actors.bench.actors.contenders.gauge import BURST, WORD, Contender, Note, Tally, pause, sit


class Receiver(pykka.ThreadingActor):
    use_daemon_thread = True

    def __init__(self, tally: Tally, number: int) -> None:
        super().__init__()
        self.tally = tally
        self.number = number

    def on_receive(self, message: Any) -> None:
        if isinstance(message, Note):
            self.tally.handled(self.number)


class Member(Receiver):
    """One of very many: it has started, and waits."""

    def on_start(self) -> None:
        self.tally.handled(self.number)


class Producer(pykka.ThreadingActor):
    use_daemon_thread = True

    def __init__(self, tally: Tally, receivers: list[pykka.ActorRef[Receiver]]) -> None:
        super().__init__()
        self.tally = tally
        self.receivers = receivers
        self.told = self.messages = 0

    def on_receive(self, message: Any) -> None:
        if message != "go":
            self.told, self.messages = 0, int(message)
        while self.tally.ahead(self.told):
            pause()
        receivers, count = self.receivers, len(self.receivers)
        for told in range(self.told, min(self.told + BURST, self.messages)):
            receivers[told % count].tell(Note(told, WORD))
        self.told = min(self.told + BURST, self.messages)
        if self.told < self.messages:
            self.actor_ref.tell("go")


class Pong(pykka.ThreadingActor):
    use_daemon_thread = True

    def on_start(self) -> None:
        sit(1)

    def on_receive(self, message: tuple[Note, "pykka.ActorRef[Ping]"]) -> None:
        note, sender = message
        sender.tell(note)


class Ping(pykka.ThreadingActor):
    use_daemon_thread = True

    def __init__(self, partner: pykka.ActorRef[Pong], tally: Tally, taken: list[int]) -> None:
        super().__init__()
        self.partner = partner
        self.tally = tally
        self.taken = taken
        self.rounds = self.sent = 0

    def on_start(self) -> None:
        sit(0)

    def on_receive(self, message: Any) -> None:
        if not isinstance(message, Note):
            self.rounds = int(message)
            self._serve(0)
            return
        self.taken.append(time.perf_counter_ns() - self.sent)
        self.tally.handled(0)
        if message.number + 1 < self.rounds:
            self._serve(message.number + 1)

    def _serve(self, number: int) -> None:
        self.sent = time.perf_counter_ns()
        self.partner.tell((Note(number, WORD), self.actor_ref))


class PykkaThreads(Contender):
    """Started and told by their refs; stopped all at once, then awaited."""

    libraries = ("pykka",)

    def receive(self, tally: Tally) -> None:
        self._tally = tally
        self._receivers = [Receiver.start(tally, number) for number in range(tally.receivers)]
        self._producer = Producer.start(tally, self._receivers)

    def flood(self, way: str, messages: int) -> None:
        if way == "actor":
            self._producer.tell(messages)
        else:
            receivers, count = self._receivers, len(self._receivers)
            for number in range(messages):
                if not number % BURST:
                    while self._tally.ahead(number):
                        pause()
                receivers[number % count].tell(Note(number, WORD))
        self._tally.wait()

    def ping_pong(self, rounds: int) -> list[int]:
        taken: list[int] = []
        tally = Tally(1)
        tally.begin(rounds)
        Ping.start(Pong.start(), tally, taken).tell(rounds)
        tally.wait()
        self.depopulate()
        return taken

    def populate(self, tally: Tally) -> None:
        for number in range(tally.receivers):
            Member.start(tally, number)
        tally.wait()

    def depopulate(self) -> None:
        ends = [ref.stop(block=False) for ref in pykka.ActorRegistry.get_all()]
        for end in ends:
            end.get()


CONTENDER = PykkaThreads
