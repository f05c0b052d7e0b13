"""Days of the programme in virtual time, when nothing goes wrong."""

from collections import Counter
from pathlib import Path

import pytest

from actors.settings import Amount, RiskSettings
from actors.simulation.given import START
from actors.simulation.world import World

TWO_DAYS = 300.0
"""Seconds, at the speed of these tests, in which two whole match days are played."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world after two match days that nothing disturbed, everything settled."""
    world = World(tmp_path_factory.mktemp("state"))
    world.run(TWO_DAYS)
    world.end()
    return world


def test_a_match_day_is_bet_on_and_settled_as_the_book_says(world: World) -> None:
    assert world.book.programme.day_number(START + round(TWO_DAYS * 1000)) >= 2
    ends = Counter(bet.status for bet in world.judge.bets())
    assert min(ends["Won"], ends["Lost"]) > 5
    assert world.verdict() == []


def test_every_bet_of_the_book_answers_to_one_request_of_ours(world: World) -> None:
    asked = [f"WA-{request.id}" for request in world.judge.requests]
    assert [bet.reference for bet in world.judge.bets()] == [
        placement.reference for placement in world.judge.placements if placement.code == 0
    ]
    assert {bet.reference for bet in world.judge.bets()} <= set(asked)
    assert len(asked) == len(set(asked)) == len(world.judge.placements)


def test_the_limits_are_reached_and_not_exceeded(world: World) -> None:
    limits, most = world.judge.limits, world.judge.most
    assert most["open bets"] == limits.max_open_bets
    assert most["selection exposure"] == limits.max_selection_exposure
    assert most["bets in flight on one selection"] == 1
    assert {"max_open_bets", "event_cooldown", "max_selection_exposure"} <= world.denials()


def test_no_actor_fails_in_a_day_without_faults(world: World) -> None:
    assert world.restarts() == {}
    assert {letter.kind for letter in world.host.post.dead_letters} <= {"TokenWanted", "Credit"}


def test_the_same_seed_gives_the_same_run_and_another_seed_another(tmp_path: Path) -> None:
    runs = []
    for number, seed in enumerate((5, 5, 6)):
        folder = tmp_path / str(number)
        folder.mkdir()
        world = World(folder, seed)
        world.run(60)
        entries = [(entry.kind, entry.key, entry.at) for entry in world.journal.entries()]
        runs.append((world.trace(), entries, world.judge.bets()))
    assert runs[0] == runs[1]
    assert runs[0][0] != runs[2][0]
    assert len(runs[0][2]) > 3


@pytest.mark.parametrize(
    ("control", "limits", "what", "most"),
    [
        ("max_exposure", RiskSettings(max_exposure=Amount(4_500)), "exposure", 4_000),
        (
            "max_event_exposure",
            RiskSettings(max_event_exposure=Amount(1_999)),
            "event exposure",
            1_000,
        ),
        ("daily_loss", RiskSettings(daily_loss=Amount(6_000)), "worst loss", 6_000),
    ],
)
def test_a_limit_holds_at_the_book_by_its_own_figures(
    tmp_path: Path, control: str, limits: RiskSettings, what: str, most: int
) -> None:
    world = World(tmp_path, limits=limits, every=3)
    world.run(150)
    assert world.judge.faults == []
    assert control in world.denials()
    assert world.judge.most[what] == most
