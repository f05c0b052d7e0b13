"""The child's end of the two pipes to its parent: one to live by, one to say that it works."""

import contextlib
import os
import signal
import threading
from collections.abc import MutableMapping

LIFELINE = "TICTAC_LIFELINE"
READY = "TICTAC_READY"
STOP = b"s"
SAID_READY = b"ready\n"
BEAT = b"."
ORPHANED = 75


def hold_lifeline(environment: MutableMapping[str, str] = os.environ) -> bool:
    """End this process when its parent dies, and stop it by SIGTERM when the parent asks.

    Call it first thing, from the main thread. Returns False when nobody holds the other end, as
    when the process was started by hand.
    """
    # Taken out, so that processes started from here do not hold a line that is not theirs.
    descriptor = environment.pop(LIFELINE, None)
    if descriptor is None:
        return False
    line = int(descriptor)
    os.set_inheritable(line, False)
    # Ctrl-C reaches everyone at the terminal; the order of stopping is the parent's to choose.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(line,), name="lifeline", daemon=True).start()
    return True


class Heartbeat:
    """Tells the parent, if there is one, that this process works and not only exists."""

    def __init__(self, pipe: int | None) -> None:
        self._pipe = pipe
        self._proof = 0

    def beat(self, proof: int) -> None:
        """Beat if `proof`, a count of work done elsewhere in this process, has moved on.

        Call it in a loop of the main thread, with what a thread that could hang counts. It never
        waits.
        """
        if proof != self._proof:
            self._proof = proof
            self.say(BEAT)

    def say(self, what: bytes) -> None:
        """Write to the parent, unless it is gone or has not read for long."""
        if self._pipe is not None:
            # A full pipe: a parent that was stopped finds more beats there than it needs. A broken
            # one: the lifeline sees to that.
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                os.write(self._pipe, what)


def announce_ready(environment: MutableMapping[str, str] = os.environ) -> Heartbeat:
    """Tell the parent, if there is one, that this process now does its work.

    From then on the parent expects the heartbeat that is returned.
    """
    descriptor = environment.pop(READY, None)
    heartbeat = Heartbeat(None if descriptor is None else int(descriptor))
    if descriptor is not None:
        os.set_inheritable(int(descriptor), False)
        os.set_blocking(int(descriptor), False)
        heartbeat.say(SAID_READY)
    return heartbeat


def _watch(line: int) -> None:
    while True:
        heard = os.read(line, 1)
        if heard == STOP:
            os.kill(os.getpid(), signal.SIGTERM)
        elif not heard:
            # Nothing may delay this: a child without a parent could place bets nobody watches.
            os._exit(ORPHANED)
