"""Whether a journal's projections still are what its entries say."""

from contextlib import closing
from itertools import zip_longest

import pysqlite3.dbapi2 as sqlite

from runtime.errors import JournalError
from runtime.journal import Journal


def check_projections(journal: Journal, place: object) -> None:
    """Make each projection anew from the entries and compare it with the one that is there.

    The chain covers the entries alone. Raises JournalError that names the place and the table.
    """
    with closing(sqlite.connect(":memory:", isolation_level=None)) as anew:
        for projection in journal.projections:
            anew.executescript(projection.schema)
        for written in journal.entries():
            for projection in journal.projections:
                projection.apply(anew, written)
        tables = anew.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (table,) in tables:
            query = f'SELECT * FROM "{table}" ORDER BY rowid'
            pairs = zip_longest(anew.execute(query), journal.connection.execute(query))
            if any(wanted != found for wanted, found in pairs):
                raise JournalError(f"{place}: {table} does not follow from the entries")
