"""`tictac fixtures`: score the matching, match two lists, review what is unsure."""

from pathlib import Path
from typing import Any

import click
import msgspec

from actors.cli.options import answer, json_option
from actors.cli.review import review
from actors.fixtures.listed import Listed
from actors.fixtures.lists import Clock, read_list, zone
from actors.fixtures.match import Match
from actors.fixtures.matching import match_lists
from actors.fixtures.score import HALVES, Score, score, withheld
from actors.fixtures.truth import PROVIDERS, provider, reference
from runtime.errors import OurError

SALTS = ("A", "B")


@click.group()
def fixtures() -> None:
    """Which event of one book is which event of another."""


fixtures.add_command(review)


@fixtures.command("score")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--mistakes", is_flag=True, help="Also each wrong and missed event with evidence.")
@click.option("--withheld", "without", is_flag=True, help="Also with half of the partners gone.")
@json_option
def score_(folder: Path, mistakes: bool, without: bool, as_json: bool) -> int:
    """Score the matching on recorded lists whose truth is known; 1 when something is wrong."""
    if not folder.is_dir():
        raise OurError(f"{folder} is no folder; give the one with the recorded lists")
    against = reference(folder)
    lists = [provider(folder, name) for name in PROVIDERS]
    pairs = [(one, against) for one in lists]
    pairs += [(one, other) for i, one in enumerate(lists) for other in lists[i + 1 :]]
    if without:
        pairs += [withheld(one, against, salt) for salt in SALTS for one in lists]
    scores = [found for one, other in pairs for found in score(one, other)]
    body = [found.body() | (_mistakes(found) if mistakes else {}) for found in scores]
    answer(body, as_json, lambda: "\n".join(_score_lines(scores, mistakes)))
    return 1 if any(found.wrong for found in scores) else 0


@fixtures.command("match")
@click.argument("one", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("other", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--zone-one", default="UTC", help="The zone of starts in ONE that name none.")
@click.option("--zone-other", default="UTC", help="The zone of starts in OTHER that name none.")
@click.option("--ahead-one", default=0.0, help="Hours by which ONE's clock is ahead.")
@click.option("--ahead-other", default=0.0, help="Hours by which OTHER's clock is ahead.")
@click.option("--sure", "sure_only", is_flag=True, help="Only what may be bet on.")
@json_option
def match_(
    one: Path,
    other: Path,
    zone_one: str,
    zone_other: str,
    ahead_one: float,
    ahead_other: float,
    sure_only: bool,
    as_json: bool,
) -> None:
    """Match two CSV lists: name (or home, away), start, league, and perhaps a key."""
    mine = read_list(one, "one", Clock(zone(zone_one), ahead_one))
    yours = read_list(other, "other", Clock(zone(zone_other), ahead_other))
    found = match_lists(mine, yours)
    if sure_only:
        found = [match for match in found if match.certainty.value == "sure"]
    body = [msgspec.to_builtins(match) for match in found]
    answer(body, as_json, lambda: _matches_text(found, mine, yours))


def _matches_text(found: list[Match], mine: list[Listed], yours: list[Listed]) -> str:
    counts = {kind: sum(m.certainty.value == kind for m in found) for kind in ("sure", "unsure")}
    lines = [line for match in found for line in match.lines()]
    lines.append(
        f"{counts['sure']} sure, {counts['unsure']} unsure, of {len(mine)} and {len(yours)} events"
    )
    return "\n".join(lines)


def _mistakes(found: Score) -> dict[str, Any]:
    return {
        "wrong_matches": [msgspec.to_builtins(match) for match in found.wrong],
        "missed_events": [
            {
                "event": msgspec.to_builtins(missed.event),
                "true": msgspec.to_builtins(missed.true),
                "unsure": msgspec.to_builtins(missed.match),
            }
            for missed in found.missed
        ],
    }


def _score_lines(scores: list[Score], mistakes: bool) -> list[str]:
    form = "{:14} {:18} {:9} {:>6} {:>7} {:>6} {:>6} {:>6} {:>7} {:>10} {:>7} {:>5}"
    lines = [
        form.format(
            "list", "against", "leagues", "events", "partner", "sure", "right", "wrong",
            "missed", "precision", "recall", "s",
        ).rstrip()
    ]  # fmt: skip
    for found in scores:
        row = found.body()
        lines.append(
            form.format(
                row["one"], row["other"], row["half"], row["events"], row["with_counterpart"],
                row["matched"], row["right"], row["wrong"], row["missed"],
                f"{row['precision']:.4f}", f"{row['recall']:.4f}", f"{row['seconds']:.1f}",
            )
        )  # fmt: skip
        if mistakes and found.half == HALVES[2]:
            lines += _mistake_lines(found)
    return lines


def _mistake_lines(found: Score) -> list[str]:
    lines = []
    for match in found.wrong:
        lines += ["  WRONG", *(f"    {line}" for line in match.lines())]
    for missed in found.missed:
        lines.append(f"  MISSED {missed.event.name} ({missed.event.league})")
        lines.append(f"    is {missed.true.name} ({missed.true.league})")
        if missed.match is not None:
            lines += [f"    {line}" for line in missed.match.lines()]
    return lines
