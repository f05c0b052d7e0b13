"""The guard against peeking: what was wanted may not depend on what nobody knew yet.

Three looks, at several moments spread over the data, each on the matches around its moment:

* future: the same days are played with results and later prices changed that were not known at the
  moment. Of seasons in files of which parameters that name the data name the copy
  (`actors.backtest.scramble`), of matches on tape in memory (`actors.backtest.scramble_tapes`).
  Every wish up to the moment must be the same.
* files: the strategy opens none of the data's files, nor while it is made.
* names: with made-up names of teams every wish must be the same. A strategy that knows teams by
  name has knowledge that no backtest can date.

It finds what such a look can show. A strategy that recognises matches by their prices alone,
and reads what it remembers from a file of its own, passes.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from actors.backtest.bets import Bet, bets_of
from actors.backtest.calendar import Calendar, collected_at, listed_at
from actors.backtest.markets import is_for_exchanges, markets
from actors.backtest.opened_files import opened_files
from actors.backtest.plan import Ground, Parameter, Parameters, Plan, chosen, strategy_of
from actors.backtest.run import Tell, play
from actors.backtest.scramble import scramble
from actors.backtest.scramble_tapes import scramble_tape
from actors.backtest.seasons import SeasonMatch, Seasons, read_seasons
from actors.backtest.specials import FIELD
from actors.backtest.taped_match import TapedMatch
from actors.backtest.tapes import Tapes
from actors.bet_text import clock_text
from actors.paper.tape import changes
from actors.settings import load as load_settings
from actors.strategies import load

MOMENTS = 5
DAYS_BEFORE = 8 * 86_400_000
A_MINUTE = 60_000
FUTURE, FILES, NAMES = "future", "files", "names"

Match = SeasonMatch | TapedMatch
M = TypeVar("M", bound=Match)


class Finding(msgspec.Struct, frozen=True):
    """What a look found, in words."""

    look: str
    words: str


class Guarded(msgspec.Struct, frozen=True):
    """What was looked at, and what was found; nothing is good."""

    moments: tuple[int, ...]
    matches: int
    wishes: int
    findings: tuple[Finding, ...]


class Wished(NamedTuple):
    """What is the same about a wish in another play, when it came, and what it was."""

    known: tuple[object, ...]
    at: int
    words: str


def opened_by_loading(plan: Plan) -> list[str]:
    """Make the strategy of a plan, and return which files of the data were opened by that.

    Nobody may have made it before: a module is imported once. Raises ConfigurationError.
    """
    with opened_files(plan.data) as opened:
        if is_for_exchanges(plan):
            markets(plan, ())
        else:
            name, strategy = strategy_of(plan, load_settings(plan.config, mode="paper"))
            load(f"strategies.{name}", strategy.use, strategy.parameters)
    return opened


def guard(on: Ground, opened: Sequence[str] = (), tell: Tell = lambda _: None) -> Guarded:
    """Look for peeking; `opened` were files of the data before.

    What a strategy has read in an earlier play and kept is not seen to be read: this comes first.
    `tell` hears after each moment that it is done.
    """
    found = opened_findings(opened)
    matches = wishes = 0
    moments = chosen_moments(on.recorded)
    for moment in moments:
        around = _around(on.recorded.matches, moment)
        looked = _look(on, around, moment)
        for finding in looked[1]:
            found.setdefault(finding.look, finding)
        matches += len(around)
        wishes += looked[0]
        tell(1)
    return Guarded(tuple(moments), matches, wishes, tuple(found.values()))


def chosen_moments(recorded: Seasons | Tapes) -> list[int]:
    """Spread moments over the matches.

    Of seasons they are right after prices were listed, and after they closed; of matches on tape
    after half of the changes, and near the last.
    """
    if isinstance(recorded, Tapes):
        return sorted({_moment_on_tape(recorded.matches, place) for place in range(MOMENTS)})
    matches = recorded.matches
    places = range(min(MOMENTS, len(matches)))
    picked = [matches[len(matches) * (2 * place + 1) // (2 * len(places))] for place in places]
    moments = [
        (collected_at(one.kick_off) if place % 2 == 0 else one.kick_off - 4 * A_MINUTE) + A_MINUTE
        for place, one in enumerate(picked)
    ]
    return sorted(set(moments))


def _moment_on_tape(matches: Sequence[TapedMatch], place: int) -> int:
    one = matches[len(matches) * (2 * place + 1) // (2 * MOMENTS)]
    times = sorted({one.listed, *changes(one.tape, one.listed, one.kick_off)})
    return times[len(times) // 2 if place % 2 == 0 else len(times) * 19 // 20]


def _look(on: Ground, around: Sequence[Match], moment: int) -> tuple[int, list[Finding]]:
    findings: list[Finding] = []
    with opened_files(on.plan.data) as opened:
        then = _wishes(on, {}, around, moment)
    findings += opened_findings(opened).values()
    with tempfile.TemporaryDirectory() as folder:
        moved, others = _another_future(on, moment, Path(folder))
        now = _wishes(on, moved, others, moment)
    differs = f"with results and later prices changed that were not known at {clock_text(moment)},"
    findings += compare(FUTURE, differs, then, now)
    named = [_unnamed(number, one) for number, one in enumerate(around)]
    now = _wishes(on, {}, named, moment)
    findings += compare(NAMES, "with other names of the teams,", then, now)
    return len(then), findings


def _another_future(on: Ground, moment: int, folder: Path) -> tuple[Parameters, Sequence[Match]]:
    """Return the parameters and the matches around a moment when something else comes after it."""
    if isinstance(on.recorded, Tapes):
        around = _around(on.recorded.matches, moment)
        return {}, [scramble_tape(one, moment) for one in around]
    copy = scramble(on.plan.data, folder, moment)
    others = _around(chosen(read_seasons(copy), on.plan).matches, moment)
    return elsewhere(on.strategy.parameters, on.plan.data, copy), others


def _around(matches: Sequence[M], moment: int) -> list[M]:
    """Return the matches that are listed at a moment, or kicked off within days before it."""
    return [
        one for one in matches if listed_at(one) <= moment and one.kick_off > moment - DAYS_BEFORE
    ]


def _wishes(
    on: Ground, parameters: Mapping[str, Parameter], matches: Sequence[Match], moment: int
) -> list[Wished]:
    calendar = Calendar(matches, on.plan.highest_stake)
    settings = on.with_parameters(parameters)
    world = play(settings, calendar, on.balance, until=moment)
    wishes = map(_wished, bets_of(world.ledger, calendar, on.plan.closing))
    # On tape prices may change while what the moment started comes to its end.
    taped = isinstance(on.recorded, Tapes)
    return [one for one in wishes if one.at <= moment or not taped]


def compare(
    look: str, when: str, then: Iterable[Wished], now: Iterable[Wished]
) -> Iterator[Finding]:
    """Name the first wish that is not in both, whichever comes first."""
    first, second = ({one.known: one for one in wishes} for wishes in (then, now))
    different = [(one, "no longer wanted") for key, one in first.items() if key not in second]
    different += [(one, "wanted all at once") for key, one in second.items() if key not in first]
    if different:
        one, what = min(different, key=lambda pair: pair[0].at)
        count = "1 wish differs" if len(different) == 1 else f"{len(different)} wishes differ"
        told = f"{clock_text(one.at)}: {one.words} is {what}"
        yield Finding(look, f"{when} {count}; the first, {told}")


def opened_findings(opened: Sequence[str]) -> dict[str, Finding]:
    """Name the first file of the data that was opened, if one was."""
    told = (Finding(FILES, f"the strategy opened {one}, a file of the data") for one in opened[:1])
    return {finding.look: finding for finding in told}


def _wished(bet: Bet) -> Wished:
    known = (bet.event, bet.kind, bet.line, bet.side, bet.book, bet.wanted_price, bet.floor)
    return Wished(
        (*known, bet.stake, bet.strategy, bet.made_at // A_MINUTE),
        bet.made_at,
        f"{bet.kind} {bet.text} at {bet.book} of {bet.match}",
    )


def elsewhere(parameters: Mapping[str, Parameter], data: Path, copy: Path) -> Parameters:
    """Let parameters that name the data, or a file of it, name the copy."""

    def moved(value: Parameter) -> Parameter:
        if isinstance(value, list):
            return [str(moved(one)) for one in value]
        if not isinstance(value, str):
            return value
        path, whole = Path(value).resolve(), data.resolve()
        if not path.is_relative_to(whole):
            return value
        there = copy / path.relative_to(whole)
        return str(there) if there.exists() else value

    return {name: moved(value) for name, value in parameters.items()}


def _unnamed(number: int, one: Match) -> Match:
    """Give a match other names; `the field` is what it is, and nobody's name."""
    away = FIELD if one.match.away == FIELD else f"Away {number}"
    match = msgspec.structs.replace(one.match, home=f"Home {number}", away=away)
    return msgspec.structs.replace(one, match=match)
