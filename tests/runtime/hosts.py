"""The hosts as a parameter: the same actors, driven the same way, on each of them."""

import time
from collections.abc import Callable
from typing import Protocol

from runtime.actor import Actor
from runtime.codec import Message, Overflow
from runtime.host import Ports
from runtime.journal import Journal
from runtime.limits import Finite
from runtime.shard_host import ShardHost
from runtime.sim_host import SimHost
from runtime.thread_host import ThreadHost


class Drive(Protocol):
    """A host and a way to let it work until something is true."""

    host: SimHost | ThreadHost

    def until(self, done: Callable[[], bool]) -> None: ...


class SimDrive:
    def __init__(self, journal: Journal | None = None) -> None:
        self.host = SimHost(seed=1, journal=journal)

    def until(self, done: Callable[[], bool]) -> None:
        for _ in range(10_000):
            if done():
                return
            if not self.host.step():
                due = self.host.next_due()
                assert due is not None, "nobody can run, and it is not true"
                self.host.clock.advance_to(due)
        raise AssertionError("not true after 10,000 steps")

    def close(self) -> None:
        pass


class ThreadDrive:
    host: ThreadHost

    def __init__(self, journal: Journal | None = None) -> None:
        self.host = ThreadHost(Ports(journal=journal))

    def until(self, done: Callable[[], bool]) -> None:
        limit = time.monotonic() + 10
        while not done():
            assert time.monotonic() < limit, "not true after 10 seconds"
            time.sleep(0.002)

    def close(self) -> None:
        assert self.host.close() == []


class ShardDrive(ThreadDrive):
    def __init__(self, journal: Journal | None = None, shards: int = 2) -> None:
        self.host = ShardHost(Ports(journal=journal), shards=shards)


class Say(Message, frozen=True):
    text: str


class Urgent(Message, frozen=True):
    control = True

    text: str


class Price(Message, frozen=True):
    overflow = Overflow.CONFLATE

    text: str


class UrgentPrice(Message, frozen=True):
    control = True
    overflow = Overflow.CONFLATE

    text: str


class Event(Message, frozen=True):
    overflow = Overflow.DROP_OLDEST
    most_waiting = 3

    text: str


class Order(Message, frozen=True):
    overflow = Overflow.ADMIT

    text: str


class Crash(Message, frozen=True):
    text: str = "boom"
    how: str = "error"


class Later(Message, frozen=True):
    seconds: Finite
    text: str
    name: str = ""


class Relay(Message, frozen=True):
    """Say to `to`, then crash if asked, so that nothing may get out."""

    to: str
    text: str
    crash: bool = False


class Echo(Actor):
    """Notes what it hears, in a list that the test shares with all its incarnations."""

    def __init__(self, heard: list[str], name: str = "") -> None:
        super().__init__()
        self.heard = heard
        self.name = name

    def on_start(self) -> None:
        self.heard.append(f"{self.name}start")

    def on_stop(self) -> None:
        self.heard.append(f"{self.name}stop")

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Say(text) | Urgent(text):
                self.heard.append(text)
            case Later(seconds, text, name):
                self.after(seconds, Say(text), name)
            case Relay(to, text, crash):
                self.tell(to, Say(text))
                if crash:
                    raise ValueError("after telling")
            case Crash(text, how):
                raise SystemExit(text) if how == "exit" else ValueError(text)
            case _:
                super().on_message(message, sender)
