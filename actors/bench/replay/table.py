"""What was found as text: rates, then both fills of each order, then the goals."""

from typing import Any

from actors.bench.replay.goals import growth
from actors.units import money_text, price_text

Told = dict[str, Any]
WIDE = 62


def text(found: Told) -> str:
    """Return the report for a terminal."""
    lines = ["updates a second (market changes), the processor's time, best of the takes", ""]
    if found["not_measured"]:
        lines += [f"flumine was not measured everywhere: {found['not_measured']}", ""]
    lines.append(_row("", "changes", "decoding", "ours", "flumine", "times"))
    for one in found["files"]:
        name = one["file"][:WIDE] + ("" if one["markets"] == 1 else f" ({one['markets']} markets)")
        decoding = f"{one['decoding']['per_second']:,}"
        lines.append(_row(name, f"{one['changes']:,}", decoding, *_rates(one)))
    placing = found["placing"]
    if placing:
        lines += ["", f"placing, {placing['file']}"]
        for one in placing["counts"]:
            lines.append(_row(f"{one['orders']:,} orders", "", "", *_rates(one)))
        growths = [growth(placing, side) for side in ("ours", "theirs")]
        words = ["not measured" if one is None else f"{one:.2f}" for one in growths]
        lines.append(f"an update, most orders placed / fewest: ours {words[0]}, flumine {words[1]}")
    for one in found["fills"]:
        counted = ", ".join(f"{name} {count}" for name, count in one["counted"].items())
        lines += ["", f"fills, {one['file']}: {counted}"]
        lines += [_order(row) for row in one["orders"]]
    if found["fills"]:
        lines += ["", *[f"{rule}: {why}" for rule, why in found["rules"].items()]]
    return "\n".join([*lines, "", *[_goal(goal) for goal in found["goals"]]])


def _rates(one: Told) -> tuple[str, str, str]:
    ours = f"{one['ours']['per_second']:,}"
    if not one["theirs"]:
        return ours, "-", "-"
    return ours, f"{one['theirs']['per_second']:,}", f"{one['times']:.1f}"


def _row(name: str, *cells: str) -> str:
    return f"{name:<{WIDE + 14}}" + "".join(f"{cell:>11}" for cell in cells)


def _order(row: Told) -> str:
    asked = row["asked"]
    what = f"{asked['side']} {money_text(asked['stake'])} at {price_text(asked['price'])}"
    differs = ", ".join(row["differs"]) or "same"
    ours, theirs = _fills(row["ours"]), _fills(row["theirs"])
    return f"{row['order']:>4} {what:<24} {ours:<44} {theirs:<36} {differs}"


def _fills(fills: list[list[Any]]) -> str:
    """Write fills of one price and rule as one."""
    sums: dict[tuple[int, str], int] = {}
    for _, price, size, rule in fills:
        sums[price, rule] = sums.get((price, rule), 0) + size
    words = [
        f"{money_text(size)} at {price_text(price)} {rule}".rstrip()
        for (price, rule), size in sums.items()
    ]
    return ", ".join(words) or "-"


def _goal(goal: Told) -> str:
    bound = f"≥ {goal['at_least']:g}" if "at_least" in goal else f"≤ {goal['at_most']:g}"
    measured = "-" if goal["measured"] is None else f"{goal['measured']:.2f}"
    verdict = {True: "met", False: "MISSED", None: "not measured"}[goal["passed"]]
    return f"{goal['goal']:<58}{measured:>9}  {bound:<6} {verdict}"
