"""`tictac new-strategy` writes what runs, says how to use it, and never overwrites."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from actors.settings import StrategySettings, load
from actors.simulation.given import SETTINGS
from actors.simulation.world import World
from actors.strategies.loading import load_all
from tests.actors.cli.commands import Commands, Done

CONFIG = """
accounts: {ao: {}}
markets: {football-today: {account: ao, when: today}}
strategies: {value: {use: "actors.strategies.value:Value"}}
"""


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget the modules that a test has written and loaded."""
    monkeypatch.setattr(sys, "path", sys.path.copy())
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "mine" / "config.yaml"
    path.parent.mkdir()
    path.write_text(CONFIG, encoding="utf-8")
    return path


def new(tictac: Commands, name: str, config: Path) -> Done:
    return tictac("new-strategy", name, "--config", str(config), state=False)


def test_what_is_written_stands_beside_the_configuration(tictac: Commands, config: Path) -> None:
    done = new(tictac, "sharp-eye", config)
    assert (done.code, done.err) == (0, "")
    names = sorted(path.name for path in config.parent.iterdir())
    assert names == ["config.yaml", "sharp_eye.py", "test_sharp_eye.py"]
    assert "class SharpEye(Strategy):" in (config.parent / "sharp_eye.py").read_text()
    for path in config.parent.glob("*.py"):
        assert "tarter" not in path.read_text()
        assert str(path) in done.out


def test_without_a_configuration_it_stands_in_the_current_folder(
    tictac: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert tictac("new-strategy", "sharp_eye", state=False).code == 0
    assert (tmp_path / "sharp_eye.py").exists()


def test_the_lines_that_it_says_make_a_configuration_that_is_good(
    tictac: Commands, config: Path
) -> None:
    said = new(tictac, "sharp_eye", config).out.split("\n\n")
    strategies, markets = (yaml.safe_load(block) for block in (said[2], said[4]))
    tree = yaml.safe_load(CONFIG)
    tree["strategies"] |= strategies["strategies"]
    tree["markets"]["football-today"] |= markets["markets"]["football-today"]
    config.write_text(yaml.safe_dump(tree))
    assert set(load_all(load(config, {}), config)) == {"value", "sharp_eye"}
    assert tictac("check", "--config", str(config)).code == 0


def test_the_test_that_is_written_holds_and_can_fail(tictac: Commands, config: Path) -> None:
    new(tictac, "sharp_eye", config)
    assert "3 passed" in pytested(config.parent)
    path = config.parent / "sharp_eye.py"
    path.write_text(path.read_text().replace("edge < wanted.above", "edge > wanted.above"))
    assert "3 failed" in pytested(config.parent)


def pytested(folder: Path) -> str:
    """Run the tests of a folder in a process of their own, as its owner would."""
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", str(folder), "-c", "/dev/null"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "."],
        cwd=folder,
        env=os.environ
        | {"PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_what_is_written_bets_in_a_simulated_world(
    tictac: Commands, config: Path, tmp_path: Path
) -> None:
    new(tictac, "sharp_eye", config)
    sys.path.insert(0, str(config.parent))
    strategies = {"sharp_eye": StrategySettings("sharp_eye:SharpEye", {"above": 1.0})}
    markets = {
        name: replace(market, strategies=("sharp_eye",))
        for name, market in SETTINGS.markets.items()
    }
    settings = replace(SETTINGS, strategies=strategies, markets=markets)
    world = World(tmp_path / "mine", settings=settings)
    world.run(60)
    assert {order.strategy for order in world.ledger.bets()} == {"sharp_eye"}
    assert world.actor("control").reported.feeds["football-today"].stopped == {}


@pytest.mark.parametrize("name", ["sharp_eye.py", "test_sharp_eye.py"])
def test_what_is_there_is_left_as_it_is(tictac: Commands, config: Path, name: str) -> None:
    (config.parent / name).write_text("mine\n")
    done = new(tictac, "sharp_eye", config)
    assert done.code == 1
    assert f"{name} is there already and is left as it is" in done.err
    assert (config.parent / name).read_text() == "mine\n"
    assert len(list(config.parent.glob("*.py"))) == 1


def test_a_link_to_nowhere_is_there_too(tictac: Commands, config: Path) -> None:
    (config.parent / "sharp_eye.py").symlink_to(config.parent / "nowhere")
    assert new(tictac, "sharp_eye", config).code == 1
    assert not (config.parent / "nowhere").exists()


@pytest.mark.parametrize("name", ["Mine", "1st", "a b", "../mine", "class", "a.b", "_x", "ä", ""])
def test_what_cannot_be_a_module_is_refused(tictac: Commands, config: Path, name: str) -> None:
    done = new(tictac, name, config)
    assert done.code == 1
    assert "is no name for a module" in done.err
    assert list(config.parent.glob("*.py")) == []


@pytest.mark.parametrize("name", ["json", "tictac", "actors", "msgspec", "random"])
def test_what_would_hide_another_module_is_refused(
    tictac: Commands, config: Path, name: str
) -> None:
    done = new(tictac, name, config)
    assert done.code == 1
    assert "Python has a module" in done.err


def test_a_folder_that_is_not_there_is_said(tictac: Commands, tmp_path: Path) -> None:
    done = new(tictac, "sharp_eye", tmp_path / "nowhere" / "config.yaml")
    assert done.code == 1
    assert "cannot be written" in done.err
