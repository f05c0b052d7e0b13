"""What many runs come to, in words and in figures."""

from actors.simulation.report import ENOUGH, MOST_SHOWN, Report
from actors.simulation.run import Outcome
from actors.simulation.sometimes import SOMETIMES


def outcome(seed: int, *violations: str, seen: tuple[str, ...] = SOMETIMES) -> Outcome:
    return Outcome(seed, 90.0, {"429": 2, "frame lost": 1}, 3, 1, [*violations], [*seen], "trace")


def report(*outcomes: Outcome) -> Report:
    made = Report()
    for one in outcomes:
        made.add(one)
    return made


def test_the_figures_are_sums_over_the_runs() -> None:
    body = report(outcome(1), outcome(2)).body()
    assert (body["runs"], body["faults"], body["placements"], body["in_doubt"]) == (2, 6, 6, 2)
    assert body["virtual_hours"] == 0.05
    assert body["by_fault"] == {"429": 4, "frame lost": 2}
    assert body["sometimes"][SOMETIMES[0]] == 2
    assert (body["violations"], body["violated"], body["never"]) == (0, [], [])


def test_the_trace_depends_on_the_seeds_and_on_what_each_run_did() -> None:
    hashes = {
        report(*outcomes).body()["trace_hash"]
        for outcomes in ((outcome(1),), (outcome(2),), (outcome(1), outcome(2)))
    }
    assert len(hashes) == 3


def test_a_violation_fails_and_says_how_to_see_it_again() -> None:
    found = report(outcome(4710), outcome(4711, "1.000 s: exposure: 2 of 1"))
    assert not found.good
    (violated,) = found.body()["violated"]
    assert violated["replay"] == "tictac simulate --seed 4711 --runs 1"
    lines = list(found.lines())
    assert "  seed 4711: 1.000 s: exposure: 2 of 1" in lines
    assert "    again: tictac simulate --seed 4711 --runs 1" in lines
    assert "1 VIOLATIONS in 1 runs" in lines


def test_very_many_violations_are_cut_short_in_the_text_alone() -> None:
    found = report(*(outcome(seed, "wrong") for seed in range(MOST_SHOWN + 5)))
    assert "  and 5 more; --json has them all" in list(found.lines())
    assert len(found.body()["violated"]) == MOST_SHOWN + 5


def test_what_was_never_seen_fails_once_there_were_runs_enough() -> None:
    few = report(outcome(1, seen=SOMETIMES[1:]))
    assert few.good
    assert few.never == [SOMETIMES[0]]
    assert not report(*[outcome(1, seen=SOMETIMES[1:])] * ENOUGH).good
    assert report(*[outcome(1)] * ENOUGH).good
