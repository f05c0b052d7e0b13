"""The guard against peeking: what was wanted may not depend on what nobody knew yet.

Three looks, at several moments spread over the data, each on the matches around its moment:

* future: the same days are played with results and closing prices exchanged that were not known
  at the moment (`actors.backtest.scramble`), in files of which parameters that name the data
  name the copy. Every wish up to the moment must be the same.
* files: the strategy opens none of the data's files.
* names: with made-up names of teams every wish must be the same. A strategy that knows teams by
  name has knowledge that no backtest can date.

It finds what such a look can show. A strategy that recognises matches by their prices alone,
and reads what it remembers from a file of its own, passes.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from actors.backtest.bets import Bet, bets_of
from actors.backtest.calendar import Calendar, collected_at
from actors.backtest.plan import Ground, Parameter, Parameters, chosen
from actors.backtest.run import Tell, play
from actors.backtest.scramble import scramble
from actors.backtest.seasons import SeasonMatch, Seasons, read_seasons
from actors.bet_text import clock_text

MOMENTS = 5
DAYS_BEFORE = 8 * 86_400_000
A_MINUTE = 60_000
FUTURE, FILES, NAMES = "future", "files", "names"


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


def guard(on: Ground, parameters: Parameters, tell: Tell = lambda _: None) -> Guarded:
    """Look for peeking. `tell` hears after each moment that it is done."""
    found: dict[str, Finding] = {}
    matches = wishes = 0
    assert isinstance(on.recorded, Seasons), "tapes are not looked at"
    moments = chosen_moments(on.recorded.matches)
    for moment in moments:
        around = _around(on.recorded.matches, moment)
        looked = _look(on, parameters, around, moment)
        for finding in looked[1]:
            found.setdefault(finding.look, finding)
        matches += len(around)
        wishes += looked[0]
        tell(1)
    return Guarded(tuple(moments), matches, wishes, tuple(found.values()))


def chosen_moments(matches: Sequence[SeasonMatch]) -> list[int]:
    """Spread moments over the data: right after prices were listed, and after they closed."""
    places = range(min(MOMENTS, len(matches)))
    picked = [matches[len(matches) * (2 * place + 1) // (2 * len(places))] for place in places]
    moments = [
        (collected_at(one.kick_off) if place % 2 == 0 else one.kick_off - 4 * A_MINUTE) + A_MINUTE
        for place, one in enumerate(picked)
    ]
    return sorted(set(moments))


def _look(
    on: Ground, parameters: Parameters, around: list[SeasonMatch], moment: int
) -> tuple[int, list[Finding]]:
    findings = []
    with opened_files(on.plan.data) as opened:
        then = _wishes(on, parameters, around, moment)
    if opened:
        findings.append(Finding(FILES, f"the strategy opened {opened[0]}, a file of the data"))
    with tempfile.TemporaryDirectory() as folder:
        copy = scramble(on.plan.data, Path(folder), moment)
        others = _around(chosen(read_seasons(copy), on.plan).matches, moment)
        moved = elsewhere(on.strategy.parameters | parameters, on.plan.data, copy)
        now = _wishes(on, moved, others, moment)
    at = clock_text(moment)
    differs = f"with results and closing prices changed that were not known at {at},"
    findings += _compare(FUTURE, differs, then, now)
    named = [_unnamed(number, one) for number, one in enumerate(around)]
    now = _wishes(on, parameters, named, moment)
    findings += _compare(NAMES, "with other names of the teams,", then, now)
    return len(then), findings


def _around(matches: Sequence[SeasonMatch], moment: int) -> list[SeasonMatch]:
    """Return the matches that are listed at a moment, or kicked off within days before it."""
    return [
        one
        for one in matches
        if collected_at(one.kick_off) <= moment and one.kick_off > moment - DAYS_BEFORE
    ]


def _wishes(
    on: Ground, parameters: Mapping[str, Parameter], matches: list[SeasonMatch], moment: int
) -> list[Bet]:
    calendar = Calendar(matches, on.plan.highest_stake)
    settings = on.with_parameters(parameters)
    world = play(settings, calendar, on.balance, until=moment)
    return list(bets_of(world.ledger, calendar, on.plan.closing))


def _compare(look: str, when: str, then: list[Bet], now: list[Bet]) -> Iterator[Finding]:
    """Name the first wish that is not in both, whichever comes first."""
    first, second = ({_decision(bet): bet for bet in bets} for bets in (then, now))
    different = [(bet, "no longer wanted") for key, bet in first.items() if key not in second]
    different += [(bet, "wanted all at once") for key, bet in second.items() if key not in first]
    if different:
        bet, what = min(different, key=lambda one: one[0].made_at)
        yield Finding(
            look,
            f"{when} {len(different)} wishes differ; the first, {clock_text(bet.made_at)}:"
            f" {bet.market} {bet.text} at {bet.book} of {bet.match} is {what}",
        )


def _decision(bet: Bet) -> tuple[object, ...]:
    known = (bet.event, bet.market, bet.line, bet.side, bet.book, bet.wanted_price, bet.floor)
    return (*known, bet.stake, bet.strategy, bet.made_at // A_MINUTE)


def elsewhere(parameters: Mapping[str, Parameter], data: Path, copy: Path) -> Parameters:
    """Let parameters that name the data, or a file of it, name the copy."""

    def moved(value: Parameter) -> Parameter:
        if isinstance(value, list):
            return [str(moved(one)) for one in value]
        if not isinstance(value, str):
            return value
        path, whole = Path(value).resolve(), data.resolve()
        if not path.exists() or not path.is_relative_to(whole):
            return value
        return str(copy / path.relative_to(whole) if path != whole else copy)

    return {name: moved(value) for name, value in parameters.items()}


def _unnamed(number: int, one: SeasonMatch) -> SeasonMatch:
    match = msgspec.structs.replace(one.match, home=f"Home {number}", away=f"Away {number}")
    return msgspec.structs.replace(one, match=match)


_watched: list[tuple[Path, list[str]]] = []
_hooked: list[bool] = []


@contextmanager
def opened_files(data: Path) -> Iterator[list[str]]:
    """Note which files of the data are opened by Python's own means meanwhile."""
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_hear)  # there is no way to take one away
    found: list[str] = []
    _watched.append((data.resolve(), found))
    try:
        yield found
    finally:
        _watched.pop()


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or not _watched:
        return
    name = arguments[0]
    if isinstance(name, bytes):
        name = name.decode(errors="replace")
    if isinstance(name, str):
        data, found = _watched[-1]
        path = Path(name).resolve()
        if path.is_relative_to(data):
            found.append(str(path))
