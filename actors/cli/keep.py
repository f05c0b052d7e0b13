"""`tictac backup`, `restore` and `quarantine`: keep the journal, put a copy back, begin anew."""

from pathlib import Path

import click

from actors.cli.options import answer, json_option, state_option
from actors.state_folder import StateFolder
from runtime.errors import OurError
from runtime.journal_anchor import Anchor
from runtime.journal_chain import NOTHING
from runtime.journal_copy import back_up
from runtime.journal_files import anchor_of


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@state_option
@json_option
def backup(file: Path, state: StateFolder, as_json: bool) -> None:
    """Copy the journal into FILE, also while it is written, and check the copy."""
    if not state.journal.exists():
        raise OurError(f"{state.path} has no journal: `tictac run` makes one; or give --state")
    known = Anchor(anchor_of(state.journal)).read() or NOTHING
    head = back_up(state.journal, known, file)
    body = {"file": str(file), "entries": head.sequence, "head": head.hash.hex()}
    answer(body, as_json, lambda: f"{file}: {head.sequence} entries, head {head.hash.hex()}")
