"""Many seeds of the whole system under faults: nothing is violated, and everything is reached."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from actors.simulation.report import ENOUGH, Report
from actors.simulation.run import outcomes
from actors.simulation.sometimes import SOMETIMES

ROOT = Path(__file__).resolve().parents[2]


def reported(first: int, runs: int, jobs: int = 1) -> Report:
    report = Report()
    for outcome in outcomes(first, runs, jobs):
        report.add(outcome)
    return report


@pytest.mark.timeout(300)
def test_no_seed_violates_a_promise_and_every_situation_is_reached() -> None:
    report = reported(1, ENOUGH)
    assert report.violations == []
    assert report.never == []
    assert report.good
    body = report.body()
    assert body["faults"] > 8 * ENOUGH
    assert body["placements"] > 1.5 * ENOUGH
    assert body["in_doubt"] > ENOUGH / 3
    assert body["virtual_hours"] > 3
    assert set(body["sometimes"]) == set(SOMETIMES)


def test_the_same_seed_gives_the_same_trace_and_another_seed_another() -> None:
    first, again, other = (reported(seed, 3).body() for seed in (40, 40, 41))
    assert first == again
    assert first["trace_hash"] != other["trace_hash"]


def simulated(*words: str, hash_seed: str) -> dict[str, object]:
    """Return what the command prints in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "actors.cli", "simulate", "--json", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_neither_the_process_nor_the_number_of_jobs_changes_what_comes_out() -> None:
    words = ("--seed", "60", "--runs", "12")
    one = simulated(*words, "--jobs", "1", hash_seed="1")
    two = simulated(*words, "--jobs", "2", hash_seed="2")
    assert one == two == reported(60, 12).body()
