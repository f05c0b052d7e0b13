"""The examples in Python run, and print what the pages say."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from actors.backtest import peeking
from actors.backtest.figures import GROUPS, Figures
from actors.backtest.outcome import Outcome, body
from actors.backtest.plan import Plan, ground
from actors.backtest.walk import ENOUGH as FEWEST
from actors.bench.replay.differences import RULES
from actors.cli.backtest import backtest
from actors.exchange.orders import Rule
from actors.simulation.report import ENOUGH, Report
from actors.strategies import Strategy
from actors.strategies import load as load_strategy
from tests.actors.backtest.samples import SEASON
from tests.docs.pages import ROOT, blocks, section, table, text
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


def test_the_example_of_specials_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "docs/backtest.md"
    (tmp_path / "my_strategies.py").write_text(blocks(page, "python")[0], encoding="utf-8")
    shutil.copy(ROOT / "config.yaml", tmp_path)
    told = next(one for one in blocks(page, "console") if "my_strategies" in one)
    monkeypatch.chdir(ROOT)
    arguments = shlex.split(told)[3:]
    place = arguments.index("--config") + 1
    arguments[place] = str(tmp_path / arguments[place])
    printed = CliRunner().invoke(backtest, arguments).output
    sys.modules.pop("my_strategies")
    (expected,) = (one for one in blocks(page, "text") if one.startswith("AgainstFavourites"))
    assert printed.startswith(expected.rstrip())


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
