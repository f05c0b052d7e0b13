"""Tables of the pages are drawn from the code, or compared with it."""

import re
import runpy
from pathlib import Path

from actors.control import Control
from actors.gate import KillGate
from actors.ledger import Ledger, open_journal
from actors.messages import Command, Reply
from actors.metrics import BettingCollector
from actors.paper import PaperSettings, paper_book
from actors.prove.promises import PROMISES
from actors.settings import Mode
from actors.status import Reported
from actors.units import Millis
from runtime.actor import Actor
from runtime.codec import Message
from runtime.metrics import HostCollector, exposition
from runtime.sim_host import SimHost
from tests.docs.pages import DOCS, section, table, text


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
