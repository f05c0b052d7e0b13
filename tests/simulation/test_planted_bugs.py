"""Bugs that are planted: each breaks one promise, and some seed shows it.

`bin/prove --mutants` plants these and those that other proofs find.
"""

import pytest
from click.testing import CliRunner, Result

from actors.cli.simulate import simulate
from actors.prove.mutants import MUTANTS
from actors.simulation import run

MOST_SEEDS = 300


def seed_that_shows(name: str) -> int:
    """Return the first seed whose violations name the bug."""
    words = MUTANTS[name].words
    for outcome in run.outcomes(1, MOST_SEEDS):
        if any(words in what for what in outcome.violations):
            return outcome.seed
    raise AssertionError(f"no seed shows that it {name}")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if mutant.words])
def test_a_planted_bug_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name].plant(monkeypatch.setattr)
    assert seed_that_shows(name) > 0


def shown(seed: int, runs: int) -> Result:
    words = ["--seed", str(seed), "--runs", str(runs), "--jobs", "1"]
    return CliRunner().invoke(simulate, words, standalone_mode=False)


def test_a_violation_tells_the_command_that_shows_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS["ignores the kill gate"].plant(monkeypatch.setattr)
    seed = seed_that_shows("ignores the kill gate")
    many = shown(seed - 1, 2)
    assert many.return_value == 1
    command = f"tictac simulate --seed {seed} --runs 1"
    assert command in many.output
    again = shown(seed, 1)
    assert again.return_value == 1
    told = [line for line in many.output.split("\n") if line.startswith(f"  seed {seed}: ")]
    assert told == [line for line in again.output.split("\n") if line.startswith("  seed ")]
    monkeypatch.undo()
    assert shown(seed, 1).return_value == 0
