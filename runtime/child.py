"""One incarnation of a child process, and the pipes that tie it to its parent."""

import contextlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from runtime.lifeline import LIFELINE, READY, SAID_READY, STOP

WHOLE_PIPE = 65_536
"""What a pipe holds, in bytes."""


@dataclass(frozen=True)
class ChildProcess:
    """How to start one child; `env` is added to the parent's. Deadlines in seconds.

    A child that is ready and has not beaten for `beat_deadline` is killed; 0 is for one that never
    beats.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready_deadline: float = 30.0
    beat_deadline: float = 30.0
    stop_deadline: float = 10.0


class Running(Protocol):
    """A child that was started."""

    @property
    def pid(self) -> int: ...

    def exit_code(self) -> int | None:
        """Return None while it runs; afterwards its exit code, negative for a signal."""

    def is_ready(self) -> bool:
        """Tell whether it has said that it is ready."""

    def has_beaten(self) -> bool:
        """Tell whether a child that is ready has beaten since this was last asked."""

    def ask_to_stop(self, *, heard: bool) -> None:
        """Ask it to stop; `heard` says whether it already listens to its lifeline."""

    def kill(self) -> None:
        """End it at once, and return when it has ended."""

    def close(self) -> None:
        """Close the pipes to it; a child that still runs ends."""


def spawn(child: ChildProcess) -> Running:
    """Start the child with a lifeline and a pipe to say ready and to beat in.

    Raises OSError when the program cannot be started.
    """
    with contextlib.ExitStack() as undo:
        line, lifeline = _pipe(undo)
        ready, said = _pipe(undo)
        process = subprocess.Popen(
            list(child.argv),
            env={**os.environ, **child.env, LIFELINE: str(line), READY: str(said)},
            stdin=subprocess.DEVNULL,
            pass_fds=(line, said),
        )
        undo.pop_all()
    # The child's ends: were they open here too, neither side would ever see the other's end.
    os.close(line)
    os.close(said)
    os.set_blocking(ready, False)
    os.set_blocking(lifeline, False)
    return _Spawned(process, lifeline, ready)


class _Spawned:
    def __init__(self, process: subprocess.Popen[bytes], lifeline: int, ready: int) -> None:
        self._process = process
        self._lifeline = lifeline
        self._ready = ready
        self._said = b""

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        return self._process.poll()

    def is_ready(self) -> bool:
        self._said += self._heard()
        return self._said.startswith(SAID_READY)

    def has_beaten(self) -> bool:
        return self._heard() != b""

    def ask_to_stop(self, *, heard: bool) -> None:
        if not heard:
            self._process.terminate()
            return
        with contextlib.suppress(BrokenPipeError, BlockingIOError):
            os.write(self._lifeline, STOP)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        os.close(self._lifeline)
        os.close(self._ready)

    def _heard(self) -> bytes:
        """Return all that the pipe holds; beats of long ago must not pass for ones of now."""
        try:
            return os.read(self._ready, WHOLE_PIPE)
        except BlockingIOError:
            return b""


def _pipe(undo: contextlib.ExitStack) -> tuple[int, int]:
    ends = os.pipe()
    for end in ends:
        undo.callback(os.close, end)
    return ends
