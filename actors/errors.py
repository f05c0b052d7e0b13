"""Whose fault it is: ours (`runtime.errors.OurError`), the book's, or not known.

The class decides what may be done next, so nothing here is caught by its parent's name
where money moves: only `NotSentError` and a clear refusal say that no bet can exist.
"""

from runtime.errors import OurError, TictacError


class BookError(TictacError):
    """The bookmaker answered, and the answer is a failure."""


class LoginRefusedError(BookError):
    """The bookmaker does not accept these credentials."""


class SessionLostError(BookError):
    """The token is no longer good: HTTP 401/403, code -4, or -1 "not logged in"."""


class ThrottledError(BookError):
    """Asked too often (HTTP 429, code -810 or -8): nothing was done, come back later."""


class QuotaSpentError(BookError):
    """The credits are spent, or only the reserve is left: nothing more is asked for a while."""


class MalformedAnswerError(BookError):
    """The answer cannot be read; it never overwrites good state."""


class BookRefusedError(BookError):
    """The bookmaker said no, for certain, with a code and a text."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class NotSentError(TictacError):
    """No byte of the request can have reached the book (connection refused)."""


class UnknownOutcomeError(TictacError):
    """The request may have taken effect: time-out, cut connection, 5xx, unreadable answer."""


class IllegalTransitionError(OurError):
    """An order cannot go from its state to the one asked for; nothing was changed."""
