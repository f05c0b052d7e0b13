"""The child's end of the two pipes to its parent: one to live by, one to say that it is ready."""

import os
import signal
import threading
from collections.abc import MutableMapping

LIFELINE = "TICTAC_LIFELINE"
READY = "TICTAC_READY"
STOP = b"s"
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


def announce_ready(environment: MutableMapping[str, str] = os.environ) -> None:
    """Tell the parent, if there is one, that this process now does its work."""
    descriptor = environment.pop(READY, None)
    if descriptor is None:
        return
    try:
        os.write(int(descriptor), b"ready\n")
    except BrokenPipeError:
        return  # The parent is gone; the lifeline sees to that.
    finally:
        os.close(int(descriptor))


def _watch(line: int) -> None:
    while True:
        heard = os.read(line, 1)
        if heard == STOP:
            os.kill(os.getpid(), signal.SIGTERM)
        elif not heard:
            # Nothing may delay this: a child without a parent could place bets nobody watches.
            os._exit(ORPHANED)
