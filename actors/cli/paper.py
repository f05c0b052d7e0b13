"""`tictac paper`: the paper bookmaker alone, for people's own clients."""

import os
from pathlib import Path

import click

from actors.paper import PaperSettings, serve
from actors.state_folder import StateFolder
from actors.units import money
from runtime.errors import OurError

STANDALONE_BOOK = "paper-alone.sqlite"
"""Another file than the one `run` keeps: two bookmakers never share an account."""


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8088, show_default=True)
@click.option("--user", default="paper", show_default=True)
@click.option("--password", default="paper", show_default=True)
@click.option(
    "--speed",
    type=click.IntRange(1, 3600),
    default=1,
    show_default=True,
    help="How many times faster than in life matches run.",
)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--balance", default="10000.00", show_default=True)
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the account in this directory; in memory unless given.",
)
def paper(
    port: int, user: str, password: str, speed: int, seed: int, balance: str, state: Path | None
) -> int:
    """Serve an AsianOdds Web API on 127.0.0.1 with recorded matches and paper money.

    Recorded prices are two points in time; the path between them, and the minutes of the
    goals, are made from the seed.
    """
    try:
        deposit = money(balance)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--balance") from None
    if state is not None:
        os.umask(0o077)
        StateFolder(state).prepare()
    settings = PaperSettings(
        port=port,
        user=user,
        password=password,
        speed=speed,
        seed=seed,
        balance=deposit,
        state_path=None if state is None else str(state / STANDALONE_BOOK),
    )
    click.echo(f"http://127.0.0.1:{port}/AsianOddsService (stop it with Ctrl-C)")
    try:
        serve(settings)
    except OSError as error:
        raise OurError(f"--port {port}: {error.strerror}") from None
    return 0
