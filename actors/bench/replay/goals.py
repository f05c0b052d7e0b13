"""The goals, beside what was measured."""

from typing import Any

TIMES = 5.0
MOST_GROWTH = 1.5
ENOUGH_UPDATES = 10
"""For each order, so that the cost of an update is told and not that of placing."""

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
    what = "cost of an update, most orders placed / fewest"
    rows.append(_at_most(what, growth(found["placing"], "ours"), MOST_GROWTH))
    if any(one["orders"] for one in found["fills"]):
        unexplained = sum(one["counted"].get("unexplained", 0) for one in found["fills"])
        rows.append(_at_most("orders filled otherwise than flumine's, unexplained", unexplained, 0))
    return rows


def growth(placing: Told | None, side: str) -> float | None:
    """Return how much dearer an update is with the most orders placed than with the fewest.

    None when nobody can tell: one count only, or so few updates that placing itself is what costs.
    """
    if placing is None or len(placing["counts"]) < 2:
        return None
    few, many = placing["counts"][0], placing["counts"][-1]
    if placing["changes"] < ENOUGH_UPDATES * many["orders"] or not many[side] or not few[side]:
        return None
    dearer: float = many[side]["seconds"] / few[side]["seconds"]
    return dearer


def _at_least(goal: str, measured: float | None) -> Told:
    passed = None if measured is None else measured >= TIMES
    return {"goal": goal, "measured": _short(measured), "at_least": TIMES, "passed": passed}


def _at_most(goal: str, measured: float | None, limit: float) -> Told:
    passed = None if measured is None else measured <= limit
    return {"goal": goal, "measured": _short(measured), "at_most": limit, "passed": passed}


def _short(measured: float | None) -> float | None:
    return None if measured is None else round(measured, 3)
