"""`tictac tree`, `metrics` and `replay`: what people and programs get to see."""

from pathlib import Path

import pytest

from actors.cli.view import _tree_text
from actors.market import Market
from actors.messages import MarketUpdate
from actors.settings import load
from actors.units import Millis
from runtime.codec import seal
from runtime.recorder import Recorder
from runtime.sim_host import SimHost
from tests.actors.cli.commands import Commands, running_core
from tests.actors.world import EVENT, quote

CONFIG = """
accounts: {ao: {}}
markets: {m: {account: ao, when: today, strategies: [s]}}
strategies: {s: {use: "tests.actors.strategies.samples:Greedy"}}
"""
OTHER = CONFIG.replace('Greedy"', 'Greedy", parameters: {stake: 700}')


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


@pytest.fixture
def recorded(tictac: Commands) -> Commands:
    """Record a Market that wants a bet."""
    tictac.state.prepare()
    path = config(tictac, CONFIG)
    settings = load(path)
    host = SimHost()
    recorder = Recorder(tictac.state.recording, "core", host.clock)
    recorder.attach(host)
    made = {"settings": settings.markets["m"], "strategies": settings.strategies}
    host.spawn(Market, "market/m", market="m", max_age=30.0, **made)
    host.run(1)
    now = Millis(host.clock.now())
    update = MarketUpdate("m", (EVENT,), (quote(received_at=now),), (), (), now, 1, 0, full=True)
    host.post.send([seal(update, "market/m", "poller/m")])
    host.run(1)
    recorder.close()
    return tictac


def config(tictac: Commands, text: str) -> Path:
    path = tictac.state.path.parent / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_replay_with_the_same_configuration_wants_the_same(recorded: Commands) -> None:
    done = recorded("replay", "--config", str(config(recorded, CONFIG)))
    assert (done.code, done.out) == (0, "market m: 1 signals then, 1 now\n")


def test_a_replay_with_another_configuration_names_the_difference(recorded: Commands) -> None:
    path = str(config(recorded, OTHER))
    lines = recorded("replay", "--config", path).out.splitlines()
    assert lines[0] == "market m: 1 signals then, 1 now"
    assert lines[1].startswith("  only then  s: Arsenal v Everton, ")
    assert lines[1].endswith(" at SBO, 1.950 x 5.00")
    assert lines[2].endswith(" at SBO, 1.950 x 7.00")
    market = recorded("replay", "--config", path, "--json").json["markets"]["m"]
    assert (market["then"], market["now"], len(market["only_now"])) == (1, 1, 1)


def test_a_replay_of_nothing_names_the_cure(tictac: Commands) -> None:
    done = tictac("replay", "--config", str(config(tictac, CONFIG)))
    assert (done.code, done.out) == (1, "")
    assert "`tictac run --record` makes one" in done.err
