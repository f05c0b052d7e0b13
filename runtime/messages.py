"""The runtime's own messages, between hosts, supervisors and the actors they keep."""

from runtime.codec import Message


class Stop(Message, frozen=True):
    """Finish: handle nothing more, run `on_stop`, leave."""

    control = True


class Ready(Message, frozen=True):
    """A child has started: `on_start` is through and what it recorded is durable."""

    control = True

    address: str
    incarnation: int


class Exited(Message, frozen=True):
    """A child is gone. `failure` is empty when it left of its own will or was told to."""

    control = True

    address: str
    incarnation: int
    failure: str = ""


class StartExpired(Message, frozen=True):
    """A child did not say READY in time."""

    control = True

    address: str
    incarnation: int


class StopExpired(Message, frozen=True):
    """A child did not leave in time."""

    control = True

    address: str
    incarnation: int


class RestartDue(Message, frozen=True):
    """The backoff of at least one child is over."""

    control = True


class Wanted(Message, frozen=True):
    """Frames wait for an address that this supervisor is to bring to life."""

    address: str
