"""Why an order was filled here and not there: each difference has a named rule, or none yet.

A fill is [time, price, size, rule]; theirs have no rule, so their fills are told apart by time: up
to the order's arrival it was taken, after it somebody came.
"""

from collections.abc import Sequence
from typing import Any

RULES = {
    "taken once": "an earlier order had that level; flumine lets every order have it again",
    "offered": "an offer at its price or beyond would have met it; flumine waits for trades",
    "own orders": "several orders wait there: what stands before them is counted once and a trade "
    "is shared; flumine counts for each order",
    "traded once": "what we had of a level cannot trade again, totals that fall move nothing",
    "refused": "one of the two has not accepted it",
    "unexplained": "no rule says why",
}

Told = dict[str, Any]


def differences(
    planned: Sequence[Told], ours: Sequence[Told], theirs: Sequence[Told], latency: int
) -> list[Told]:
    """Return each order with both fills, and the rules by which they differ; none when they do not.

    The fills of ours have the prices that non-runners have left, as theirs have.
    """
    rows: list[Told] = []
    for number, (asked, our, their) in enumerate(zip(planned, ours, theirs, strict=True)):
        mine = fills(our)
        rows.append(
            {
                "order": number + 1,
                "asked": asked,
                "ours": mine,
                "theirs": their["fills"],
                "differs": _rules(number, planned, ours, their, latency),
            }
        )
    return rows


def fills(our: Told) -> list[list[Any]]:
    """Return our fills at the prices they count with; none of an order that is void."""
    if our["voided"]:
        return []
    pairs = zip(our["fills"], our["prices"], strict=True)
    return [[at, price, size, rule] for (at, _, size, rule), price in pairs]


def counted(rows: Sequence[Told]) -> dict[str, int]:
    """Return how many orders are the same, and how many each rule has changed."""
    found = {"orders": len(rows), "same": sum(not row["differs"] for row in rows)}
    for rule in RULES:
        if count := sum(rule in row["differs"] for row in rows):
            found[rule] = count
    return found


def _rules(
    number: int, planned: Sequence[Told], ours: Sequence[Told], their: Told, latency: int
) -> list[str]:
    asked, our = planned[number], ours[number]
    mine, yours = fills(our), their["fills"]
    if _sum(mine) == _sum(yours):
        return []
    if bool(our["why"]) != bool(their["why"]):
        return ["refused"]
    arrived = asked["at"] + latency + asked["delay"]
    at_once = [fill for fill in yours if fill[0] <= arrived]
    later = [fill for fill in yours if fill[0] > arrived]
    taken, traded, offered = (
        [fill for fill in mine if fill[3] == rule] for rule in ("taken", "traded", "offered")
    )
    beside = _beside(number, planned)
    found = []
    if _size(taken) < _size(at_once) and any(_had(ours[other]) for other in beside):
        found.append("taken once")
    if offered:
        found.append("offered")
    if _size(traded) > _size(later) and not found and beside:
        found.append("own orders")
    full = _size(mine) == asked["stake"]
    if _size(traded) < _size(later) and not full and beside:
        found.append("traded once")
    return found or ["unexplained"]


def _beside(number: int, planned: Sequence[Told]) -> list[int]:
    """Return the other orders on the same runner."""
    own = planned[number]
    return [
        other
        for other, asked in enumerate(planned)
        if other != number and (asked["market"], asked["runner"]) == (own["market"], own["runner"])
    ]


def _had(our: Told) -> bool:
    return any(rule in ("taken", "offered") for *_, rule in our["fills"])


def _size(some: Sequence[Sequence[Any]]) -> int:
    return sum(fill[2] for fill in some)


def _sum(some: Sequence[Sequence[Any]]) -> tuple[int, int]:
    """Return what was matched and at which price: size, and size times price."""
    return _size(some), sum(fill[1] * fill[2] for fill in some)
