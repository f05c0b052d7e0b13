"""`tictac new-strategy`: write a strategy that runs, and its test, for people to go on from."""

import importlib.util
import keyword
import re
from pathlib import Path

import click

from actors.cli.options import config_option
from runtime.errors import OurError

SOURCES = Path(__file__).resolve().parent.parent / "strategies"
CLASS, MODULE = "Starter", "actors.strategies.starter"


@click.command("new-strategy")
@click.argument("name")
@config_option
def new_strategy(name: str, config: Path | None) -> None:
    """Write NAME.py and test_NAME.py beside the configuration, and say how to use them.

    Without --config they go into the current folder. What is there already is left as it is.
    """
    module = name.replace("-", "_")
    folder = Path() if config is None else config.parent
    _check_name(name, module)
    _check_free(folder, module)
    class_name = "".join(word.capitalize() for word in module.split("_"))
    written = {
        folder / f"{module}.py": _made("starter.py", module, class_name),
        folder / f"test_{module}.py": _made("starter_test.py", module, class_name),
    }
    for path, text in written.items():
        _write(path, text)
    click.echo(_said(module, class_name, [str(path) for path in written]))


def _check_name(name: str, module: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", module) or keyword.iskeyword(module):
        raise OurError(f"{name!r} is no name for a module: take one such as my_idea")


def _check_free(folder: Path, module: str) -> None:
    for path in (folder / f"{module}.py", folder / f"test_{module}.py"):
        if path.exists() or path.is_symlink():
            raise OurError(f"{path} is there already and is left as it is; take another name")
    if module == "tictac" or importlib.util.find_spec(module) is not None:
        raise OurError(f"Python has a module {module} already: take another name")


def _made(source: str, module: str, class_name: str) -> str:
    text = (SOURCES / source).read_text(encoding="utf-8")
    return text.replace(MODULE, module).replace(CLASS, class_name)


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:  # never over what came in the meantime
            file.write(text)
    except OSError as error:
        raise OurError(f"{path} cannot be written: {error.strerror}") from None


def _said(module: str, class_name: str, paths: list[str]) -> str:
    return f"""wrote {" and ".join(paths)}

Name it in config.yaml:

strategies:
  {module}:
    use: {module}:{class_name}
    parameters:
      above: 4.0
      stake: 500       # in cents

and among the strategies of a market:

markets:
  football-today:
    strategies: [{module}]

Then `tictac check` and `tictac run`; `pytest {paths[-1]}` runs its test."""
