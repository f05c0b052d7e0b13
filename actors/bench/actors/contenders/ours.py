"""Our actors, children of a Supervisor, with typed messages; the host is what differs."""

import threading
import time
from typing import ClassVar

from actors.bench.actors.contenders.gauge import (
    BURST,
    PAUSE_SECONDS,
    WORD,
    Contender,
    Tally,
    pause,
    sit,
)
from runtime.actor import Actor
from runtime.codec import Message
from runtime.supervision import Child, Restart
from runtime.supervisor import Supervisor
from runtime.thread_host import ThreadHost


class BenchNote(Message, frozen=True):
    number: int
    text: str


class BenchFlood(Message, frozen=True):
    messages: int


class BenchGo(Message, frozen=True):
    pass


class Settler(Actor):
    """Notes on which thread it works, because a host places actors as it likes."""

    def __init__(self, threads: dict[str, int]) -> None:
        super().__init__()
        self.threads = threads

    def on_start(self) -> None:
        self.threads[self.address] = threading.get_ident()


class Receiver(Settler):
    def __init__(self, threads: dict[str, int], tally: Tally, number: int) -> None:
        super().__init__(threads)
        self.tally = tally
        self.number = number

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case BenchNote():
                self.tally.handled(self.number)
            case _:
                super().on_message(message, sender)


class Member(Actor):
    """One of very many: its first message brings it to life, and it waits for more."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.tally = tally

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case BenchNote(number):
                self.tally.handled(number)
            case _:
                super().on_message(message, sender)


class Producer(Settler):
    """Tells BURST messages a turn, and itself to go on."""

    def __init__(self, threads: dict[str, int], tally: Tally) -> None:
        super().__init__(threads)
        self.tally = tally
        self.told = self.messages = 0
        self.receivers = [f"receiver/{number}" for number in range(tally.receivers)]

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case BenchFlood(messages):
                self.told, self.messages = 0, messages
                self._go()
            case BenchGo():
                self._go()
            case _:
                super().on_message(message, sender)

    def _go(self) -> None:
        if self.tally.ahead(self.told):
            self.after(PAUSE_SECONDS, BenchGo())
            return
        receivers, count = self.receivers, len(self.receivers)
        for told in range(self.told, min(self.told + BURST, self.messages)):
            self.tell(receivers[told % count], BenchNote(told, WORD))
        self.told = min(self.told + BURST, self.messages)
        if self.told < self.messages:
            self.tell(self.address, BenchGo())


class Pong(Settler):
    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case BenchNote():
                self.tell(sender, message)
            case BenchGo():
                sit(1)
            case _:
                super().on_message(message, sender)


class Ping(Settler):
    def __init__(self, threads: dict[str, int], taken: list[int], done: threading.Event) -> None:
        super().__init__(threads)
        self.taken = taken
        self.done = done
        self.rounds = 0
        self.partner = ""
        self.sent = 0

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case BenchNote(number):
                self.taken.append(time.perf_counter_ns() - self.sent)
                if number + 1 < self.rounds:
                    self._serve(number + 1)
                else:
                    self.done.set()
            case BenchFlood(rounds):
                self.rounds = rounds
                self.partner = _elsewhere("pong", self.address, self.threads)
                sit(0)
                self.tell(self.partner, BenchGo())
                self._serve(0)
            case _:
                super().on_message(message, sender)

    def _serve(self, number: int) -> None:
        self.sent = time.perf_counter_ns()
        self.tell(self.partner, BenchNote(number, WORD))


class Ours(Contender):
    """All but the host, which a subclass makes; `lanes` is how many threads they share."""

    libraries = ("pykka", "pyzmq", "msgspec")
    lanes: ClassVar[int] = 1

    def host(self) -> ThreadHost:
        raise NotImplementedError

    def _start(self, children: list[Child], template: Child | None = None) -> None:
        self._host = self.host()
        self._host.spawn(Supervisor, "root", children=children, template=template)
        while not self._host.ready.wait(0.01):
            if self._host.ended.is_set():
                raise RuntimeError(self._host.root_failure)

    def receive(self, tally: Tally) -> None:
        self._tally = tally
        self._threads: dict[str, int] = {}
        told = {"threads": self._threads, "tally": tally}
        receivers = [
            Child(f"receiver/{number}", Receiver, {**told, "number": number})
            for number in range(tally.receivers)
        ]
        self._start([*receivers, *self._spread("producer", Producer, told)])

    def _spread(self, name: str, actor_class: type[Actor], told: dict[str, object]) -> list[Child]:
        """Name enough of a kind that one of them gets another thread than a given actor."""
        count = 1 if self.lanes == 1 else 16
        return [Child(f"{name}/{number}", actor_class, told) for number in range(count)]

    def flood(self, way: str, messages: int) -> None:
        if way == "actor":
            producer = _elsewhere("producer", "receiver/0", self._threads)
            self._host.tell(producer, BenchFlood(messages))
        else:
            receivers = [f"receiver/{number}" for number in range(self._tally.receivers)]
            tell, count = self._host.tell, len(receivers)
            for number in range(messages):
                if not number % BURST:
                    while self._tally.ahead(number):
                        pause()
                tell(receivers[number % count], BenchNote(number, WORD))
        self._tally.wait()

    def ping_pong(self, rounds: int) -> list[int]:
        taken: list[int] = []
        threads: dict[str, int] = {}
        done = threading.Event()
        ping = Child("ping", Ping, {"threads": threads, "taken": taken, "done": done})
        self._start([ping, *self._spread("pong", Pong, {"threads": threads})])
        self._host.tell("ping", BenchFlood(rounds))
        done.wait()
        self._host.close()
        return taken

    def populate(self, tally: Tally) -> None:
        self._start([], Child("member", Member, {"tally": tally}, Restart.TRANSIENT))
        for number in range(tally.receivers):
            self._host.tell(f"member/{number}", BenchNote(number, WORD))
        tally.wait()

    def depopulate(self) -> None:
        left = self._host.close(600.0)
        if left or self._host.cells:
            raise RuntimeError(f"{len(left)} threads and {len(self._host.cells)} actors are left")


def _elsewhere(name: str, other: str, threads: dict[str, int]) -> str:
    """Return one of a kind that works on another thread than `other`, or else the first."""
    taken = threads.get(other)
    apart = [
        address
        for address, thread in threads.items()
        if address.startswith(f"{name}/") and thread != taken
    ]
    return apart[0] if apart else f"{name}/0"
