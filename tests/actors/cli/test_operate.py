"""`tictac status`, `kill`, `resume`, `arm`: with a core, and with none."""

import contextlib
import errno
import subprocess
import sys
from pathlib import Path

import pytest

from actors.cli.operate import _resume
from actors.gate import KillGate
from actors.ledger import Ledger, open_journal
from actors.messages import FeedReport, TurnedDown
from actors.settings import Mode
from actors.units import Millis
from tests.actors.cli.commands import Commands, running_core
from tests.actors.world import TO_ACCEPTED, Clerk, intent

STATUS_KEYS = {"mode", "trading", "actors", "feeds", "exposure", "open_bets", "pnl_today"}


def journalled(tictac: Commands, key: str = "gate") -> list[tuple[str, str]]:
    journal = open_journal(tictac.state.path)
    return [(entry.kind, entry.body.get("reason", "")) for entry in journal.entries(key)]


# With nothing running.


@pytest.mark.parametrize("command", [["status"], ["arm", "--for", "1h"]])
@pytest.mark.parametrize("as_json", [True, False])
def test_without_a_core_a_command_fails_and_says_what_to_do(
    tictac: Commands, command: list[str], as_json: bool
) -> None:
    done = tictac(*command, *["--json"] * as_json)
    assert (done.code, done.out) == (1, "")
    assert "no core runs on" in done.err
    assert "tictac run" in done.err


def test_a_socket_that_a_dead_core_left_is_no_core(tictac: Commands) -> None:
    with running_core(tictac.state):
        pass
    socket = Path(tictac.state.bus_address().removeprefix("ipc://"))
    if not socket.exists():
        import socket as sockets

        with sockets.socket(sockets.AF_UNIX) as left:
            left.bind(str(socket))
    done = tictac("status")
    assert done.code == 1
    assert "no core runs on" in done.err


def test_a_kill_closes_the_gate_also_when_nothing_runs(tictac: Commands) -> None:
    done = tictac("kill", "--reason", "test", "--json")
    assert done.code == 0
    assert done.json["trading"] == "killed"
    assert (done.json["reason"], done.json["acknowledged"]) == ("test", False)
    gate = KillGate(tictac.state.path)
    assert gate.closed()
    assert gate.why()["reason"] == "test"


def test_a_kill_needs_a_reason(tictac: Commands) -> None:
    assert tictac("kill").code == 2
    assert not tictac.state.path.exists()


def test_a_resume_at_rest_is_journalled_before_the_gate_opens(tictac: Commands) -> None:
    tictac("kill", "--reason", "test")
    done = tictac("resume", "--reason", "checked", "--json")
    assert (done.code, done.json["trading"]) == (0, "open")
    assert not KillGate(tictac.state.path).closed()
    assert journalled(tictac)[-1] == ("resumed", "checked")


def test_a_resume_of_an_open_gate_has_nothing_to_do(tictac: Commands) -> None:
    tictac.state.prepare()
    done = tictac("resume", "--reason", "checked")
    assert done.code == 1
    assert "nothing to resume" in done.err


def test_a_resume_needs_a_reason(tictac: Commands) -> None:
    tictac("kill", "--reason", "test")
    assert tictac("resume").code == 2
    assert KillGate(tictac.state.path).closed()


def test_a_resume_where_no_state_is_fails_and_makes_none(tictac: Commands) -> None:
    assert tictac("resume", "--reason", "checked").code == 1
    assert not tictac.state.path.exists()


@pytest.mark.parametrize("time", ["8", "soon", "-1h", "", "1h 5"])
def test_a_time_that_is_none_is_bad_usage_and_says_what_is_allowed(
    tictac: Commands, time: str
) -> None:
    done = tictac("arm", "--for", time)
    assert done.code == 2
    assert "allowed: 30s, 15m, 8h" in done.err


@pytest.mark.parametrize("wrong", [["dance"], ["status", "--loud"], ["why"], ["arm"]])
def test_bad_usage_is_2(tictac: Commands, wrong: list[str]) -> None:
    done = tictac(*wrong)
    assert (done.code, done.out) == (2, "")
    assert done.err != ""


def test_help_names_every_command(tictac: Commands) -> None:
    done = tictac("--help", state=False)
    assert done.code == 0
    for name in ("run", "status", "bets", "why", "kill", "resume", "arm", "paper", "check"):
        assert f"\n  {name} " in done.out
    assert "node" not in done.out


def test_python_m_is_the_same_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "actors.cli", "status", "--state", str(tmp_path / "var")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("tictac: no core runs on ")


# With a core.


def test_a_status_comes_from_the_core(tictac: Commands) -> None:
    with running_core(tictac.state):
        done = tictac("status", "--json")
    assert (done.code, done.err) == (0, "")
    assert set(done.json) >= STATUS_KEYS
    assert (done.json["mode"], done.json["trading"]) == ("paper", "open")
    assert [actor["address"] for actor in done.json["actors"]] == ["control"]


def test_a_status_for_people_says_the_same(tictac: Commands) -> None:
    tictac.state.prepare()
    journal = open_journal(tictac.state.path)
    journal.begin_term(0)
    Clerk(journal).want(intent(), *TO_ACCEPTED)
    with running_core(tictac.state):
        done = tictac("status")
    assert done.code == 0
    assert "mode paper, trading open" in done.out
    assert "open bets 1 (in doubt 0), exposure 10.00" in done.out


def test_kill_and_resume_are_acknowledged_and_journalled_by_the_core(tictac: Commands) -> None:
    with running_core(tictac.state):
        killed = tictac("kill", "--reason", "odd prices", "--json")
        assert (killed.code, killed.json["acknowledged"]) == (0, True)
        assert tictac("status", "--json").json["trading"] == "killed"
        resumed = tictac("resume", "--reason", "checked", "--json")
        assert (resumed.code, resumed.json["trading"]) == (0, "open")
        assert tictac("status", "--json").json["trading"] == "open"
    assert journalled(tictac) == [("killed", "odd prices"), ("resumed", "checked")]


def test_a_resume_waits_for_a_core_that_only_just_starts(tictac: Commands) -> None:
    tictac("kill", "--reason", "test")
    with contextlib.ExitStack() as run:
        run.enter_context(tictac.state.locked())
        reply = _resume(
            tictac.state, "checked", lambda _: run.enter_context(running_core(tictac.state))
        )
        assert reply.body["trading"] == "open"
    assert journalled(tictac) == [("killed", "test"), ("resumed", "checked")]


def test_a_resume_beside_a_run_whose_core_never_comes_changes_nothing(
    tictac: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.cli.operate.ANSWER_WITHIN", -1.0)
    tictac("kill", "--reason", "test")
    with tictac.state.locked():
        done = tictac("resume", "--reason", "checked")
    assert done.code == 1
    assert "another tictac runs on" in done.err
    assert KillGate(tictac.state.path).closed()


def test_a_kill_holds_over_a_new_core_until_it_is_resumed(tictac: Commands) -> None:
    tictac("kill", "--reason", "test")
    with running_core(tictac.state):
        assert tictac("status", "--json").json["trading"] == "killed"
    with running_core(tictac.state):
        assert tictac("status", "--json").json["trading"] == "killed"
        tictac("resume", "--reason", "checked")
        assert tictac("status", "--json").json["trading"] == "open"


def test_what_is_said_to_people_says_what_happened(tictac: Commands) -> None:
    with running_core(tictac.state):
        assert "and the core says so" in tictac("kill", "--reason", "x").out
        assert tictac("resume", "--reason", "checked").out == "resumed: checked\n"
    assert "no core is running to say so" in tictac("kill", "--reason", "x").out


def test_a_status_for_people_names_who_stopped_and_what_was_turned_down(tictac: Commands) -> None:
    rows = (TurnedDown("value", "edge", 7, "0.1 % of at least 1 %", Millis(0)),)
    with running_core(tictac.state) as host:
        stopped = {"steam": "KeyError: 'x'"}
        told = FeedReport("m", Millis(0), 3, 40, 5, 1, 2, rows, stopped, {"odds": 2})
        host.tell("control", told)
        out = tictac("status").out
    assert "beside m: 2 events are surely in odds, too" in out
    assert "STOPPED strategy steam in m: KeyError: 'x'" in out
    assert "turned down m value: edge 7 times, last " in out
    assert " s ago: 0.1 % of at least 1 %" in out


def test_live_is_armed_for_a_time(tictac: Commands) -> None:
    with running_core(tictac.state, Mode.LIVE):
        assert tictac("status", "--json").json["trading"] == "disarmed"
        done = tictac("arm", "--for", "8h", "--json")
        assert done.code == 0
        status = tictac("status", "--json").json
        assert (status["trading"], status["armed_until"]) == ("open", done.json["armed_until"])
    assert [kind for kind, _ in journalled(tictac, "arm")] == ["armed"]


def test_a_refused_command_is_1_and_says_why(tictac: Commands) -> None:
    with running_core(tictac.state):
        done = tictac("arm", "--for", "1h", "--json")
        assert done.code == 1
        assert "only live needs to be armed" in done.json["error"]
        assert "only live needs to be armed" in tictac("arm", "--for", "1h").out
    with running_core(tictac.state, Mode.LIVE):
        assert tictac("arm", "--for", "8d").code == 1


def test_commands_leave_the_ledger_as_it_is(tictac: Commands) -> None:
    with running_core(tictac.state):
        tictac("status")
        tictac("kill", "--reason", "x")
    assert Ledger(open_journal(tictac.state.path)).everything() == []


# A disk that refuses.


def no_room(*_arguments: object, **_options: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_kill_on_a_full_disk_closes_the_gate_and_says_what_is_lacking(
    tictac: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    tictac.state.prepare()
    KillGate(tictac.state.path).prepare()
    monkeypatch.setattr("actors.gate.os.pwrite", no_room)
    done = tictac("kill", "--reason", "test")
    monkeypatch.undo()
    assert done.code == 1
    assert "No space left on device, so that it may be open after a restart" in done.out
    assert KillGate(tictac.state.path).closed()


def test_a_kill_that_closes_nothing_never_says_that_it_did(
    tictac: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    tictac.state.prepare()
    monkeypatch.setattr("actors.gate.os.open", no_room)
    done = tictac("kill", "--reason", "test")
    monkeypatch.undo()
    assert (done.code, done.out) == (1, "")
    assert "the gate is NOT closed" in done.err


def test_a_core_closes_its_gate_where_the_disk_refuses_the_file(
    tictac: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_core(tictac.state):
        monkeypatch.setattr("actors.gate.os.open", no_room)
        done = tictac("kill", "--reason", "test", "--json")
        assert (done.code, done.json["acknowledged"]) == (1, True)
        assert tictac("status", "--json").json["trading"] == "killed"
        monkeypatch.undo()
