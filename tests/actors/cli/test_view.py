"""`tictac tree` and `metrics`: what people and programs get to see."""

import pytest

from actors.cli.view import _tree_text
from tests.actors.cli.commands import Commands, running_core


@pytest.mark.parametrize("command", ["tree", "metrics"])
def test_without_a_core_they_fail_and_say_what_to_do(tictac: Commands, command: str) -> None:
    done = tictac(command)
    assert (done.code, done.out) == (1, "")
    assert "no core runs on" in done.err


def test_a_tree_is_shown_to_people_and_to_programs(tictac: Commands) -> None:
    with running_core(tictac.state):
        shown, told = tictac("tree"), tictac("tree", "--all", "--json")
    assert (shown.code, told.code) == (0, 0)
    header, line = shown.out.splitlines()
    assert header.split()[:4] == ["actor", "state", "incarnation", "restarts"]
    assert line.startswith("control  running            1         0        0")
    (row,) = told.json["actors"]
    assert (row["address"], row["thread"], row["count"]) == ("control", "own", 1)


def test_a_tree_is_indented_and_tells_many_in_one_line() -> None:
    alike = {
        "address": "executor/*",
        "state": "running 3, waiting 1",
        "incarnation": 9,
        "restarts": 1,
        "mailbox": 7,
        "turns": 40,
        "busy_share": 0.125,
        "idle": 0.3,
        "in_turn": None,
        "thread": "shard-0",
        "strategy": "",
        "count": 4,
        "deepest": 5,
    }
    single = {"count": 1, "deepest": 0, "mailbox": 0, "restarts": 0, "state": "running"}
    actors = [
        alike | single | {"address": "executors", "depth": 0, "strategy": "one_for_one"},
        alike | {"depth": 1},
        alike | single | {"address": "stuck", "depth": 0, "in_turn": 12.0},
    ]
    shard = {
        "name": "shard-0",
        "actors": 4,
        "mailbox": 7,
        "busy_share": 0.5,
        "slow_turns": 2,
        "current": "executor/1",
    }
    body = {"actors": actors, "shards": [shard], "unfreed": 1, "whole": False}
    lines = _tree_text(body, everyone=True).splitlines()
    assert [line.split("  ")[0] for line in lines[:2]] == ["actor", "executors (one_for_one)"]
    assert lines[2].startswith("  executor/* (4)  ")
    assert "running 3, waiting 1" in lines[2]
    assert "7 (most 5)" in lines[2]
    assert "12.5%" in lines[2]
    assert "in one for 12.0 s" in lines[3]
    assert lines[4:] == [
        "shard-0: 4 actors, 7 letters wait, busy 50.0%, 2 slow turns, now executor/1",
        "1 given up and still in a turn",
        "too many to show each",
    ]


def test_metrics_are_printed_as_prometheus_reads_them_and_as_json(tictac: Commands) -> None:
    with running_core(tictac.state):
        shown, told = tictac("metrics"), tictac("metrics", "--json")
    assert "# TYPE tictac_open_bets gauge\ntictac_open_bets 0.0\n" in shown.out
    assert {"name": "tictac_open_bets", "labels": {}, "value": 0.0} in told.json
