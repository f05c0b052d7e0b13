"""The runtime's own messages, between hosts, supervisors and the actors they keep."""

from runtime.codec import Message, Overflow
from runtime.limits import Finite


def is_the_hosts(kind: type[Message]) -> bool:
    """Tell whether a host says it for its actors, such as of their birth and death."""
    return kind.__module__ == __name__


class Stop(Message, frozen=True):
    """Finish: handle nothing more, run `on_stop`, leave."""

    control = True
    local = True


class Ready(Message, frozen=True):
    """A child has started: `on_start` is through and what it recorded is durable."""

    control = True
    local = True

    address: str
    incarnation: int


class Exited(Message, frozen=True):
    """A child is gone. `failure` is empty when it left of its own will or was told to.

    It is `excused` when the disk refused the journal: no fault of the child, and it passes.
    """

    control = True
    local = True

    address: str
    incarnation: int
    failure: str = ""
    excused: bool = False


class Wedged(Message, frozen=True):
    """A child is in a turn, or has work and begins none, for `seconds` already."""

    control = True
    local = True

    address: str
    incarnation: int
    seconds: Finite


class StartExpired(Message, frozen=True):
    """A child did not say READY in time."""

    control = True
    local = True

    address: str
    incarnation: int


class StopExpired(Message, frozen=True):
    """A child did not leave in time."""

    control = True
    local = True

    address: str
    incarnation: int


class RestartDue(Message, frozen=True):
    """The backoff of at least one child is over."""

    control = True
    local = True


class Wanted(Message, frozen=True):
    """Letters wait for addresses that this supervisor is to bring to life."""

    local = True
    overflow = Overflow.CONFLATE


class Refused(Message, frozen=True):
    """The mailbox at `to` had no room for a message of this kind; the newest such news only."""

    control = True
    overflow = Overflow.CONFLATE

    message: str
    to: str
    reason: str


class Held(Message, frozen=True):
    """The place in a mailbox of a message that its senders hold back and may still replace."""

    local = True

    of: str
    sender: str


class HeldControl(Held, frozen=True):
    """The same, for one that overtakes data."""

    control = True
