"""What was found as text: a row for each contender, then reasons, then goals."""

from typing import Any

from actors.bench.actors.goals import best_way

FIRST, NARROW, WIDE = 23, 14, 18
REASON = "not_measured"


def text(found: dict[str, Any]) -> str:
    """Return the table for a terminal."""
    machine, contenders = found["machine"], found["contenders"]
    names = [name for name in next(iter(contenders.values())) if name.startswith(_KINDS)]
    reasons: dict[str, int] = {}
    heads = [_head(name) for name in names]
    lines = [
        f"{machine['cores_usable']} cores, load {machine['load_average_1_minute']} before, "
        f"Python {machine['python']}, {machine['system']}",
        "k/s: thousand messages a second ± half the spread, told the best way: from outside (o), "
        "by an actor (a), as a call (c)",
        "µs: p50/p99; s/s/MiB: to start all, to stop all, resident",
        "",
        _line("", [head[0] for head in heads], names),
        _line("", [head[1] for head in heads], names),
    ]
    for contender in contenders.values():
        cells = [_cell(contender, name, reasons) for name in names]
        lines.append(_line(contender["title"], cells, names))
    lines.append("")
    lines += [f"[{number}] {reason}" for reason, number in reasons.items()]
    return "\n".join([*lines, *([""] if reasons else []), *_goals(found["goals"])])


_KINDS = ("tell_", "hop", "crowd_")


def _line(first: str, cells: list[str], names: list[str]) -> str:
    widths = [WIDE if name.startswith("crowd_") else NARROW for name in names]
    padded = "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"{first:<{FIRST}}{padded}".rstrip()


def _head(name: str) -> tuple[str, str]:
    kind, _, rest = name.partition("_")
    if kind == "tell":
        return f"tell 1→{int(rest.removeprefix('1_to_')):,}", "k/s"
    if kind == "crowd":
        return f"{int(rest):,} actors", "s/s/MiB"
    return {"": "hop", "one_core": "hop, 1 core", "two_cores": "hop, 2 cores"}[rest], "µs"


def _cell(contender: dict[str, Any], name: str, reasons: dict[str, int]) -> str:
    found = contender[name]
    missing = ""
    if REASON in found:
        missing = f"[{reasons.setdefault(found[REASON], len(reasons) + 1)}]"
    if "start_seconds" in found:
        stop = missing or f"{found['stop_seconds']:.2f}"
        return f"{found['start_seconds']:.2f}/{stop}/{found['rss_growth_mebibytes']:.0f}"
    if missing:
        return missing
    if name.startswith("hop"):
        p50, p99 = found["p50_microseconds"]["median"], found["p99_microseconds"]["median"]
        return f"{p50:.1f}/{p99:.0f}"
    best = best_way(contender, name)
    assert best is not None, name
    way, rate = best
    half = 50 * (rate["max"] - rate["min"]) / rate["median"]
    return f"{rate['median'] / 1000:.1f} ±{half:.0f}% {way[0]}"


def _goals(goals: list[dict[str, Any]]) -> list[str]:
    lines = []
    for goal in goals:
        bound = f"≥ {goal['at_least']:g}" if "at_least" in goal else f"≤ {goal['at_most']:g}"
        measured = "-" if goal["measured"] is None else f"{goal['measured']:.2f}"
        verdict = {True: "pass", False: "FAIL", None: "not measured"}[goal["passed"]]
        lines.append(f"{goal['goal']:<58}{measured:>9}  {bound:<6} {verdict}")
    return lines
