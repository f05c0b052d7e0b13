"""The id port: names for orders, commands and messages that are made once and stored."""

import itertools
import secrets
import uuid
from typing import Protocol


class Identity(Protocol):
    """Make ids that nobody made before."""

    def new(self, prefix: str) -> str:
        """Return `<prefix>-<unique>`, at most 36 characters for prefixes up to 11."""


class UniqueIdentity:
    """Ids that are unique over machines and restarts."""

    def new(self, prefix: str) -> str:
        return f"{prefix}-{uuid.uuid4().hex[:24]}"


def secret_key() -> bytes:
    """Return 32 bytes that nobody can guess."""
    return secrets.token_bytes(32)


class CountedIdentity:
    """Ids that repeat with the run, for the simulation and for tests."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}-{next(self._numbers):06d}"
