"""`tictac check`: a bad configuration names the key, what it holds and what is allowed."""

from pathlib import Path

import click
import pytest

from actors.cli import cli
from actors.cli.bench import actors, tick
from actors.ledger import open_journal
from runtime.journal import Entry
from tests.actors.cli.commands import Commands

ROOT = Path(__file__).resolve().parents[3]

GOOD = """
accounts: {ao: {}}
markets: {today: {account: ao, when: today}}
strategies: {value: {use: "actors.strategies.value:Value", parameters: {stake: 500}}}
"""


def check(tictac: Commands, tmp_path: Path, text: str, *more: str) -> tuple[int, str, str]:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return tictac("check", "--config", str(path), *more)


def test_a_good_configuration_is_called_so(tictac: Commands, tmp_path: Path) -> None:
    code, out, err = check(tictac, tmp_path, GOOD)
    assert (code, err) == (0, "")
    assert "is good: mode paper" in out


def test_what_was_found_comes_as_json(tictac: Commands, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD)
    done = tictac("check", "--config", str(path), "--json")
    assert done.json == {
        "config": str(path),
        "mode": "paper",
        "accounts": ["ao"],
        "markets": ["today"],
        "strategies": ["value"],
        "journal_entries": None,
    }


def test_the_configuration_that_ships_is_good(
    tictac: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert tictac("check").code == 0


def test_from_an_empty_folder_the_one_that_ships_is_used(
    tictac: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = tictac("check", "--json")
    assert done.code == 0
    assert done.json["config"].endswith("config.yaml")


def test_the_configuration_of_the_folder_comes_before_the_one_that_ships(
    tictac: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(GOOD.replace("today:", "mine:"))
    assert tictac("check", "--json").json["markets"] == ["mine"]


@pytest.mark.parametrize(
    ("wrong", "key", "holds", "allowed"),
    [
        (GOOD + "mode: alive\n", "mode", "alive", "dry, paper, live"),
        (GOOD.replace("when: today", "when: someday"), "markets.today.when", "someday", "early"),
        (GOOD.replace("account: ao", "account: xx"), "markets.today.account", "xx", "ao"),
        (GOOD + "risk: {max_stake: lots}\n", "risk.max_stake", "lots", "25.00"),
        (GOOD + "risk: {permit_lifetime: 15}\n", "risk.permit_lifetime", "15", "10s"),
        (GOOD + "risk: {max_open_bets: 1.5}\n", "risk.max_open_bets", "1.5", "number"),
        (
            GOOD.replace(".value:Value", ".value:Nothing"),
            "strategies.value.use",
            "Nothing",
            "Class",
        ),
        (GOOD.replace("stake: 500", "stake: -5"), "strategies.value.parameters", "stake", ""),
        (GOOD.replace("stake: 500", "method: luck"), "strategies.value.parameters", "luck", ""),
    ],
)
def test_a_fault_names_the_key_what_it_holds_and_what_is_allowed(
    tictac: Commands, tmp_path: Path, wrong: str, key: str, holds: str, allowed: str
) -> None:
    code, out, err = check(tictac, tmp_path, wrong)
    assert (code, out) == (2, "")
    (line,) = err.strip().splitlines()
    assert line.startswith(f"config: {key}")
    assert holds in line
    assert allowed in line


def test_every_fault_has_its_line(tictac: Commands, tmp_path: Path) -> None:
    code, _, err = check(tictac, tmp_path, GOOD + "mode: x\nrisk: {max_stake: y, nothing: 1}\n")
    assert code == 2
    assert len(err.strip().splitlines()) == 3


@pytest.mark.parametrize("text", ["", "[1, 2]", "accounts: [", "a: &x [*x]\n", "\t"])
def test_a_file_that_is_no_configuration_is_a_fault_and_no_traceback(
    tictac: Commands, tmp_path: Path, text: str
) -> None:
    code, out, err = check(tictac, tmp_path, text)
    assert (code, out) == (2, "")
    assert err.startswith("config: ")


def test_a_configuration_that_is_not_there_is_a_fault(tictac: Commands) -> None:
    done = tictac("check", "--config", "nowhere.yaml")
    assert done.code == 2
    assert "nowhere.yaml" in done.err


def test_nothing_starts_with_a_bad_configuration(tictac: Commands, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD + "mode: alive\n")
    done = tictac("run", "--config", str(path), "--for", "1s")
    assert done.code == 2
    assert done.err.startswith("config: mode: ")
    assert not tictac.state.path.exists()


def test_nothing_starts_with_a_strategy_that_cannot_be_loaded(
    tictac: Commands, tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD.replace(".value:Value", ".value:Nothing"))
    assert tictac("run", "--config", str(path), "--for", "1s").code == 2
    assert not tictac.state.path.exists()


def test_live_without_credentials_does_not_start(tictac: Commands, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD)
    done = tictac("run", "--config", str(path), "--mode", "live", "--for", "1s")
    assert done.code == 2
    assert "username and password are needed in mode live" in done.err


def test_a_sound_journal_is_counted_and_a_changed_one_is_named(
    tictac: Commands, tmp_path: Path
) -> None:
    tictac.state.prepare()
    journal = open_journal(tictac.state.path)
    journal.begin_term(0)
    journal.append("clerk", journal.claim("clerk"), [Entry("noted", "k", {"n": 1})] * 3, 0)
    code, out, _ = check(tictac, tmp_path, GOOD)
    assert code == 0
    assert "is unbroken: 3 entries" in out
    journal.connection.execute("UPDATE entries SET body = '{}' WHERE sequence = 2")
    code, _, err = check(tictac, tmp_path, GOOD)
    assert code == 1
    assert "entry 2 is missing or was changed" in err


def test_checking_makes_no_state_directory(tictac: Commands, tmp_path: Path) -> None:
    assert check(tictac, tmp_path, GOOD)[0] == 0
    assert not tictac.state.path.exists()


@pytest.mark.parametrize(
    "command", [*cli.commands.values(), tick, actors], ids=lambda one: one.name
)
def test_every_command_that_has_one_takes_a_state_directory(command: click.Command) -> None:
    stateless = ("simulate", "backtest", "new-strategy")
    if not isinstance(command, click.Group) and command.name not in stateless:
        assert "--state" in {name for parameter in command.params for name in parameter.opts}
