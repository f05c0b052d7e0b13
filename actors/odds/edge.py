"""What a price is worth against what is thought of the chances."""

import msgspec


class Chances(msgspec.Struct, frozen=True):
    """Probabilities of the five results of an Asian bet; they sum to 1."""

    won: float
    half_won: float = 0.0
    push: float = 0.0
    half_lost: float = 0.0
    lost: float = 0.0


def expected_value(price: int, probability: float) -> float:
    """Return the expected profit per unit staked: probability x decimal odds - 1.

    Price in thousandths. For a quarter line take the two-way probability with the margin
    out, which values the line as if it could only be won or lost.
    """
    return probability * price / 1000 - 1


def edge_against(price: int, fair_price: int) -> float:
    """Return the expected profit per unit of a price against a fair one, both thousandths."""
    return price / fair_price - 1


def expected_value_of(price: int, chances: Chances) -> float:
    """Return the expected profit per unit when halves and pushes can happen."""
    return (
        (chances.won + chances.half_won / 2) * (price / 1000 - 1)
        - chances.lost
        - chances.half_lost / 2
    )


def fair_odds(chances: Chances) -> float:
    """Return the decimal odds at which the expected profit is zero.

    Raises ValueError when nothing can be won.
    """
    winning = chances.won + chances.half_won / 2
    if winning <= 0:
        raise ValueError("no price is fair for what cannot win")
    return 1 + (chances.lost + chances.half_lost / 2) / winning
