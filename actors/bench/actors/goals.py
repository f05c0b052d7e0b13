"""The goals, beside what was measured. Nothing fails when a goal is missed."""

from collections.abc import Callable
from typing import Any

SHARDS = ("ours_shard", "ours_two_shards")
Contenders = dict[str, dict[str, Any]]


def goals(contenders: Contenders) -> list[dict[str, Any]]:
    """Return each goal with the value measured (null when it was not) and whether it is met."""
    rivals = tuple(
        name
        for name, found in contenders.items()
        if not found["ours"] and not name.startswith("raw_")
    )
    found = []
    for count, times in ((1, 3.0), (1_000, 15.0)):
        name = f"tell_1_to_{count}"
        ours = _best(contenders, SHARDS, name)
        what = f"tell 1→{count:,}, shard host"
        pykka = _ratio(ours, _best(contenders, ("pykka_threads",), name))
        found.append(_at_least(f"{what} / pykka ThreadingActor", pykka, times))
        ahead = _ratio(ours, _best(contenders, rivals, name))
        found.append(_at_least(f"{what} / best other library", ahead, 1.0))
    for name, what, hop, where in (
        ("ours_shard", "one shard", "hop_one_core", "one core"),
        ("ours_two_shards", "two shards", "hop_two_cores", "two cores"),
    ):
        raw = _value(contenders, "raw_inproc", hop, "p50_microseconds", "median")
        ours = _value(contenders, name, hop, "p50_microseconds", "median")
        found.append(_at_most(f"hop p50, {what} / raw inproc, {where}", _ratio(ours, raw), 1.5))
    for key, what, most in (
        ("start_seconds", "started, s", 10.0),
        ("rss_growth_mebibytes", "memory, MiB", 600.0),
        ("stop_seconds", "stopped, s", 10.0),
    ):
        value = _value(contenders, "ours_shard", "crowd_100000", key)
        found.append(_at_most(f"100,000 actors {what}", value, most))
    return found


def best_way(found: dict[str, Any], name: str) -> tuple[str, dict[str, float]] | None:
    """Return a contender's fastest way to tell and its rates; None when it was not measured."""
    rates: list[tuple[str, dict[str, float]]] = [
        (way, figures["messages_per_second"])
        for way, figures in found.get(name, {}).items()
        if isinstance(figures, dict)
    ]
    return max(rates, key=lambda rate: rate[1]["median"], default=None)


def _best(contenders: Contenders, names: tuple[str, ...], name: str) -> float | None:
    ways = [best_way(contenders.get(contender, {}), name) for contender in names]
    return max((way[1]["median"] for way in ways if way is not None), default=None)


def _value(contenders: Contenders, *keys: str) -> float | None:
    found: Any = contenders
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, int | float) else None


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def _at_least(goal: str, measured: float | None, limit: float) -> dict[str, Any]:
    return _goal(goal, measured, "at_least", limit, lambda value: value >= limit)


def _at_most(goal: str, measured: float | None, limit: float) -> dict[str, Any]:
    return _goal(goal, measured, "at_most", limit, lambda value: value <= limit)


def _goal(
    goal: str, measured: float | None, bound: str, limit: float, met: Callable[[float], bool]
) -> dict[str, Any]:
    return {
        "goal": goal,
        "measured": None if measured is None else round(measured, 3),
        bound: limit,
        "passed": None if measured is None else met(measured),
    }
