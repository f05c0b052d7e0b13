"""A bet at the book and the states it goes through."""

import msgspec

SENDING, PENDING, RUNNING, REJECTED, VOID = "Sending", "Pending", "Running", "Rejected", "Void"
SETTLED = ("Won", "Half won", "Stake returned", "Half lost", "Lost")
FINAL = (*SETTLED, REJECTED, VOID)

# Sending is what a pending bet is called while it is in transit: see `shown_status`.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    PENDING: (RUNNING, REJECTED),
    RUNNING: (*SETTLED, VOID),
}

# GetBetHistorySummary writes codes instead of words.
HISTORY_CODES = dict.fromkeys(SETTLED, "2") | {REJECTED: "8", VOID: "V"}

BET_TYPES = {
    ("H", "HomeOdds"): "HDP Home",
    ("H", "AwayOdds"): "HDP Away",
    ("O", "OverOdds"): "Over",
    ("O", "UnderOdds"): "Under",
    ("X", "HomeOdds"): "1",
    ("X", "DrawOdds"): "X",
    ("X", "AwayOdds"): "2",
}
GAME_TYPES = {"H": "Handicap", "O": "Over/Under", "X": "1X2"}
# Place of each side in a book's prices: 1X2 is home, away, draw.
PRICE_ORDER = {
    "H": ("HomeOdds", "AwayOdds"),
    "O": ("OverOdds", "UnderOdds"),
    "X": ("HomeOdds", "AwayOdds", "DrawOdds"),
}


class Bet(msgspec.Struct, frozen=True):
    """One ticket at one book. Money in minor units, prices in thousandths, moments in ms UTC.

    `asked` is the price wanted, `price` the one got (the same until the bet is accepted);
    `line` the home handicap or the goal line in hundredths.
    """

    id: int
    user: str
    reference: str
    internal_reference: str
    fixture: int
    game_id: int
    game_type: str
    odds_name: str
    line: int
    book: str
    currency: str
    stake: int
    asked: int
    price: int
    accept_changed: bool
    placed_ms: int
    shown_ms: int
    due_ms: int
    ends_ms: int
    status: str = PENDING
    message: str = ""
    pnl: int = 0
    final_ms: int | None = None

    @property
    def final(self) -> bool:
        return self.status in FINAL

    def shown_status(self, now_ms: int) -> str:
        """Return the word the lists show."""
        return SENDING if self.status == PENDING and now_ms < self.shown_ms else self.status

    def to(self, status: str, at_ms: int, message: str = "", price: int = 0, pnl: int = 0) -> "Bet":
        """Return the bet in its next state. Raises ValueError for a step the table lacks."""
        if status not in TRANSITIONS.get(self.status, ()):
            raise ValueError(f"bet {self.id} cannot go from {self.status} to {status}")
        return msgspec.structs.replace(
            self,
            status=status,
            message=message,
            price=price or self.price,
            pnl=pnl,
            final_ms=at_ms if status in FINAL else None,
        )


class Placement(msgspec.Struct, frozen=True):
    """One PlaceBet request as it was received, and what became of it: the book's own log."""

    received_ms: int
    user: str
    reference: str
    game_id: str
    game_type: str
    odds_name: str
    bookie_odds: str
    odds_format: str
    amount: str
    accept_changed: str
    code: int
    outcome: str
