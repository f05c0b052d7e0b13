"""`tictac backtest`: figures for people and programs, and every bad input named with its cure."""

from pathlib import Path

import pytest

from tests.actors.backtest.samples import CONFIG, DATA, ROOT, SEASON
from tests.actors.backtest.tape_samples import falling
from tests.actors.backtest.walk_samples import MARKETS as MARKETS_MADE
from tests.actors.backtest.walk_samples import stream
from tests.actors.cli.commands import Commands, Done

PEEKERS = "tests.actors.backtest.peekers"


@pytest.fixture
def backtest(tictac: Commands) -> "Backtest":
    return Backtest(tictac)


class Backtest:
    """Run `tictac backtest` on the sample."""

    def __init__(self, tictac: Commands) -> None:
        self._tictac = tictac

    def __call__(self, *arguments: str, data: Path = SEASON, config: Path = CONFIG) -> Done:
        common = ("backtest", "--data", str(data), "--config", str(config))
        return self._tictac(*common, *arguments, state=False)


def test_the_figures_come_as_text(backtest: Backtest) -> None:
    done = backtest()
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("value on 54 matches of 1 file, 2021-08-13 to 2021-12-19\n")
    for word in ("profit", "yield", "drawdown", "close", "market", "book", "limit"):
        assert word in done.out


def test_the_figures_come_as_json_and_agree_with_the_bets(backtest: Backtest) -> None:
    done = backtest("--json", "--bets")
    found, bets = done.json, done.json["bets"]
    settled = [bet for bet in bets if bet["state"] == "settled"]
    assert found["figures"]["bets"] == len(settled) > 10
    assert found["figures"]["profit"] == sum(bet["pnl"] for bet in settled)
    assert found["figures"]["denied"] == sum(bet["state"] == "denied" for bet in bets)
    assert (found["difference"], found["figures"]["open"]) == (0, 0)
    for rows in found["by"].values():
        assert sum(row["profit"] for row in rows) == found["figures"]["profit"]
    assert "bets" not in backtest("--json").json


def test_parameters_of_the_command_line_hold(backtest: Backtest) -> None:
    usual = backtest("--json").json
    picky = backtest("--json", "--set", "min_edge=3", "--set", "stake=700").json
    assert 0 < picky["figures"]["bets"] < usual["figures"]["bets"]
    assert picky["figures"]["staked"] == 700 * picky["figures"]["bets"]
    assert picky["strategy"]["parameters"]["min_edge"] == 3


def test_a_strategy_can_be_named_by_its_import_path(backtest: Backtest) -> None:
    done = backtest("--json", "--strategy", f"{PEEKERS}:Picky", "--set", "min_edge=0.5")
    assert done.json["strategy"]["name"] == "Picky"
    assert done.json["figures"]["bets"] > 0


def test_a_wish_that_has_to_last_has_the_time_for_it(backtest: Backtest, tmp_path: Path) -> None:
    """Prices stand still after a moment, so what is wanted at once is wanted 20 s later, too."""
    config = tmp_path / "config.yaml"
    told = CONFIG.read_text(encoding="utf-8")
    lasting = told.replace(
        "    parameters:\n", "    stages: {confirmation: 20s}\n    parameters:\n"
    )
    assert lasting != told
    config.write_text(lasting, encoding="utf-8")
    at_once, later = (backtest("--json", config=one).json["figures"] for one in (CONFIG, config))
    assert later["bets"] + later["denied"] >= at_once["bets"] > 10


def test_limits_hold_as_in_life_and_what_they_denied_is_told(
    backtest: Backtest, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    told = CONFIG.read_text(encoding="utf-8").replace("max_open_bets: 100", "max_open_bets: 1")
    config.write_text(told, encoding="utf-8")
    found = backtest("--json", config=config).json
    denied = {one["control"]: one["first"] for one in found["denied"]}
    assert denied["max_open_bets"] > 0
    assert sum(denied.values()) == found["figures"]["denied"]


def test_what_a_book_takes_can_be_limited(backtest: Backtest) -> None:
    found = backtest("--json", "--bets", "--highest-stake", "7.00").json
    assert all(bet["stake"] <= 700 for bet in found["bets"] if bet["state"] == "settled")


def test_leagues_and_days_choose_matches(backtest: Backtest) -> None:
    found = backtest("--json", "--leagues", "e2,D1", "--to", "2020-06-05", data=DATA).json
    assert found["data"]["leagues"] == ["D1"]
    assert found["data"]["to"] <= "2020-06-05"
    later = backtest("--json", "--from", "2021-12-18", data=DATA).json
    assert (later["data"]["from"], later["data"]["matches"]) == ("2021-12-18", 4)


def test_a_sweep_plays_every_combination(backtest: Backtest) -> None:
    found = backtest(
        "--json", "--jobs", "1", "--sweep", "min_edge=0.5,3", "--sweep", "stake=500,600"
    )
    swept = found.json["sweep"]
    assert [one["parameters"]["stake"] for one in swept] == [500, 600, 500, 600]
    assert (found.json["figures"], found.json["by"]) == (None, None)
    assert "hindsight" in backtest("--jobs", "1", "--sweep", "min_edge=0.5,3").out


def test_a_walk_forward_tells_what_was_chosen(backtest: Backtest) -> None:
    arguments = ("--jobs", "1", "--sweep", "min_edge=0.5,3", "--walk-forward", "2")
    found = backtest("--json", *arguments).json
    assert len(found["walk_forward"]["folds"]) == 2
    bets = sum(fold["next"]["bets"] for fold in found["walk_forward"]["folds"])
    assert found["figures"]["bets"] == bets
    assert "walk forward" in backtest(*arguments).out


def test_a_peeking_strategy_is_caught_with_exit_code_1(backtest: Backtest) -> None:
    arguments = ("--strategy", f"{PEEKERS}:RemembersResults", "--set", f"file={SEASON}")
    done = backtest("--guard", *arguments)
    assert done.code == 1
    assert "PEEKING (future)" in done.out
    assert backtest("--guard").code == 0


def test_a_report_is_written(backtest: Backtest, tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    done = backtest("--report", str(path))
    assert done.code == 0
    assert f"report: {path}" in done.out
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--strategy", "valu"), 2, '--strategy: holds "valu"; allowed: value of'),
        (("--strategy", "nowhere:Value"), 2, "strategies.Value.use"),
        (("--set", "min_edgee=1"), 2, "strategies.value.parameters.min_edgee"),
        (("--set", "min_edge"), 2, "allowed: min_edge=2.5"),
        (("--set", "min_edge=1000"), 2, "strategies.value.parameters.min_edge"),
        (("--set", "min_edge={a: 1}"), 2, "--set min_edge"),
        (("--sweep", "min_edge=1,x"), 2, "strategies.value.parameters.min_edge"),
        (("--walk-forward", "3"), 2, "give one"),
        (("--sweep", "stake=500,600", "--walk-forward", "50"), 1, "too few for 51 parts"),
        (("--leagues", "E9"), 1, "--leagues: no E9 in"),
        (("--from", "2030-01-01"), 1, "it has E0 from 2021-08-13 to 2021-12-19"),
        (("--from", "1.1.2021"), 2, "%Y-%m-%d"),
        (("--balance", "-5"), 2, "no amount above 0"),
        (("--highest-stake", "lots"), 2, "no amount above 0"),
        (("--report", "nowhere/r.html"), 1, "there is no folder"),
        (("--strategy", f"{PEEKERS}:Fails"), 1, "KeyError: 'no rating of"),
        (("--data", "nowhere"), 1, "neither a file nor a folder"),
        (("--config", "nowhere.yaml"), 2, "nowhere.yaml"),
    ],
)
def test_bad_input_is_named_with_the_cure(
    backtest: Backtest, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = backtest(*arguments)
    assert (done.code, done.out) == (code, "")
    assert words in done.err


def test_no_configuration_in_the_folder_is_needed(
    tictac: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = tictac("backtest", "--data", str(SEASON), "--json", state=False)
    assert done.json["figures"]["bets"] > 0
    assert list(tmp_path.iterdir()) == []


MARKETS = ROOT / "actors" / "exchange" / "data"
FAVOURITE = ("--strategy", "actors.exchange.favourite:Favourite")


def test_recorded_markets_are_played_in_the_simulated_exchange(
    backtest: Backtest, tmp_path: Path
) -> None:
    told = backtest(*FAVOURITE, "--report", str(tmp_path / "r.html"), data=MARKETS)
    assert (told.code, told.err) == (0, "")
    first = "Favourite on 2 markets of 2 files, 2022-04-19 to 2022-04-19, 332 updates\n"
    assert told.out.startswith(first)
    assert "2 recorded markets" in (tmp_path / "r.html").read_text(encoding="utf-8")
    found = backtest(*FAVOURITE, "--json", "--bets", data=MARKETS).json
    assert found["figures"]["profit"] == sum(bet["pnl"] for bet in found["bets"]) == -772


def test_a_sweep_of_recorded_markets_is_walked_forward(backtest: Backtest, tmp_path: Path) -> None:
    swept = *FAVOURITE, "--sweep", "side=back,lay", "--jobs", "1"
    done = backtest(*swept, data=MARKETS)
    assert "side=lay" in done.out
    assert "--walk-forward tells" in done.out
    walked = backtest(*swept, "--walk-forward", "1", data=MARKETS)
    assert "2 markets listed at 1 moments are too few for 2 parts" in walked.err
    walked = backtest(*swept, "--walk-forward", "2", data=stream(tmp_path / "a.jsonl"))
    assert walked.code == 0
    assert f"Favourite on {MARKETS_MADE} markets of 1 file" in walked.out
    assert "all of these parts together" in walked.out


@pytest.mark.parametrize("words", [("--leagues", "E0"), ("--highest-stake", "5")])
def test_what_the_simulated_exchange_does_not_know_is_refused(
    backtest: Backtest, words: tuple[str, ...]
) -> None:
    done = backtest(*FAVOURITE, *words, data=MARKETS)
    assert done.code == 2
    assert f"{words[0]} does not work with an ExchangeStrategy" in done.err


def test_what_only_seasons_know_is_refused_for_matches_on_tape(backtest: Backtest) -> None:
    done = backtest("--closing-book", "PIN", data=DATA / "markets")
    assert done.code == 2
    assert "--closing-book works with seasons only; --data holds recorded markets" in done.err


def test_the_guard_looks_at_recorded_markets_whoever_plays_them(
    backtest: Backtest, tmp_path: Path
) -> None:
    report = tmp_path / "r.html"
    done = backtest(*FAVOURITE, "--guard", "--report", str(report), data=MARKETS)
    assert done.code == 0
    assert "guard: no peeking in 10 wishes at 5 moments" in done.out
    assert "with other names" not in report.read_text(encoding="utf-8")
    arguments = ("--strategy", f"{PEEKERS}:LooksAround", "--guard")
    done = backtest(*arguments, data=falling(tmp_path / "a.jsonl"))
    assert done.code == 1
    assert "PEEKING (future)" in done.out


READS_ONCE = """
from pathlib import Path
from tictac import {kind}

def known(found=[]):
    found[:] = found or [Path({data!r}).read_bytes()]

class Reader({kind}):
    {when}
"""
WHEN = {
    "imported": "known(); on_update = lambda self, view: ()",
    "made": "on_update = lambda self, view: (); __init__ = lambda self, parameters: known()",
    "played": "on_update = lambda self, view: known() or ()",
}


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize(
    ("kind", "data"),
    [("Strategy", SEASON), ("ExchangeStrategy", next(MARKETS.rglob("*.bz2")))],
)
def test_a_strategy_that_reads_the_data_once_is_seen_whenever_that_is(
    backtest: Backtest, tmp_path: Path, kind: str, data: Path, when: str
) -> None:
    config, module = tmp_path / "config.yaml", f"reads_once_{when}_{kind}".lower()
    config.write_text(CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
    reader = READS_ONCE.format(kind=kind, data=str(data), when=WHEN[when])
    (tmp_path / f"{module}.py").write_text(reader, encoding="utf-8")
    done = backtest("--strategy", f"{module}:Reader", "--guard", data=data, config=config)
    assert done.code == 1
    assert f"PEEKING (files): the strategy opened {data}" in done.out


def test_recorded_markets_are_played_by_the_actors_with_a_strategy_for_bookmakers(
    backtest: Backtest,
) -> None:
    done = backtest(
        "--set", "sharp=BF", "--sweep", "min_edge=1,40", "--json", data=DATA / "markets"
    )
    assert done.json["data"]["kind"] == "tapes"
    assert [one["figures"]["bets"] for one in done.json["sweep"]] == [1, 0]
