"""How a match ended, from what its exchange markets paid.

The stream has no scores. A score agrees with a market when every runner it makes win has won: a
half-won line is a WINNER of the stream, a push and a half-lost one are LOSERs.
"""

import re
from collections.abc import Iterable, Sequence

from actors.backtest.market_lines import Line, Lines
from actors.exchange.stream import MarketDefinition
from actors.paper.settling import half_stakes

MOST_GOALS = 25
SIDES = {"x": ("home", "away", "draw"), "h": ("home", "away"), "o": ("over", "under")}
CORRECT_SCORES = {"CORRECT_SCORE": False, "HALF_TIME_SCORE": True}
"""Markets that name a score, and whether it is that of the first half."""

DECIDED = frozenset({"WINNER", "LOSER"})
_SCORE = re.compile(r"(\d+) - (\d+)")

Score = tuple[int, int]


def decided(definition: MarketDefinition) -> bool:
    """Tell whether every runner has won or lost: nothing was void."""
    return all(runner.status in DECIDED for runner in definition.runners)


def scores(markets: Iterable[tuple[MarketDefinition, Lines]], half: bool = False) -> list[Score]:
    """Return every score that agrees with the markets of a match, which are all decided.

    The one at the end, or that of the first half.
    """
    goals = range(MOST_GOALS + 1)
    found = [(home, away) for home in goals for away in goals]
    for definition, lines in markets:
        won = {(one.id, round(one.hc * 100)): one.status == "WINNER" for one in definition.runners}
        for line, runners in lines.items():
            if line.half is not half:
                continue
            paid = tuple(won[key] for key in runners)
            found = [score for score in found if _paid(line, score) == paid]
        if CORRECT_SCORES.get(definition.market_type) is half:
            found = _exact(definition, found)
    return found


def is_certain(line: Line, found: Sequence[Score]) -> bool:
    """Tell whether all of these scores settle a line alike."""
    return len({tuple(_halves(line, score)) for score in found}) == 1


def _exact(definition: MarketDefinition, found: list[Score]) -> list[Score]:
    names = (one.name for one in definition.runners if one.status == "WINNER")
    told = [(int(match[1]), int(match[2])) for match in map(_SCORE.fullmatch, names) if match]
    return [score for score in found if score in told] if told else found


def _paid(line: Line, score: Score) -> tuple[bool, ...]:
    return tuple(halves > 0 for halves in _halves(line, score))


def _halves(line: Line, score: Score) -> list[int]:
    market = line.market.upper()
    return [half_stakes(market, side, line.line, *score) for side in SIDES[line.market]]
