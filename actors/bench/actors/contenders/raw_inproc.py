"""The limit within ZeroMQ: inproc PUSH and PULL between two threads, nothing else."""

import threading
import time

import zmq

from actors.bench.actors.contenders.gauge import BURST, Contender, Tally, pause, sit

FRAME = b"x" * 40
"""About as long as our message is on the wire."""


class RawInproc(Contender):
    """One thread receives the frames that another one sends."""

    libraries = ("pyzmq",)
    ways = ("outside",)

    def __init__(self) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._lines = 0

    def receive(self, tally: Tally) -> None:
        self._tally = tally
        self._push, self._pull = self._line()
        threading.Thread(target=self._handle, daemon=True).start()

    def _line(self) -> tuple["zmq.Socket[bytes]", "zmq.Socket[bytes]"]:
        self._lines += 1
        pull, push = self._context.socket(zmq.PULL), self._context.socket(zmq.PUSH)
        for socket in (pull, push):
            socket.set_hwm(0)
        pull.bind(f"inproc://line-{self._lines}")
        push.connect(f"inproc://line-{self._lines}")
        return push, pull

    def _handle(self) -> None:
        while True:
            self._pull.recv()
            self._tally.handled(0)

    def flood(self, way: str, messages: int) -> None:  # noqa: ARG002 - there is one way
        for number in range(messages):
            if not number % BURST:
                while self._tally.ahead(number):
                    pause()
            self._push.send(FRAME)
        self._tally.wait()

    def ping_pong(self, rounds: int) -> list[int]:
        push_there, pull_there = self._line()
        push_back, pull_back = self._line()

        def echo() -> None:
            sit(1)
            for _ in range(rounds):
                push_back.send(pull_there.recv())

        thread = threading.Thread(target=echo, daemon=True)
        thread.start()
        sit(0)
        taken = []
        for _ in range(rounds):
            sent = time.perf_counter_ns()
            push_there.send(FRAME)
            pull_back.recv()
            taken.append(time.perf_counter_ns() - sent)
        thread.join()
        return taken


CONTENDER = RawInproc
