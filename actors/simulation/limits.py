"""What the book's own bets make of our limits: the one place that says how each is counted."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from actors.paper.bets import PENDING, Bet
from actors.paper.settling import half_stakes, profit
from actors.settings import RiskSettings

MOST_GOALS = 12
SCORES = [(home, away) for home in range(MOST_GOALS) for away in range(MOST_GOALS)]


class Figure(NamedTuple):
    """How far one limit is used."""

    what: str
    figure: int
    limit: int


def figures(bets: Sequence[Bet], limits: RiskSettings) -> Iterator[Figure]:
    """Count what the book holds now against every limit on it."""
    running = [bet for bet in bets if not bet.final]
    by_event = {
        fixture: worst([bet for bet in running if bet.fixture == fixture])
        for fixture in {bet.fixture for bet in running}
    }
    by_selection, in_flight = Counter[str](), Counter[str]()
    for bet in running:
        by_selection[selection(bet)] += bet.stake
        in_flight[selection(bet)] += bet.status == PENDING
    exposure = sum(by_event.values())
    lost = -sum(bet.pnl for bet in bets if bet.final)
    yield Figure("exposure", exposure, limits.max_exposure)
    yield Figure("event exposure", max(by_event.values(), default=0), limits.max_event_exposure)
    yield Figure("account exposure", exposure, limits.max_account_exposure)
    for what, group, limit in (
        ("book exposure", lambda bet: bet.book.upper(), limits.max_book_exposure),
        ("market exposure", lambda bet: (bet.fixture, bet.game_type), limits.max_market_exposure),
    ):
        yield Figure(what, _most_at_worst(running, group), limit)
    yield Figure("selection exposure", _most(by_selection), limits.max_selection_exposure)
    yield Figure("open bets", len(running), limits.max_open_bets)
    yield Figure("bets in flight on one selection", _most(in_flight), 1)
    yield Figure("stake", max((bet.stake for bet in running), default=0), limits.max_stake)
    yield Figure("worst loss", lost + exposure, limits.daily_loss)


def sent_too_fast(sent: Sequence[int], limits: RiskSettings) -> Figure:
    """Count the last requests against the orders a minute; `sent` in ms, oldest first.

    A permit may be used up to its whole life after it was given, so a window that much shorter
    than the minute holds no more than a minute's permits.
    """
    window = 60_000 - round(limits.permit_lifetime * 1000)
    lately = sum(1 for at in sent if at > sent[-1] - window)
    return Figure("orders a minute", lately, limits.orders_per_minute)


def selection(bet: Bet) -> str:
    """Name what was backed, by the book's own words."""
    return f"{bet.fixture}:{bet.game_type}:{bet.odds_name}:{bet.line}"


def worst(bets: Sequence[Bet]) -> int:
    """Return the most that bets on one match can lose, by the book's own way to settle.

    One that is pending may still be rejected, so it counts when it loses and never when it wins.
    """
    if len(bets) == 1:
        return bets[0].stake
    pays = [0] * len(SCORES)
    for bet in bets:
        for number, (home, away) in enumerate(SCORES):
            pays[number] += _pays(bet, home, away)
    return max(0, -min(pays))


@lru_cache(maxsize=4096)
def _pays_of(side: str, line: int, kind: str, stake: int, price: int, home: int, away: int) -> int:
    return profit(stake, price, half_stakes(kind, side, line, home, away))


def _pays(bet: Bet, home: int, away: int) -> int:
    pays = _pays_of(bet.odds_name, bet.line, bet.game_type, bet.stake, bet.price, home, away)
    return min(0, pays) if bet.status == PENDING else pays


def _most_at_worst(bets: Sequence[Bet], group: Callable[[Bet], object]) -> int:
    """Return the largest of the worst cases of some groups, each match for itself."""
    groups: dict[object, dict[int, list[Bet]]] = {}
    for bet in bets:
        groups.setdefault(group(bet), {}).setdefault(bet.fixture, []).append(bet)
    return max((sum(map(worst, by.values())) for by in groups.values()), default=0)


def _most(counted: Counter[str]) -> int:
    return max(counted.values(), default=0)
