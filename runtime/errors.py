"""The root of the error tree, and what the runtime itself can raise."""

import traceback


class TictacError(Exception):
    """Anything that Tictac raises on purpose."""


class OurError(TictacError):
    """The fault is on our side: the code, the configuration, the machine."""


class ConfigurationError(OurError):
    """The configuration cannot be used; `faults` names each place and its cure."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class CodecError(OurError):
    """A frame is not a message: too large, unknown, or of the wrong shape."""


class JournalError(OurError):
    """The journal cannot be written or read; nothing of the turn has happened."""


class DiskRefusesError(JournalError):
    """The disk refuses the journal: it is full, failing or read-only.

    `undone` tells that nothing was written; without it nobody knows until the head was read back.
    """

    def __init__(self, words: str, undone: bool) -> None:
        super().__init__(words)
        self.undone = undone


class StaleWriterError(JournalError):
    """A newer incarnation of the writer exists; this one may not write."""


LONGEST_DESCRIPTION = 2_000


def described(error: BaseException) -> str:
    """Return an exception in words that fit into any message: UTF-8, and not too many."""
    try:
        text = "".join(traceback.format_exception_only(error)).strip()
    except Exception:  # noqa: BLE001 - its __str__ is somebody else's code, too
        text = type(error).__name__
    return text[:LONGEST_DESCRIPTION].encode("utf-8", "backslashreplace").decode()
