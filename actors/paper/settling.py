"""What a bet pays, from the book's side. Written apart from the client's arithmetic on purpose.

Two implementations that agree are worth more than one that both sides share: reconciliation
can find a mistake in either.
"""

HALF_STAKES = {2: "Won", 1: "Half won", 0: "Stake returned", -1: "Half lost", -2: "Lost"}


def half_stakes(game_type: str, odds_name: str, line: int, home: int, away: int) -> int:
    """Count the half-stakes that win less those that lose: 2 won, 1 half won, 0 returned...

    `line` is the home handicap or the goal line in hundredths. Raises ValueError for a side
    the market does not have.
    """
    side = odds_name.lower().removesuffix("odds")
    if game_type == "X" and side in ("home", "draw", "away"):
        happened = "home" if home > away else "away" if away > home else "draw"
        return 2 if side == happened else -2
    if game_type == "H" and side in ("home", "away"):
        ahead = 100 * (home - away) + line
        return _both_halves(ahead if side == "home" else -ahead)
    if game_type == "O" and side in ("over", "under"):
        over = 100 * (home + away) - line
        return _both_halves(over if side == "over" else -over)
    raise ValueError(f"no side {odds_name!r} in market {game_type!r}")


def profit(stake: int, price: int, halves: int) -> int:
    """Return the profit in minor units, rounded half-even; negative for a loss."""
    if halves > 0:
        return _half_even(stake * (price - 1000) * halves, 2000)
    return -_half_even(stake * -halves, 2)


def _both_halves(margin: int) -> int:
    """Settle a margin in hundredths: a quarter line is two half-stakes 0.25 either side."""
    parts = (margin - 25, margin + 25) if margin % 50 else (margin, margin)
    return sum((part > 0) - (part < 0) for part in parts)


def _half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    if 2 * rest == denominator:
        return whole + whole % 2
    return whole + (2 * rest > denominator)
