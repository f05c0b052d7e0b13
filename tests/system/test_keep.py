"""A journal is copied beside real processes that bet, lost, put back and put aside.

Judged by the bookmaker's own file. Every wait has a deadline.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.journal import Journal
from tests.system.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.close()


def strangers(machine: Machine) -> int:
    return (machine.state / "tictac.log").read_text().count("bet at the book that is not ours")


def test_a_copy_made_while_it_bets_takes_the_journals_place_and_nothing_is_placed_before_resume(
    machine: Machine,
) -> None:
    machine.run()
    machine.until_placed(3)
    copied = machine.ask("backup", str(machine.folder / "copy"))
    machine.until_placed(3, "bets that the copy does not know")
    machine.kill_9_parent()
    known = {one.key for one in Journal(machine.folder / "copy").entries()}
    assert Journal(machine.folder / "copy").verify() == copied["entries"]

    told = machine.ask("restore", str(machine.folder / "copy"), "--reason", "lost")
    assert told["entries"] == copied["entries"]
    assert told["entries_before"] > copied["entries"]
    placed = len(machine.placements())
    machine.run()
    machine.until(lambda: "ready" in machine.printed(), "the start")
    assert "the kill gate is closed (journal restored: lost)" in machine.printed()
    machine.until(lambda: strangers(machine), "what the copy does not know, in the log")
    assert len(machine.placements()) == placed
    machine.ask("resume", "--reason", "compared with the book's list")
    machine.until_placed(1, "a bet of the restored journal")
    machine.end()
    references = [reference for reference, _ in machine.placements()]
    assert len(references) == len(set(references))
    ours = {order.id for order in machine.ledger().bets()}
    assert {order for order in known if order in ours}, "the bets of the copy are ours again"
    assert machine.ledger().journal.verify() > copied["entries"]


def test_a_journal_that_cannot_be_read_is_put_aside_and_a_new_one_begins_with_the_gate_closed(
    machine: Machine,
) -> None:
    machine.run()
    machine.until_placed(3)
    machine.kill_9_parent()
    placed = len(machine.placements())
    for path in machine.state.glob("journal.sqlite*"):
        path.write_bytes(b"rubbish" * 2_000)
    machine.run()
    assert machine.process is not None
    assert machine.process.wait(20) == 1
    for cure in ("tictac restore FILE --reason", "tictac quarantine --reason"):
        assert cure in machine.printed()

    aside = machine.ask("quarantine", "--reason", "cannot be read")["quarantine"]
    assert (machine.state / aside / "journal.sqlite").read_bytes().startswith(b"rubbish")
    machine.run()
    machine.until(lambda: strangers(machine), "the bets of the old journal, in the log")
    accounts = machine.until(lambda: machine.ask("status")["accounts"], "the account, in status")
    assert accounts["ao"]["foreign_stakes"] > "0"
    machine.end()
    assert len(machine.placements()) == placed


def test_an_older_copy_that_was_only_copied_back_does_not_start(machine: Machine) -> None:
    machine.run()
    machine.until_placed(1)
    machine.ask("backup", str(machine.folder / "copy"))
    machine.until_placed(2)
    machine.end()
    shutil.copy(machine.folder / "copy", machine.state / "journal.sqlite")
    machine.run()
    assert machine.process is not None
    assert machine.process.wait(20) == 1
    assert "the last ones are lost" in machine.printed()
    assert "tictac restore FILE --reason" in machine.printed()
