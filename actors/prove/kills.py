"""Kill activations under full load: how long after the gate gets it does the last bet leave?"""

import contextlib
import errno
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from actors.gate import KillGate
from actors.nodes import close_at_signal
from actors.prove.load import Load
from runtime.chance import seeded
from runtime.errors import OurError

AT_MOST = 0.25
"""Seconds after the node gets the kill in which the last placement must have begun."""

LOADED_WITHIN = 10.0
WAYS = ("command", "file", "signal", "command on a full disk", "signal on a full disk")


def kills(
    activations: int, seed: int = 1, tell: Callable[[int], object] = lambda _: None
) -> dict[str, Any]:
    """Close the gate so often, under full load, and measure when the last bet left.

    From the main thread, since one of the ways is a signal.
    """
    chance = seeded(seed)
    slowest, violations = 0.0, []
    ways = dict.fromkeys(WAYS, 0)
    with tempfile.TemporaryDirectory() as folder:
        load = Load(Path(folder))
        before = signal.getsignal(signal.SIGUSR1)
        close_at_signal(load.gate)
        try:
            for number in range(activations):
                load.fill()
                _until_it_places(load)
                way = chance.choice(WAYS)
                ways[way] += 1
                last = _seconds_to_the_last(load, way)
                slowest = max(slowest, last)
                if last > AT_MOST:
                    violations.append(f"activation {number}, {way}: a bet left {last:.3f} s later")
                load.gate.open()
                tell(1)
        finally:
            signal.signal(signal.SIGUSR1, before)
            load.close()
    return {
        "activations": activations,
        "placements": len(load.seen.placed),
        "slowest_seconds": round(slowest, 4),
        "ways": ways,
        "violations": violations,
    }


def _until_it_places(load: Load) -> None:
    before, pause = len(load.seen.placed), threading.Event()
    limit = load.seen.clock.monotonic() + LOADED_WITHIN
    while len(load.seen.placed) < before + 3:
        if load.seen.clock.monotonic() > limit:
            raise OurError("the load does not place: the proof would prove nothing")
        pause.wait(0.001)


def _seconds_to_the_last(load: Load, way: str) -> float:
    """Close the gate, and return how long after it the last placement began; 0 for none."""
    begun = load.seen.clock.monotonic()
    _close(load.gate, way)
    threading.Event().wait(AT_MOST + 0.05)
    return max(0.0, *(at - begun for at in load.seen.placed[-64:]))


def _close(gate: KillGate, way: str) -> None:
    """Close it as an operator would; the gate of a command is not the core's own object."""
    with _full_disk() if "full disk" in way else contextlib.nullcontext():
        match way.partition(" ")[0]:
            case "command":
                with contextlib.suppress(OSError):
                    KillGate(gate.path.parent).close("proof", "proof", 0)
            case "file":
                gate.path.touch()
            case "signal":
                os.kill(os.getpid(), signal.SIGUSR1)
                threading.Event().wait(0.001)  # it is handled by this thread, here at the latest


@contextlib.contextmanager
def _full_disk() -> Iterator[None]:
    """Let this thread open no file for writing and write nothing, as on a full disk."""
    opened, written, here = os.open, os.pwrite, threading.get_ident()

    def no_room(*arguments: Any, **options: Any) -> int:
        if threading.get_ident() != here:
            return opened(*arguments, **options)
        if not arguments[1] & os.O_WRONLY:
            return opened(*arguments, **options)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def nothing_more(*arguments: Any) -> int:
        if threading.get_ident() != here:
            return written(*arguments)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    os.open, os.pwrite = no_room, nothing_more
    try:
        yield
    finally:
        os.open, os.pwrite = opened, written
