"""What an actor's own loop notes of its work: the heartbeat, and the figures for operators."""


class Work:
    """Turns and the time they took; written by one thread, read by any.

    Times are seconds of the monotonic clock. `began` is None while no turn is under way.
    """

    __slots__ = ("began", "born", "busy", "last", "slow", "turns")

    def __init__(self, now: float) -> None:
        self.turns = 0
        self.slow = 0  # rows of turns that held others up
        self.busy = 0.0
        self.began: float | None = None
        self.born = self.last = now

    def begin(self, now: float) -> None:
        """A turn, or a row of them, begins."""
        self.began = now

    def end(self, now: float, turns: int = 1) -> None:
        """It has ended."""
        if self.began is not None:
            self.busy += now - self.began
        self.turns += turns
        self.last = now
        self.began = None

    def busy_by(self, now: float) -> float:
        """Return the seconds of work so far, those of a turn under way included."""
        busy, began = self.busy, self.began  # in this order no turn is counted twice
        return busy if began is None else busy + max(0.0, now - began)
