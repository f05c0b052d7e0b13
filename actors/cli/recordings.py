"""`tictac recordings`: what was recorded, and all of it as Parquet."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from actors.cli.options import answer, json_option, state_option
from actors.recording import parquet
from actors.recording.contents import Summary, messages, prices, span, summary
from actors.recording.price_table import COLUMNS, EVENT_COLUMNS
from actors.state_folder import StateFolder
from runtime.errors import OurError
from runtime.tape import recordings as found_in

NODE = "core"
PRICE_COLUMNS = (*COLUMNS, *EVENT_COLUMNS)
MESSAGE_COLUMNS = ("at", "what", "to", "from", "kind", "message")
day_type = click.DateTime(["%Y-%m-%d"])


@click.group(invoke_without_command=True)
@state_option
@json_option
@click.pass_context
def recordings(context: click.Context, state: StateFolder, as_json: bool) -> None:
    """List what `tictac run --record` has recorded, the oldest first."""
    if context.invoked_subcommand is None:
        found = [summary(*one) for one in found_in(state.recording, NODE).items()]
        answer(msgspec.to_builtins(found), as_json, lambda: "\n".join(_lines(found)))


@recordings.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--from", "first", type=day_type, help="The first day, of UTC.")
@click.option("--to", "last", type=day_type, help="The last day, of UTC; it is included.")
@state_option
@json_option
def export(
    folder: Path,
    first: datetime | None,
    last: datetime | None,
    state: StateFolder,
    as_json: bool,
) -> None:
    """Write all recorded prices and messages into FOLDER: prices.parquet, messages.parquet."""
    parquet.check_installed()
    files = [path for one in found_in(state.recording, NODE).values() for path in one]
    if not files:
        raise OurError(f"{state.recording} has no recording: `tictac run --record` makes one")
    within = span(first and first.date(), last and last.date())
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OurError(f"{folder}: {error.strerror}") from None
    body = {}
    for name, columns, rows in (
        ("prices", PRICE_COLUMNS, prices),
        ("messages", MESSAGE_COLUMNS, messages),
    ):
        told = rows(_shown(files, name), within)
        body[name] = parquet.write(folder / f"{name}.parquet", columns, told)
    answer(
        {"folder": str(folder), **body},
        as_json,
        lambda: f"{folder}: {body['prices']:,} prices, {body['messages']:,} messages",
    )


def _shown(files: list[Path], label: str) -> Iterator[Path]:
    """Yield files; on a terminal, with a bar that shows how many are left."""
    seen = sys.stderr.isatty()
    bar: Any = (
        click.progressbar(files, label=label, file=sys.stderr) if seen else nullcontext(files)
    )
    with bar as paths:
        yield from paths


def _lines(found: Iterable[Summary]) -> Iterator[str]:
    for one in found:
        began, ended = (
            datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
            for at in (one.began, one.ended)
        )
        files = "1 file" if one.files == 1 else f"{one.files} files"
        lost = f", {one.lost:,} records lost" if one.lost else ""
        yield (
            f"{one.number}: {began} to {ended} UTC, {one.prices:,} prices, {one.records:,} records,"
            f" {one.bytes / 1e6:,.1f} MB in {files}{lost}"
        )
