"""A tree and what is to befall it, as the model and the real supervisor are both told of it."""

from dataclasses import dataclass, field


@dataclass
class Plan:
    """What is to happen to one child the next times it starts or stops."""

    starts: list[str] = field(default_factory=list)
    deaf: int = 0
    bad_stops: int = 0
    at_start: list[tuple[str, str]] = field(default_factory=list)
    at_stop: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Spec:
    """A child as both sides are told of it; `below` makes it a supervisor."""

    name: str
    restart: str
    significant: bool
    start_deadline: float
    stop_deadline: float
    below: "Flags | None" = None


@dataclass(frozen=True)
class Flags:
    """A supervisor as both sides are told of it."""

    name: str
    strategy: str
    restarts: int
    period: float
    first: float
    longest: float
    auto_shutdown: str
    specs: tuple[Spec, ...]
