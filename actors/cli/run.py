"""`tictac run`: a small parent that starts, watches and restarts its children."""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from actors import nodes
from actors.cli.keep import count_sound_entries
from actors.cli.options import Duration, config_option, find_config, state_option
from actors.cli.read import bets_table, summary
from actors.gate import KillGate
from actors.settings import Mode, load
from actors.state_folder import StateFolder
from actors.strategies.loading import load_all
from runtime.ending import end_now
from runtime.identity import UniqueIdentity
from runtime.logs import configure
from runtime.processes import ChildProcess, Processes

Node = Callable[[Path, StateFolder, int, str], int]
NODES: dict[str, Node] = {
    "core": nodes.run_core,
    "feed": nodes.run_feed,
    "paper": nodes.run_paper,
}


@click.command()
@config_option
@state_option
@click.option("--for", "lasting", type=Duration(), help="Stop after this time, such as 90s.")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), help="Overrides mode.")
@click.option("--record", is_flag=True, help="Record the core's messages, for `tictac replay`.")
def run(
    config: Path | None, state: StateFolder, lasting: float | None, mode: str | None, record: bool
) -> int:
    """Bet until told to stop: paper money unless the configuration says otherwise."""
    path = find_config(config)
    settings = load(path, mode=mode)
    load_all(settings, path)
    os.umask(0o077)
    state.prepare()
    with state.locked():
        configure(state.log, "info", "run", errors_to=sys.stderr)
        children = _children(settings.mode, path, state, record)
        click.echo(f"tictac runs in mode {settings.mode.value}, state in {state.path}")
        count_sound_entries(state, settle=True)
        gate = KillGate(state.path)
        gate.prepare()
        if gate.closed():
            click.echo(f"the kill gate is closed ({gate.why().get('reason') or 'no reason'}):")
            click.echo("nothing is placed until `tictac resume --reason ...`")
        processes = Processes(children, on_ready=lambda: click.echo("ready"))
        nodes.close_at_signal(gate)
        with processes.stopping_on_signals():
            code = processes.run(lasting=lasting)
        if code:
            click.echo(f"tictac: a process failed too often; see {state.log}", err=True)
        if not state.journal.exists():
            return code or 1
        text, equal = summary(state)
        click.echo(bets_table(state))
        click.echo(text)
    return code if equal else 1


def _children(mode: Mode, config: Path, state: StateFolder, record: bool) -> list[ChildProcess]:
    port = _free_port() if mode is Mode.PAPER else 0
    secret = {nodes.PAPER_PASSWORD: UniqueIdentity().new("paper")}
    names = ["paper", "core", "feed"] if mode is Mode.PAPER else ["core", "feed"]
    return [
        ChildProcess(
            name,
            [
                *(sys.executable, "-m", "actors.cli", "node", name),
                *("--config", str(config.resolve()), "--state", str(state.path.resolve())),
                *("--mode", mode.value, "--port", str(port)),
                *(["--record"] if record and name == "core" else []),
            ],
            env=secret,
            ready_deadline=60.0,
            stop_deadline=30.0,
        )
        for name in names
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@click.command(hidden=True)
@click.argument("name", type=click.Choice(sorted(NODES)))
@click.option("--config", type=click.Path(path_type=Path), required=True)
@click.option("--mode", required=True)
@click.option("--port", type=int, required=True)
@click.option("--record", is_flag=True)
@state_option
def node(
    name: str, config: Path, mode: str, port: int, record: bool, state: StateFolder
) -> NoReturn:
    """Be one of the children of `run`."""
    if record:
        end_now(nodes.run_core(config, state, port, mode, record=True))
    end_now(NODES[name](config, state, port, mode))
