"""What all contenders share: the message, the tally of what was handled, and their shape."""

import os
import threading
import time
from dataclasses import dataclass

BURST = 64
"""How many messages an actor tells in one turn."""

WINDOW = 10_000
"""How many messages may be on their way before who tells them pauses."""

PAUSE_SECONDS = 0.001
WORD = "home"

seats: tuple[int, ...] = ()
"""The cores of the two sides of a hop; empty where the system places them as it likes."""


@dataclass(slots=True)
class Note:
    """The message where a library takes any object: an int and a short str, as in ours."""

    number: int
    text: str


class Tally:
    """What the receivers of a flood have handled, counted by each of them."""

    def __init__(self, receivers: int) -> None:
        self.receivers = receivers
        self.ended_ns = 0
        self._counts = [0] * receivers
        self._each = 0
        self._unfinished = 0
        self._gate = threading.Lock()
        self._done = threading.Event()

    def begin(self, messages: int) -> None:
        """Count anew, up to `messages` spread evenly over the receivers."""
        self._counts = [0] * self.receivers
        self._each = messages // self.receivers
        self._unfinished = self.receivers
        self._done.clear()

    def handled(self, receiver: int) -> None:
        """Note that a receiver has handled one more message."""
        count = self._counts[receiver] = self._counts[receiver] + 1
        if count == self._each:
            with self._gate:
                self._unfinished -= 1
                if not self._unfinished:
                    self.finish(time.perf_counter_ns())

    def finish(self, ended_ns: int) -> None:
        """Note when the last message was handled."""
        self.ended_ns = ended_ns
        self._done.set()

    def ahead(self, told: int) -> bool:
        """Tell whether more is on its way than the window allows."""
        return told - sum(self._counts) > WINDOW

    def is_done(self) -> bool:
        """Tell whether the last message was handled."""
        return self._done.is_set()

    def wait(self) -> None:
        """Wait until the last message was handled."""
        self._done.wait()


def pause() -> None:
    """Let the receivers catch up."""
    threading.Event().wait(PAUSE_SECONDS)


def sit(side: int) -> None:
    """Keep this thread, one side of a hop, on the core that is meant for it."""
    if seats:
        os.sched_setaffinity(0, {seats[side]})


class Contender:
    """What a contender can be asked; a raw one has no actors and leaves the last two out."""

    libraries: tuple[str, ...] = ()
    ways: tuple[str, ...] = ("outside", "actor")
    """Who tells: the main thread one by one, an actor, or what else a contender has."""

    def receive(self, tally: Tally) -> None:
        """Start as many receivers as the tally has, and an actor that tells."""
        raise NotImplementedError

    def flood(self, way: str, messages: int) -> None:
        """Tell the receivers in turn, and return when the tally is done."""
        raise NotImplementedError

    def ping_pong(self, rounds: int) -> list[int]:
        """Send a message there and back `rounds` times; return each round trip in ns."""
        raise NotImplementedError

    def populate(self, tally: Tally) -> None:
        """Start an actor for each of the tally's receivers; return when all have started."""
        raise NotImplementedError

    def depopulate(self) -> None:
        """Stop them and return when all are gone."""
        raise NotImplementedError

    def close(self) -> None:
        """Leave nothing behind that would outlive the process."""
