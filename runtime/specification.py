"""What a supervisor is told: its children, whom a failure concerns, and how much is too much."""

from collections import Counter
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


class AutoShutdown(Enum):
    """When a supervisor leaves because significant children have left for good."""

    NEVER = "never"
    ANY_SIGNIFICANT = "any_significant"
    ALL_SIGNIFICANT = "all_significant"


@dataclass(frozen=True)
class Backoff:
    """Seconds before the n-th restart in a row: doubling up to `longest`, jittered by half.

    A child's row is over when it fails longer than the intensity's period after its last start
    was due. The pause lies between the stops and the starts of a restart, and is no part of the
    count: what is counted, as OTP does, is each failure that would restart somebody.

    A failure that is `excused` has the same pause each time, and neither adds to a row nor ends it.
    """

    first: float = 0.1
    longest: float = 30.0
    excused: float = 2.0

    def delay(self, attempt: int, chance: Chance) -> float:
        """Return the wait before restart number `attempt`, counted from 1."""
        full = min(self.longest, self.first * 2.0 ** min(attempt - 1, 30))
        return chance.uniform(full / 2, full)

    def delay_excused(self, chance: Chance) -> float:
        """Return the wait before a restart that is nobody's fault."""
        return chance.uniform(self.excused / 2, self.excused)


@dataclass(frozen=True)
class Intensity:
    """At most `restarts` within `period` seconds; one more within it is too many."""

    restarts: int = 5
    period: float = 60.0

    def __post_init__(self) -> None:
        if self.restarts < 0 or self.period <= 0:
            raise ValueError(f"{self}: restarts must not be below 0, period must be above 0")


@dataclass(frozen=True, slots=True)
class Child:
    """How to start one child, and how to treat its end. Deadlines in seconds.

    When a `significant` child leaves for good, its supervisor may leave too: see `AutoShutdown`.
    Raises ValueError for one that is permanent, since that never leaves for good.
    """

    address: str
    actor_class: type[Actor]
    arguments: dict[str, Any] = field(default_factory=dict)
    restart: Restart = Restart.PERMANENT
    start_deadline: float = 30.0
    stop_deadline: float = 5.0
    significant: bool = False

    def at(self, address: str) -> "Child":
        """Return the child at another address: one of a template."""
        return Child(
            address,
            self.actor_class,
            self.arguments,
            self.restart,
            self.start_deadline,
            self.stop_deadline,
            self.significant,
        )

    def __post_init__(self) -> None:
        if self.significant and self.restart is Restart.PERMANENT:
            raise ValueError(
                f"child {self.address} is significant and permanent: make it transient or temporary"
            )


def check(children: list[Child], template: Child | None, auto_shutdown: AutoShutdown) -> None:
    """Refuse children that cannot be kept; ValueError names the child and the cure."""
    for address, count in Counter(child.address for child in children).items():
        if count > 1:
            raise ValueError(f"child {address} is there {count} times: give each its own address")
    if template is not None:
        for child in children:
            if child.address.startswith(f"{template.address}/"):
                raise ValueError(
                    f"child {child.address} lies under the template {template.address}: "
                    "give it another prefix"
                )
    if auto_shutdown is AutoShutdown.NEVER:
        for child in [*children, *([template] if template else [])]:
            if child.significant:
                raise ValueError(
                    f"child {child.address} is significant, which nothing heeds: "
                    "give its supervisor an auto_shutdown other than never"
                )
