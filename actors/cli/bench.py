"""`tictac bench`: what the system costs, measured here and now."""

from pathlib import Path
from typing import Any

import click

from actors.bench.actors.entrants import FULL, QUICK
from actors.bench.actors.run import bench_actors
from actors.bench.actors.table import text
from actors.bench.feed import run as feed_bench
from actors.bench.replay.run import bench_replay
from actors.bench.replay.table import text as replay_text
from actors.bench.tick import bench_tick
from actors.cli.options import answer, json_option, state_option
from actors.state_folder import StateFolder


@click.group()
def bench() -> None:
    """Measure, beside the raw cost of the same work in the same run."""


@bench.command()
@click.option("--ticks", type=click.IntRange(10, 10_000), default=300, show_default=True)
@state_option
@json_option
def tick(ticks: int, state: StateFolder, as_json: bool) -> None:
    """Time from a feed answer in hand to the first byte of the placement.

    The journal of the measurement lies in a folder of its own within the state directory,
    because what a durable commit costs depends on the disk. It is removed again.
    """
    state.prepare()
    found = bench_tick(ticks, state.path)
    answer(found, as_json, lambda: _text(found))


@bench.command()
@click.option("--quick", is_flag=True, help="Small counts; a minute instead of five.")
@state_option
@json_option
def actors(quick: bool, state: StateFolder, as_json: bool) -> None:
    """Our hosts beside pykka, Thespian, xoscar and raw queues.

    The other libraries are installed once, in an environment of their own in the state
    directory. Without them (offline, say) their rows tell why they are empty.
    """
    state.prepare()
    found = bench_actors(state.path, QUICK if quick else FULL, say=_say)
    answer(found, as_json, lambda: text(found))


@bench.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of recorded streams (*.bz2); else the markets that ship.",
)
@click.option("--takes", type=click.IntRange(1, 100), default=3, show_default=True)
@state_option
@json_option
@click.pass_context
def replay(
    context: click.Context, data: Path | None, takes: int, state: StateFolder, as_json: bool
) -> None:
    """Replay recorded exchange markets beside flumine: speed, and fills side by side.

    flumine is installed once, in an environment of its own in the state directory. Without it
    (offline, say) ours is measured alone. Exit code 1 when a goal is missed.
    """
    state.prepare()
    found = bench_replay(state.path, data, takes, say=_say)
    answer(found, as_json, lambda: replay_text(found))
    if any(goal["passed"] is False for goal in found["goals"]):
        context.exit(1)


@bench.command()
@click.option(
    "--rounds", type=click.IntRange(3, 1_000), default=feed_bench.ROUNDS, show_default=True
)
@json_option
@click.pass_context
def feed(context: click.Context, rounds: int, as_json: bool) -> None:
    """A feed's bytes to quotes, beside json.loads and a typed decode alone.

    The exit code is 1 when a goal is missed.
    """
    found = feed_bench.bench_feed(rounds)
    answer(found, as_json, lambda: feed_bench.text(found))
    if not all(goal["passed"] for goal in found["goals"]):
        context.exit(1)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _text(found: dict[str, Any]) -> str:
    rows = {"total": found["total"], **found["stages"], **found["raw"]}
    lines = [f"{found['ticks']} ticks, {found['rows_per_answer']} rows an answer, milliseconds"]
    lines += [
        f"{name:<20} p50 {spread['p50']:>8.3f}  p99 {spread['p99']:>8.3f}"
        for name, spread in rows.items()
    ]
    return "\n".join(lines)
