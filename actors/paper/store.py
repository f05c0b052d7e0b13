"""The bookmaker's memory on disk: written before the answer leaves, so a kill loses no bet.

One SQLite file in WAL mode with synchronous=FULL. The balance is not stored: it follows from
the deposit and the bets.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
import pysqlite3.dbapi2 as sqlite

from actors.paper.bets import Bet, Placement

LAYOUT = 1


class Mapping(msgspec.Struct, frozen=True):
    """What the programme is a function of, with the deposit in minor units."""

    origin_ms: int
    speed: int
    seed: int
    deposit: int


class Store:
    """Keep one bookmaker. Raises sqlite Error when the file cannot be used, ValueError when
    its layout is of another version."""

    def __init__(self, path: str) -> None:
        self._file = sqlite.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=FULL")
        self._file.execute("PRAGMA busy_timeout=5000")
        layout = self._file.execute("PRAGMA user_version").fetchone()[0]
        if layout not in (0, LAYOUT):
            raise ValueError(f"{path} has layout {layout}, this bookmaker writes {LAYOUT}")
        self._file.execute("BEGIN IMMEDIATE")
        self._file.execute(_table("bets", Bet, "PRIMARY KEY (id)"))
        self._file.execute(_table("placements", Placement))
        self._file.execute(_table("mapping", Mapping))
        self._file.execute(f"PRAGMA user_version={LAYOUT}")
        self._file.execute("COMMIT")

    def mapping(self, default: Mapping) -> Mapping:
        """Return the mapping of this file, writing the default one into a new file."""
        names = ",".join(Mapping.__struct_fields__)
        row = self._file.execute(f"SELECT {names} FROM mapping").fetchone()
        if row is not None:
            return Mapping(*row)
        self._save([("mapping", default)])
        return default

    def bets(self) -> list[Bet]:
        """Return every bet in its last state, oldest first."""
        return self._read(Bet, "bets ORDER BY id")

    def placements(self) -> list[Placement]:
        """Return every PlaceBet request received, oldest first."""
        return self._read(Placement, "placements ORDER BY rowid")

    def save(self, changes: Iterable[object]) -> None:
        """Write bets and placements in one transaction, on the disk when this returns."""
        rows = [("bets" if isinstance(item, Bet) else "placements", item) for item in changes]
        if rows:
            self._save(rows)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _save(self, rows: list[tuple[str, Any]]) -> None:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            for table, item in rows:
                names = item.__struct_fields__
                marks = ",".join("?" * len(names))
                self._file.execute(
                    f"INSERT OR REPLACE INTO {table} ({','.join(names)}) VALUES ({marks})",
                    [getattr(item, name) for name in names],
                )
            self._file.execute("COMMIT")
        except BaseException:
            if self._file.in_transaction:  # a disk that is full has ended it already
                self._file.execute("ROLLBACK")
            raise

    def _read(self, kind: type[Any], source: str) -> list[Any]:
        names = kind.__struct_fields__
        found = self._file.execute(f"SELECT {','.join(names)} FROM {source}")
        # SQLite has no booleans: the lax mode reads 0 and 1 back.
        return [
            msgspec.convert(dict(zip(names, row, strict=True)), kind, strict=False) for row in found
        ]


def _table(name: str, kind: type[Any], more: str = "") -> str:
    columns = []
    for field in msgspec.structs.fields(kind):
        sort = "INTEGER" if field.type in (int, bool) or field.name == "final_ms" else "TEXT"
        columns.append(f"{field.name} {sort}")
    parts = ", ".join([*columns, *([more] if more else [])])
    return f"CREATE TABLE IF NOT EXISTS {name} ({parts}) STRICT"
