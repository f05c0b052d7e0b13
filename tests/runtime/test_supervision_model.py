"""The supervisor beside a model of OTP's: random trees, random misfortune, no difference.

More of it: `TICTAC_CRASH_SEQUENCES=100000 bin/test tests/runtime/test_supervision_model.py -n 2`.
One sequence again: `TICTAC_CRASH_SEED=4711 bin/test tests/runtime/test_supervision_model.py`.
"""

import logging
import os
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.runtime.otp_model import World
from tests.runtime.otp_stage import Stage
from tests.runtime.otp_tree import Flags, Plan, Spec

SEQUENCES = int(os.environ.get("TICTAC_CRASH_SEQUENCES", "10000"))
ONLY = os.environ.get("TICTAC_CRASH_SEED")
CHUNKS = 10
FOREVER = 2.0**20


class Director:
    """Invents a tree and what befalls it, and shows both sides the same."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.nested = self.dice.random() < 0.25
        self.flags = self._flags(
            "top", "abcdef"[: self.dice.choice([1, 2, 3, 3, 4, 4, 5, 6])], self.nested
        )
        plans = self._plans_for_the_boot()
        self.story = [str(self.flags), f"plans {plans}"]
        self.stage = Stage(self.flags, seed, deepcopy(plans))
        self.world = World(self.flags, seed, plans)

    def _flags(self, name: str, names: str, nested: bool) -> Flags:
        dice = self.dice
        auto_shutdown = dice.choice(["never", "any_significant", *["all_significant"] * 2])
        middle = dice.choice(names) if nested else ""
        return Flags(
            name,
            dice.choice(["one_for_one", "one_for_all", *["rest_for_one"] * 2]),
            dice.choice([0, 1, 2, 3, 5, 9]),
            dice.choice([1.0, 4.0, 16.0]),
            dice.choice([0.125, 0.5]),
            dice.choice([0.5, 8.0]),
            auto_shutdown,
            tuple(self._spec(n, auto_shutdown != "never", n == middle) for n in names),
        )

    def _spec(self, name: str, heeded: bool, supervisor: bool) -> Spec:
        restart = self.dice.choice(["permanent", "transient", "temporary"])
        significant = heeded and restart != "permanent" and self.dice.random() < 0.8
        if not supervisor:
            return Spec(name, restart, significant, 6.0, 3.0)
        below = self._flags(name, "xyz"[: self.dice.randint(1, 3)], nested=False)
        patience = self.dice.choice([0.25, FOREVER])
        return Spec(name, restart, significant, patience, FOREVER, below)

    def _plans_for_the_boot(self) -> dict[str, Plan]:
        plans = {}
        for spec in self.flags.specs:
            below = spec.below.specs if spec.below else ()
            for one, chance in [(spec, 0.06), *[(one, 0.3) for one in below]]:
                if one.below is None and self.dice.random() < chance:
                    plans[one.name] = Plan(starts=self._bad())
        names = [spec.name for spec in self.flags.specs if spec.below is None]
        if len(names) > 1 and self.dice.random() < 0.1:
            victim, name = sorted(self.dice.sample(names, 2))
            plans.setdefault(name, Plan()).at_start.append((victim, self._how()))
        return plans

    def _bad(self) -> list[str]:
        how = ["error", "exit", "constructor"] + ([] if self.nested else ["mute"])
        return [self.dice.choice(how) for _ in range(self.dice.randint(1, 3))]

    def step(self) -> None:
        """Let one thing happen."""
        families = [
            [kid.spec.name for kid in supervisor.kids if kid.spec.below is None]
            for supervisor in self.world.supervisors
            if not supervisor.fate
        ]
        families = [family for family in families if family]
        what = self.dice.choices(list(EVENTS), weights=list(EVENTS.values()))[0]
        if families:
            getattr(self, f"_{what}")(self.dice.choice(families))
        else:
            self._time([])

    def _tell(self, what: str, *details: Any) -> None:
        self.story.append(" ".join([what, *map(str, details)]))

    def _plan(self, name: str, what: str, value: Any) -> None:
        self._tell("plan", name, what, value)
        for plan in (self.stage.plan(name), self.world.plan(name)):
            if isinstance(value, list):
                getattr(plan, what).extend(value)
            else:
                setattr(plan, what, value)

    def _how(self) -> str:
        return self.dice.choice(["error", "exit", "leave"])

    def _crash(self, family: list[str]) -> None:
        name = self.dice.choice(family)
        self._kill([(name, self._how())])

    def _crashes(self, family: list[str]) -> None:
        kids = self.world.kids()
        up = [name for name in family if kids[name][1].pid == "up"]
        self.dice.shuffle(up)
        self._kill([(name, self._how()) for name in up[: self.dice.randint(1, 4)]])

    def _kill(self, victims: list[tuple[str, str]]) -> None:
        self._tell("kill", victims)
        self.stage.kill(victims)
        for victim in victims:
            self.world.kill(*victim)

    def _bad_starts(self, family: list[str]) -> None:
        self._plan(self.dice.choice(family), "starts", self._bad())

    def _deaf(self, family: list[str]) -> None:
        if not self.nested:
            self._plan(self.dice.choice(family), "deaf", 1)

    def _bad_stop(self, family: list[str]) -> None:
        self._plan(self.dice.choice(family), "bad_stops", 1)

    def _at_start(self, family: list[str]) -> None:
        name, victim = self.dice.choice(family), self.dice.choice(family)
        if name != victim:
            self._plan(name, "at_start", [(victim, self._how())])

    def _at_stop(self, family: list[str]) -> None:
        name, victim = self.dice.choice(family), self.dice.choice(family)
        if name != victim:
            self._plan(name, "at_stop", [(victim, self._how())])

    def _time(self, family: list[str]) -> None:  # noqa: ARG002 - concerns all
        seconds = self.dice.choice([0.125, 0.5, 2.0, self.flags.period, 40.0])
        self._tell("pass", seconds)
        self.stage.run(seconds)
        self.world.advance(seconds)

    def _stop(self, family: list[str]) -> None:  # noqa: ARG002
        self._tell("stop")
        self.stage.stop("top")
        self.world.top.inbox.append((self.world.now, "stop", None, 0))

    def compare(self) -> None:
        """Raise AssertionError where the two sides differ."""
        self.stage.settle()
        self.world.settle()
        real = self._real()
        model = self._model()
        if real != model:
            raise AssertionError("\n".join([*self.story, f"ours  {real}", f"model {model}"]))

    def _real(self) -> tuple[Any, ...]:
        stage = self.stage
        specs = {actor.address: list(actor.rules.standings) for actor in stage.supervisors()}
        alive = sorted(stage.cells)
        seen = stage.clock.monotonic(), stage.announced, stage.fate
        return *seen, alive, specs, stage.log

    def _model(self) -> tuple[Any, ...]:
        living = [one for one in self.world.supervisors if not one.fate]
        specs = {one.flags.name: [kid.spec.name for kid in one.kids] for one in living}
        alive = [kid.spec.name for one in living for kid in one.kids if kid.alive]
        alive += [] if self.world.top.fate else ["top"]
        log = {name: lines for name, lines in self.world.log.items() if lines}
        seen = self.world.now, self.world.top.announced, self.world.top.fate
        return *seen, sorted(alive), specs, log


EVENTS = {
    "crash": 5,
    "crashes": 7,
    "time": 5,
    "bad_starts": 2,
    "deaf": 1,
    "bad_stop": 1,
    "at_start": 1,
    "at_stop": 1,
    "stop": 0.4,
}


def play(seed: int) -> Director:
    """Run one sequence on both sides. Raises AssertionError with the line that repeats it."""
    director = Director(seed)
    try:
        director.compare()
        for _ in range(director.dice.randint(4, 12)):
            director.step()
            director.compare()
            if director.stage.fate:
                break
    except Exception as difference:
        again = f"TICTAC_CRASH_SEED={seed} bin/test tests/runtime/test_supervision_model.py"
        raise AssertionError(f"{again}\n{difference}") from difference
    return director


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.CRITICAL + 1)  # tens of thousands of failures are on purpose here
    yield
    root.setLevel(level)


@pytest.mark.timeout(60 + SEQUENCES // 100)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_supervisor_does_what_otp_would_do(chunk: int) -> None:
    seeds = [int(ONLY)] if ONLY else range(chunk, SEQUENCES, CHUNKS)
    for seed in seeds:
        play(seed)
