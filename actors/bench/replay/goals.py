"""The goals, beside what was measured."""

from typing import Any

TIMES = 5.0
MOST_GROWTH = 1.5
ENOUGH_ORDERS = 1_000

Told = dict[str, Any]


def goals(found: Told) -> list[Told]:
    """Return each goal with the value measured (null when it was not) and whether it is met."""
    both = [one for one in found["files"] if one["theirs"]]
    ours = sum(one["ours"]["seconds"] for one in both)
    theirs = sum(one["theirs"]["seconds"] for one in both)
    rows = [_at_least("updates a second / flumine, doing nothing", theirs / ours if ours else None)]
    counts = found["placing"]["counts"] if found["placing"] else []
    for one in counts:
        rows.append(
            _at_least(f"updates a second / flumine, placing {one['orders']:,}", one["times"])
        )
    what = "cost of a further order, many placed / few placed"
    rows.append(_at_most(what, growth(counts, "ours"), MOST_GROWTH))
    if any(one["orders"] for one in found["fills"]):
        unexplained = sum(one["counted"].get("unexplained", 0) for one in found["fills"])
        rows.append(_at_most("orders filled otherwise than flumine's, unexplained", unexplained, 0))
    return rows


def growth(counts: list[Told], side: str) -> float | None:
    """Return how much dearer a further order is when many are placed than when few are.

    None when there are not three counts, or too few orders to tell.
    """
    if len(counts) < 3 or counts[-1]["orders"] < ENOUGH_ORDERS or not counts[-1][side]:
        return None
    few, some, many = counts[-3:]
    early = (some[side]["seconds"] - few[side]["seconds"]) / (some["orders"] - few["orders"])
    late = (many[side]["seconds"] - some[side]["seconds"]) / (many["orders"] - some["orders"])
    return max(late, 0.0) / early if early > 0 else None


def _at_least(goal: str, measured: float | None) -> Told:
    passed = None if measured is None else measured >= TIMES
    return {"goal": goal, "measured": _short(measured), "at_least": TIMES, "passed": passed}


def _at_most(goal: str, measured: float | None, limit: float) -> Told:
    passed = None if measured is None else measured <= limit
    return {"goal": goal, "measured": _short(measured), "at_most": limit, "passed": passed}


def _short(measured: float | None) -> float | None:
    return None if measured is None else round(measured, 3)
