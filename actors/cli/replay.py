"""`tictac replay`: what the Markets of a configuration want of recorded prices."""

from pathlib import Path
from typing import Any

import click

from actors.cli.options import answer, config_option, find_config, json_option, state_option
from actors.settings import load
from actors.state_folder import StateFolder
from actors.strategies.loading import load_all
from actors.trial import trial
from runtime.tape import read_all, recording

SHOWN = 5


@click.command()
@config_option
@state_option
@json_option
@click.option("--recording", "number", type=int, default=0, help="Its number; else the newest.")
def replay(config: Path | None, state: StateFolder, as_json: bool, number: int) -> None:
    """Let the strategies live a recording again; nothing is placed.

    With another configuration than the one of the recording, it shows what that changes.
    """
    path = find_config(config)
    settings = load(path)
    load_all(settings, path)
    found = trial(read_all(recording(state.recording, "core", number)), settings)
    answer(found, as_json, lambda: "\n".join(_lines(found)))


def _lines(found: dict[str, Any]) -> list[str]:
    lines = []
    for name, market in found["markets"].items():
        same = ", the same to the byte" if market["same"] else ""
        lines.append(f"market {name}: {market['then']} signals then, {market['now']} now{same}")
        for key, word in (("only_then", "then"), ("only_now", "now")):
            signals = market[key]
            lines += [f"  only {word}  {signal}" for signal in signals[:SHOWN]]
            if len(signals) > SHOWN:
                lines.append(f"  only {word}  and {len(signals) - SHOWN} more")
    if found["lost"]:
        lines.append(f"the recording lacks {found['lost']} records")
    return lines
