"""HTTP connections that look once more between the connection and the first byte.

To connect may take seconds; what was allowed before may not be allowed then.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter

LastLook = Callable[[], None]
"""Raises what is to end the call."""

next_look: ContextVar[LastLook | None] = ContextVar("next_look", default=None)
"""What to call before the next byte that leaves this thread."""


class LookingHTTPConnection(urllib3.connection.HTTPConnection):
    """A plain connection that looks."""

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # as `send` would, but before the look
        _look()
        super().send(data)


class LookingHTTPSConnection(urllib3.connection.HTTPSConnection):
    """A TLS connection that looks."""

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        _look()
        super().send(data)


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = LookingHTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = LookingHTTPSConnection


class LookingAdapter(HTTPAdapter):
    """Carry calls of requests over connections that look, without a retry."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


def _look() -> None:
    look = next_look.get()
    if look is not None:
        next_look.set(None)
        look()
