"""Which kinds of message there are, in a program that has loaded everything."""

from runtime.codec import Message, registered

PROGRAM = ("runtime.", "actors.")


def of_the_program() -> list[type[Message]]:
    """Return the kinds that the program itself defines, by name."""
    known = sorted(registered().items())
    return [kind for _, kind in known if kind.__module__.startswith(PROGRAM)]
