"""The rules of supervision, pure: what happened goes in, what to do comes out.

OTP's semantics: one_for_one, one_for_all, rest_for_one; permanent, transient, temporary;
start in order with a READY handshake, stop in reverse with a deadline, at most so many
restarts in a period, then stop the children and escalate.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from runtime.actor import Actor
from runtime.chance import Chance


class Restart(Enum):
    """When a child that has left is started again."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"  # only after a failure
    TEMPORARY = "temporary"


class Strategy(Enum):
    """Who else restarts when one child fails."""

    ONE_FOR_ONE = "one_for_one"
    ONE_FOR_ALL = "one_for_all"
    REST_FOR_ONE = "rest_for_one"


@dataclass(frozen=True)
class Backoff:
    """Seconds before the n-th restart in a row: doubling up to `longest`, jittered by half."""

    first: float = 0.1
    longest: float = 30.0

    def delay(self, attempt: int, chance: Chance) -> float:
        """Return the wait before restart number `attempt`, counted from 1."""
        full = min(self.longest, self.first * 2.0 ** min(attempt - 1, 30))
        return chance.uniform(full / 2, full)


@dataclass(frozen=True)
class Intensity:
    """At most `restarts` within `period` seconds."""

    restarts: int = 5
    period: float = 60.0


@dataclass(frozen=True)
class Child:
    """How to start one child, and how to treat its end. Deadlines in seconds."""

    address: str
    actor_class: type[Actor]
    arguments: dict[str, Any] = field(default_factory=dict)
    restart: Restart = Restart.PERMANENT
    start_deadline: float = 30.0
    stop_deadline: float = 5.0


class State(Enum):
    """Where a child stands."""

    WAITING = "waiting"  # to be started, when its turn and its backoff allow
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    GONE = "gone"


@dataclass(frozen=True)
class Start:
    child: Child


@dataclass(frozen=True)
class StopChild:
    child: Child
    incarnation: int


@dataclass(frozen=True)
class Wake:
    """Call `due` again after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class AllReady:
    pass


@dataclass(frozen=True)
class Finished:
    """All children are gone; the supervisor leaves, with a failure when it gave up."""

    failure: str


Command = Start | StopChild | Wake | AllReady | Finished


@dataclass
class Standing:
    """What is known of one child. `restarts` counts since the supervisor began."""

    child: Child
    state: State = State.WAITING
    incarnation: int = 0
    due: float = 0.0
    doomed: bool = False  # to be stopped, because of a sibling
    attempts: int = 0  # starts in a row without calm
    restarts: int = 0


class Supervision:
    """One supervisor's rules and what it knows of its children, in start order."""

    def __init__(
        self,
        children: list[Child],
        strategy: Strategy,
        intensity: Intensity,
        chance: Chance,
        backoff: Backoff | None = None,
    ) -> None:
        self.standings = {child.address: Standing(child) for child in children}
        self._strategy = strategy
        self._intensity = intensity
        self._chance = chance
        self._backoff = backoff or Backoff()
        self._restarts: deque[float] = deque()
        self._announced = False
        self._leaving = False
        self._failure = ""

    def begin(self, now: float) -> list[Command]:
        """Start the children in order."""
        return self._advance(now)

    def add(self, child: Child, now: float) -> list[Command]:
        """Take on a child at run time, behind the others."""
        if self._leaving:
            return []
        self.standings[child.address] = Standing(child)
        return self._advance(now)

    def started(self, address: str, incarnation: int) -> None:
        """Note which incarnation the host began."""
        self.standings[address].incarnation = incarnation

    def ready(self, address: str, incarnation: int, now: float) -> list[Command]:
        """A child said READY."""
        standing = self._current(address, incarnation)
        if standing is None or standing.state is not State.STARTING:
            return []
        standing.state = State.RUNNING
        return self._advance(now)

    def exited(self, address: str, incarnation: int, failure: str, now: float) -> list[Command]:
        """A child has left, or was given up."""
        standing = self._current(address, incarnation)
        if standing is None or standing.state in (State.GONE, State.WAITING):
            return []
        standing.state = State.GONE
        if self._leaving:
            return self._advance(now)
        if standing.doomed:
            standing.doomed = False
            standing.state = self._after_doom(standing)
            return self._advance(now)
        if not self._comes_back(standing.child, failure):
            if standing.child.restart is not Restart.PERMANENT:
                del self.standings[address]
            return self._advance(now)
        return self._restart(standing, failure, now)

    def overdue(self, address: str, incarnation: int, state: State) -> bool:
        """Tell whether this incarnation is still in the state whose deadline ran out."""
        standing = self._current(address, incarnation)
        return standing is not None and standing.state is state

    def due(self, now: float) -> list[Command]:
        """A backoff may be over."""
        return self._advance(now)

    def leave(self, now: float) -> list[Command]:
        """Stop all children in reverse order, then finish."""
        self._leaving = True
        return self._advance(now)

    def _current(self, address: str, incarnation: int) -> Standing | None:
        standing = self.standings.get(address)
        return standing if standing and standing.incarnation == incarnation else None

    @staticmethod
    def _comes_back(child: Child, failure: str) -> bool:
        if child.restart is Restart.PERMANENT:
            return True
        return child.restart is Restart.TRANSIENT and failure != ""

    @staticmethod
    def _after_doom(standing: Standing) -> State:
        temporary = standing.child.restart is Restart.TEMPORARY
        return State.GONE if temporary else State.WAITING

    def _restart(self, standing: Standing, failure: str, now: float) -> list[Command]:
        self._restarts.append(now)
        while self._restarts and self._restarts[0] < now - self._intensity.period:
            self._restarts.popleft()
        if len(self._restarts) > self._intensity.restarts:
            self._leaving = True
            self._failure = f"too many restarts; the last: {standing.child.address}: {failure}"
            return self._advance(now)
        if now - standing.due > self._intensity.period:
            standing.attempts = 0
        standing.attempts += 1
        standing.restarts += 1
        standing.state = State.WAITING
        standing.due = now + self._backoff.delay(standing.attempts, self._chance)
        for other in self._affected(standing):
            if other.state in (State.RUNNING, State.STARTING):
                other.doomed = True
        return [*self._advance(now), Wake(standing.due - now)]

    def _affected(self, failed: Standing) -> list[Standing]:
        family = list(self.standings.values())
        if self._strategy is Strategy.ONE_FOR_ONE:
            return []
        if self._strategy is Strategy.ONE_FOR_ALL:
            return family
        return family[family.index(failed) + 1 :]

    def _advance(self, now: float) -> list[Command]:
        family = list(self.standings.values())
        if any(standing.state is State.STOPPING for standing in family):
            return []
        for standing in reversed(family):
            alive = standing.state in (State.RUNNING, State.STARTING)
            if alive and (self._leaving or standing.doomed):
                standing.state = State.STOPPING
                return [StopChild(standing.child, standing.incarnation)]
        if self._leaving:
            return [Finished(self._failure)]
        return self._start_next(family, now)

    def _start_next(self, family: list[Standing], now: float) -> list[Command]:
        commands: list[Command] = []
        ordered = self._strategy is not Strategy.ONE_FOR_ONE or not self._announced
        for standing in family:
            if standing.state is State.WAITING and standing.due <= now:
                standing.state = State.STARTING
                commands.append(Start(standing.child))
            if ordered and standing.state in (State.STARTING, State.WAITING):
                return commands  # the next one waits for this one's READY
        if not self._announced and all(s.state is State.RUNNING for s in family):
            self._announced = True
            commands.append(AllReady())
        return commands
