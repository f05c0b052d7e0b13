"""The rules of supervision, pure: what happened goes in, what to do comes out.

OTP's semantics, from its supervisor.erl: one_for_one, one_for_all, rest_for_one; permanent,
transient, temporary; significant children; start in order, stop in reverse with a deadline;
at most so many restarts in a period, then stop the children and escalate.

What is meant to differ from OTP:

- A restart has a pause between the stops and the starts (`Backoff`); everybody whom the
  restart concerns waits for it. OTP starts at once.
- A child that ends before READY is treated like one that ends later: restarted by its kind,
  counted, with a pause, also while the supervisor itself starts. There OTP gives up at once.
- Starting does not make the supervisor deaf: who fails while a sibling starts is dealt with at
  once, and a failure while a sibling stops counts from when it was heard. OTP does one at a time.
- READY is said once every child is up or has left for good. Until then even one_for_one starts
  a child only when those before it are up.
- Giving up is a failure, so a transient supervisor comes back. OTP's leaves with `shutdown`,
  which passes for normal.
- A significant child that waits for its restart counts as active, wherever it stands.
- A child that does not stop in time is given up and fenced off, because a thread cannot be killed.
- An excused failure is not counted: when the disk refuses the journal, however long, there is
  nothing that another supervisor could do better than to try again.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from runtime.chance import Chance
from runtime.commands import AllReady, Command, Finished, Start, StopChild, Wake
from runtime.specification import AutoShutdown, Backoff, Child, Intensity, Restart, Strategy, check

__all__ = [
    "AutoShutdown",
    "Backoff",
    "Child",
    "Intensity",
    "Restart",
    "State",
    "Strategy",
    "Supervision",
]


class State(Enum):
    """Where a child stands."""

    WAITING = "waiting"  # to be started, when its turn and its backoff allow
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    GONE = "gone"


@dataclass(eq=False, slots=True)
class Standing:
    """What is known of one child. `restarts` counts since the supervisor began."""

    child: Child
    place: int  # in start order
    passing: bool = False  # made from a template, to be forgotten when it leaves for good
    state: State = State.WAITING
    incarnation: int = 0
    due: float = 0.0
    doomed: bool = False  # to be stopped, because of a sibling
    attempts: int = 0  # restarts in a row without calm
    restarts: int = 0

    @property
    def alive(self) -> bool:
        return self.state in (State.RUNNING, State.STARTING)

    @property
    def forlorn(self) -> bool:
        """Tell whether it is gone, or as good as gone: to be stopped and not to come back."""
        ending = self.doomed and self.child.restart is Restart.TEMPORARY
        return ending or self.state is State.GONE


class Supervision:
    """One supervisor's rules and what it knows of its children, in start order.

    Raises ValueError for children that cannot be kept together.
    """

    def __init__(
        self,
        children: list[Child],
        strategy: Strategy,
        intensity: Intensity,
        chance: Chance,
        backoff: Backoff | None = None,
        auto_shutdown: AutoShutdown = AutoShutdown.NEVER,
        template: Child | None = None,
    ) -> None:
        check(children, template, auto_shutdown)
        self.standings: dict[str, Standing] = {}
        self._strategy = strategy
        self._intensity = intensity
        self._chance = chance
        self._backoff = backoff or Backoff()
        self._auto_shutdown = auto_shutdown
        self._restarts: deque[float] = deque()
        self._places = itertools.count()
        self._to_start: list[tuple[float, int, Standing]] = []  # may hold some that are settled
        self._to_stop: list[tuple[int, Standing]] = []  # the last in start order first
        self._stopping: set[Standing] = set()
        self._announced = False
        self._leaving = False
        self._failure = ""
        for child in children:
            self._take_on(child, passing=False)

    def begin(self, now: float) -> list[Command]:
        """Start the children in order."""
        return self._advance(now)

    def add(self, children: Iterable[Child], now: float) -> list[Command]:
        """Take on children at run time, behind the others, until they leave for good."""
        if self._leaving:
            return []
        for child in children:
            self._take_on(child, passing=True)
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

    def exited(
        self, address: str, incarnation: int, failure: str, now: float, *, excused: bool = False
    ) -> list[Command]:
        """A child has left, or was given up."""
        standing = self._current(address, incarnation)
        if standing is None or standing.state in (State.GONE, State.WAITING):
            return []
        standing.state = State.GONE
        self._stopping.discard(standing)
        if self._leaving:
            return self._advance(now)
        if standing.doomed:
            self._after_doom(standing)
            return self._advance(now)
        if self._comes_back(standing.child, failure):
            return self._restart(standing, failure, now, excused)
        self._part_with(standing)
        return self._advance(now)

    def overdue(self, address: str, incarnation: int, state: State) -> bool:
        """Tell whether this incarnation is still in the state whose deadline ran out.

        One that is to be stopped anyway need not become READY; it has a deadline for that.
        """
        standing = self._current(address, incarnation)
        if standing is None or standing.state is not state:
            return False
        return state is State.STOPPING or not (standing.doomed or self._leaving)

    def due(self, now: float) -> list[Command]:
        """A backoff may be over."""
        return self._advance(now)

    def leave(self, now: float) -> list[Command]:
        """Stop all children in reverse order, then finish."""
        self._begin_to_leave()
        return self._advance(now)

    def _take_on(self, child: Child, passing: bool) -> None:
        standing = Standing(child, next(self._places), passing)
        self.standings[child.address] = standing
        self._await(standing)

    def _await(self, standing: Standing) -> None:
        """Let a child wait for its start: for its turn where there is an order, or for its due."""
        standing.state = State.WAITING
        due = 0.0 if self._in_order else standing.due
        heapq.heappush(self._to_start, (due, standing.place, standing))

    def _doom(self, standing: Standing) -> None:
        standing.doomed = True
        heapq.heappush(self._to_stop, (-standing.place, standing))

    def _begin_to_leave(self) -> None:
        self._leaving = True
        alive = (standing for standing in self.standings.values() if standing.alive)
        self._to_stop = [(-standing.place, standing) for standing in alive]
        heapq.heapify(self._to_stop)

    @property
    def _in_order(self) -> bool:
        return self._strategy is not Strategy.ONE_FOR_ONE or not self._announced

    def _current(self, address: str, incarnation: int) -> Standing | None:
        standing = self.standings.get(address)
        return standing if standing and standing.incarnation == incarnation else None

    @staticmethod
    def _comes_back(child: Child, failure: str) -> bool:
        kind = child.restart
        return kind is Restart.PERMANENT or (kind is Restart.TRANSIENT and failure != "")

    def _after_doom(self, standing: Standing) -> None:
        standing.doomed = False
        if standing.child.restart is Restart.TEMPORARY:
            del self.standings[standing.child.address]
        else:
            self._await(standing)

    def _part_with(self, standing: Standing) -> None:
        """Keep a transient child's place: a sibling's failure may bring it back."""
        if standing.passing or standing.child.restart is Restart.TEMPORARY:
            del self.standings[standing.child.address]
        if not standing.child.significant or self._auto_shutdown is AutoShutdown.NEVER:
            return
        active = any(
            other.child.significant and not other.forlorn for other in self.standings.values()
        )
        if self._auto_shutdown is AutoShutdown.ANY_SIGNIFICANT or not active:
            self._begin_to_leave()

    def _restart(
        self, standing: Standing, failure: str, now: float, excused: bool
    ) -> list[Command]:
        if not excused and self._too_many(now):
            self._begin_to_leave()
            self._failure = f"too many restarts; the last: {standing.child.address}: {failure}"
            return self._advance(now)
        pause = self._backoff.delay_excused(self._chance) if excused else self._pause(standing, now)
        standing.restarts += 1
        standing.due = now + pause
        self._await(standing)
        for other in self._affected(standing):
            other.due = standing.due
            if other.alive:
                self._doom(other)
            elif other.state is State.GONE:
                self._await(other)
        return [*self._advance(now), Wake(pause)]

    def _too_many(self, now: float) -> bool:
        self._restarts.append(now)
        while self._restarts[0] < now - self._intensity.period:
            self._restarts.popleft()
        return len(self._restarts) > self._intensity.restarts

    def _pause(self, standing: Standing, now: float) -> float:
        if now - standing.due > self._intensity.period:
            standing.attempts = 0
        standing.attempts += 1
        return self._backoff.delay(standing.attempts, self._chance)

    def _affected(self, failed: Standing) -> list[Standing]:
        if self._strategy is Strategy.ONE_FOR_ONE:
            return []
        family = list(self.standings.values())
        return family if self._strategy is Strategy.ONE_FOR_ALL else family[family.index(failed) :]

    def _advance(self, now: float) -> list[Command]:
        if self._stopping:
            return []
        commands = self._stop_next()
        if commands:
            return commands
        if self._leaving:
            return [Finished(self._failure)]
        return self._start_in_order(now) if self._in_order else self._start_due(now)

    def _stop_next(self) -> list[Command]:
        """Stop the last that is to be stopped; what a template made leaves together."""
        commands: list[Command] = []
        while self._to_stop:
            standing = self._to_stop[0][1]
            if standing.alive and (standing.doomed or self._leaving):
                together = standing.passing and self._leaving
                if commands and not together:
                    return commands
                standing.state = State.STOPPING
                self._stopping.add(standing)
                commands.append(StopChild(standing.child, standing.incarnation))
                if not together:
                    return commands
            heapq.heappop(self._to_stop)
        return commands

    def _start_in_order(self, now: float) -> list[Command]:
        while self._to_start:
            standing = self._to_start[0][2]
            if self._waits(standing) and standing.due <= now:
                standing.state = State.STARTING
                return [Start(standing.child)]
            if self._waits(standing) or standing.state is State.STARTING:
                return []  # the next one waits for this one's READY
            heapq.heappop(self._to_start)
        if self._announced:
            return []
        self._announced = True
        return [AllReady()]

    def _start_due(self, now: float) -> list[Command]:
        due: list[Standing] = []
        while self._to_start and self._to_start[0][0] <= now:
            standing = heapq.heappop(self._to_start)[2]
            if self._waits(standing):
                standing.state = State.STARTING
                due.append(standing)
        return [Start(standing.child) for standing in sorted(due, key=lambda each: each.place)]

    def _waits(self, standing: Standing) -> bool:
        current = self.standings.get(standing.child.address) is standing
        return current and standing.state is State.WAITING
