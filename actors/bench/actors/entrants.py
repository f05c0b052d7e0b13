"""Who is measured, how much of it, and what is not attempted and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

RAW = "no actors"
THREAD_EACH = "needs a thread each"
THREAD_AND_FILES = "needs a thread and two file descriptors each"
PROCESS_EACH = "needs a process each"
PLACED = "the system places its processes"
ONE_THREAD = "both sides share one thread"


@dataclass(frozen=True)
class Plan:
    """How much is measured. `limit_seconds` is for one measurement of one contender."""

    receivers: tuple[int, ...] = (1, 1_000)
    crowds: tuple[int, ...] = (1_000, 10_000, 100_000)
    seconds: float = 0.5
    repeats: int = 7  # takes by turns, of one each
    rounds: int = 2_000
    warm_up: int = 2_000
    limit_seconds: float = 40.0

    def takes(self, request: dict[str, Any]) -> int:
        """Return how often a measurement is taken."""
        return 1 if request["measurement"] == "crowd" else self.repeats

    def measurements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each measurement's name and what is asked of a contender."""
        for receivers in self.receivers:
            yield (
                f"tell_1_to_{receivers}",
                {
                    "measurement": "tell",
                    "receivers": receivers,
                    "seconds": self.seconds,
                    "repeats": 1,
                    "warm_up": self.warm_up,
                },
            )
        for name, cores in (("hop", 0), ("hop_one_core", 1), ("hop_two_cores", 2)):
            yield (
                name,
                {
                    "measurement": "hop",
                    "rounds": self.rounds,
                    "repeats": 1,
                    "warm_up": self.warm_up // 10,
                    "cores": cores,
                },
            )
        for actors in self.crowds:
            yield f"crowd_{actors}", {"measurement": "crowd", "actors": actors}


FULL = Plan()
QUICK = Plan(
    receivers=(1, 100), crowds=(100, 1_000), seconds=0.05, repeats=3, rounds=200, warm_up=500
)


@dataclass(frozen=True)
class Entrant:
    """One row. Beyond a limit nothing is attempted, for the reason given."""

    name: str
    title: str
    ours: bool = False
    guest: bool = False  # measured in the benchmark's own environment
    most: dict[str, tuple[int, str]] = field(default_factory=dict)

    def refusal(self, request: dict[str, Any]) -> str:
        """Return why a measurement is not attempted; empty when it is."""
        kind = request["measurement"]
        size = next(request[key] for key in ("receivers", "actors", "cores") if key in request)
        most, reason = self.most.get(kind, (size, ""))
        return f"not attempted: {reason}" if size > most else ""


ENTRANTS = (
    Entrant("ours_shard", "ShardHost, 1 shard", ours=True, most={"hop": (1, ONE_THREAD)}),
    Entrant(
        "ours_two_shards",
        "ShardHost, 2 shards",
        ours=True,
        most={"crowd": (0, "as with one shard")},
    ),
    Entrant("ours_thread", "ThreadHost", ours=True, most={"crowd": (5_000, THREAD_AND_FILES)}),
    Entrant(
        "pykka_threads",
        "pykka ThreadingActor",
        guest=True,
        most={"crowd": (10_000, THREAD_EACH)},
    ),
    Entrant("thespian_simple", "Thespian, simple", guest=True, most={"hop": (1, ONE_THREAD)}),
    Entrant(
        "thespian_processes",
        "Thespian, multiproc TCP",
        guest=True,
        most={"tell": (1, PROCESS_EACH), "hop": (0, PLACED), "crowd": (0, PROCESS_EACH)},
    ),
    Entrant("xoscar_pool", "xoscar, 1 process", guest=True, most={"hop": (1, ONE_THREAD)}),
    Entrant("raw_queue", "raw SimpleQueue", most={"tell": (1, RAW), "crowd": (0, RAW)}),
    Entrant("raw_inproc", "raw ZeroMQ inproc", most={"tell": (1, RAW), "crowd": (0, RAW)}),
)
