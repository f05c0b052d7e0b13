"""The commands. Exit codes: 0 done, 1 failed, 2 bad usage or configuration."""

import sys

import click

from actors.cli import (
    adopt,
    backtest,
    bench,
    check,
    fixtures,
    keep,
    new_strategy,
    operate,
    paper,
    read,
    recordings,
    replay,
    run,
    simulate,
    steer,
    view,
)
from runtime.errors import ConfigurationError, TictacError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tictac")
def cli() -> None:
    """Tictac: supervised actors that watch odds, find value and place bets."""


for command in (
    run.run,
    run.node,
    operate.status,
    view.tree,
    view.metrics,
    operate.kill,
    operate.resume,
    operate.arm,
    steer.limits,
    steer.pause,
    steer.resolve,
    steer.adjust,
    adopt.adopt,
    read.bets,
    read.why,
    paper.paper,
    check.check,
    new_strategy.new_strategy,
    keep.backup,
    keep.restore,
    keep.quarantine,
    fixtures.fixtures,
    recordings.recordings,
    replay.replay,
    backtest.backtest,
    simulate.simulate,
    bench.bench,
):
    cli.add_command(command)


def main() -> None:
    """Run a command; a fault is told in words, not in a traceback."""
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = 1
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except ConfigurationError as error:
        for fault in error.faults:
            click.echo(f"config: {fault}", err=True)
        code = 2
    except TictacError as error:
        click.echo(f"tictac: {error}", err=True)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
