"""A model of an OTP supervisor, written after supervisor.erl and independent of ours.

It works like the original: children are a list, one thing is done at a time, and stopping the
children is a plain loop. What ours does otherwise on purpose is here as well, and marked "ours":
a pause before the starts, a failed start that counts as a failure, READY when nobody is missing.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from tests.runtime.otp_tree import Flags, Plan, Spec

UP, STARTING, RESTARTING = "up", "starting", "restarting"


@dataclass(eq=False)
class Kid:
    spec: Spec
    pid: str = ""  # what the supervisor believes: nothing, or one of the three words above
    alive: bool = False  # what is so
    life: int = 0
    due: float = 0.0
    row: int = 0
    below: "ModelSupervisor | None" = None


class World:
    """Time, plans, and what is on record of everybody."""

    def __init__(self, flags: Flags, seed: int, plans: dict[str, Plan]) -> None:
        self.now = 0.0
        self.plans = plans
        self.log: dict[str, list[str]] = {}
        self.supervisors: list[ModelSupervisor] = []
        self._dice = random.Random(seed)
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self.top = ModelSupervisor(self, flags, None, None)
        self.settle()

    def plan(self, name: str) -> Plan:
        return self.plans.setdefault(name, Plan())

    def fraction(self) -> float:
        return self._dice.randrange(1 << 20) / (1 << 20)

    def at(self, when: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (when, next(self._numbers), act))

    def advance(self, seconds: float) -> None:
        until = self.now + seconds
        while self._agenda and self._agenda[0][0] <= max(until, self.now):
            when, _, act = heapq.heappop(self._agenda)
            self.now = max(self.now, when)
            act()
            self.settle()
        self.now = max(self.now, until)

    def settle(self) -> None:
        """Let everybody hear what waits, then what fell due while something was being stopped."""
        while any(supervisor.inbox for supervisor in self.supervisors if not supervisor.fate):
            for supervisor in list(self.supervisors):
                supervisor.drain()
        if self._agenda and self._agenda[0][0] <= self.now:
            self.advance(0.0)

    def kids(self) -> dict[str, tuple["ModelSupervisor", Kid]]:
        return {
            kid.spec.name: (supervisor, kid)
            for supervisor in self.supervisors
            if not supervisor.fate
            for kid in supervisor.kids
        }

    def kill(self, name: str, how: str) -> None:
        """End a process; its supervisor hears of it later."""
        found = self.kids().get(name)
        if found is None or not found[1].alive:
            return
        supervisor, kid = found
        kid.alive = False
        failed = how != "leave"
        if how == "leave" and self.plan(name).bad_stops:
            self.plan(name).bad_stops -= 1
            failed = True
        supervisor.inbox.append((self.now, "failed" if failed else "left", kid, kid.life))


class ModelSupervisor:
    """supervisor.erl's state and its functions, with a mailbox."""

    def __init__(
        self, world: World, flags: Flags, parent: "ModelSupervisor | None", own: Kid | None
    ) -> None:
        self.world, self.flags, self.parent, self.own = world, flags, parent, own
        self.life = own.life if own else 0
        self.kids = [Kid(spec) for spec in flags.specs]
        self.line = list(self.kids)  # who is to be started, one after the other
        self.restarts: list[float] = []
        self.inbox: list[tuple[float, str, Kid | None, int]] = []
        self.announced = False
        self.fate = ""
        self.log = world.log.setdefault(flags.name, [])
        world.supervisors.append(self)
        self.walk()

    def drain(self) -> None:
        while self.inbox and not self.fate:
            when, what, kid, life = self.inbox.pop(0)
            if kid is None:
                self.shut("left")
            elif kid.life == life and kid.pid in (UP, STARTING):
                self.hear(when, what, kid)
            if not self.inbox:
                self.walk()

    def hear(self, when: float, what: str, kid: Kid) -> None:
        if what == "ready":
            if kid.pid == STARTING:
                kid.pid = UP
                self.line = [other for other in self.line if other is not kid]
        else:
            self.do_restart(what, kid, when)

    # do_restart/3

    def do_restart(self, reason: str, kid: Kid, when: float) -> None:
        if kid.spec.restart == "permanent":
            self.restart(kid, when)
        elif reason == "left":
            self.delete(kid)
            self.do_auto_shutdown(kid)
        elif kid.spec.restart == "transient":
            self.restart(kid, when)
        else:
            self.delete(kid)
            self.do_auto_shutdown(kid)

    def delete(self, kid: Kid) -> None:
        kid.pid = ""
        self.line = [other for other in self.line if other is not kid]
        if kid.spec.restart == "temporary":
            self.kids.remove(kid)

    def do_auto_shutdown(self, kid: Kid) -> None:
        if self.flags.auto_shutdown == "never" or not kid.spec.significant:
            return
        active = any(other.spec.significant and self.active(other) for other in self.kids)
        if self.flags.auto_shutdown == "any_significant" or not active:
            self.shut("left")

    def active(self, kid: Kid) -> bool:
        return kid.pid != "" or kid in self.line  # ours: whoever waits for a start is active

    # restart/2: supervisor.erl starts at once, ours after a pause

    def restart(self, kid: Kid, when: float) -> None:
        kid.pid = ""
        if not self.add_restart(when):
            self.shut("failed")
            return
        due = when + self.pause(kid, when)
        if self.flags.strategy == "one_for_one":
            kid.due = due
            if self.announced:
                kid.pid = RESTARTING
                self.world.at(due, lambda: self.try_again(kid))
                return
            self.line = [other for other in self.kids if other is kid or other in self.line]
        else:
            place = self.kids.index(kid) if self.flags.strategy == "rest_for_one" else 0
            before, group = self.kids[:place], self.kids[place:]
            self.line = self.terminate_children(group)
            self.kids = before + self.line
            for other in self.line:
                other.due = due
        self.world.at(due, self.walk)

    def add_restart(self, when: float) -> bool:
        recent = [earlier for earlier in self.restarts if earlier >= when - self.flags.period]
        self.restarts = [when, *recent]
        return len(self.restarts) <= self.flags.restarts

    def pause(self, kid: Kid, when: float) -> float:
        if when - kid.due > self.flags.period:
            kid.row = 0
        kid.row += 1
        full = self.flags.first
        for _ in range(kid.row - 1):
            full = min(2 * full, self.flags.longest)
        return full * (1 + self.world.fraction()) / 2

    def try_again(self, kid: Kid) -> None:
        if not self.fate and kid.pid == RESTARTING:
            self.start(kid)

    # start_children/2

    def walk(self) -> None:
        while self.line and not self.fate:
            kid = self.line[0]
            if kid.pid == STARTING or kid.due > self.world.now:
                return
            self.start(kid)
        if not self.fate and not self.announced:
            self.announced = True
            if self.parent is not None and self.own is not None:
                self.parent.log.append(f"{self.flags.name}!")
                self.parent.inbox.append((self.world.now, "ready", self.own, self.life))

    def start(self, kid: Kid) -> None:
        name = kid.spec.name
        self.log.append(f"+{name}")
        kid.pid, kid.alive, kid.life = STARTING, True, kid.life + 1
        plan = self.world.plan(name)
        if kid.spec.below is not None:
            self.watch(kid)
            kid.below = ModelSupervisor(self.world, kid.spec.below, self, kid)
            return
        outcome = plan.starts.pop(0) if plan.starts else "ready"
        if outcome != "constructor" and plan.at_start:
            self.world.kill(*plan.at_start.pop(0))
        if outcome == "ready":
            self.log.append(f"{name}!")
        elif outcome == "mute":
            self.watch(kid)
            return
        else:
            kid.alive = False
        self.inbox.append((self.world.now, "ready" if kid.alive else "failed", kid, kid.life))

    def watch(self, kid: Kid) -> None:
        life = kid.life
        self.world.at(self.world.now + kid.spec.start_deadline, lambda: self.expire(kid, life))

    def expire(self, kid: Kid, life: int) -> None:
        if not self.fate and kid.life == life and kid.pid == STARTING and kid.alive:
            kid.alive = False
            if kid.below is not None:
                kid.below.killed()
            self.do_restart("failed", kid, self.world.now)
            self.walk()

    # terminate_children/2

    def terminate_children(self, group: list[Kid]) -> list[Kid]:
        for kid in reversed(group):
            self.do_terminate(kid)
        # ours: a temporary child whose turn has not come yet, while the supervisor starts, stays
        return [kid for kid in group if kid.spec.restart != "temporary" or kid.life == 0]

    def do_terminate(self, kid: Kid) -> None:
        if kid.alive:
            self.log.append(f"-{kid.spec.name}")
            if kid.below is not None:
                kid.below.shut("left")
            else:
                self.shutdown(kid, self.world.plan(kid.spec.name))
        kid.pid, kid.alive = "", False
        self.inbox = [message for message in self.inbox if message[2] is not kid]

    def shutdown(self, kid: Kid, plan: Plan) -> None:
        if plan.at_stop:
            self.world.kill(*plan.at_stop.pop(0))
        if plan.deaf:
            plan.deaf -= 1
            self.world.now += kid.spec.stop_deadline
        elif plan.bad_stops:
            plan.bad_stops -= 1

    def killed(self) -> None:
        """Take all below along, as links do: nobody is asked to stop."""
        self.fate = "killed"
        for kid in self.kids:
            kid.alive = False

    # terminate/2

    def shut(self, fate: str) -> None:
        if self.fate:
            return
        for kid in reversed(self.kids):
            self.do_terminate(kid)
        self.fate, self.line = fate, []
        if self.parent is not None and self.own is not None:
            self.own.alive = False
            self.parent.inbox.append((self.world.now, fate, self.own, self.life))
