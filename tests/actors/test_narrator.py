"""The narrator prints what the journal says, once, and explains the first bet."""

import pytest

from actors.narrator import EVERY, Narrator
from runtime.journal import Entry
from tests.actors.world import (
    TO_ACCEPTED,
    TO_IN_DOUBT,
    TO_PENDING,
    TO_PERMITTED,
    TO_SENDING,
    Clerk,
    S,
    World,
    adopted,
    intent,
)


@pytest.fixture
def world() -> World:
    return World()


def told(world: World, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    world.host.run(EVERY)
    return capsys.readouterr().out


def test_the_first_accepted_bet_is_explained_and_the_next_are_lines(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.spawn(Narrator, "narrator")
    clerk = Clerk(world.journal)
    clerk.want(intent("t-1"), *TO_ACCEPTED)
    first = told(world, capsys)
    assert first.startswith("first bet:\n")
    assert "fair price 1.900, edge 2.63 %" in first
    clerk.want(intent("t-2"), *TO_ACCEPTED)
    second = told(world, capsys)
    assert "first bet" not in second
    assert second.startswith("accepted")
    assert second.count("\n") == 1


def test_every_turn_of_a_bet_is_told_once(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.spawn(Narrator, "narrator")
    clerk = Clerk(world.journal)
    clerk.want(intent("t-1"), *TO_IN_DOUBT, reason="time-out")
    doubt = told(world, capsys)
    assert doubt.startswith("in_doubt")
    assert "time-out" in doubt
    clerk.move("t-1", S.ACCEPTED)
    clerk.move("t-1", S.SETTLED, pnl=950)
    assert "9.50" in told(world, capsys)
    assert told(world, capsys) == ""


def test_what_never_left_is_not_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.spawn(Narrator, "narrator")
    clerk = Clerk(world.journal)
    clerk.want(intent("t-1"), S.DENIED)
    clerk.want(intent("t-2"), *TO_PERMITTED, S.EXPIRED)
    clerk.want(intent("t-3"), *TO_SENDING, S.NOT_SENT)
    clerk.want(intent("t-4"), *TO_PENDING)
    assert told(world, capsys) == ""


def test_what_happened_before_its_start_is_not_told_again(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    Clerk(world.journal).want(intent("t-1"), *TO_ACCEPTED)
    world.spawn(Narrator, "narrator")
    assert told(world, capsys) == ""


def test_what_operators_do_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.spawn(Narrator, "narrator")
    clerk = Clerk(world.journal, "control")
    clerk.write(Entry("killed", "gate", {"reason": "odd prices"}), Entry("armed", "arm", {}))
    assert told(world, capsys) == "killed odd prices\narmed\n"


def test_an_adopted_bet_is_a_line_and_not_the_first_bet(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.spawn(Narrator, "narrator")
    clerk = Clerk(world.journal)
    clerk.adopt(adopted())
    line = told(world, capsys)
    assert line == "adopted   a-77  Arsenal v Everton: ah home -0.25  1.950 x 10.00 at SBO\n"
    clerk.want(intent("t-1"), *TO_ACCEPTED)
    assert told(world, capsys).startswith("first bet:\n")
