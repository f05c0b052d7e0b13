"""Children of which the test decides what they do, under a parent whose clock it moves."""

from collections.abc import Callable

from runtime.clock import VirtualClock
from runtime.processes import ChildProcess, Processes, RestartPolicy


class Played:
    """A child of which the test decides what it does."""

    def __init__(self, theatre: "Theatre", child: ChildProcess, pid: int) -> None:
        self.theatre, self.child, self.pid = theatre, child, pid
        self.code: int | None = None
        self.ready = child.name not in theatre.never_ready
        self.closed = False

    def exit_code(self) -> int | None:
        return self.code

    def is_ready(self) -> bool:
        return self.ready

    def has_beaten(self) -> bool:
        assert self.ready
        return self.child.name not in self.theatre.silent

    def ask_to_stop(self, *, heard: bool) -> None:
        self.theatre.story.append(f"{'stop' if heard else 'terminate'} {self.child.name}")
        if self.child.name not in self.theatre.deaf:
            self.code = 0

    def kill(self) -> None:
        self.theatre.story.append(f"kill {self.child.name}")
        self.code = -9

    def close(self) -> None:
        assert not self.closed
        self.closed = True


class Theatre:
    """Starts played children, moves the clock, and calls the test at each tick."""

    def __init__(
        self, *names: str, policy: RestartPolicy | None = None, beat_deadline: float = 10
    ) -> None:
        self.story: list[str] = []
        self.never_ready: set[str] = set()
        self.deaf: set[str] = set()
        self.unstartable: set[str] = set()
        self.silent: set[str] = set()
        self.cast: dict[str, Played] = {}
        self.started: list[Played] = []
        self.at_tick: Callable[[float], None] = lambda _: None
        self.clock = VirtualClock()
        self.processes = Processes(
            [
                ChildProcess(
                    name,
                    ["played"],
                    ready_deadline=5,
                    beat_deadline=beat_deadline,
                    stop_deadline=2,
                )
                for name in names
            ],
            policy=policy,
            clock=self.clock,
            start=self.start,
            wait=self.wait,
            on_ready=lambda: self.story.append("all ready"),
        )

    def start(self, child: ChildProcess) -> Played:
        if child.name in self.unstartable:
            raise FileNotFoundError(2, "no such file")
        earlier = self.cast.get(child.name)
        assert earlier is None or earlier.code is not None, "two of one name"
        self.story.append(f"start {child.name}")
        self.cast[child.name] = Played(self, child, 100 + len(self.started))
        self.started.append(self.cast[child.name])
        return self.cast[child.name]

    def wait(self, seconds: float) -> None:
        self.clock.advance_to(self.clock.monotonic() + seconds)
        self.at_tick(self.clock.monotonic())
