"""What operators see: status, tree and metrics."""

from pathlib import Path

import pytest

from actors.control import LOOK_FOR, Control
from actors.gate import KillGate
from actors.messages import AccountState, FeedReport, HedgeReport, TurnedDown
from actors.settings import Mode
from actors.status import BUNDLES_KEPT, trading
from actors.units import Millis
from runtime.supervision import Child, Intensity
from runtime.supervisor import Supervisor
from tests.actors.control_desk import CLIENT, Desk, desk
from tests.actors.world import NOW, TO_ACCEPTED, TO_IN_DOUBT, Clerk, Listener, S, intent

__all__ = ["desk"]


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
    told = FeedReport("m", Millis(NOW), 3, 40, 5, 1, 2, rows, stopped, {"odds": 2})
    desk.world.tell("control", told, seconds=2)
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
    assert body["pairs"] == [{"market": "m", "beside": "odds", "events": 2}]
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
