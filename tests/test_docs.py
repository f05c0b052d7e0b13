"""The docs say what the code does: their examples run, their tables and names agree with it."""

import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click
import msgspec
import pytest
import yaml

from actors import settings
from actors.backtest import peeking
from actors.backtest.figures import GROUPS, Figures
from actors.backtest.outcome import Outcome, body
from actors.backtest.plan import Plan, ground
from actors.backtest.walk import ENOUGH as FEWEST
from actors.bench.replay.differences import RULES
from actors.cli import cli
from actors.cli.backtest import backtest
from actors.control import Control
from actors.decision.settings import Stages
from actors.decision.stages import STAGES
from actors.exchange.orders import Rule
from actors.gate import KillGate
from actors.ledger import Ledger, open_journal
from actors.messages import Command, Reply
from actors.metrics import BettingCollector
from actors.paper import PaperSettings, paper_book
from actors.prove.promises import PROMISES
from actors.risk.controls import CONTROLS
from actors.settings import SCALARS, Mode
from actors.simulation.report import ENOUGH, Report
from actors.status import Reported
from actors.strategies import Strategy
from actors.strategies import load as load_strategy
from actors.strategies.arbitrage import Arbitrage
from actors.strategies.steam import Steam
from actors.strategies.value import Value
from actors.units import Millis
from runtime.actor import Actor
from runtime.codec import Message
from runtime.configuration import validate
from runtime.metrics import HostCollector, exposition
from runtime.sim_host import SimHost
from tests.actors.backtest.samples import SEASON
from tictac import (
    Event,
    EventView,
    MarketType,
    Period,
    Quote,
    Selection,
    SelectionGroup,
    Side,
)

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
SMALLEST = """
accounts: {ao: {}}
markets: {football-today: {account: ao, when: today}}
strategies: {value: {use: "actors.strategies.value:Value"}}
"""


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text(page), flags=re.MULTILINE | re.DOTALL)


def section(page: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one of its level."""
    level = heading.split(" ")[0]
    found = re.search(
        rf"^{re.escape(heading)}\n(.*?)(?=^{level} |\Z)", text(page), re.MULTILINE | re.DOTALL
    )
    assert found is not None, f"{page} has no {heading}"
    return found[1]


def table(markdown: str, first: str) -> dict[str, list[str]]:
    """Return the rows of the table whose first column is called so, by that column's code."""
    lines = markdown.split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows: dict[str, list[str]] = {}
    for line in lines[start + 2 :]:
        if not line.startswith("| "):
            break
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        for name in re.findall(r"`([^`]+)`", cells[0]):
            rows[name] = cells[1:]
    return rows


# Links, files and commands that the pages name.


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_each_link_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text(name)):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        page = (ROOT / name).parent / path if path else ROOT / name
        assert page.exists(), f"{name}: {target}"
        assert not anchor or anchor in anchors(page), f"{name}: {target}"


@pytest.mark.parametrize("name", NAMES)
def test_each_file_that_is_named_exists(name: str) -> None:
    for path in re.findall(r"`((?:actors|runtime|tests|docs|bin)/[\w./-]*)`", text(name)):
        assert (ROOT / path).exists(), f"{name}: {path}"


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_the_readme_leads_to_each_page(page: Path) -> None:
    assert f"(docs/{page.name})" in text("README.md")


def test_no_picture_is_heavy() -> None:
    for picture in (DOCS / "images").iterdir():
        assert picture.stat().st_size < 300_000, picture.name


def commands(page: str) -> Iterator[list[str]]:
    for block in blocks(page, "console"):
        for line in block.split("\n"):
            found = re.match(r"^\$ (?:\w+=\S+ )*(?:bin/)?tictac (.+?)(?:\s+#.*)?$", line)
            if found:
                yield found[1].split(" ")


@pytest.mark.parametrize("name", NAMES)
def test_each_command_line_is_one_that_exists(name: str) -> None:
    for words in commands(name):
        command: click.Command = cli
        while isinstance(command, click.Group) and (words or not command.invoke_without_command):
            inner = command.commands.get(words[0])
            assert inner is not None, f"{name}: tictac has no command {words[0]}"
            command, words = inner, words[1:]
        options = {option for parameter in command.params for option in parameter.opts}
        for word in words:
            assert not word.startswith("--") or word in options, f"{name}: {command.name} {word}"


def test_the_operators_page_names_each_command() -> None:
    page = text("docs/operate.md")
    for name, command in cli.commands.items():
        assert command.hidden or f"`tictac {name}" in page, name


def test_each_option_of_run_paper_and_simulate_is_documented() -> None:
    for name, page in (
        ("run", "docs/install-and-run.md"),
        ("paper", "docs/paper-bookmaker.md"),
        ("simulate", "docs/simulate.md"),
    ):
        for parameter in cli.commands[name].params:
            assert f"`{parameter.opts[0]}" in text(page), f"{page}: {parameter.opts[0]}"


def tictac(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "actors.cli", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_exit_codes_are_the_documented_ones(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("mode: papr\n", encoding="utf-8")
    codes = {
        "0": tictac("check"),
        "1": tictac("bets", "--state", str(tmp_path / "nothing")),
        "2": tictac("check", "--config", str(wrong)),
    }
    assert {code: str(done.returncode) for code, done in codes.items()} == {c: c for c in codes}
    rows = re.findall(r"^\| (\d) \| (\w+)", section("docs/operate.md", "## Exit codes"), re.M)
    assert rows == [("0", "Done"), ("1", "Failed"), ("2", "Bad")]


# The configuration.


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


# The examples in Python.


def quote(book: str, price: int) -> Quote:
    selection = Selection("ao-1", MarketType.ONE_X_TWO, Period.FULL_TIME, 0, Side.HOME)
    return Quote(selection, book, price, "1", 1_000, 1_000)  # type: ignore[arg-type]


def view(prices: dict[str, int]) -> EventView:
    event = Event("ao-1", "football", "LEAGUE", "Home", "Away", 9_000_000, "today")  # type: ignore[arg-type]
    quotes = {book: quote(book, price) for book, price in prices.items()}
    group = SelectionGroup("ao-1", MarketType.ONE_X_TWO, Period.FULL_TIME, {Side.HOME: quotes})
    return EventView(event, (group,), 3_000)


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Strategy]:
    """The strategy of the docs, loaded as its configuration there says."""
    page = "docs/write-a-strategy.md"
    (tmp_path / "my_strategies.py").write_text(blocks(page, "python")[0], encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    told = yaml.safe_load(blocks(page, "yaml")[0])["strategies"]["outlier"]
    yield load_strategy("strategies.outlier", told["use"], told["parameters"])
    sys.modules.pop("my_strategies")


def test_the_example_strategy_finds_the_price_that_stands_out(example: Strategy) -> None:
    (wish,) = example.on_update(view({"A": 2000, "B": 2010, "C": 1990, "D": 2200}))
    assert (wish.quote.book, wish.quote.price, wish.stake) == ("D", 2200, 500)
    assert wish.floor == 2080
    assert (wish.evidence.fair, wish.evidence.edge) == (2000, 1000)
    assert wish.evidence.reason == "D pays 10.0 % above the median of 3 books"
    assert [seen.age for seen in wish.evidence.prices] == [2_000] * 4


def test_the_example_strategy_leaves_ordinary_prices_alone(example: Strategy) -> None:
    assert example.on_update(view({"A": 2000, "B": 2010, "C": 1990, "D": 2050})) == []
    assert example.on_update(view({"A": 2000, "D": 2200})) == []


def test_the_tryout_of_the_docs_prints_what_the_page_says(tmp_path: Path) -> None:
    page = "docs/write-a-strategy.md"
    example, looking_back, tried = blocks(page, "python")
    (tmp_path / "my_strategies.py").write_text(f"{example}\n{looking_back}", encoding="utf-8")
    assert f"It prints `{run_python(tried, tmp_path).strip()}`." in text(page)


def run_python(code: str, folder: Path) -> str:
    script = folder / "example.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script.name], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_of_the_runtime_prints_what_the_page_says(tmp_path: Path) -> None:
    code, shown = blocks("docs/runtime.md", "python")[0], blocks("docs/runtime.md", "text")[0]
    assert run_python(code, tmp_path) == shown


def test_the_example_of_the_runtime_runs_on_threads(tmp_path: Path) -> None:
    first, second = blocks("docs/runtime.md", "python")
    classes = first.split("host = SimHost")[0]
    assert run_python(f"{classes}\n{second}\nprint(left)", tmp_path).splitlines()[-1] == "[]"


def test_the_example_of_the_paper_bookmaker_serves(tmp_path: Path) -> None:
    (code,) = blocks("docs/paper-bookmaker.md", "python")
    assert run_python(code, tmp_path).startswith("http://127.0.0.1:")


def test_the_example_of_the_simulation_shows_the_journal(tmp_path: Path) -> None:
    (code,) = blocks("docs/simulate.md", "python")
    first, *entries = run_python(code, tmp_path).splitlines()
    assert first == "[]"
    assert any("order.intent" in entry for entry in entries)


def test_the_example_of_the_exchange_prints_what_the_page_says(tmp_path: Path) -> None:
    page = "docs/replay-exchange-markets.md"
    assert run_python(blocks(page, "python")[0], tmp_path) == blocks(page, "text")[0]


def test_the_rules_of_the_exchange_are_documented() -> None:
    page = "docs/replay-exchange-markets.md"
    rules = table(section(page, "## When an order is filled"), "rule")
    assert list(rules) == [rule.value for rule in Rule]
    named = table(section(page, "## Beside flumine"), "rule")
    assert set(named) == set(RULES) - {"refused", "unexplained"}


def test_what_a_simulation_prints_is_documented() -> None:
    report = Report()
    told = table(section("docs/simulate.md", "## What comes out"), "key")
    assert list(told) == list(report.body())
    assert f"{ENOUGH} runs" in text("docs/simulate.md")


def test_the_keys_and_figures_of_a_backtest_are_documented() -> None:
    page = text("docs/backtest.md")
    figures = table(section("docs/backtest.md", "## The figures"), "figure")
    assert list(figures) == list(Figures.__struct_fields__)
    on = ground(Plan(SEASON, ROOT / "config.yaml"))
    told = list(table(page, "key"))
    assert told == list(body(Outcome(on), whole=True))
    assert all(f"`{group}`" in page for group in GROUPS)
    assert f"fewer than {FEWEST} bets" in page
    looks = table(section("docs/backtest.md", "## Peeking"), "look")
    assert list(looks) == [peeking.FUTURE, peeking.FILES, peeking.NAMES]


def test_the_options_of_a_backtest_are_documented() -> None:
    told = table(section("docs/backtest.md", "## Options"), "option")
    known = {name for one in backtest.params for name in one.opts if name.startswith("--")}
    assert {name.split()[0] for name in told} == known


@pytest.mark.parametrize("page", ["docs/write-a-strategy.md", "docs/runtime.md"])
def test_the_examples_stay_short(page: str) -> None:
    code = [line for line in blocks(page, "python")[0].split("\n") if line.strip()]
    assert len(code) <= 40


# Tables drawn from, or compared with, the code.


def test_the_lifecycle_page_is_drawn_from_the_table() -> None:
    drawing = runpy.run_path(str(DOCS / "draw_lifecycle.py"))
    assert drawing["drawn"]() in text("docs/order-lifecycle.md"), (
        "the page and TRANSITIONS differ: .venv/bin/python docs/draw_lifecycle.py"
    )


class Operator(Actor):
    """Asks for the status, and keeps the answer in a list that the test holds."""

    def __init__(self, answers: list[Reply]) -> None:
        super().__init__()
        self.answers = answers

    def on_start(self) -> None:
        self.tell("control", Command("c-1", "status", Millis(self.clock.now() + 1_000), {}))

    def on_message(self, message: Message, sender: str) -> None:
        assert isinstance(message, Reply), sender
        self.answers.append(message)


def test_the_status_keys_are_documented(tmp_path: Path) -> None:
    host = SimHost(journal=open_journal(tmp_path))
    answers: list[Reply] = []
    host.spawn(Control, "control", mode=Mode.PAPER, gate=KillGate(tmp_path))
    host.run(seconds=1)
    host.spawn(Operator, "operator", answers=answers)
    host.run(seconds=1)
    assert list(table(section("docs/operate.md", "## status"), "key")) == list(answers[0].body)


def test_the_metrics_are_documented_and_no_others(tmp_path: Path) -> None:
    host = SimHost(journal=open_journal(tmp_path))
    betting = BettingCollector(
        host,
        Ledger(host.ports.journal),
        Mode.PAPER,
        KillGate(tmp_path),
        lambda: Reported({}, {}, {}),
    )
    told = re.findall(r"^# TYPE (\S+)", exposition(HostCollector(host), betting), re.MULTILINE)
    assert sorted(table(section("docs/operate.md", "## Metrics"), "metric")) == sorted(told)


def test_each_method_that_the_paper_page_names_is_served() -> None:
    book = paper_book(PaperSettings(), 0)
    names = table(section("docs/paper-bookmaker.md", "## Methods"), "method")
    assert len(names) >= 18
    for name in names:
        assert book.handle(name, {}, {}, None, 0).status != 404, name
    assert book.handle("GetNothing", {}, {}, None, 0).status == 404


def test_the_tables_of_the_journal_are_documented(tmp_path: Path) -> None:
    connection = open_journal(tmp_path).connection
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    rows = table(section("docs/recover.md", "## The journal, inside"), "table")
    assert set(rows) == {name for (name,) in tables}
    columns = [row[1] for row in connection.execute("PRAGMA table_info(entries)")]
    assert re.findall(r"`(\w+)`", rows["entries"][0]) == columns


def test_the_counts_of_the_proofs_are_those_that_are_run() -> None:
    rows = table(text("docs/promises.md"), "promise")
    assert {name: tuple(row) for name, row in rows.items()} == {
        name: (f"{one.ci:,} {one.counts}", f"{one.full:,}") for name, one in PROMISES.items()
    }
