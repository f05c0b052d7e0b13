"""`tictac simulate`: the whole system under seeded faults, judged by the book's own log."""

import os
import sys
from collections.abc import Iterable
from contextlib import nullcontext

import click

from actors.cli.options import answer, json_option
from actors.simulation.report import Report
from actors.simulation.run import Outcome, outcomes

SHOWN_FROM = 20
"""Runs from which on it takes long enough for a progress bar."""


@click.command()
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The first.")
@click.option(
    "--runs", type=click.IntRange(1), default=100, show_default=True, help="Seeds from it on."
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=max(1, os.cpu_count() or 1),
    show_default="the processors",
    help="Processes; what comes out is the same.",
)
@json_option
def simulate(seed: int, runs: int, jobs: int, as_json: bool) -> int:
    """Run the real actors against the paper bookmaker in virtual time, with seeded faults.

    Nothing is read from or written to the state directory, and no connection is made. The same
    seed gives the same trace. The exit code is 1 when a run violated a promise.
    """
    report = Report()
    found = outcomes(seed, runs, jobs)
    for outcome in _with_progress(found, runs):
        report.add(outcome)
    answer(report.body(), as_json, lambda: "\n".join(report.lines()))
    return 0 if report.good else 1


def _with_progress(found: Iterable[Outcome], runs: int) -> Iterable[Outcome]:
    shown = runs >= SHOWN_FROM and sys.stderr.isatty()
    bar = click.progressbar(found, length=runs, file=sys.stderr) if shown else nullcontext(found)
    with bar as watched:
        yield from watched
