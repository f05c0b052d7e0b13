"""The limit within Python: a `SimpleQueue` between two threads, nothing else."""

import threading
import time
from queue import SimpleQueue

from actors.bench.actors.contenders.gauge import BURST, WORD, Contender, Note, Tally, pause, sit


class RawQueue(Contender):
    """One thread gets what another one puts."""

    ways = ("outside",)

    def receive(self, tally: Tally) -> None:
        self._tally = tally
        self._queue: SimpleQueue[Note] = SimpleQueue()
        threading.Thread(target=self._handle, daemon=True).start()

    def _handle(self) -> None:
        while True:
            if isinstance(self._queue.get(), Note):
                self._tally.handled(0)

    def flood(self, way: str, messages: int) -> None:  # noqa: ARG002 - there is one way
        for number in range(messages):
            if not number % BURST:
                while self._tally.ahead(number):
                    pause()
            self._queue.put(Note(number, WORD))
        self._tally.wait()

    def ping_pong(self, rounds: int) -> list[int]:
        there: SimpleQueue[Note] = SimpleQueue()
        back: SimpleQueue[Note] = SimpleQueue()

        def echo() -> None:
            sit(1)
            for _ in range(rounds):
                back.put(there.get())

        thread = threading.Thread(target=echo, daemon=True)
        thread.start()
        sit(0)
        taken = []
        for number in range(rounds):
            sent = time.perf_counter_ns()
            there.put(Note(number, WORD))
            back.get()
            taken.append(time.perf_counter_ns() - sent)
        thread.join()
        return taken


CONTENDER = RawQueue
