"""The end of a process, which no thread can hold back."""

import contextlib
import faulthandler
import itertools
import os
import sys
import threading
import traceback
from collections.abc import Collection
from types import FrameType
from typing import NoReturn

STUCK = 1
"""The exit code of a process that could not end in order. Python's watchdog knows no other."""
PLACES = 8


def end_within(seconds: float) -> None:
    """End this process with STUCK when it has not ended by itself in time.

    It works by a thread without Python in it, so locks and the interpreter cannot stop it.
    """
    # Where the threads stand would go to a pipe that perhaps nobody reads; ending is what counts.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    faulthandler.dump_traceback_later(seconds, file=nowhere, exit=True)


def standing(threads: Collection[str]) -> list[str]:
    """Return where the threads of these names stand, from the innermost place outwards.

    Those that stand in one place share a line: most will wait for messages.
    """
    frames = sys._current_frames()
    names: dict[str, list[str]] = {}
    for thread in threading.enumerate():
        if thread.name in threads and thread.ident in frames:
            names.setdefault(_places(frames[thread.ident]), []).append(thread.name)
    return [f"{', '.join(who)}: {places}" for places, who in names.items()]


def _places(frame: FrameType) -> str:
    innermost = itertools.islice(traceback.walk_stack(frame), PLACES)
    return ", called by ".join(
        f"{place.f_code.co_name} ({os.path.basename(place.f_code.co_filename)}:{line})"
        for place, line in innermost
    )


def end_now(code: int) -> NoReturn:
    """End this process with this code, whatever its threads do.

    The interpreter's own end would wait for those that are no daemons, and for ZeroMQ's.
    """
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)
