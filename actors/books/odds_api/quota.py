"""Credits of The Odds API: what a call costs is known before, and a reserve is kept. Pure."""

from collections.abc import Mapping

REMAINING = "x-requests-remaining"


class Quota:
    """What is left of a key's credits, as far as answers told."""

    def __init__(self, reserve: int) -> None:
        self._reserve = reserve
        self.remaining: int | None = None

    def note(self, headers: Mapping[str, str]) -> None:
        """Take the credits that an answer says are left; what is no number says nothing."""
        text = headers.get(REMAINING, "").partition(".")[0]
        if text.isascii() and text.isdigit() and len(text) <= 12:
            self.remaining = int(text)

    def spent(self) -> None:
        """Take that the book says there is nothing left."""
        self.remaining = 0

    def allows(self, cost: int) -> bool:
        """Tell whether a call may be made; never while it is not known what is left."""
        return self.remaining is not None and self.remaining - cost >= self._reserve

    def paid(self, cost: int) -> None:
        """Count a call until its answer says what is left: the answer may never come."""
        if self.remaining is not None:
            self.remaining = max(0, self.remaining - cost)
