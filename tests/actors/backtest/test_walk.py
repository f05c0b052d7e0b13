"""Walk-forward: what is judged comes after all by which was chosen, and nothing is judged twice."""

from itertools import pairwise

import msgspec
import pytest

from actors.backtest.calendar import collected_at
from actors.backtest.figures import Figures, figures
from actors.backtest.outcome import grid
from actors.backtest.plan import Ground, Plan, ground
from actors.backtest.plays import FOREVER, Play, Played, plays, settled_by
from actors.backtest.walk import ENOUGH, choose, cuts, walk_forward
from runtime.errors import OurError
from tests.actors.backtest.samples import CONFIG, DATA, SEASON, bet

EMPTY = figures([])


@pytest.fixture(scope="module")
def on() -> Ground:
    return ground(Plan(SEASON, CONFIG))


def past(bets: int, yield_bp: int | None, profit: int = 0) -> Figures:
    return msgspec.structs.replace(EMPTY, bets=bets, yield_bp=yield_bp, profit=profit)


def play_with(*pasts: Figures) -> Played:
    return Played({}, 0, EMPTY, pasts, (), 0)


def test_each_match_is_in_one_part(on: Ground) -> None:
    begins = cuts(on, 4)
    assert begins[-1] == FOREVER
    assert begins == sorted(set(begins))
    listed = [collected_at(one.kick_off) for one in on.recorded.matches]
    parts = [sum(a <= at < b for at in listed) for a, b in pairwise(begins)]
    assert sum(parts) == len(listed)
    assert all(parts)


def test_too_many_parts_are_refused_with_the_number_there_is(on: Ground) -> None:
    with pytest.raises(OurError, match=r"--walk-forward 50: 54 matches listed at .* too few"):
        cuts(on, 50)


def test_the_past_ends_with_what_was_settled() -> None:
    bets = [bet(1), bet(2), bet(3), bet(4, state="accepted", settled_at=None)]
    assert settled_by(bets, 2_000) == bets[:2]
    assert settled_by(bets, 1_999) == bets[:1]


def test_the_best_of_the_past_is_chosen_and_the_first_of_equals() -> None:
    pasts = [play_with(past(ENOUGH, n)) for n in (-5, 7, 7, 3)]
    assert choose(pasts, 0, "yield") == (1, True)


def test_a_figure_of_a_few_bets_chooses_nothing() -> None:
    few = play_with(past(ENOUGH - 1, 900))
    assert choose([few, play_with(past(ENOUGH, -300))], 0, "yield") == (1, True)
    assert choose([few, few], 0, "yield") == (0, False)


def test_each_fold_has_a_past_of_its_own_and_each_figure_can_choose() -> None:
    one = play_with(past(ENOUGH, 10, 500), past(ENOUGH, 1, 100))
    two = play_with(past(ENOUGH, 5, 900), past(ENOUGH, 2, 50))
    assert choose([one, two], 0, "yield") == (0, True)
    assert choose([one, two], 1, "yield") == (1, True)
    assert choose([one, two], 0, "profit") == (1, True)
    assert choose([one, two], 0, "clv") == (0, False)


def test_a_walk_judges_only_what_comes_after_its_choice(on: Ground) -> None:
    walk = walk_forward(on, grid([("min_edge", [0.5, 3.0])]), 2, "profit")
    begins = cuts(on, 2)
    assert [fold.since for fold in walk.folds] == begins[1:3]
    assert walk.difference == 0
    settled = [one for one in walk.bets if one.settled]
    assert len({one.id for one in walk.bets}) == len(walk.bets)
    assert sum(fold.next.bets for fold in walk.folds) == len(settled) > 0
    for number, fold in enumerate(walk.folds, 1):
        own = [one for one in walk.bets if one.event.startswith(f"{number}-")]
        assert all(begins[number] <= one.made_at < begins[number + 1] for one in own)
        assert figures(own) == fold.next
    whole = next(plays(on, [Play({"min_edge": 0.5}, whole=True)])).bets
    first = walk.folds[0]
    if first.chosen == {"min_edge": 0.5}:
        known = [one for one in whole if one.settled and (one.settled_at or 0) <= first.since]
        assert first.past == figures(known)


def test_what_comes_out_does_not_depend_on_who_played() -> None:
    on = ground(Plan(DATA / "E2_2020-21.csv", CONFIG))
    wanted = [Play({"min_edge": edge}, whole=True) for edge in (0.5, 2.0, 4.0)]
    heard: list[int] = []
    assert list(plays(on, wanted, 2, heard.append)) == list(plays(on, wanted, 1))
    assert sum(heard) == 3 * len(on.recorded.matches)


def test_a_sweep_is_every_combination() -> None:
    assert grid([]) == [{}]
    assert grid([("a", [1, 2]), ("b", ["x"])]) == [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]
