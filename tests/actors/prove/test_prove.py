"""bin/prove: what it says is what it ran, and a broken promise is told as one."""

import json

import pytest
from click.testing import CliRunner, Result

from actors.prove import __main__ as program
from actors.prove.journal import NotRunError
from actors.prove.kill_nine import kill_nine
from actors.prove.kills import WAYS, kills
from actors.prove.mutants import MUTANTS
from actors.prove.planted import Found
from actors.prove.points import ONCE, POINTS
from actors.prove.promises import PROMISES, Promise


def called(*words: str) -> Result:
    return CliRunner().invoke(program.prove, words, standalone_mode=False)


def promise(found: dict[str, object]) -> Promise:
    return Promise("it holds", "tries", 3, 7, lambda count, _seed, _tell: {"tries": count} | found)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> dict[str, Promise]:
    """Put one promise in the place of the real ones."""
    made = {"it": promise({"violations": []})}
    monkeypatch.setattr(program, "PROMISES", made)
    return made


@pytest.mark.parametrize(
    ("words", "count"), [((), 3), (("--tier", "full"), 7), (("--count", "5"), 5)]
)
def test_a_tier_is_run_and_its_counts_are_told(
    only: dict[str, Promise], words: tuple[str, ...], count: int
) -> None:
    assert only
    done = called(*words, "--json")
    found = json.loads(done.stdout)
    assert (done.return_value, found["passed"]) == (0, True)
    (told,) = found["promises"]
    assert (told["promise"], told["counts"], told["violations"]) == ("it", {"tries": count}, [])
    assert f"tries {count}, violations 0" in called(*words).stdout


def test_a_violation_is_told_and_fails(only: dict[str, Promise]) -> None:
    only["it"] = promise({"violations": ["seed 7: twice"]})
    done = called()
    assert done.return_value == 1
    assert done.stdout.startswith("BROKEN   it: it holds\n")
    assert "seed 7: twice" in done.stdout


def test_what_cannot_be_run_is_never_told_as_proven(only: dict[str, Promise]) -> None:
    def cannot(*_: object) -> dict[str, object]:
        raise NotRunError("no such disk")

    only["it"] = Promise("it holds", "tries", 3, 7, cannot)
    done = called()
    assert (done.return_value, done.stdout) == (1, "NOT RUN  it: no such disk\n")
    assert json.loads(called("--json").stdout)["passed"] is False


@pytest.mark.parametrize(("caught", "code", "word"), [(True, 0, "caught"), (False, 1, "SURVIVES")])
def test_a_mutant_that_survives_fails(
    monkeypatch: pytest.MonkeyPatch, caught: bool, code: int, word: str
) -> None:
    monkeypatch.setattr(program, "NAMES", ("a bug",))
    monkeypatch.setattr(program, "tried", lambda name: Found(name, caught, "here"))
    done = called("--mutants")
    assert done.return_value == code
    assert done.stdout.startswith(f"{word:9} a bug: here\n{int(caught)} of 1 planted bugs")


def test_there_are_enough_promises_points_and_mutants() -> None:
    assert {one.full for one in PROMISES.values()} >= {100_000, 2_000, 10_000, 1_000, 500_000}
    assert len(MUTANTS) >= 12
    assert len(POINTS) == len(set(POINTS)) > 20
    assert set(ONCE) < set(POINTS)


# The proofs themselves, in little.


def test_no_bet_leaves_after_the_gate_was_closed_under_full_load() -> None:
    found = kills(3, 1)
    assert found["violations"] == []
    assert found["placements"] >= 9
    assert sum(found["ways"].values()) == 3
    assert set(found["ways"]) == set(WAYS)


def test_a_door_that_overlooks_the_gate_is_found_by_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    MUTANTS["ignores the kill gate"].plant(monkeypatch.setattr)
    (violation,) = kills(1, 1)["violations"]
    assert "a bet left" in violation


@pytest.mark.timeout(120)
def test_cores_that_are_killed_lose_nothing_and_send_nothing_twice() -> None:
    found = kill_nine(3, 2)
    assert found["kills"] == 3
    assert found["violations"] == []
