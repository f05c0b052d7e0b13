"""Which stages the wishes of a strategy go through, as `strategies.NAME.stages` says it.

Every stage but freshness is off until it is named.
"""

from typing import Annotated, Literal

import msgspec

from actors.odds.margin import Method
from actors.units import Amount
from runtime.configuration import Seconds

LONGEST_WINDOW = 600.0
"""Seconds of prices that are kept at most; see `history`."""

Window = Annotated[Seconds, msgspec.Meta(gt=0, le=LONGEST_WINDOW)]
PerCent = Annotated[float, msgspec.Meta(gt=0, le=100)]


class Liquidity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The book takes `least` or more; `unknown`: what to do where it does not say."""

    least: Amount
    unknown: Literal["pass", "refuse"] = "pass"


class Movement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wished price has not gone further than `most` per cent within the window."""

    window: Window
    most: PerCent


class Volatility(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The steps of the wished price within the window come to at most `most` per cent."""

    window: Window
    most: PerCent


class Density(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How close signals may follow each other: on a selection, on an event, and how many."""

    again_after: Seconds = Seconds(0.0)
    cooldown: Seconds = Seconds(0.0)
    most_per_event: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None


class Consensus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Books that are believed, how many of them must be there, and how far they may differ."""

    books: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    at_least: Annotated[int, msgspec.Meta(ge=1)] = 1
    spread: PerCent | None = None
    method: Method = "shin"

    def __post_init__(self) -> None:
        if self.at_least > len(set(self.books)):
            raise ValueError(f"at_least is {self.at_least} and books has {len(set(self.books))}")


class Stages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field for each stage, in the order in which they are asked. Edge in per cent."""

    freshness: Annotated[Seconds, msgspec.Meta(gt=0)] | None = None
    liquidity: Liquidity | None = None
    movement: Movement | None = None
    volatility: Volatility | None = None
    density: Density | None = None
    consensus: Consensus | None = None
    edge: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    confirmation: Annotated[Seconds, msgspec.Meta(gt=0, le=LONGEST_WINDOW)] | None = None

    def __post_init__(self) -> None:
        if self.edge is not None and self.consensus is None:
            raise ValueError("edge needs consensus: against whose prices?")

    @property
    def looks_back(self) -> float:
        """Return how many seconds of prices these stages need."""
        windows = (self.movement, self.volatility)
        return max((stage.window for stage in windows if stage is not None), default=0.0)
