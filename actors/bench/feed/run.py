"""A feed's bytes to prices, beside json.loads, a typed decode and one pass over its odds strings.

The pass is what has to be done at least: it splits each odds string at `;`, `=` and `,` and makes
each price a number, thousandths as int, by book. It checks nothing, knows neither lines nor sides
nor times, and merges nothing. Ours does all of that. Each round measures everything once, by
turns, so that a slow minute of the machine strikes all of it; then prices move and the next round
begins. What is timed is the processor's time of this process: the machine may have other work.
"""

import gc
import json
import time
from collections.abc import Callable
from typing import Any

import msgspec

from actors.bench.actors.run import machine
from actors.bench.feed.made import MATCHES, MadeFeed
from actors.books.asianodds.feed import FeedState
from actors.books.asianodds.rows import Row
from actors.selections import Phase
from actors.units import Millis
from runtime import collector

ROUNDS = 41
MOVED_PERCENT = 2.0
MOST_TIMES = 2.0

PASS = "one pass over the odds strings"


class _Sport(msgspec.Struct, frozen=True, rename="pascal"):
    sports_type: int
    match_games: list[Row]


class _Feed(msgspec.Struct, frozen=True, rename="pascal"):
    since: int
    sports: list[_Sport]


class _Answer(msgspec.Struct, frozen=True, rename="pascal"):
    code: int
    result: _Feed


_typed = msgspec.json.Decoder(_Answer)


def bench_feed(rounds: int = ROUNDS, matches: int = MATCHES) -> dict[str, Any]:
    """Measure so many rounds after one that warms up; milliseconds."""
    made = MadeFeed(matches)
    answer = made.answer()
    state = FeedState(Phase.TODAY)
    first, _ = _timed(lambda: state.apply(answer, Millis(0)))
    moved = made.move(MOVED_PERCENT)
    collector.calm()
    taken: dict[str, list[float]] = {}
    told = 0
    for number in range(rounds + 1):
        answer = made.answer()
        rows = _typed.decode(answer).result.sports[0].match_games
        state_now = FeedState(Phase.TODAY)
        found: dict[str, float] = {}
        for name, job in (
            ("json.loads", lambda a=answer: json.loads(a)),
            ("typed decode", lambda a=answer: _typed.decode(a)),
            (PASS, lambda r=rows: split_all(r)),
            ("full feed", lambda a=answer, s=state_now: s.apply(a, Millis(1))),
            ("2 % moved", lambda a=answer, n=number: state.apply(a, Millis(n + 1))),
            ("nothing moved", lambda a=answer, n=number: state.apply(a, Millis(n + 1))),
        ):
            found[name], result = _timed(job)
            if name == "2 % moved":
                told = len(result.quotes)
        del rows, state_now, result
        moved = made.move(MOVED_PERCENT)
        for name, milliseconds in found.items() if number else ():
            taken.setdefault(name, []).append(milliseconds)
    return {
        "unit": "milliseconds of processor time",
        "machine": machine(),
        "rounds": rounds,
        "matches": matches,
        "quotes": made.quotes,
        "bytes": len(answer),
        "strings_moved": moved,
        "quotes_moved": told,
        "first_feed_of_the_process": round(first, 3),
        "figures": {name: _spread(values) for name, values in taken.items()},
        "goals": goals(taken),
    }


def split_all(rows: list[Row]) -> list[dict[str, list[int]]]:
    """Read every odds string as plainly as can be: prices in thousandths by book, unchecked."""
    found = []
    for row in rows:
        for market in row.markets:
            if market is not None and market.bookie_odds:
                prices = {}
                for entry in market.bookie_odds.split(";"):
                    book, _, written = entry.partition("=")
                    if book != "BEST":
                        prices[book] = [round(float(text) * 1000) for text in written.split(",")]
                found.append(prices)
    return found


def goals(taken: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Compare each round with itself; the median of the rounds counts."""
    decode, split = taken["typed decode"], taken[PASS]
    whole = [one + other for one, other in zip(decode, split, strict=True)]
    return [
        _goal(f"full feed / (typed decode + {PASS})", taken["full feed"], whole),
        _goal("2 % moved / typed decode", taken["2 % moved"], decode),
    ]


def text(found: dict[str, Any]) -> str:
    """Return what was found for a terminal."""
    on, first = found["machine"], found["first_feed_of_the_process"]
    lines = [
        f"{on['cores_usable']} cores, load {on['load_average_1_minute']} before, "
        f"Python {on['python']}, {on['system']}",
        f"{found['matches']:,} matches, {found['quotes']:,} quotes, {found['bytes'] / 1e6:.1f} MB, "
        f"{found['rounds']} rounds, {found['unit']}",
        f"moved: {found['strings_moved']} odds strings, {found['quotes_moved']} quotes",
    ]
    lines += [
        f"{name:<31} least {spread['min']:>8.2f}  median {spread['median']:>8.2f}"
        for name, spread in found["figures"].items()
    ]
    lines.append(f"the first feed of the process, before any word was known: {first:.2f}")
    lines += [
        f"{goal['goal']:<58} {goal['measured']:>5.2f}  ≤ {goal['at_most']:g}  "
        f"{'met' if goal['passed'] else 'MISSED'}"
        for goal in found["goals"]
    ]
    return "\n".join(lines)


def _timed(job: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()
    began = time.process_time_ns()
    result = job()
    return (time.process_time_ns() - began) / 1e6, result


def _goal(goal: str, ours: list[float], theirs: list[float]) -> dict[str, Any]:
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    measured = _spread(ratios)["median"]
    return {
        "goal": goal,
        "measured": measured,
        "at_most": MOST_TIMES,
        "passed": measured <= MOST_TIMES,
    }


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {"min": round(ordered[0], 3), "median": round(ordered[len(ordered) // 2], 3)}
