"""Ask a running core over the bus, with a deadline."""

import getpass
import os
import socket

from actors.messages import Command, Reply
from actors.state_folder import StateFolder
from actors.units import Millis
from runtime.bus import ask
from runtime.clock import SystemClock
from runtime.codec import decode_one, encode
from runtime.errors import OurError
from runtime.identity import UniqueIdentity

ANSWER_WITHIN = 5.0


def core_listens(state: StateFolder) -> bool:
    """Tell whether a core has the bus open: a dead one's socket file refuses."""
    if not state.path.is_dir():
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(state.bus_address().removeprefix("ipc://"))
        except OSError:
            return False
    return True


def command(
    state: StateFolder, name: str, arguments: dict[str, str], within: float = ANSWER_WITHIN
) -> Reply:
    """Let a running core carry out a command, and return its answer. Raises OurError.

    `within`: how many seconds the core has to begin, and to answer.
    """
    now = SystemClock().now()
    asked = Command(UniqueIdentity().new("c"), name, Millis(now + int(within * 1000)), arguments)
    nobody = OurError(f"no core runs on {state.path}: start `tictac run`, or give --state")
    if not core_listens(state):
        raise nobody
    frame = ask(state.bus_address(), encode(asked, "control", ""), within)
    if frame is None:
        raise nobody
    reply = decode_one(frame).message
    if not isinstance(reply, Reply) or reply.id != asked.id:
        raise OurError("the core answered something else")
    return reply


def operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
