"""Options that several commands share, and where the configuration is looked for."""

import json
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from actors.state_folder import StateFolder
from runtime.configuration import seconds
from runtime.errors import ConfigurationError

F = TypeVar("F", bound=Callable[..., Any])


class Duration(click.ParamType[float]):
    """A time such as 90s or 8h, in seconds."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return seconds; fails with the allowed form."""
        try:
            return seconds(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time; allowed: 30s, 15m, 8h", param, ctx)


class _State(click.ParamType[StateFolder]):
    name = "dir"

    def convert(
        self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None
    ) -> StateFolder:
        return value if isinstance(value, StateFolder) else StateFolder(Path(value))


def state_option(command: F) -> F:
    """Add --state."""
    return click.option(
        "--state", default="var", show_default=True, type=_State(), help="The state directory."
    )(command)


def json_option(command: F) -> F:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(command)


def config_option(command: F) -> F:
    """Add --config."""
    return click.option(
        "--config",
        "config",
        type=click.Path(path_type=Path, dir_okay=False),
        help="The configuration; else ./config.yaml, else the one that ships.",
    )(command)


def find_config(given: Path | None) -> Path:
    """Return the configuration to use. Raises ConfigurationError when there is none."""
    if given is not None:
        return given
    beside = Path(__file__).resolve().parents[2] / "config.yaml"
    shipped = Path(sysconfig.get_path("data")) / "share" / "tictac" / "config.yaml"
    for path in (Path("config.yaml"), beside, shipped):
        if path.is_file():
            return path
    raise ConfigurationError(["no config.yaml here and none that ships; give one by --config"])


def answer(body: Any, as_json: bool, text: Callable[[], str]) -> None:
    """Print an answer for programs or for people."""
    click.echo(json.dumps(body, indent=2, ensure_ascii=False) if as_json else text())
