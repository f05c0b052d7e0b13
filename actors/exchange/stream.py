"""A line of a recorded exchange stream: what it may hold, decoded strictly.

Betfair adds keys to its objects without notice, so a key that is not known here is read over
everywhere. What is known must have its type and lie in its range, or the whole line is refused.
`spb`, `spl` (amounts at the starting price) and `batb`, `bdatb` (best offers by level) are among
what is read over.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

Odds = Annotated[float, msgspec.Meta(gt=1, le=1000)]
Size = Annotated[float, msgspec.Meta(ge=0, le=1e12)]
Handicap = Annotated[float, msgspec.Meta(ge=-10_000, le=10_000)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Count = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
Identity = Annotated[int, msgspec.Meta(ge=0)]
Level = tuple[Odds, Size]
StartingPrice = float | str
"""A number, or the words NaN and Infinity while there is none."""

MarketStatus = Literal["INACTIVE", "OPEN", "SUSPENDED", "CLOSED"]
RunnerStatus = Literal["ACTIVE", "WINNER", "LOSER", "PLACED", "REMOVED", "REMOVED_VACANT", "HIDDEN"]


class RunnerDefinition(msgspec.Struct, frozen=True, rename="camel"):
    """A runner as the market's definition states it. Adjustment factor in per cent.

    Sort priority is its place as the exchange shows the runners, from 1; 0 when it says none.
    """

    id: Identity
    status: RunnerStatus
    hc: Handicap = 0.0
    name: str = ""
    sort_priority: Count = 0
    adjustment_factor: Percent | None = None
    bsp: StartingPrice | None = None


class LadderDefinition(msgspec.Struct, frozen=True):
    """Which price steps hold: CLASSIC, FINEST or LINE_RANGE."""

    type: str


class MarketDefinition(msgspec.Struct, frozen=True, rename="camel"):
    """The state of a market. Bet delay in seconds, base rate of commission in per cent."""

    status: MarketStatus
    in_play: bool
    bet_delay: Count
    version: Identity
    runners: list[RunnerDefinition]
    betting_type: str = "ODDS"
    market_type: str = ""
    number_of_winners: Count = 0
    market_base_rate: Percent = 5.0
    price_ladder_definition: LadderDefinition | None = None
    event_id: str = ""
    event_type_id: str = ""
    event_name: str = ""
    name: str = ""
    market_time: str = ""
    regulators: list[str] = []

    @property
    def off(self) -> int:
        """Return the announced start in ms since 1970 UTC; 0 when it says none."""
        try:
            moment = datetime.fromisoformat(self.market_time)
        except ValueError:
            return 0
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)


class RunnerChange(msgspec.Struct, frozen=True, gc=False):
    """What changed of a runner. A size of 0 takes the level away."""

    id: Identity
    hc: Handicap = 0.0
    atb: list[Level] | None = None
    atl: list[Level] | None = None
    trd: list[Level] | None = None
    ltp: Odds | None = None
    tv: Size | None = None
    spn: StartingPrice | None = None
    spf: StartingPrice | None = None


class MarketChange(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What changed of a market; with `img` it is the whole and replaces what was known.

    `con` tells that several changes were put together on the way.
    """

    id: Name
    rc: list[RunnerChange] = []
    img: bool = False
    con: bool = False
    market_definition: MarketDefinition | None = None


class Line(msgspec.Struct, frozen=True, gc=False):
    """All changes of one moment, `pt` ms since 1970 UTC. A status of 503 says: this is late."""

    op: Literal["mcm"]
    pt: Identity
    mc: list[MarketChange] = []
    status: int | None = None


_decoder = msgspec.json.Decoder(Line)

decode = _decoder.decode
"""Make a Line of bytes. Raises msgspec.DecodeError, which ValidationError is one of."""

decode_lines = _decoder.decode_lines
"""Make a list of Lines of bytes; what is wrong with one is wrong with all of them."""
