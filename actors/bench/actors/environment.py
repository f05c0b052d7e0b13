"""An environment of the benchmark's own for the libraries that Tictac itself does not need."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from runtime.errors import OurError

REQUIREMENTS = ("pykka>=4.4.2,<5", "thespian>=4.0.1,<5", "xoscar>=0.12,<1", "uvloop>=0.21,<1")
LIMIT_SECONDS = 300
ROOT = Path(__file__).resolve().parents[3]


class BenchEnvironmentError(OurError):
    """The environment of the benchmark could not be made."""


def prepare(
    folder: Path, say: Callable[[str], None], requirements: tuple[str, ...] = REQUIREMENTS
) -> Path:
    """Return the interpreter of the environment in `folder`, made when it is not there.

    Raises BenchEnvironmentError.
    """
    python, stamp = folder / "bin" / "python", folder / "installed"
    wanted = "\n".join([sys.version, *requirements])
    if not (python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted):
        say(f"preparing {folder} with {', '.join(requirements)} (once, about a minute) ...")
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
        _run(str(python), *pip, "--no-cache-dir", *requirements)
        stamp.write_text(wanted, encoding="utf-8")
    # Behind its own packages in the path, so that what is installed beside us does not win.
    for packages in folder.glob("lib/python*/site-packages"):
        (packages / "tictac.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    return python


def _run(*command: str) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BenchEnvironmentError(f"its environment cannot be installed: {error}") from None
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "pip says nothing").splitlines()
        errors = [line for line in lines if line.startswith("ERROR")] or lines
        raise BenchEnvironmentError(f"its environment cannot be installed: {errors[-1]}")
