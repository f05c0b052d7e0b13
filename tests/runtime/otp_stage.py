"""The real supervisor on a stage: puppets that live and die as planned, in virtual time."""

import random
from dataclasses import replace
from typing import Any

from runtime.actor import Actor
from runtime.codec import Message
from runtime.messages import Exited, Ready
from runtime.sim_host import SimHost
from runtime.supervision import AutoShutdown, Backoff, Child, Intensity, Restart, State, Strategy
from runtime.supervisor import Supervisor
from tests.runtime.otp_tree import Flags, Plan, Spec


class Fate(Message, frozen=True):
    how: str


class Puppet(Actor):
    """Lives and dies as the stage has it planned."""

    ready_at_start = False

    def __init__(self, stage: "Stage") -> None:
        super().__init__()
        self.stage, self.plan = stage, stage.plan(self.address)
        stage.note(self._cell.parent, f"+{self.address}")
        self.outcome = self.plan.starts.pop(0) if self.plan.starts else "ready"
        if self.outcome == "constructor":
            raise ValueError(self.outcome)

    def on_start(self) -> None:
        if self.plan.at_start:
            self.stage.kill([self.plan.at_start.pop(0)])
        match self.outcome:
            case "ready":
                self.stage.note(self._cell.parent, f"{self.address}!")
                self.ready()
            case "error":
                raise ValueError("in on_start")
            case "exit":
                raise SystemExit("in on_start")

    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        match message:
            case Fate("leave"):
                self.leave()
            case Fate("exit"):
                raise SystemExit("in a handler")
            case Fate(how):
                raise ValueError(how)

    def on_stop_asked(self) -> None:
        self.stage.note(self._cell.parent, f"-{self.address}")
        if self.plan.at_stop:
            self.stage.kill([self.plan.at_stop.pop(0)])
        if self.plan.deaf:
            self.plan.deaf -= 1
        else:
            self.leave()

    def on_stop(self) -> None:
        if self.plan.bad_stops:
            self.plan.bad_stops -= 1
            raise ValueError("in on_stop")


class Middle(Supervisor):
    """A supervisor under a supervisor, on record like a puppet."""

    def __init__(self, stage: "Stage", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.stage = stage
        stage.note(self._cell.parent, f"+{self.address}")

    def ready(self) -> None:
        self.stage.note(self._cell.parent, f"{self.address}!")
        super().ready()

    def on_stop_asked(self) -> None:
        self.stage.note(self._cell.parent, f"-{self.address}")
        super().on_stop_asked()


class Dice:
    """The jitter, in binary fractions, so that both sides reckon without rounding."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * (self._random.randrange(1 << 20) / (1 << 20))

    def choice(self, options: Any) -> Any:
        return options[0]


class Stage(SimHost):
    """The real supervisor with real actors, driven event by event."""

    def __init__(self, flags: Flags, seed: int, plans: dict[str, Plan]) -> None:
        super().__init__(seed)
        self.ports = replace(self.ports, chance=Dice(seed))
        self.plans = plans
        self.log: dict[str, list[str]] = {}
        self.fate, self.announced = "", False
        self.spawn(Supervisor, flags.name, **self._arguments(flags))
        self.settle()

    def _arguments(self, flags: Flags) -> dict[str, Any]:
        return {
            "children": [self._child(spec) for spec in flags.specs],
            "strategy": Strategy(flags.strategy),
            "intensity": Intensity(flags.restarts, flags.period),
            "backoff": Backoff(flags.first, flags.longest),
            "auto_shutdown": AutoShutdown(flags.auto_shutdown),
        }

    def _child(self, spec: Spec) -> Child:
        below = {} if spec.below is None else self._arguments(spec.below)
        return Child(
            spec.name,
            Puppet if spec.below is None else Middle,
            {"stage": self, **below},
            Restart(spec.restart),
            spec.start_deadline,
            spec.stop_deadline,
            spec.significant,
        )

    def plan(self, name: str) -> Plan:
        return self.plans.setdefault(name, Plan())

    def note(self, parent: str, what: str) -> None:
        self.log.setdefault(parent, []).append(what)

    def kill(self, victims: list[tuple[str, str]]) -> None:
        """End actors before anybody hears of it."""
        for name, how in victims:
            if name in self.cells:
                self.tell(name, Fate(how))
                self._run_once(self.cells[name])

    def settle(self) -> None:
        """Run until nobody is in the middle of stopping."""
        while True:
            while self.step():
                pass
            due = self.next_due()
            if due is None or not any(
                standing.state is State.STOPPING
                for supervisor in self.supervisors()
                for standing in supervisor.rules.standings.values()
            ):
                return
            self.clock.advance_to(due)

    def supervisors(self) -> list[Supervisor]:
        return [cell.actor for cell in self.cells.values() if isinstance(cell.actor, Supervisor)]

    def _root_told(self, message: Message) -> None:
        self.announced = self.announced or isinstance(message, Ready)
        if isinstance(message, Exited):
            self.fate = "failed" if message.failure else "left"
            assert message.failure == "" or "too many restarts" in message.failure
