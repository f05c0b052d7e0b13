"""The replay benchmark: what it compares is the same for both, and each difference has a name.

No test here asserts a timing. flumine itself is not needed: its answers are written by hand.
"""

import ast
import bz2
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actors.bench.actors.environment import BenchEnvironmentError
from actors.bench.replay import run as bench
from actors.bench.replay.differences import RULES, counted, differences
from actors.bench.replay.goals import goals, growth
from actors.bench.replay.ours import run
from actors.bench.replay.plan import plan
from actors.bench.replay.run import SHIPPED, BenchReplayError, bench_replay
from actors.bench.replay.table import text
from actors.cli import bench as command
from actors.exchange.recording import RecordingError
from runtime import collector
from tests.actors.cli.commands import Commands

WIN = SHIPPED / "greyhound_win_1.197931750_Sheffield_2022-04-19_recorded.bz2"
ROOT = Path(__file__).resolve().parents[3]
Say = Callable[[str], None]


def offline(folder: Path, _say: Say) -> Path:
    raise BenchEnvironmentError(f"{folder.name} cannot be installed: no network")


def answered(theirs: str) -> Callable[[Path, Say], Path]:
    """Return an installer of an interpreter that answers as flumine's side would."""

    def install(folder: Path, _say: Say) -> Path:
        folder.mkdir(parents=True)
        python = folder / "python"
        python.write_text(f"#!{sys.executable}\n{theirs}", encoding="utf-8")
        python.chmod(0o700)
        return python

    return install


ECHO = """
import json, sys
request = json.load(sys.stdin)
none = {"fills": [], "matched": 0, "lapsed": 200, "voided": 0, "why": ""}
answer = {"seconds": 60.0, "delivered": 165, "orders": [none for _ in request["orders"]]}
print(json.dumps({**answer, "versions": {"flumine": "0"}}))
"""


def test_a_plan_is_the_same_each_time_and_as_long_as_asked() -> None:
    planned = plan(WIN, 40)
    assert planned == plan(WIN, 40)
    assert len(planned) == 40
    assert {each["side"] for each in planned} == {"back", "lay"}
    assert len({tuple(each["runner"]) for each in planned}) == 6


def test_a_recording_without_ladders_has_no_plan(tmp_path: Path) -> None:
    path = tmp_path / "basic"
    path.write_text('{"op":"mcm","pt":1,"mc":[{"id":"1.1","rc":[{"id":1,"ltp":2.0}]}]}\n')
    assert plan(path, 10) == []


def test_our_side_places_what_is_planned() -> None:
    planned = plan(WIN, 20)
    answer = run({"file": str(WIN), "orders": planned, "latency": 120})
    assert answer["delivered"] == 166
    assert len(answer["orders"]) == 20
    assert any(order["matched"] == 200 for order in answer["orders"])


def test_their_side_needs_nothing_of_ours_and_has_our_collector() -> None:
    source = (ROOT / "actors/bench/replay/theirs.py").read_text(encoding="utf-8")
    imported = {
        node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module is not None
    }
    assert not any(name.startswith(("actors", "runtime")) for name in imported)
    assert f"COLLECTOR_THRESHOLDS = ({collector.THRESHOLDS[0]:_}" in source


ASKED = {
    "at": 1_000,
    "market": "1.1",
    "runner": [1, 0],
    "side": "back",
    "price": 2_000,
    "stake": 200,
    "delay": 0,
}


def our(*fills: list[Any], why: str = "", voided: int = 0) -> dict[str, Any]:
    matched = 0 if voided else sum(fill[2] for fill in fills)
    prices = [fill[1] for fill in fills]
    return {
        "fills": list(fills),
        "prices": prices,
        "matched": matched,
        "lapsed": 0,
        "voided": voided,
        "why": why,
    }


def their(*fills: list[Any], why: str = "") -> dict[str, Any]:
    return our(*[[*fill, ""] for fill in fills], why=why)


def names(
    ours: dict[str, Any], theirs: dict[str, Any], beside: dict[str, Any] | None = None
) -> list[str]:
    """Return how the first order differs; a second one of ours may lie beside it."""
    other = beside or our()
    planned = [ASKED, {**ASKED, "at": 500}] if beside else [ASKED]
    rows = differences(planned, [ours, other][: len(planned)], [theirs, other][: len(planned)], 120)
    found: list[str] = rows[0]["differs"]
    return found


TAKEN = [1_120, 2_000, 100, "taken"]


def test_equal_sums_are_the_same_however_they_came() -> None:
    ours = our([1_120, 2_000, 150, "taken"], [9_000, 2_000, 50, "traded"])
    assert names(ours, their([1_000, 2_000, 200])) == []


def test_void_is_void() -> None:
    assert names(our(TAKEN, voided=200), their()) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "rule"),
    [
        (our(), their([1_000, 2_000, 100]), "taken once"),
        (our([5_000, 2_000, 200, "offered"]), their(), "offered"),
        (our([5_000, 2_000, 200, "traded"]), their(), "own orders"),
        (our(), their([5_000, 2_000, 200]), "traded once"),
        (our(why="INVALID_ODDS"), their([5_000, 2_000, 200]), "refused"),
    ],
)
def test_each_rule_is_named(ours: dict[str, Any], theirs: dict[str, Any], rule: str) -> None:
    assert names(ours, theirs, beside=our(TAKEN)) == [rule]
    assert rule in RULES


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (our(), their([1_000, 2_000, 100])),
        (our([5_000, 2_000, 200, "traded"]), their()),
        (our(TAKEN), their([1_000, 2_020, 100])),
    ],
)
def test_without_its_evidence_no_rule_explains(
    ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    assert names(ours, theirs) == ["unexplained"]


def test_the_bet_delay_belongs_to_the_arrival() -> None:
    asked, theirs = {**ASKED, "delay": 5_000}, their([6_000, 2_000, 100])
    other = our(TAKEN)
    rows = differences([asked, ASKED], [our(), other], [theirs, other], 120)
    assert rows[0]["differs"] == ["taken once"]
    rows = differences([ASKED, ASKED], [our(), other], [theirs, other], 120)
    assert rows[0]["differs"] == ["traded once"]


def test_differences_are_counted() -> None:
    rows = [{"differs": []}, {"differs": ["offered"]}, {"differs": ["offered", "taken once"]}]
    assert counted(rows) == {"orders": 3, "same": 1, "taken once": 1, "offered": 2}


def side(seconds: float) -> dict[str, Any]:
    return {"seconds": seconds, "per_second": 1, "per_second_median": 1, "takes": 1}


def measured(ours: float, theirs: float | None, markets: int = 1) -> dict[str, Any]:
    return {
        "markets": markets,
        "ours": side(ours),
        "theirs": None if theirs is None else side(theirs),
    }


def placing(*seconds: float, theirs: float | None = 60.0) -> dict[str, Any]:
    counts = [
        {
            "orders": orders,
            "times": None if theirs is None else theirs / one,
            **measured(one, theirs),
        }
        for orders, one in zip((200, 1_000, 2_900), seconds, strict=True)
    ]
    return {"file": "f", "changes": 29_000, "counts": counts}


def verdicts(found: dict[str, Any]) -> list[bool | None]:
    return [goal["passed"] for goal in goals(found)]


def test_goals_are_judged_by_the_sum_over_the_files_that_both_have_replayed() -> None:
    files = [measured(1.0, 6.0), measured(1.0, 5.0), measured(9.0, None, markets=77)]
    found = {"files": files, "placing": placing(1.0, 1.1, 1.2), "fills": []}
    assert verdicts(found) == [True, True, True, True, True]
    files[0] = measured(2.0, 6.0)
    assert verdicts(found)[0] is False


def test_a_cost_that_grows_with_the_orders_misses_its_goal() -> None:
    assert growth(placing(1.0, 1.1, 1.2), "ours") == pytest.approx(1.2)
    found = {"files": [], "placing": placing(1.0, 1.5, 1.6), "fills": []}
    assert verdicts(found)[-1] is False
    found["placing"] = placing(1.0, 1.1, 1.2)
    assert verdicts(found)[-1] is True


def test_few_updates_or_one_count_tell_nothing_of_growth() -> None:
    one = placing(1.0, 1.1, 1.2)
    assert growth({**one, "changes": 28_999}, "ours") is None
    assert growth({**one, "counts": one["counts"][:1]}, "ours") is None
    assert growth(None, "ours") is None
    assert growth(placing(1.0, 1.1, 1.2, theirs=None), "theirs") is None


def test_an_unexplained_fill_misses_its_goal() -> None:
    found = {
        "files": [],
        "placing": None,
        "fills": [{"orders": [{}], "counted": {"unexplained": 1}}],
    }
    assert verdicts(found)[-1] is False
    found["fills"][0]["counted"] = {"orders": 3, "same": 3}
    assert verdicts(found)[-1] is True


@pytest.fixture
def one_file(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "market.bz2").write_bytes(WIN.read_bytes())
    return data


def test_without_flumine_ours_is_measured_alone_and_says_why(
    tmp_path: Path, one_file: Path
) -> None:
    found = bench_replay(tmp_path, one_file, takes=1, install=offline)
    assert found["not_measured"] == "bench-env-flumine cannot be installed: no network"
    [file] = found["files"]
    assert (file["changes"], file["markets"], file["faults"]) == (166, 1, 0)
    assert file["ours"]["per_second"] > 0
    assert file["theirs"] is None
    assert {goal["passed"] for goal in found["goals"]} == {None}
    assert "everywhere: bench-env-flumine cannot be installed" in text(found)
    json.dumps(found)


def test_both_sides_are_asked_the_same_and_each_order_is_shown_with_both_fills(
    tmp_path: Path, one_file: Path
) -> None:
    found = bench_replay(tmp_path, one_file, takes=1, install=answered(ECHO))
    [file] = found["files"]
    assert file["theirs"]["delivered"] == 165
    assert found["versions"] == {"flumine": "0"}
    [fills] = found["fills"]
    assert fills["counted"]["orders"] == len(fills["orders"]) == 40
    assert [one["orders"] for one in found["placing"]["counts"]] == [41, 164]
    shown = text(found)
    assert sum(line.startswith("   1 back 2.00 at") for line in shown.splitlines()) == 1
    assert "unexplained: no rule says why" in shown


def test_a_file_of_several_markets_is_not_given_to_flumine(tmp_path: Path) -> None:
    lines = [{"op": "mcm", "pt": 1, "mc": [{"id": "1.1"}, {"id": "1.2"}]}] * 2
    data = tmp_path / "data"
    data.mkdir()
    (data / "two.bz2").write_bytes(bz2.compress("\n".join(map(json.dumps, lines)).encode()))
    found = bench_replay(tmp_path, data, takes=1, install=answered("raise SystemExit('asked')"))
    [file] = found["files"]
    assert (file["changes"], file["markets"], file["theirs"]) == (4, 2, None)


def test_where_flumine_fails_its_last_words_are_told_and_the_rest_goes_on(
    tmp_path: Path, one_file: Path
) -> None:
    found = bench_replay(tmp_path, one_file, 1, install=answered("raise SystemExit('no such')"))
    assert "replay.theirs: ended with code 1: no such" in found["not_measured"]
    assert found["files"][0]["theirs"] is None
    assert {goal["passed"] for goal in found["goals"]} == {None}


def test_a_failure_of_ours_ends_it(
    tmp_path: Path, one_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "_ours", lambda: [sys.executable, "-c", "raise SystemExit('no')"])
    with pytest.raises(BenchReplayError, match="ended with code 1: no"):
        bench_replay(tmp_path, one_file, 1, install=offline)


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="holds no recording"):
        bench_replay(tmp_path, tmp_path, install=offline)


def test_a_broken_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "half.bz2").write_bytes(bz2.compress(b"x" * 100)[:-9])
    with pytest.raises(RecordingError, match=r"half\.bz2: cannot be read"):
        bench_replay(tmp_path, tmp_path, install=offline)


def test_the_command_ends_with_1_when_a_goal_is_missed(
    monkeypatch: pytest.MonkeyPatch, tictac: Commands
) -> None:
    answer = {
        "not_measured": "",
        "files": [],
        "placing": None,
        "fills": [],
        "rules": RULES,
        "goals": [{"goal": "fast", "measured": 1.0, "at_least": 5.0, "passed": False}],
    }
    monkeypatch.setattr(command, "bench_replay", lambda *_, **__: answer)
    done = tictac("bench", "replay")
    assert done.code == 1
    assert "MISSED" in done.out
    answer["goals"][0]["passed"] = None  # type: ignore[index]
    assert tictac("bench", "replay", "--json").code == 0


def test_what_is_installed_is_named_where_dependencies_are() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert "flumine" in page
    assert all("flumine" in requirement for requirement in bench.REQUIREMENTS)
