"""The benchmark of the feed compares the same work and judges by arithmetic.

No test here asserts a timing.
"""

from typing import Any

import msgspec
import pytest

from actors.bench.feed import run
from actors.bench.feed.made import MATCHES, QUOTES_A_MATCH, MadeFeed
from actors.books.asianodds.feed import FeedState
from actors.selections import Phase
from actors.units import Millis
from tests.actors.cli.commands import Commands

TAKEN = {
    "json.loads": [20.0, 20.0, 20.0],
    "typed decode": [5.0, 10.0, 5.0],
    run.PASS: [40.0, 80.0, 40.0],
    "full feed": [90.0, 90.0, 99.0],
    "2 % moved": [11.0, 11.0, 11.0],
    "nothing moved": [6.0, 6.0, 6.0],
}


def read(made: MadeFeed, state: FeedState) -> Any:
    return state.apply(made.answer(), Millis(1))


def test_the_made_feed_is_as_large_as_the_one_of_the_goals() -> None:
    assert (MATCHES, MATCHES * QUOTES_A_MATCH) == (2_000, 72_000)
    made = MadeFeed(20)
    assert made.quotes == 720
    assert len(made.answer()) * 100 == pytest.approx(3_200_000, rel=0.05)


def test_the_made_feed_is_read_without_a_fault_and_every_quote_of_it_counts() -> None:
    made = MadeFeed(20)
    change = read(made, FeedState(Phase.TODAY))
    assert (len(change.quotes), change.rows, change.faults) == (720, 20, ())
    decoded = run._typed.decode(made.answer()).result.sports[0].match_games
    passed = run.split_all(decoded)
    assert sum(len(prices) for found in passed for prices in found.values()) == 720
    told = sorted(quote.price for quote in change.quotes)
    split = sorted(price for found in passed for prices in found.values() for price in prices)
    assert split == told


def test_the_same_seed_makes_the_same_feed() -> None:
    assert MadeFeed(3, seed=1).answer() == MadeFeed(3, seed=1).answer()
    assert MadeFeed(3, seed=1).answer() != MadeFeed(3, seed=2).answer()


def test_what_moves_is_a_part_of_the_strings_each_in_one_price() -> None:
    made, state = MadeFeed(50), FeedState(Phase.TODAY)
    read(made, state)
    assert made.move(2.0) == 6
    change = read(made, state)
    assert 0 < len(change.quotes) <= 6
    assert change.removed == ()


def test_a_goal_is_judged_by_the_median_of_rounds_that_are_compared_with_themselves() -> None:
    full, moved = run.goals(TAKEN)
    assert (full["measured"], full["at_most"], full["passed"]) == (2.0, 2.0, True)
    assert (moved["measured"], moved["passed"]) == (2.2, False)


def test_a_round_measures_everything_and_the_text_names_it() -> None:
    found = run.bench_feed(rounds=3, matches=5)
    assert set(found["figures"]) == set(TAKEN)
    shown = run.text(found)
    for name in TAKEN:
        assert name in shown
    assert "5 matches, 180 quotes" in shown


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 1)])
def test_the_command_ends_with_1_when_a_goal_is_missed(
    tictac: Commands, monkeypatch: pytest.MonkeyPatch, passed: bool, code: int
) -> None:
    found = run.bench_feed(rounds=3, matches=2)
    found["goals"] = [{"goal": "g", "measured": 2.5, "at_most": 2.0, "passed": passed}]
    monkeypatch.setattr(run, "bench_feed", lambda rounds: found | {"rounds": rounds})
    done = tictac("bench", "feed", "--rounds", "4", "--json", state=False)
    assert (done.code, done.json) == (code, msgspec.to_builtins(found | {"rounds": 4}))
    assert ("met" if passed else "MISSED") in tictac("bench", "feed", state=False).out
