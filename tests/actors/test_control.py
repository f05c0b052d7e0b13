"""Control: operators are answered once the effect is durable, and a repeat has no second one."""

from pathlib import Path
from typing import Any

import pytest

from actors.control import KILL_SETTLES_AFTER, LONGEST_ARM, LOOK_FOR, REPLIES_KEPT, Control
from actors.gate import KillGate
from actors.messages import AccountState, Armed, Command, FeedReport, HedgeReport, Reply, TurnedDown
from actors.settings import Mode
from actors.status import BUNDLES_KEPT, trading
from actors.units import Millis
from runtime.errors import JournalError
from runtime.supervision import Child, Intensity
from runtime.supervisor import Supervisor
from tests.actors.world import NOW, TO_ACCEPTED, TO_IN_DOUBT, Clerk, Listener, S, World, intent

CLIENT = "client/00ff"


class Desk:
    def __init__(self, folder: Path, mode: Mode = Mode.PAPER) -> None:
        self.world = World(CLIENT, "risk")
        self.gate = KillGate(folder)
        self.mode = mode
        self.count = 0

    def start(self) -> None:
        self.world.spawn(Control, "control", mode=self.mode, gate=self.gate)

    def send(self, command_: str, /, *, id: str = "", late: int = 0, **arguments: str) -> None:
        self.count += 1
        command = Command(
            id or f"c-{self.count}", command_, Millis(self.world.now + 5_000 - late), arguments
        )
        self.world.tell("control", command, sender=CLIENT)

    def ask(self, name: str, /, **arguments: Any) -> Reply:
        """Send a command and return the answer, for which it has a second."""
        before = len(self.replies)
        self.send(name, **arguments)
        self.world.host.run(1.0)
        (reply,) = self.replies[before:]
        return reply

    @property
    def replies(self) -> list[Reply]:
        return self.world.told(CLIENT, Reply)

    def journalled(self, key: str = "gate") -> list[str]:
        return [entry.kind for entry in self.world.journal.entries(key)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.start()
    return made


@pytest.fixture
def live(tmp_path: Path) -> Desk:
    made = Desk(tmp_path, Mode.LIVE)
    made.start()
    return made


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


STATUS_KEYS = {
    *("mode", "trading", "gate", "armed_until", "actors", "feeds", "accounts", "exposure"),
    *("open_bets", "in_doubt", "pnl_today", "dead_letters", "term"),
}


def test_a_status_has_every_key_that_the_commands_promise(desk: Desk) -> None:
    assert set(desk.ask("status").body) >= STATUS_KEYS


def test_a_status_counts_what_is_open(desk: Desk) -> None:
    clerk = Clerk(desk.world.journal)
    clerk.want(intent("t-1"), *TO_ACCEPTED)
    clerk.want(intent("t-2", stake=250), *TO_IN_DOUBT)
    clerk.want(intent("t-3"), *TO_ACCEPTED)
    clerk.move("t-3", S.SETTLED, pnl=-1000)
    clerk.want(intent("t-4"), *TO_ACCEPTED)
    clerk.move("t-4", S.SETTLED, at=NOW - 86_400_000, pnl=9_999)
    body = desk.ask("status").body
    assert (body["exposure"], body["open_bets"], body["in_doubt"]) == ("12.50", 2, 1)
    assert (body["pnl_today"], body["term"], body["mode"]) == ("-10.00", 1, "paper")


def test_a_status_shows_feeds_and_accounts_with_their_age(desk: Desk) -> None:
    desk.world.tell("control", FeedReport("m", Millis(NOW), 3, 40, 5, 1, 2))
    desk.world.tell("control", AccountState("ao", 99_000, 1_000, 250, -5, Millis(NOW)), seconds=2)
    body = desk.ask("status").body
    feed = body["feeds"]["m"]
    assert (feed["events"], feed["quotes"], feed["faults"], feed["signals"]) == (3, 40, 1, 2)
    assert feed["age_seconds"] == 2.0
    assert body["accounts"]["ao"] == {
        "credit": "990.00",
        "outstanding": "10.00",
        "foreign_stakes": "2.50",
        "difference": "-0.05",
        "age_seconds": 2.0,
    }


def test_a_status_says_what_was_turned_down_and_which_strategies_stopped(desk: Desk) -> None:
    rows = (TurnedDown("value", "edge", 7, "0.1 % of at least 1 %", Millis(NOW)),)
    stopped = {"steam": "KeyError: 'x'"}
    desk.world.tell(
        "control", FeedReport("m", Millis(NOW), 3, 40, 5, 1, 2, rows, stopped), seconds=2
    )
    body = desk.ask("status").body
    assert body["turned_down"] == [
        {
            "market": "m",
            "strategy": "value",
            "stage": "edge",
            "count": 7,
            "reason": "0.1 % of at least 1 %",
            "age_seconds": 2.0,
        }
    ]
    assert body["stopped_strategies"] == [
        {"market": "m", "strategy": "steam", "reason": "KeyError: 'x'"}
    ]
    assert set(body["feeds"]["m"]) == {
        *("kind", "market", "polled_at", "events", "quotes", "answers", "faults", "signals"),
        "age_seconds",
    }


def test_a_status_says_how_the_last_bundles_stand(desk: Desk) -> None:
    for number in range(BUNDLES_KEPT + 5):
        told = HedgeReport(f"h-{number}", "A v B", "arbitrage", "begun", 0, "", Millis(NOW))
        desk.world.tell("control", told)
    left = HedgeReport("h-7", "A v B", "arbitrage", "left", 1_000, "leg 2: no", Millis(NOW))
    desk.world.tell("control", left, seconds=2)
    rows = desk.ask("status").body["bundles"]
    assert len(rows) == BUNDLES_KEPT
    assert rows[-1] == {
        "bundle": "h-7",
        "event": "A v B",
        "strategy": "arbitrage",
        "outcome": "left",
        "reason": "leg 2: no",
        "remainder": "10.00",
        "age_seconds": 2.0,
    }


def test_a_status_lists_the_actors_with_their_restarts(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    child = Child("control", Control, {"mode": Mode.PAPER, "gate": desk.gate})
    desk.world.spawn(Supervisor, "watch", children=[child], intensity=Intensity(10, 60.0))
    desk.world.kill("control")
    desk.world.host.run(60)
    actors = {actor["address"]: actor for actor in desk.ask("status").body["actors"]}
    assert {"control", "watch", "risk"} <= set(actors)
    assert (actors["control"]["restarts"], actors["control"]["parent"]) == (1, "watch")
    assert actors["control"]["state"] == "running"
    assert set(actors["control"]) >= {"address", "incarnation", "mailbox", "restarts", "state"}


@pytest.mark.parametrize(
    ("mode", "until", "closed", "word"),
    [
        (Mode.PAPER, 0, False, "open"),
        (Mode.PAPER, 0, True, "killed"),
        (Mode.DRY, 0, False, "dry"),
        (Mode.DRY, 0, True, "killed"),
        (Mode.LIVE, 0, False, "disarmed"),
        (Mode.LIVE, NOW, False, "disarmed"),
        (Mode.LIVE, NOW + 1, False, "open"),
        (Mode.LIVE, NOW + 1, True, "killed"),
    ],
)
def test_trading_is_one_word(
    tmp_path: Path, mode: Mode, until: int, closed: bool, word: str
) -> None:
    gate = KillGate(tmp_path)
    if closed:
        gate.close("x", "y", NOW)
    assert trading(mode, gate, until, NOW) == word


# tree and metrics


def test_a_tree_is_answered_after_a_look_of_a_second(desk: Desk) -> None:
    desk.send("tree", id="c-1")
    desk.send("tree", id="c-1")  # an impatient repeat changes nothing
    assert desk.replies == []
    desk.world.host.run(LOOK_FOR + 0.1)
    (reply,) = desk.replies
    rows = {row["address"]: row for row in reply.body["actors"]}
    assert set(rows) == {"control", "risk", CLIENT}
    assert (rows["control"]["kind"], rows["control"]["depth"]) == ("Control", 0)
    assert (reply.body["shards"], reply.body["unfreed"], reply.body["whole"]) == ([], 0, True)


@pytest.mark.parametrize(("asked", "rows"), [("no", 1), ("yes", 30), ("", 1)])
def test_many_alike_are_one_row_of_a_tree_unless_each_is_wanted(
    desk: Desk, asked: str, rows: int
) -> None:
    for number in range(30):
        desk.world.host.spawn(Listener, f"many/{number}", "parent", heard=[])
    desk.send("tree", everyone=asked)
    desk.world.host.run(2)
    (reply,) = desk.replies
    many = [row for row in reply.body["actors"] if row["address"].startswith("many/")]
    assert (len(many), sum(row["count"] for row in many)) == (rows, 30)
    assert reply.body["whole"] is (rows == 30)


def test_more_rows_than_an_answer_can_hold_are_summed_up_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.status.MOST_ROWS", 25)
    for number in range(30):
        desk.world.host.spawn(Listener, f"many/{number}", "parent", heard=[])
    desk.send("tree", everyone="yes")
    desk.world.host.run(2)
    (reply,) = desk.replies
    assert len(reply.body["actors"]) == 4
    assert reply.body["whole"] is False


def test_a_status_with_many_alike_stays_short(desk: Desk) -> None:
    for number in range(1_000):
        desk.world.host.spawn(Listener, f"many/{number}", "parent", heard=[])
    actors = desk.ask("status").body["actors"]
    assert len(actors) == 4
    assert actors[-1] | {"incarnation": 0} == {
        "address": "many/*",
        "parent": "parent",
        "state": "running",
        "incarnation": 0,
        "restarts": 0,
        "mailbox": 0,
        "count": 1_000,
    }


def test_metrics_are_those_of_the_host_and_of_the_betting(desk: Desk) -> None:
    desk.world.tell("control", FeedReport("m", Millis(NOW), 3, 40, 5, 1, 2))
    text = desk.ask("metrics").body["text"]
    assert "tictac_open_bets 0.0\n" in text
    assert 'tictac_actor_starts_total{kind="Control",supervisor=""} 1.0\n' in text
    assert 'tictac_feed_quotes{market="m"} 40.0\n' in text


def test_the_journal_refuses_an_older_control(desk: Desk) -> None:
    older = desk.world.host.cells["control"].actor
    assert isinstance(older, Control)
    desk.start()
    older.record("resumed", "gate")
    with pytest.raises(JournalError, match="the newest is 2"):
        older.commit()
