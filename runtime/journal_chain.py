"""The chain of a journal: each entry's hash covers the entry and all that came before it."""

import hashlib
from typing import Any, NamedTuple

import msgspec
import pysqlite3.dbapi2 as sqlite

from runtime.errors import JournalError

GENESIS = bytes(32)

COLUMNS = ("sequence", "at", "term", "writer", "pen", "kind", "key", "body", "hash")


class Head(NamedTuple):
    """The last entry of a journal: how many there are, and the hash over all of them."""

    sequence: int
    hash: bytes


NOTHING = Head(0, GENESIS)


def link(chain: bytes, row: tuple[Any, ...]) -> bytes:
    """Return the hash of an entry that follows this chain."""
    return hashlib.sha256(chain + msgspec.json.encode(row)).digest()


def head_of(connection: sqlite.Connection) -> Head:
    """Return the last entry, without looking at those before it."""
    row = connection.execute(
        "SELECT sequence, hash FROM entries ORDER BY sequence DESC LIMIT 1"
    ).fetchone()
    return Head(*row) if row else NOTHING


def verified(connection: sqlite.Connection, place: object, known: Head = NOTHING) -> Head:
    """Follow the whole chain and return its end, which may not come before the known head.

    Raises JournalError that names the place and the first entry that is wrong.
    """
    chain, expected = GENESIS, 0
    columns = ", ".join(COLUMNS)
    try:
        rows = connection.execute(f"SELECT {columns} FROM entries ORDER BY sequence")
        for row in rows:
            expected += 1
            chain = link(chain, tuple(row[:8]))
            if row[0] != expected or chain != row[8]:
                raise JournalError(f"{place}: entry {expected} is missing or was changed")
            if expected == known.sequence and chain != known.hash:
                raise JournalError(f"{place}: {another(known)}")
    except sqlite.Error as error:
        raise JournalError(f"{place}: {error}") from error
    if expected < known.sequence:
        raise JournalError(f"{place}: {cut_off(expected, known)}")
    return Head(expected, chain)


def check_head(connection: sqlite.Connection, place: object, known: Head) -> None:
    """Look up the known head alone. Raises JournalError when the journal lacks it."""
    if not known.sequence:
        return
    try:
        found = connection.execute(
            "SELECT hash FROM entries WHERE sequence = ?", (known.sequence,)
        ).fetchone()
        if found is None:
            raise JournalError(f"{place}: {cut_off(head_of(connection).sequence, known)}")
    except sqlite.Error as error:
        raise JournalError(f"{place}: {error}") from error
    if found[0] != known.hash:
        raise JournalError(f"{place}: {another(known)}")


def cut_off(found: int, known: Head) -> str:
    """Return in words that entries are gone from the end."""
    return f"ends at entry {found}, but {known.sequence} were written: the last ones are lost"


def another(known: Head) -> str:
    """Return in words that this is not the journal that was written here."""
    return f"entry {known.sequence} is not the one that was written: this is another journal"
