"""The configuration is documented key by key, and each example of it holds."""

import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
import yaml

from actors import settings
from actors.decision.settings import Stages
from actors.decision.stages import STAGES
from actors.risk.controls import CONTROLS
from actors.settings import SCALARS
from actors.strategies import load as load_strategy
from actors.strategies.arbitrage import Arbitrage
from actors.strategies.steam import Steam
from actors.strategies.value import Value
from runtime.configuration import validate
from tests.docs.pages import NAMES, SMALLEST, blocks, section, table, tictac

STRUCTS = {
    "## The file": settings.Settings,
    "## accounts.NAME": settings.AccountSettings,
    "## markets.NAME": settings.MarketSettings,
    "## strategies.NAME": settings.StrategySettings,
    "## risk": settings.RiskSettings,
    "## paper": settings.PaperSettings,
    "## metrics": settings.MetricsSettings,
    "## recording": settings.RecordingSettings,
}
NEEDED = {
    settings.MarketSettings: {"account": "ao", "when": "today"},
    settings.StrategySettings: {"use": "m:C"},
}


def documented(heading: str) -> dict[str, list[str]]:
    return table(section("docs/configure.md", heading), "key")


def test_no_settings_are_without_a_section() -> None:
    known = {
        kind
        for name, kind in vars(settings).items()
        if name.endswith("ettings") and isinstance(kind, type)
    }
    assert known == set(STRUCTS.values())


@pytest.mark.parametrize(("heading", "kind"), STRUCTS.items())
def test_each_key_is_documented_and_no_other(heading: str, kind: type[msgspec.Struct]) -> None:
    assert sorted(documented(heading)) == sorted(kind.__struct_fields__)


@pytest.mark.parametrize(("heading", "kind"), STRUCTS.items())
def test_needed_keys_are_those_without_a_default(heading: str, kind: type[msgspec.Struct]) -> None:
    needed = {key for key, row in documented(heading).items() if row[1] == "needed"}
    assert needed == {field.name for field in msgspec.structs.fields(kind) if field.required}


@pytest.mark.parametrize(("heading", "kind"), list(STRUCTS.items())[1:])
def test_defaults_are_the_documented_ones(heading: str, kind: type[msgspec.Struct]) -> None:
    rows = {key: row[1] for key, row in documented(heading).items()}
    needed = NEEDED.get(kind, {})
    given = {key: cell for key, cell in rows.items() if cell not in ("needed", "none")}
    told = {key: yaml.safe_load(cell.strip("`")) for key, cell in given.items()}
    # "1h" is how a person writes it; what counts is that it means the same.
    assert validate(kind, needed | told, scalars=SCALARS) == validate(kind, needed, scalars=SCALARS)


@pytest.mark.parametrize("kind", [Value, Steam, Arbitrage])
def test_the_parameters_of_the_strategies_that_ship_are_documented(kind: Any) -> None:
    rows = table(section("docs/configure.md", f"### {kind.__name__.lower()}"), "parameter")
    told = {key: yaml.safe_load(row[1].strip("`")) for key, row in rows.items()}
    assert list(told) == list(kind.Parameters.__struct_fields__)
    assert validate(kind.Parameters, told) == kind.Parameters()


def test_the_stages_and_their_keys_are_documented_in_their_order() -> None:
    rows = table(section("docs/configure.md", "### Stages"), "stage")
    assert list(rows) == list(STAGES)
    for name, kind in get_type_hints(Stages).items():
        for part in get_args(kind):
            for key in getattr(part, "__struct_fields__", ()):
                assert f"`{key}`:" in rows[name][0], f"{name}.{key}"


def test_the_risk_controls_are_listed_in_their_order() -> None:
    listed = re.findall(r"^`[a-z_`, \n]+\.$", section("docs/configure.md", "## risk"), re.M)
    assert re.findall(r"`(\w+)`", listed[0]) == [control.__name__ for control in CONTROLS]


def merged(base: Any, over: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    return base | {key: merged(base.get(key), value) for key, value in over.items()}


YAML_BLOCKS = [(name, block) for name in NAMES for block in blocks(name, "yaml")]


@pytest.mark.parametrize(("name", "block"), YAML_BLOCKS)
def test_each_yaml_example_passes_the_check(name: str, block: str, tmp_path: Path) -> None:
    assert name
    tree = yaml.safe_load(block)
    path = tmp_path / "config.yaml"
    if "accounts" not in tree:
        block = yaml.safe_dump(merged(yaml.safe_load(SMALLEST), tree))
    path.write_text(block, encoding="utf-8")
    found = settings.load(path, {})
    shipped = [one for one in found.strategies.values() if one.use.startswith("actors.")]
    for strategy in shipped:
        load_strategy("strategies", strategy.use, strategy.parameters)


def test_the_faults_shown_are_the_faults_told(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        "mode: papr\naccounts: {ao: {couriers: 12, read_timeout: 20}}\n"
        "markets: {football-today: {account: ao, when: tomorrow}}\n"
        'strategies: {value: {use: "m:C"}}\nrisk: {max_stake: lots}\n',
        encoding="utf-8",
    )
    shown = next(block for block in blocks("docs/configure.md", "text") if "papr" in block)
    assert tictac("check", "--config", str(path)).stderr == shown
