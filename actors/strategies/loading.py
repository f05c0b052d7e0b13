"""Make every strategy of a configuration, before anything starts."""

import sys
from pathlib import Path

from actors.settings import Settings
from actors.strategies import Strategy, load
from runtime.errors import ConfigurationError


def load_all(settings: Settings, config: Path) -> dict[str, Strategy]:
    """Make every strategy; modules beside the configuration or in this folder are found.

    Raises ConfigurationError with every fault.
    """
    find_modules(config)
    made, faults = {}, []
    for name, strategy in settings.strategies.items():
        try:
            made[name] = load(f"strategies.{name}", strategy.use, strategy.parameters)
        except ConfigurationError as error:
            faults += error.faults
    if faults:
        raise ConfigurationError(faults)
    return made


def find_modules(config: Path) -> None:
    """Let modules beside the configuration and in this folder be imported."""
    for folder in (str(Path.cwd()), str(config.resolve().parent)):
        if folder not in sys.path:
            sys.path.insert(0, folder)
