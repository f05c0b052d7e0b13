"""The results so far: how far below its best the profit is, and how many losses came in a row."""

from dataclasses import dataclass


@dataclass
class Results:
    """Follow settled bets in their order. Money in minor units, times in ms since 1970 UTC."""

    profit: int = 0
    best: int = 0
    losses_in_a_row: int = 0
    last_loss_at: int = 0

    def add(self, pnl: int, at: int) -> None:
        """Count one settled bet; one that returned its stake neither makes nor breaks a streak."""
        self.profit += pnl
        self.best = max(self.best, self.profit)
        if pnl < 0:
            self.losses_in_a_row += 1
            self.last_loss_at = at
        elif pnl > 0:
            self.losses_in_a_row = 0

    @property
    def drawdown(self) -> int:
        """Return how much less than at its best the settled profit is."""
        return self.best - self.profit
