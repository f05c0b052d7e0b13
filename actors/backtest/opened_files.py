"""Which files of a folder Python opens meanwhile, whoever does it; its own sources do not count."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCES = frozenset({".py", ".pyc"})
"""A strategy may lie beside the data; to import it is to open it."""

_watched: list[tuple[Path, list[str]]] = []
_hooked: list[bool] = []


@contextmanager
def opened_files(data: Path) -> Iterator[list[str]]:
    """Note which files of the data are opened by Python's own means meanwhile."""
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_hear)  # there is no way to take one away
    found: list[str] = []
    _watched.append((data.resolve(), found))
    try:
        yield found
    finally:
        _watched.pop()


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or not _watched:
        return
    name = arguments[0]
    if isinstance(name, bytes):
        name = name.decode(errors="replace")
    if isinstance(name, str):
        data, found = _watched[-1]
        path = Path(name).resolve()
        if path.is_relative_to(data) and path.suffix not in SOURCES:
            found.append(str(path))
