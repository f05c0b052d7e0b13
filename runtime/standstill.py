"""What is forbidden where time stands still: to wait for the world outside, or to start a thread.

In a simulation an actor that waits would wait for ever, or for a moment that no seed decides.
"""

import select
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from runtime.errors import OurError

_WAYS: tuple[tuple[Any, str], ...] = (
    (time, "sleep"),
    (threading.Condition, "wait"),  # Event.wait and queues come by here
    (threading.Thread, "start"),
    (threading.Thread, "join"),
    (select, "select"),
    (socket.socket, "connect"),
    (socket.socket, "accept"),
    (subprocess.Popen, "__init__"),
)


class BlockedError(OurError):
    """An actor would have waited where time stands still."""


class Standstill:
    """Forbid it in the thread that made this, inside the `with`; other threads may go on.

    Entered again while it is in force it does nothing more.
    """

    def __init__(self) -> None:
        here = threading.get_ident()
        self._guards = [
            (owner, name, _forbidding(getattr(owner, name), f"{owner.__name__}.{name}", here))
            for owner, name in _WAYS
        ]
        self._before: list[Any] = []
        self._depth = 0

    def __enter__(self) -> None:
        self._depth += 1
        if self._depth > 1:
            return
        self._before = [vars(owner).get(name) for owner, name in _WAYS]
        for owner, name, guard in self._guards:
            setattr(owner, name, guard)

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._depth -= 1
        if self._depth:
            return
        for (owner, name), before in zip(_WAYS, self._before, strict=True):
            if before is None:  # it was inherited
                delattr(owner, name)
            else:
                setattr(owner, name, before)


def _forbidding(allowed: Callable[..., Any], name: str, here: int) -> Callable[..., Any]:
    def guarded(*arguments: Any, **options: Any) -> Any:
        if threading.get_ident() == here:
            raise BlockedError(f"{name} in a simulation: an actor may not wait for the outside")
        return allowed(*arguments, **options)

    return guarded
