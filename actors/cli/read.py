"""`tictac bets` and `tictac why`: read the journal, also while nothing runs."""

import io
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from actors.bet_text import bet_row, story, story_lines
from actors.cli.options import answer, json_option, state_option
from actors.ledger import Ledger, open_journal
from actors.state_folder import StateFolder
from actors.units import money_text
from runtime.errors import OurError


def ledger_of(state: StateFolder) -> Ledger:
    """Open the ledger of a state directory. Raises OurError where there is none."""
    if not state.journal.exists():
        raise OurError(f"{state.path} has no journal: `tictac run` makes one; or give --state")
    return Ledger(open_journal(state.path))


@click.command()
@state_option
@json_option
@click.option("--all", "everything", is_flag=True, help="Also what never left the machine.")
def bets(state: StateFolder, as_json: bool, everything: bool) -> None:
    """List the bets, oldest first."""
    ledger = ledger_of(state)
    rows = [bet_row(order) for order in (ledger.everything() if everything else ledger.bets())]
    answer(rows, as_json, lambda: _table(rows))


@click.command()
@click.argument("bet")
@state_option
@json_option
def why(bet: str, state: StateFolder, as_json: bool) -> None:
    """Explain a bet: prices, edge, controls, attempts, the book's answer, settlement."""
    ledger = ledger_of(state)
    order = ledger.order(bet)
    if order is None:
        raise OurError(f"no single bet goes by {bet}: `tictac bets --all` lists them")
    found = story(order, list(ledger.journal.entries(order.id)))
    answer(found, as_json, lambda: "\n".join(story_lines(found)))


def bets_table(state: StateFolder) -> str:
    """Return the table of all bets."""
    return _table([bet_row(order) for order in ledger_of(state).bets()])


def summary(state: StateFolder) -> tuple[str, bool]:
    """Compare our profit and loss with the bookmaker's own account, to the cent.

    What an operator has explained (`tictac adjust`) is no difference.
    """
    equal = True
    ledger = ledger_of(state)
    placed = ledger.bets()
    settled = [order for order in placed if order.pnl is not None]
    adopted = sum(order.adopted for order in placed)
    lines = [
        f"{len(placed) - adopted} bets sent, "
        + (f"{adopted} adopted, " if adopted else "")
        + f"{len(settled)} settled,"
        f" profit and loss {money_text(ledger.profit())}"
    ]
    for account in sorted({order.account for order in placed}):
        entries = list(ledger.journal.entries(f"account/{account}"))
        opened = [entry.body["opening"] for entry in entries if entry.kind == "account.opened"]
        closed = [entry.body for entry in entries if entry.kind == "account.closed"]
        explained = sum(e.body["amount"] for e in entries if e.kind == "account.adjusted")
        if opened and closed:
            total = closed[-1]["credit"] + closed[-1]["outstanding"]
            brought = total - opened[0] - explained
            same = brought == ledger.profit(account)
            equal = equal and same
            verdict = "equal" if same else "DIFFERENT"
            moved = f" of which {money_text(explained)} is explained," if explained else ""
            lines.append(
                f"the bookmaker's account {account}: {money_text(opened[0])} then,"
                f" {money_text(total)} now,{moved} that is {money_text(brought)}: {verdict}"
            )
    return "\n".join(lines), equal


def _table(rows: list[dict[str, Any]]) -> str:
    table = Table(box=None, pad_edge=False)
    for name in ("id", "event", "bet", "book"):
        table.add_column(name)
    for name in ("price", "stake", "pnl"):
        table.add_column(name, justify="right")
    table.add_column("status")
    for row in rows:
        table.add_row(
            row["id"][-8:],
            row["event"],
            f"{row['market']} {row['text']}",
            row["book"],
            row["price"],
            row["stake"],
            row["pnl"] or "",
            row["status"],
        )
    console = Console(width=110, record=True, file=io.StringIO())
    console.print(table)
    lines = console.export_text().rstrip().splitlines()
    return "\n".join(line.rstrip() for line in lines) if rows else "no bets"
