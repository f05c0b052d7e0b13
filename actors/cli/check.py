"""`tictac check`: validate a configuration, and the journal if there is one; start nothing."""

from pathlib import Path

import click

from actors.cli.keep import count_sound_entries
from actors.cli.options import answer, config_option, find_config, json_option, state_option
from actors.settings import load
from actors.state_folder import StateFolder
from actors.strategies.loading import load_all


@click.command()
@config_option
@state_option
@json_option
def check(config: Path | None, state: StateFolder, as_json: bool) -> None:
    """Say what is wrong with a configuration or with the journal, or that nothing is."""
    path = find_config(config)
    settings = load(path)
    load_all(settings, path)
    entries = count_sound_entries(state, projections=True)
    body = {
        "config": str(path),
        "mode": settings.mode.value,
        "accounts": sorted(settings.accounts),
        "markets": sorted(settings.markets),
        "strategies": sorted(settings.strategies),
        "journal_entries": entries,
    }
    text = f"{path} is good: mode {settings.mode.value}"
    if entries is not None:
        text += f"\n{state.journal} is unbroken: {entries} entries"
    answer(body, as_json, lambda: text)
