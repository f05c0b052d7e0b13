"""Control: operators are answered once the effect is durable, and a repeat has no second one."""

from pathlib import Path
from typing import Any

import pytest

from actors.control import KILL_SETTLES_AFTER, LONGEST_ARM, REPLIES_KEPT, Control
from actors.messages import Armed, Command, Reply
from actors.settings import Mode
from actors.units import Millis
from runtime.errors import JournalError
from tests.actors.control_desk import Desk, desk, live
from tests.actors.world import NOW, Listener

__all__ = ["desk", "live"]


def test_an_unknown_command_is_refused_by_its_name(desk: Desk) -> None:
    reply = desk.ask("dance", id="c-x")
    assert reply == Reply("c-x", 1, {"error": "unknown command dance"})


@pytest.mark.parametrize("name", ["resume", "arm", "status", "kill"])
def test_a_command_that_comes_too_late_has_no_effect(live: Desk, name: str) -> None:
    before = live.gate.closed()
    reply = live.ask(name, late=5_001, reason="x", seconds="60")
    assert (reply.exit, reply.body) == (1, {"error": "the command came too late"})
    assert live.gate.closed() is before
    assert live.journalled() == live.journalled("arm") == []
    assert live.world.told("risk", Armed) == []


def test_a_command_is_good_up_to_its_last_moment(desk: Desk) -> None:
    assert desk.ask("status", late=5_000).exit == 0


# kill


def test_a_kill_closes_the_gate_and_is_acknowledged_after_that(desk: Desk) -> None:
    desk.send("kill", reason="odd prices", by="ada")
    assert desk.gate.closed()
    assert desk.replies == []
    desk.world.host.run(KILL_SETTLES_AFTER)
    (reply,) = desk.replies
    assert reply.exit == 0
    assert reply.body["trading"] == "killed"
    assert (reply.body["reason"], reply.body["by"]) == ("odd prices", "ada")


def test_a_kill_is_journalled_with_its_reason(desk: Desk) -> None:
    desk.ask("kill", reason="odd prices", by="ada")
    (entry,) = desk.world.journal.entries("gate")
    assert (entry.kind, entry.body["reason"], entry.body["by"]) == ("killed", "odd prices", "ada")


def test_a_kill_keeps_the_reason_of_the_gate_that_was_closed_already(desk: Desk) -> None:
    desk.gate.close("by hand", "bob", NOW)
    reply = desk.ask("kill", reason="later", by="ada")
    assert reply.body["reason"] == "by hand"
    assert desk.journalled() == ["killed"]


def test_a_gate_that_was_closed_while_nothing_ran_is_journalled_at_the_start(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    desk.gate.close("by hand", "bob", NOW)
    desk.start()
    assert desk.journalled() == ["killed"]
    desk.world.kill("control")
    desk.start()
    assert desk.journalled() == ["killed"]


@pytest.mark.parametrize("content", ["", "[1]", "rubbish", '{"kind": "x", "event": "y", "key": 1}'])
def test_a_gate_that_somebody_wrote_by_hand_does_not_stop_control(
    tmp_path: Path, content: str
) -> None:
    desk = Desk(tmp_path)
    desk.gate.path.write_text(content)
    desk.start()
    assert desk.ask("status").body["trading"] == "killed"
    assert desk.ask("kill", reason="x").exit == 0
    assert desk.ask("resume", reason="fine again").exit == 0


# resume


def test_a_resume_opens_the_gate_and_is_journalled(desk: Desk) -> None:
    desk.ask("kill", reason="x", by="ada")
    reply = desk.ask("resume", reason="checked", by="bob")
    assert (reply.exit, reply.body["trading"]) == (0, "open")
    assert not desk.gate.closed()
    assert desk.journalled() == ["killed", "resumed"]


def test_a_resume_is_journalled_before_the_gate_opens(desk: Desk) -> None:
    """The gate looks into the journal at the moment it is opened."""
    seen: list[list[str]] = []
    desk.ask("kill", reason="x")
    opened = desk.gate.open

    def opening() -> None:
        seen.append(desk.journalled())
        opened()

    desk.gate.open = opening  # type: ignore[method-assign]
    desk.ask("resume", reason="checked")
    assert seen == [["killed", "resumed"]]


def test_a_resume_that_cannot_be_journalled_opens_nothing(desk: Desk) -> None:
    desk.ask("kill", reason="x")
    desk.world.journal.claim("control")
    desk.send("resume", reason="checked")
    desk.world.host.run(1.0)
    assert desk.gate.closed()
    assert len(desk.replies) == 1
    assert desk.journalled() == ["killed"]


def test_a_resume_needs_a_reason(desk: Desk) -> None:
    desk.ask("kill", reason="x")
    assert desk.ask("resume").body == {"error": "resume needs a reason"}
    assert desk.gate.closed()


def test_a_closed_gate_outlives_a_restart_until_it_is_resumed(desk: Desk) -> None:
    desk.ask("kill", reason="x")
    desk.world.kill("control")
    desk.start()
    assert desk.ask("status").body["trading"] == "killed"
    desk.ask("resume", reason="checked")
    assert desk.ask("status").body["trading"] == "open"


# Repeats.


def test_a_repeated_id_gets_the_stored_reply_and_no_second_effect(desk: Desk) -> None:
    first = desk.ask("kill", id="c-1", reason="x")
    desk.ask("resume", id="c-2", reason="checked")
    again = desk.ask("kill", id="c-1", reason="x")
    assert again == first
    assert not desk.gate.closed()
    assert desk.journalled() == ["killed", "resumed"]


def test_a_repeat_gets_its_reply_also_when_it_comes_late(live: Desk) -> None:
    first = live.ask("arm", id="c-1", seconds="60")
    assert live.ask("arm", id="c-1", seconds="60", late=10_000) == first
    assert live.journalled("arm") == ["armed"]
    assert len(live.world.told("risk", Armed)) == 1


def test_a_reply_is_given_to_whoever_asks_again(desk: Desk) -> None:
    desk.ask("status", id="c-1")
    heard: list[Any] = []
    desk.world.spawn(Listener, "client/01", heard=heard)
    command = Command("c-1", "status", Millis(NOW + 60_000), {})
    desk.world.tell("control", command, sender="client/01")
    assert heard == desk.replies


def test_stored_replies_are_bounded(desk: Desk) -> None:
    for number in range(REPLIES_KEPT + 5):
        desk.send("dance", id=f"c-{number}")
    control = desk.world.host.cells["control"].actor
    assert isinstance(control, Control)
    assert len(control._replies) == REPLIES_KEPT
    assert f"c-{REPLIES_KEPT + 4}" in control._replies


# arm


def test_an_arm_is_journalled_and_told_to_risk_with_its_end(live: Desk) -> None:
    until = live.world.now + 28_800_000
    reply = live.ask("arm", seconds="28800.0", by="ada")
    assert (reply.exit, reply.body) == (0, {"armed_until": until})
    assert live.world.told("risk", Armed) == [Armed(until)]
    (entry,) = live.world.journal.entries("arm")
    assert (entry.kind, entry.body) == ("armed", {"until": until, "by": "ada"})


@pytest.mark.parametrize("mode", [Mode.PAPER, Mode.DRY])
def test_only_live_can_be_armed(tmp_path: Path, mode: Mode) -> None:
    desk = Desk(tmp_path, mode)
    desk.start()
    reply = desk.ask("arm", seconds="60")
    assert reply.exit == 1
    assert f"mode is {mode.value}" in reply.body["error"]
    assert desk.journalled("arm") == []
    assert desk.world.told("risk", Armed) == []


@pytest.mark.parametrize(
    "seconds", ["", "soon", "0", "-5", "nan", "inf", "-inf", str(LONGEST_ARM + 1)]
)
def test_an_arm_has_a_bounded_time(live: Desk, seconds: str) -> None:
    assert live.ask("arm", seconds=seconds).exit == 1
    assert live.world.told("risk", Armed) == []


def test_live_is_disarmed_until_it_is_armed_and_again_when_that_runs_out(live: Desk) -> None:
    assert live.ask("status").body["trading"] == "disarmed"
    live.ask("arm", seconds="60")
    assert live.ask("status").body["trading"] == "open"
    live.world.host.run(60)
    assert live.ask("status").body["trading"] == "disarmed"


def test_an_arm_is_still_seen_after_a_restart(live: Desk) -> None:
    until = live.ask("arm", seconds="60").body["armed_until"]
    live.world.kill("control")
    live.start()
    body = live.ask("status").body
    assert (body["trading"], body["armed_until"]) == ("open", until)


# status


def test_the_journal_refuses_an_older_control(desk: Desk) -> None:
    older = desk.world.host.cells["control"].actor
    assert isinstance(older, Control)
    desk.start()
    older.record("resumed", "gate")
    with pytest.raises(JournalError, match="the newest is 2"):
        older.commit()
