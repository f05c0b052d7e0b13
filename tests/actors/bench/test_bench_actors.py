"""The benchmark measures who is there, says why others are not, and judges by arithmetic.

No test here asserts a timing.
"""

import configparser
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actors.bench.actors import environment
from actors.bench.actors.contenders.__main__ import COLLECTOR_THRESHOLDS
from actors.bench.actors.contenders.gauge import WINDOW, Tally
from actors.bench.actors.entrants import ENTRANTS, FULL, QUICK, Plan
from actors.bench.actors.environment import REQUIREMENTS, BenchEnvironmentError, prepare
from actors.bench.actors.goals import best_way, goals
from actors.bench.actors.run import ask, bench_actors, summary, together
from actors.bench.actors.table import text
from actors.cli import bench as command
from runtime import collector
from tests.actors.cli.commands import Commands

TINY = Plan(receivers=(1,), crowds=(5,), seconds=0.01, repeats=2, rounds=20, warm_up=50)
ROOT = Path(__file__).resolve().parents[3]
PYTHON = Path(sys.executable)
Say = Callable[[str], None]


def quiet(line: str) -> None:
    """Stand in for stderr."""


def offline(folder: Path, say: Say) -> Path:
    say("preparing ...")
    raise BenchEnvironmentError(f"{folder.name} cannot be installed: no network")


def spread(value: float) -> dict[str, float]:
    return {"median": value, "min": value * 0.9, "max": value * 1.1}


def rates(outside: float, actor: float) -> dict[str, Any]:
    return {
        "outside": {"messages": 100, "messages_per_second": spread(outside)},
        "actor": {"messages": 100, "messages_per_second": spread(actor)},
    }


def hop(p50: float) -> dict[str, Any]:
    return {"rounds": 10, "p50_microseconds": spread(p50), "p99_microseconds": spread(9 * p50)}


NOTHING = {"not_measured": "not attempted: no actors"}


def found() -> dict[str, Any]:
    """What a run might have found, small enough to check by hand."""
    crowd = {
        "start_seconds": 9.0,
        "stop_seconds": 11.0,
        "rss_growth_mebibytes": 500.0,
        "rss_growth_per_actor_kibibytes": 5.12,
    }
    contenders: dict[str, dict[str, Any]] = {
        "ours_shard": {
            "title": "ShardHost, 1 shard",
            "ours": True,
            "tell_1_to_1": rates(200_000, 400_000),
            "hop_one_core": hop(5.0),
            "crowd_100000": crowd,
        },
        "pykka_threads": {
            "title": "pykka ThreadingActor",
            "ours": False,
            "tell_1_to_1": rates(100_000, 80_000),
            "hop_one_core": hop(9.0),
            "crowd_100000": {"not_measured": "not attempted: needs a thread each"},
        },
        "xoscar_pool": {
            "title": "xoscar",
            "ours": False,
            "tell_1_to_1": rates(500_000, 80_000),
            "hop_one_core": hop(9.0),
            "crowd_100000": {
                "not_measured": "stopping took too long: more than 40 s",
                "start_seconds": 20.0,
                "rss_growth_mebibytes": 100.0,
            },
        },
        "ours_thread": {
            "title": "ThreadHost",
            "ours": True,
            "tell_1_to_1": rates(50_000, 80_000),
            "hop_one_core": hop(12.0),
            "crowd_100000": {"not_measured": "not attempted: needs a thread each"},
        },
        "raw_inproc": {
            "title": "raw ZeroMQ inproc",
            "ours": False,
            "tell_1_to_1": {"outside": {"messages": 1, "messages_per_second": spread(900_000)}},
            "hop_one_core": hop(10.0),
            "crowd_100000": NOTHING,
        },
    }
    machine = {
        "cores_usable": 2,
        "load_average_1_minute": 0.5,
        "python": "3.11.7",
        "system": "Linux x86_64",
    }
    return {"machine": machine, "contenders": contenders, "goals": goals(contenders)}


def test_a_goal_compares_the_best_of_each() -> None:
    judged = {goal["goal"]: (goal["measured"], goal["passed"]) for goal in found()["goals"]}
    assert judged["tell 1→1, shard host / pykka ThreadingActor"] == (4.0, True)
    assert judged["tell 1→1, shard host / best other library"] == (0.8, False)
    assert judged["hop p50, one shard / raw inproc, one core"] == (0.5, True)
    assert judged["100,000 actors started, s"] == (9.0, True)
    assert judged["100,000 actors memory, MiB"] == (500.0, True)
    assert judged["100,000 actors stopped, s"] == (11.0, False)


def test_a_goal_that_was_not_measured_is_neither_met_nor_missed() -> None:
    for goal in goals({}):
        assert (goal["measured"], goal["passed"]) == (None, None)
    judged = {goal["goal"]: goal["passed"] for goal in found()["goals"]}
    assert judged["tell 1→1,000, shard host / pykka ThreadingActor"] is None
    assert judged["hop p50, two shards / raw inproc, two cores"] is None


def test_the_table_has_a_row_for_each_and_a_reason_for_each_gap() -> None:
    shown = text(found())
    assert shown.startswith("2 cores, load 0.5 before, Python 3.11.7, Linux x86_64\n")
    rows = {line[:22].strip(): line[22:].split() for line in shown.split("\n")[6:11]}
    assert rows["ShardHost, 1 shard"] == ["400.0", "±10%", "a", "5.0/45", "9.00/11.00/500"]
    assert rows["pykka ThreadingActor"] == ["100.0", "±10%", "o", "9.0/81", "[1]"]
    assert rows["xoscar"][-1] == "20.00/[2]/100"
    assert rows["ThreadHost"][-1] == "[1]"
    assert "[2] stopping took too long: more than 40 s" in shown
    assert "tell 1→1, shard host / pykka ThreadingActor" in shown
    assert shown.endswith("11.00  ≤ 10   FAIL")


def test_repeats_are_told_as_median_and_extremes() -> None:
    assert summary({"a": [3.0, 1.0, 2.0], "b": 1 / 3, "c": {"d": "text"}}) == {
        "a": {"median": 2.0, "min": 1.0, "max": 3.0},
        "b": 0.333,
        "c": {"d": "text"},
    }
    assert best_way({"tell_1_to_1": NOTHING}, "tell_1_to_1") is None


def test_a_full_run_repeats_and_a_quick_one_is_small() -> None:
    assert FULL.repeats >= 3
    assert [name for name, _ in FULL.measurements()] == [
        "tell_1_to_1",
        "tell_1_to_1000",
        "hop",
        "hop_one_core",
        "hop_two_cores",
        "crowd_1000",
        "crowd_10000",
        "crowd_100000",
    ]
    assert max(QUICK.crowds) <= 1_000


def test_beyond_its_most_a_contender_is_not_asked() -> None:
    pykka = next(one for one in ENTRANTS if one.name == "pykka_threads")
    asked = dict(FULL.measurements())
    assert pykka.refusal(asked["crowd_10000"]) == ""
    assert pykka.refusal(asked["crowd_100000"]) == "not attempted: needs a thread each"
    assert pykka.refusal(asked["hop_two_cores"]) == ""


def test_the_tally_is_done_when_each_receiver_is() -> None:
    tally = Tally(2)
    tally.begin(4)
    for receiver in (0, 0, 0, 1):
        tally.handled(receiver)
    assert not tally.is_done()
    tally.handled(1)
    assert tally.is_done()
    tally.begin(4)
    assert not tally.is_done()
    assert tally.ahead(WINDOW + 1)
    assert not tally.ahead(WINDOW)


def test_the_collector_is_set_as_in_our_processes() -> None:
    assert COLLECTOR_THRESHOLDS == collector.THRESHOLDS


# The benchmark's own environment.


def test_its_libraries_are_bounded_and_pykka_is_the_one_we_use() -> None:
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    for requirement in REQUIREMENTS:
        assert ">=" in requirement
        assert "<" in requirement
    (pykka,) = [one for one in REQUIREMENTS if one.startswith("pykka")]
    assert pykka in setup["options"]["install_requires"].split("\n")


def test_an_environment_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    packages = tmp_path / "lib" / "python3" / "site-packages"
    packages.mkdir(parents=True)
    (tmp_path / "installed").write_text("\n".join([sys.version, *REQUIREMENTS]))
    said: list[str] = []
    assert prepare(tmp_path, said.append) == tmp_path / "bin" / "python"
    assert said == []
    assert (packages / "tictac.pth").read_text() == f"{ROOT}\n"


def test_an_environment_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said: list[str] = []
    with pytest.raises(BenchEnvironmentError, match=r"cannot be installed: .*file"):
        prepare(tmp_path / "file" / "bench-env", said.append)
    assert len(said) == 1


def test_an_installer_that_hangs_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "LIMIT_SECONDS", 0.001)
    with pytest.raises(BenchEnvironmentError, match="timed out"):
        prepare(tmp_path / "bench-env", quiet)


# Contenders in processes of their own.


def test_ours_and_the_raw_ones_are_measured_and_guests_are_excused(tmp_path: Path) -> None:
    wanted = ("ours_shard", "pykka_threads", "raw_inproc")
    entrants = tuple(one for one in ENTRANTS if one.name in wanted)
    said: list[str] = []
    result = bench_actors(tmp_path, TINY, entrants, said.append, offline)
    assert json.loads(json.dumps(result))["machine"]["cores"] >= 1
    assert text(result).count("bench-env cannot be installed: no network") == 1
    assert len(said) == 1 + len(list(TINY.measurements()))
    ours, raw = result["contenders"]["ours_shard"], result["contenders"]["raw_inproc"]
    for name, _ in TINY.measurements():
        refused = result["contenders"]["pykka_threads"][name]
        assert refused == {"not_measured": "bench-env cannot be installed: no network"}
    assert set(ours["tell_1_to_1"]) == {"outside", "actor"}
    assert set(raw["tell_1_to_1"]) == {"outside"}
    assert set(ours["crowd_5"]) == {
        "start_seconds",
        "stop_seconds",
        "rss_growth_mebibytes",
        "rss_growth_per_actor_kibibytes",
    }
    assert set(ours["hop"]) == {"rounds", "p50_microseconds", "p99_microseconds"}
    assert set(ours["hop"]["p50_microseconds"]) == {"median", "min", "max"}
    assert set(ours["versions"]) == {"pykka", "pyzmq", "msgspec"}


@pytest.mark.parametrize("name", ["tell_1_to_1", "hop", "crowd_5"])
@pytest.mark.parametrize("contender", ["ours_two_shards", "ours_thread", "pykka_threads"])
def test_contenders_that_need_nothing_else_run_here_too(contender: str, name: str) -> None:
    asked = dict(TINY.measurements())[name]
    assert "not_measured" not in ask(PYTHON, {"contender": contender, **asked}, 30.0)


def test_what_ends_a_measurement_is_its_result() -> None:
    request = {"contender": "nobody", "measurement": "hop"}
    assert "nobody" in ask(PYTHON, request, 30.0)["not_measured"]
    echo = Path(shutil.which("echo") or "echo")
    assert ask(echo, request, 30.0) == {"not_measured": "ended with code 0: it said nothing"}


def test_a_measurement_that_overruns_is_ended() -> None:
    request = {"contender": "raw_queue", **dict(TINY.measurements())["hop"], "rounds": 10**9}
    assert ask(PYTHON, request, 1.0) == {"not_measured": "took too long: more than 1 s"}


# The command.


def test_the_command_prints_a_table_or_json(
    tictac: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Plan] = []

    def stand_in(state: Path, plan: Plan, say: Say) -> dict[str, Any]:
        assert state == tictac.state.path
        asked.append(plan)
        say("measuring ...")
        return found()

    monkeypatch.setattr(command, "bench_actors", stand_in)
    done = tictac("bench", "actors", "--quick")
    assert (done.code, done.err) == (0, "measuring ...\n")
    assert done.out == text(found()) + "\n"
    assert tictac("bench", "actors", "--json").json == found()
    assert asked == [QUICK, FULL]


def test_takes_of_a_measurement_become_one_with_all_their_values() -> None:
    one = {"actor": {"messages": 5, "messages_per_second": [1.0]}}
    two = {"actor": {"messages": 6, "messages_per_second": [3.0, 2.0]}}
    assert together(together({}, one), two) == {
        "actor": {"messages": 6, "messages_per_second": [1.0, 3.0, 2.0]}
    }
