"""The small parent that only starts, watches and restarts its children."""

import os
import select
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

from runtime.child import ChildProcess, Running, spawn
from runtime.clock import Clock, SystemClock
from runtime.lifeline import announce_ready, hold_lifeline
from runtime.logs import logger

__all__ = [
    "ChildProcess",
    "Processes",
    "RestartPolicy",
    "announce_ready",
    "hold_lifeline",
]

_TICK = 0.1
_HELD_UP = 3.0
"""Seconds between two looks after which it is the parent that did not run, and nobody is late."""

_log = logger("runtime.processes")


@dataclass(frozen=True)
class RestartPolicy:
    """At most `restarts` in `period` seconds, each after twice the wait of the one before."""

    restarts: int = 5
    period: float = 60.0
    first: float = 0.2
    longest: float = 10.0

    def delay(self, deaths: Sequence[float]) -> float | None:
        """Return the seconds to wait after the last of these deaths; None means give up.

        `deaths` are moments of the monotonic clock, in order.
        """
        recent = sum(1 for death in deaths if death > deaths[-1] - self.period)
        if recent > self.restarts:
            return None
        return min(self.longest, self.first * 2.0 ** (recent - 1))


class State(Enum):
    """Where a child stands."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"


@dataclass
class _Place:
    """What the parent knows about one child, over all its incarnations."""

    child: ChildProcess
    state: State = State.WAITING
    running: Running | None = None
    due: float = 0.0
    overdue: float = 0.0
    beaten: float = 0.0
    was_ready: bool = False
    deaths: list[float] = field(default_factory=list)


class Processes:
    """Children in their order: each starts when those before it are ready, and stops before them.

    A child that dies comes back alone, and one that does not beat is killed to that end. Only the
    thread that calls `run` touches the children.
    """

    def __init__(
        self,
        children: Sequence[ChildProcess],
        *,
        policy: RestartPolicy | None = None,
        clock: Clock | None = None,
        start: Callable[[ChildProcess], Running] = spawn,
        wait: Callable[[float], None] | None = None,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        names = [child.name for child in children]
        if len(set(names)) != len(names):
            raise ValueError(f"two children of one name: {', '.join(names)}")
        self._places = [_Place(child) for child in children]
        self._policy = policy or RestartPolicy()
        self._clock = clock or SystemClock()
        self._start = start
        self._wait = wait or self._wait_awake
        self._on_ready = on_ready
        self._stopping = False
        self._given_up = False
        self._all_were_ready = False
        self._looked = 0.0
        self._awake, self._wake = os.pipe()
        os.set_blocking(self._wake, False)

    def run(self, *, lasting: float | None = None) -> int:
        """Keep the children running until a stop is asked for or `lasting` seconds are over.

        Returns 0 after such a stop, 1 when a child died too often; no child is left either way.
        """
        self._looked = self._clock.monotonic()
        end = None if lasting is None else self._looked + lasting
        try:
            while not (self._stopping or self._given_up):
                now = self._clock.monotonic()
                if end is not None and now >= end:
                    break
                self._look_after_all(now)
                if not (self._stopping or self._given_up):
                    self._wait(_TICK)
        finally:
            self._stop_all()
        return 1 if self._given_up else 0

    def request_stop(self) -> None:
        """Make `run` stop the children and return; safe in signal handlers and other threads."""
        self._stopping = True
        try:
            os.write(self._wake, b"!")
        except BlockingIOError:
            return  # So many wakes are under way that one more makes no difference.

    @contextmanager
    def stopping_on_signals(self) -> Iterator[None]:
        """Take SIGTERM, SIGINT and SIGHUP as requests to stop; main thread only."""
        kinds = [signal.SIGTERM, signal.SIGINT]
        # Under nohup it is ignored, and is to stay so.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            kinds.append(signal.SIGHUP)
        before = {kind: signal.signal(kind, lambda *_: self.request_stop()) for kind in kinds}
        try:
            yield
        finally:
            for kind, handler in before.items():
                signal.signal(kind, handler)

    def pids(self) -> dict[str, int]:
        """Return the process ids of the children that run now, by name."""
        running = [(place.child.name, place.running) for place in self._places]
        return {name: process.pid for name, process in running if process is not None}

    def states(self) -> dict[str, State]:
        """Return where each child stands, by name, in their order."""
        return {place.child.name: place.state for place in self._places}

    def _look_after_all(self, now: float) -> None:
        self._forgive_if_held_up(now)
        for index, place in enumerate(self._places):
            self._look_after(place, now)
            if self._given_up:
                return
            earlier = self._places[:index]
            may_start = place.was_ready or all(other.state is State.READY for other in earlier)
            if place.state is State.WAITING and may_start and now >= place.due:
                self._start_one(place, now)
        if not self._all_were_ready and all(place.was_ready for place in self._places):
            self._all_were_ready = True
            self._on_ready()

    def _forgive_if_held_up(self, now: float) -> None:
        """Count deadlines anew when this process was stopped; the whole machine may have been."""
        held_up, self._looked = now - self._looked, now
        if held_up <= _HELD_UP:
            return
        _log.warning("held up, so all deadlines count anew", seconds=round(held_up, 1))
        for place in self._places:
            place.overdue, place.beaten = now + place.child.ready_deadline, now

    def _look_after(self, place: _Place, now: float) -> None:
        running = place.running
        if running is None:
            return
        code = running.exit_code()
        if code is not None:
            self._died(place, now, f"exit code {code}")
        elif place.state is State.STARTING and running.is_ready():
            place.state, place.was_ready, place.beaten = State.READY, True, now
            _log.info("child is ready", child=place.child.name, pid=running.pid)
        elif place.state is State.STARTING and now >= place.overdue:
            self._kill(place, running, now, "not ready in time")
        elif place.state is State.READY and running.has_beaten():
            place.beaten = now
        elif place.state is State.READY and 0 < place.child.beat_deadline < now - place.beaten:
            self._kill(place, running, now, f"no heartbeat for {now - place.beaten:.0f} s")

    def _kill(self, place: _Place, running: Running, now: float, why: str) -> None:
        _log.error("child is killed", child=place.child.name, pid=running.pid, why=why)
        running.kill()
        self._died(place, now, why)

    def _start_one(self, place: _Place, now: float) -> None:
        try:
            place.running = self._start(place.child)
        except OSError as error:
            self._died(place, now, f"cannot be started: {error.strerror}")
            return
        place.state, place.overdue = State.STARTING, now + place.child.ready_deadline
        _log.info("child started", child=place.child.name, pid=place.running.pid)

    def _died(self, place: _Place, now: float, why: str) -> None:
        if place.running is not None:
            place.running.close()
        place.running, place.state = None, State.WAITING
        place.deaths = [*place.deaths[-self._policy.restarts :], now]
        delay = self._policy.delay(place.deaths)
        if delay is None:
            self._given_up = True
            _log.error("child died too often", child=place.child.name, why=why)
            return
        place.due = now + delay
        _log.warning("child died", child=place.child.name, why=why, restart_in=delay)

    def _stop_all(self) -> None:
        for place in reversed(self._places):
            if place.running is not None:
                self._stop_one(place, place.running)

    def _stop_one(self, place: _Place, running: Running) -> None:
        deadline = self._clock.monotonic() + place.child.stop_deadline
        running.ask_to_stop(heard=place.state is State.READY)
        while running.exit_code() is None and self._clock.monotonic() < deadline:
            self._wait(_TICK / 5)
        if running.exit_code() is None:
            _log.warning("child did not stop in time", child=place.child.name, pid=running.pid)
            running.kill()
        running.close()
        place.running, place.state = None, State.WAITING
        _log.info("child stopped", child=place.child.name)

    def _wait_awake(self, seconds: float) -> None:
        """Wait, but no longer than until `request_stop`."""
        readable, _, _ = select.select([self._awake], [], [], seconds)
        if readable:
            os.read(self._awake, 512)
