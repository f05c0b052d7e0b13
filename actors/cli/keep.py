"""`tictac backup`, `restore` and `quarantine`: keep the journal, put a copy back, begin anew."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from actors.cli.asking import operator
from actors.cli.options import answer, json_option, state_option
from actors.gate import KillGate
from actors.ledger import OrderTable, open_journal
from actors.state_folder import StateFolder
from runtime.clock import SystemClock
from runtime.errors import DiskRefusesError, JournalError, OurError
from runtime.journal import Entry, Journal
from runtime.journal_anchor import Anchor
from runtime.journal_chain import NOTHING
from runtime.journal_copy import back_up, seal, take_in
from runtime.journal_files import anchor_of, files_of
from runtime.journal_projection import check_projections
from runtime.journal_swap import Step, incoming_of, put_aside

CURES = (
    "put a copy back with `tictac restore FILE --reason ...`,"
    " or begin anew with `tictac quarantine --reason ...` (docs/recover.md)"
)

_GATE_CLOSED = (
    "the kill gate is closed: compare with the bookmaker's list, then `tictac resume --reason ...`"
)


def count_sound_entries(
    state: StateFolder, projections: bool = False, settle: bool = False
) -> int | None:
    """Check all of the journal and return how many entries it has; None where there never was one.

    `projections` makes the orders anew from the entries, too, to compare them.
    `settle` first brings to the disk what the last process may have left unsynced; nobody else may
    write. Raises JournalError that names the cures.
    """
    try:
        if not state.journal.exists():
            known = Anchor(state.head).read()
            if known is None:
                return None
            raise JournalError(f"{state.journal} is gone; it had {known.sequence} entries")
        journal = open_journal(state.path)
        if settle:
            journal.settle()
        count = journal.verify()
        if projections:
            check_projections(journal, state.journal)
    except DiskRefusesError:
        raise
    except JournalError as error:
        raise JournalError(f"{error}: {CURES}") from error
    return count


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@state_option
@json_option
def backup(file: Path, state: StateFolder, as_json: bool) -> None:
    """Copy the journal into FILE, also while it is written, and check the copy."""
    if not state.journal.exists():
        raise OurError(f"{state.path} has no journal: `tictac run` makes one; or give --state")
    head = back_up(state.journal, Anchor(state.head).read() or NOTHING, file)
    body = {"file": str(file), "entries": head.sequence, "head": head.hash.hex()}
    answer(body, as_json, lambda: f"{file}: {head.sequence} entries, head {head.hash.hex()}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--reason", required=True, help="Why, for the record.")
@state_option
@json_option
def restore(file: Path, reason: str, state: StateFolder, as_json: bool) -> None:
    """Put the copy FILE in the journal's place, with the kill gate closed; nothing may run."""
    state.prepare()
    with state.locked(), _disk_told():
        body = put_back(state, file, reason)
    lines = [
        f"restored: {body['entries']} entries of {file}, head {body['head']}",
        _lost(body["entries"], body["entries_before"]),
        *_aside_lines(body),
        _GATE_CLOSED,
    ]
    answer(body, as_json, lambda: "\n".join(line for line in lines if line))


def put_back(
    state: StateFolder, file: Path, reason: str, step: Step = lambda _name: None
) -> dict[str, Any]:
    """Check a copy, close the gate and swap the journals; the state directory is locked."""
    now, by = SystemClock().now(), operator()
    incoming, aside = incoming_of(state.journal), state.quarantine(now)
    there = any(path.exists() for path in files_of(state.journal))
    step("clear")
    _clear(incoming)
    try:
        step("take in")
        head = take_in(file, incoming)
        Anchor(anchor_of(incoming)).make(head, 0)
        journal = Journal(incoming, [OrderTable()])
        check_projections(journal, file)
        step("gate")
        _close_gate(state, f"journal restored: {reason}", by, now)
        body = {
            "file": str(file.resolve()),
            "entries": head.sequence,
            "head": head.hash.hex(),
            "entries_before": _known(state),
            "quarantine": str(aside.relative_to(state.path)) if there else None,
            "reason": reason,
            "by": by,
        }
        step("record")
        journal.begin_term(now)
        pen = journal.claim("operator")
        journal.append("operator", pen, [Entry("restored", "journal", body)], now)
        journal.close()
        step("seal")
        seal(incoming)
    except (JournalError, OSError):
        _clear(incoming)
        raise
    put_aside(state.journal, aside, replace=True, step=step)
    return body | {"trading": "killed"}


@click.command()
@click.option("--reason", required=True, help="Why, for the record.")
@state_option
@json_option
def quarantine(reason: str, state: StateFolder, as_json: bool) -> None:
    """Put the journal aside, with the kill gate closed, so that `run` begins a new one."""
    if not any(path.exists() for path in files_of(state.journal)):
        raise OurError(f"{state.path} has no journal: there is nothing to put aside")
    state.prepare()
    with state.locked(), _disk_told():
        now, by = SystemClock().now(), operator()
        _close_gate(state, f"journal put aside: {reason}", by, now)
        aside = state.quarantine(now)
        put_aside(state.journal, aside, replace=False)
    body = {
        "quarantine": str(aside.relative_to(state.path)),
        "reason": reason,
        "by": by,
        "trading": "killed",
    }
    lines = [
        *_aside_lines(body),
        "`tictac run` begins a new one. The open bets of the old one are strangers to it: they are"
        " reported as not ours, count as exposure, and are not settled here before you take them"
        " over with `tictac adopt ACCOUNT --reason ...` while it runs",
        _GATE_CLOSED,
    ]
    answer(body, as_json, lambda: "\n".join(lines))


@contextmanager
def _disk_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OurError(f"{error.filename or 'the disk'}: {error.strerror}") from error


def _known(state: StateFolder) -> int | None:
    """Return how many entries the present journal had, if that can be known."""
    with suppress(JournalError):
        known = Anchor(state.head).read()
        return known.sequence if known else None
    return None


def _clear(incoming: Path) -> None:
    for path in files_of(incoming):
        path.unlink(missing_ok=True)


def _close_gate(state: StateFolder, reason: str, by: str, now: int) -> None:
    gate = KillGate(state.path)
    earlier = gate.why().get("reason", "") if gate.closed() else ""
    gate.close(f"{reason}; closed before: {earlier}" if earlier else reason, by, now)


def _lost(entries: int, before: int | None) -> str:
    if before is None or before <= entries:
        return ""
    return (
        f"the journal had {before} entries: of the last {before - entries} nothing is known here,"
        " and bets among them are strangers: take the open ones over with"
        " `tictac adopt ACCOUNT --reason ...` while `run` runs"
    )


def _aside_lines(body: dict[str, Any]) -> list[str]:
    where = body["quarantine"]
    return [f"the journal that was here is in {where} of the state directory"] if where else []
