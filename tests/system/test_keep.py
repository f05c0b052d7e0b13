"""A journal is copied beside real processes that bet, lost, put back and put aside.

Judged by the bookmaker's own file. Every wait has a deadline.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.orders import OrderState
from actors.paper.bets import PENDING
from runtime.journal import Journal
from tests.system.machine import SLOW, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.close()


@pytest.fixture
def slow_machine(tmp_path: Path) -> Iterator[Machine]:
    """So slow that bets outlive a start and some commands, on a busy machine too.

    Bets on the next day would outlive the test: its first match ends after two minutes.
    """
    machine = Machine(tmp_path, SLOW // 2, only_today=True)
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


@pytest.mark.timeout(180)
def test_the_open_bets_of_a_lost_journal_are_adopted_over_http_and_the_run_ends_equal(
    slow_machine: Machine,
) -> None:
    machine = slow_machine
    machine.run()
    machine.until_placed(12)
    machine.kill_9_parent()
    machine.ask("quarantine", "--reason", "the disk was replaced")
    machine.run()
    machine.until(lambda: strangers(machine), "the bets of the lost journal, in the log")
    machine.until(lambda: machine.ask("status")["accounts"], "the account, in status")
    machine.until(lambda: all_confirmed(machine), "the book's word on every bet")
    told = machine.ask("adopt", "ao", "--reason", "they are ours")
    taken = {bet["order"] for bet in told["bets"] if bet["becomes"] == "adopted"}
    assert len(taken) == len(told["bets"]) > 0
    assert machine.ask("adopt", "ao", "--reason", "again")["bets"] == []
    machine.kill_9("core")
    machine.until(lambda: machine.term() == 2, "the second term")
    settled = machine.until(lambda: adopted(machine, "settled"), "the end of one of them", 90.0)
    explain(machine)
    assert machine.end() == 0
    assert ": equal" in machine.printed()
    assert taken == adopted(machine, "accepted", "settled", "void")
    assert settled <= adopted(machine, "settled")
    assert {order.id for order in machine.ledger().bets()} == taken
    ends = machine.bets()
    for order in machine.ledger().orders({OrderState.SETTLED}):
        assert order.pnl == ends[order.reference][1]


def all_confirmed(machine: Machine) -> bool:
    """A bet that the book has not yet taken is left, and adopted once it runs."""
    return all(status != PENDING for status, _ in machine.bets().values())


def adopted(machine: Machine, *states: str) -> set[str]:
    orders = machine.ledger().everything()
    return {order.id for order in orders if order.adopted and order.state in states}


def explain(machine: Machine) -> None:
    """Explain what bets brought that were settled before they could be adopted."""
    account = machine.until(lambda: machine.ask("status")["accounts"].get("ao"), "the account")
    if account["difference"] != "0.00":
        amount = account["difference"]
        machine.ask("adjust", "ao", "--amount", amount, "--reason", "settled before")
