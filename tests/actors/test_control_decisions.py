"""Control, and what operators decide: by Risk, or of a difference to the bookmaker's account."""

from pathlib import Path

import pytest

from actors.messages import AccountState, Reply, Steer, Steered
from actors.units import Millis
from tests.actors.control_desk import Desk, desk
from tests.actors.world import NOW

__all__ = ["desk"]

# What Risk carries out.


def test_a_command_for_risk_is_answered_when_risk_has_answered(desk: Desk) -> None:
    desk.send("pause", id="c-x", scope="book", name="SBO", by="ada", reason="cuts")
    (steer,) = desk.world.told("risk", Steer)
    assert (steer.id, steer.name) == ("c-x", "pause")
    assert (steer.arguments["name"], steer.arguments["by"]) == ("SBO", "ada")
    assert desk.replies == []
    desk.world.tell("control", Steered("c-x", 0, {"paused": {}}), sender="risk")
    assert desk.replies == [Reply("c-x", 0, {"paused": {}})]


def test_a_repeated_command_for_risk_is_carried_out_once(desk: Desk) -> None:
    for _ in range(2):
        desk.send("limits", id="c-x")
    assert len(desk.world.told("risk", Steer)) == 1
    desk.world.tell("control", Steered("c-x", 1, {"error": "no"}), sender="risk")
    desk.send("limits", id="c-x")
    assert desk.replies == [Reply("c-x", 1, {"error": "no"})] * 2
    assert len(desk.world.told("risk", Steer)) == 1


def test_nobody_but_risk_answers_for_risk(desk: Desk) -> None:
    desk.send("limits", id="c-x")
    desk.world.tell("control", Steered("c-x", 0, {}), sender="client/1")
    assert desk.replies == []


# adjust


def differing(desk: Desk, difference: int = 5_000) -> None:
    desk.world.tell("control", AccountState("ao", 1, 0, 0, difference, Millis(NOW)))


def test_a_difference_is_explained_once_and_journalled_with_the_reason(desk: Desk) -> None:
    differing(desk)
    given = {"account": "ao", "amount": "50.00", "reason": "paid in", "by": "ada"}
    assert desk.ask("adjust", **given).body == {"account": "ao", "adjusted": "50.00"}
    (entry,) = desk.world.journal.entries("account/ao")
    assert (entry.kind, entry.body["amount"]) == ("account.adjusted", 5_000)
    assert (entry.body["reason"], entry.body["by"]) == ("paid in", "ada")
    again = desk.ask("adjust", **given)
    assert (again.exit, again.body) == (1, {"error": "there is no difference at ao to explain"})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"account": "b", "amount": "50.00", "reason": "x"}, "no account 'b' was read yet"),
        ({"account": "ao", "amount": "50.00", "reason": ""}, "adjust needs a reason"),
        ({"account": "ao", "amount": "49.00", "reason": "x"}, "the difference is 50.00, not 49"),
        ({"account": "ao", "reason": "x"}, "the difference is 50.00, not None"),
    ],
)
def test_a_difference_that_was_not_meant_is_not_explained(
    desk: Desk, given: dict[str, str], says: str
) -> None:
    differing(desk)
    reply = desk.ask("adjust", **given)
    assert reply.exit == 1
    assert says in str(reply.body["error"])
    assert list(desk.world.journal.entries("account/ao")) == []


# What Fixtures carries out.


def test_a_command_for_fixtures_is_answered_by_fixtures_alone(desk: Desk) -> None:
    desk.send("fixtures", id="c-x", ruling="accept", number="1", reason="one game", by="ada")
    assert desk.world.told("risk", Steer) == []
    desk.world.tell("control", Steered("c-x", 0, {"ruling": "no"}), sender="risk")
    assert desk.replies == []
    desk.world.tell("control", Steered("c-x", 0, {"ruling": "accepted"}), sender="fixtures")
    assert desk.replies == [Reply("c-x", 0, {"ruling": "accepted"})]


def test_fixtures_does_not_answer_for_risk(desk: Desk) -> None:
    desk.send("limits", id="c-x")
    desk.world.tell("control", Steered("c-x", 0, {}), sender="fixtures")
    assert desk.replies == []


# adopt


def test_an_adoption_is_carried_out_by_the_accounts_settler(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    settlers = {name: desk.world.listen(f"settler/{name}") for name in ("ao", "b")}
    desk.start()
    differing(desk)
    given = {"account": "ao", "tickets": "1\n2", "reason": "lost", "by": "ada"}
    for _ in range(2):
        desk.send("adopt", id="c-x", **given)
    assert settlers == {"ao": [Steer("c-x", "adopt", given)], "b": []}
    assert desk.replies == []
    desk.world.tell("control", Steered("c-x", 1, {"bets": []}), sender="settler/ao")
    assert desk.replies == [Reply("c-x", 1, {"bets": []})]


def test_an_account_that_was_not_read_cannot_adopt(desk: Desk) -> None:
    reply = desk.ask("adopt", account="ao", reason="lost")
    assert reply.exit == 1
    assert "no account 'ao' was read yet" in str(reply.body["error"])
