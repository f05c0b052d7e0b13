"""Run scenarios: one for each seed, one after another or in several processes."""

import gc
import hashlib
import io
import logging
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stdout
from multiprocessing import get_context
from pathlib import Path

import msgspec

from actors.orders import OrderState
from actors.simulation.given import START
from actors.simulation.plan import Plan, plan
from actors.simulation.sometimes import seen_in
from actors.simulation.world import World
from runtime.errors import described

AT_A_TIME = 10
"""Runs that a process does before it hands over what it found."""

WATCHED_AFTER = 15.0
"""Seconds after the end of the bets in which a wedged actor's successor gets to work."""

DOUBT = OrderState.IN_DOUBT.value
KILLED_FOR = 15.0
PAUSED_FOR = 10.0
PRINTER = frozenset({"narrator"})


class Outcome(msgspec.Struct, frozen=True):
    """What came of one seed."""

    seed: int
    virtual_seconds: float
    faults: dict[str, int]
    placements: int
    in_doubt: int
    violations: list[str]
    seen: list[str]
    trace: str


def outcomes(first: int, runs: int, jobs: int = 1) -> Iterator[Outcome]:
    """Run that many seeds from the first; what comes out is in their order, whoever ran them."""
    seeds = range(first, first + runs)
    if jobs == 1 or runs <= AT_A_TIME:
        yield from _in_a_folder(seeds)
        return
    parts = [seeds[start : start + AT_A_TIME] for start in range(0, runs, AT_A_TIME)]
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    try:
        for part in pool.map(_part, parts):
            yield from part
    finally:
        pool.shutdown(cancel_futures=True)


def _part(seeds: range) -> list[Outcome]:
    return list(_in_a_folder(seeds))


def _in_a_folder(seeds: range) -> Iterator[Outcome]:
    memory = Path("/dev/shm")  # the kill gate is the one file, and it is synced
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        for seed in seeds:
            state = Path(folder) / str(seed)
            state.mkdir()
            with _quietly():
                outcome = outcome_of(plan(seed), state)
            yield outcome


def outcome_of(scenario: Plan, state: Path) -> Outcome:
    """Run one scenario to its end and judge it."""
    world = lived(scenario, state)
    try:
        violations = play(world, scenario)
    except Exception as error:  # noqa: BLE001 - a run that cannot go on is a finding, too
        violations = [*world.judge.faults, f"the run cannot go on: {described(error)}"]
    bets = [repr(bet) for bet in world.judge.bets()]
    last = [(entry.sequence, entry.kind, entry.key) for entry in world.journal.entries()]
    trace = hashlib.sha256(repr((world.trace(), bets, last, violations)).encode())
    doubted = [
        moves for moves in world.journal.moves.values() if OrderState.IN_DOUBT.value in moves
    ]
    return Outcome(
        scenario.seed,
        (world.now - START) / 1000,
        dict(sorted(world.faults().items())),
        len(world.judge.placements),
        len(doubted),
        violations,
        sorted(seen_in(world)),
        trace.hexdigest(),
    )


def lived(scenario: Plan, state: Path) -> World:
    """Make the world of a scenario, with what will happen to it."""
    world = World(
        state,
        scenario.seed,
        scenario.trouble,
        scenario.limits,
        settings=scenario.settings,
        programme=scenario.programme,
        without=PRINTER,
        **scenario.book,
    )
    world.patient = scenario.patient
    for _ in range(scenario.crashes):
        world.plan(600, world.crash)
    if scenario.wedge is not None:
        at, address = scenario.wedge
        world.plan_time(_moment(at), lambda: world.wedge(address))
    if scenario.freeze is not None:
        at, seconds = scenario.freeze
        world.plan_time(_moment(at), lambda: world.freeze(seconds))
    for at, milliseconds in scenario.clock:
        world.plan_time(_moment(at), lambda by=milliseconds: world.set_clock(by))  # type: ignore[misc]
    if scenario.pause is not None:
        _plan_pause(world, *scenario.pause, in_a_bet=scenario.pause_in_a_bet)
    number = world.chance.randrange(2, 12)
    match scenario.kill:
        case "at any step":
            world.plan_time(_moment(scenario.kill_at), lambda: world.plan(60, world.kill))
        case "as the price is asked":
            world.plan_at("getplacementinfo", number, world.kill)
        case "as it is being sent":
            world.journal.plan_at("sending", number, world.kill)
        case "and opened again":
            world.plan_time(_moment(scenario.kill_at), lambda: world.plan(60, world.kill))
            world.plan_time(_moment(scenario.kill_at + KILLED_FOR), world.open_again)
    return world


def _plan_pause(world: World, at: float, kind: str, name: str, *, in_a_bet: bool) -> None:
    def pause() -> None:
        world.pause(kind, name)
        later = world.now + round(PAUSED_FOR * 1000)
        world.plan_time(later, lambda: world.unpause(kind, name))

    if in_a_bet:
        world.plan_at("getplacementinfo", world.chance.randrange(2, 8), pause)
    else:
        world.plan_time(_moment(at), pause)


def play(world: World, scenario: Plan) -> list[str]:
    """Let it happen, come to rest, and return every violation."""
    world.run(scenario.seconds)
    world.end()
    if scenario.wedge is not None:
        world.run(WATCHED_AFTER)
    return world.verdict()


def _moment(seconds: float) -> int:
    return START + round(seconds * 1000)


@contextmanager
def _quietly() -> Iterator[None]:
    """Let the actors log and print nothing, and collect no garbage within a run."""
    root = logging.getLogger()
    level, collected = root.level, gc.isenabled()
    root.setLevel(logging.CRITICAL + 1)
    gc.disable()
    try:
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        root.setLevel(level)
        if collected:
            gc.enable()
