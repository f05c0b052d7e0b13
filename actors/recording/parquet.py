"""Recorded prices and messages as Parquet files, which pandas, polars, DuckDB and others read.

Prices and lines are numbers as people write them, stakes in the currency of the account, times
are times. Needs pyarrow, which nothing else here does.
"""

import itertools
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from runtime.errors import OurError

AT_A_TIME = 50_000
"""Rows in memory at once."""

SCALE = {"price": 1000, "line": 100, "max_stake": 100}
TIMES = ("at", "start", "source_time", "received_time")
WHOLE = ("record",)


def check_installed() -> None:
    """Raise OurError, with the cure, where pyarrow is missing."""
    if find_spec("pyarrow") is None:
        raise OurError("Parquet needs pyarrow: python -m pip install 'tictac[parquet]'")


def write(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> int:
    """Write rows to one Parquet file and return how many there were.

    The file appears when it is whole. Raises OurError where it cannot be written.
    """
    import pyarrow
    import pyarrow.parquet

    schema = pyarrow.schema([(name, _type(pyarrow, name)) for name in columns])
    unfinished = path.with_name(path.name + ".unfinished")
    written = 0
    try:
        with pyarrow.parquet.ParquetWriter(unfinished, schema, compression="zstd") as writer:
            for batch in _batches(rows):
                made = {name: [_value(name, row[name]) for row in batch] for name in columns}
                writer.write_table(pyarrow.table(made, schema))
                written += len(batch)
        unfinished.replace(path)
    except OSError as error:
        raise OurError(f"{path}: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return written


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    while batch := list(itertools.islice(left, AT_A_TIME)):
        yield batch


def _type(pyarrow: Any, name: str) -> Any:
    if name in SCALE:
        return pyarrow.float64()
    if name in TIMES:
        return pyarrow.timestamp("ms", "UTC")
    return pyarrow.int64() if name in WHOLE else pyarrow.string()


def _value(name: str, value: Any) -> Any:
    if value is not None and name in SCALE:
        return value / SCALE[name]
    return value
