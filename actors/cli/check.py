"""`tictac check`: validate a configuration without starting anything."""

from pathlib import Path

import click

from actors.cli.options import answer, config_option, find_config, json_option
from actors.settings import load
from actors.strategies.loading import load_all


@click.command()
@config_option
@json_option
def check(config: Path | None, as_json: bool) -> None:
    """Say what is wrong with a configuration, or that nothing is."""
    path = find_config(config)
    settings = load(path)
    load_all(settings, path)
    body = {
        "config": str(path),
        "mode": settings.mode.value,
        "accounts": sorted(settings.accounts),
        "markets": sorted(settings.markets),
        "strategies": sorted(settings.strategies),
    }
    answer(body, as_json, lambda: f"{path} is good: mode {settings.mode.value}")
