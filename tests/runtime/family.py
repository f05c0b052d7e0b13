"""A family of children under the rules of supervision, moved by hand."""

from typing import Any

from runtime.actor import Actor
from runtime.commands import AllReady, Command, Finished, Start, StopChild, Wake
from runtime.supervision import (
    Backoff,
    Child,
    Intensity,
    Restart,
    State,
    Strategy,
    Supervision,
)

TRANSIENT, TEMPORARY = Restart.TRANSIENT, Restart.TEMPORARY


class Highest:
    """No jitter: always the longest that is allowed."""

    def uniform(self, low: float, high: float) -> float:  # noqa: ARG002
        return high

    def choice(self, options: Any) -> Any:
        return options[0]


class Family:
    """Rules whose commands are obeyed at once, except that children become READY when told."""

    def __init__(self, *children: Child, **flags: Any) -> None:
        strategy = flags.pop("strategy", Strategy.ONE_FOR_ONE)
        intensity = flags.pop("intensity", Intensity(5, 60.0))
        backoff = flags.pop("backoff", Backoff(1.0, 8.0))
        self.rules = Supervision(list(children), strategy, intensity, Highest(), backoff, **flags)
        self.now = 100.0
        self.seen: list[str] = []
        self.pauses: list[float] = []
        self._incarnation = 0
        self.obey(self.rules.begin(self.now))

    def obey(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Start(child):
                    self._incarnation += 1
                    self.rules.started(child.address, self._incarnation)
                    self.seen.append(f"+{child.address}")
                case StopChild(child, _):
                    self.seen.append(f"-{child.address}")
                case Wake(seconds):
                    self.pauses.append(seconds)
                case AllReady():
                    self.seen.append("READY")
                case Finished(failure):
                    self.seen.append("failed" if failure else "left")

    def ready(self, *addresses: str) -> "Family":
        for address in addresses:
            incarnation = self.rules.standings[address].incarnation
            self.obey(self.rules.ready(address, incarnation, self.now))
        return self

    def exits(self, *addresses: str, failure: str = "") -> None:
        for address in addresses:
            incarnation = self.rules.standings[address].incarnation
            self.obey(self.rules.exited(address, incarnation, failure, self.now))

    def is_refused(self, address: str) -> None:
        """Let a child fail because the disk refuses."""
        incarnation = self.rules.standings[address].incarnation
        self.obey(self.rules.exited(address, incarnation, "full", self.now, excused=True))

    def fails(self, *addresses: str) -> None:
        self.exits(*addresses, failure="boom")

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.obey(self.rules.due(self.now))

    def overdue(self, address: str, state: State) -> bool:
        return self.rules.overdue(address, self.rules.standings[address].incarnation, state)


def kids(names: str, restart: Restart = Restart.PERMANENT) -> list[Child]:
    return [Child(name, Actor, restart=restart) for name in names]


# What is refused.
