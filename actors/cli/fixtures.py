"""`tictac fixtures`: score the matching, match two lists, review what is unsure."""

from pathlib import Path
from typing import Any

import click
import msgspec

from actors.cli.asking import command, core_listens, operator
from actors.cli.options import answer, json_option, state_option
from actors.fixtures import review as reviewing
from actors.fixtures.listed import Listed
from actors.fixtures.lists import Clock, read_list, zone
from actors.fixtures.match import Match
from actors.fixtures.matching import match_lists
from actors.fixtures.register import KEY, Register
from actors.fixtures.score import HALVES, Score, score, withheld
from actors.fixtures.truth import PROVIDERS, provider, reference
from actors.ledger import open_journal
from actors.state_folder import StateFolder
from runtime.clock import SystemClock
from runtime.errors import OurError
from runtime.journal import Entry
from runtime.limits import Report

SALTS = ("A", "B")


@click.group()
def fixtures() -> None:
    """Which event of one book is which event of another."""


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


@fixtures.command("review")
@click.option("--accept", type=int, metavar="N", help="These two are one event.")
@click.option("--refuse", type=int, metavar="N", help="These two are two events.")
@click.option("--alias", metavar="A:NAME=B:NAME", help="Two sources' names are one team's.")
@click.option("--reason", default="", help="What you compared, and where, for the record.")
@click.option("--all", "everything", is_flag=True, help="Also what is sure.")
@state_option
@json_option
def review(
    accept: int | None,
    refuse: int | None,
    alias: str | None,
    reason: str,
    everything: bool,
    state: StateFolder,
    as_json: bool,
) -> int:
    """Show which matches are unsure, or decide one; the decision is durable, and by whom."""
    wanted = {"accept": accept, "refuse": refuse, "alias": alias}
    named = {name: value for name, value in wanted.items() if value is not None}
    if len(named) > 1:
        raise OurError("one decision at a time: --accept, --refuse or --alias")
    given = {"all": "yes" if everything else "", "reason": reason, "by": operator()}
    for name, value in named.items():
        given |= (
            {"names": str(value)} if name == "alias" else {"ruling": name, "number": str(value)}
        )
    if core_listens(state):
        reply = command(state, "fixtures", given)
        code, body = reply.exit, reply.body
    else:
        code, body = 0, _at_rest(state, given)
    if code:
        raise OurError(str(body.get("error", "refused")))
    answer(body, as_json, lambda: _review_text(body, given))
    return code


def _at_rest(state: StateFolder, given: dict[str, str]) -> Report:
    """Show the queue of a state directory where nothing runs, or write a decision into it."""
    if not state.journal.exists():
        raise OurError(f"{state.path} has no journal: `tictac run` makes one; or give --state")
    if not (given.get("names") or given.get("ruling")):
        return reviewing.shown(_register(state), SystemClock().now(), given["all"] == "yes")
    with state.locked():
        register = _register(state)
        if given.get("names"):
            alias = reviewing.alias(given)
            _append(
                state,
                Entry(
                    "fixture.named",
                    KEY,
                    {
                        "source": alias.source,
                        "name": alias.name,
                        "other_source": alias.other_source,
                        "other_name": alias.other_name,
                        "by": alias.by,
                        "reason": alias.reason,
                    },
                ),
            )
            return dict(msgspec.structs.asdict(alias))
        decision = reviewing.decision(register, given)
        match = register.by_number(int(given["number"]))
        assert match is not None
        _append(
            state,
            Entry(
                "fixture.decided",
                KEY,
                {
                    "one": decision.one,
                    "other": decision.other,
                    "ruling": decision.ruling.value,
                    "by": decision.by,
                    "reason": decision.reason,
                },
            ),
        )
        return reviewing.told(match, decision)


def _register(state: StateFolder) -> Register:
    register = Register()
    for written in open_journal(state.path).entries(KEY):
        register.fold(written.kind, written.body)
    return register


def _append(state: StateFolder, entry: Entry) -> None:
    now = SystemClock().now()
    journal = open_journal(state.path)
    journal.begin_term(now)
    journal.append("operator", journal.claim("operator"), [entry], now)


def _review_text(body: dict[str, Any], given: dict[str, str]) -> str:
    if "ruling" in body:
        return f"{body['one']}\n{body['other']}\n{body['ruling']} by {body['by']}: {body['reason']}"
    if given.get("names"):
        return (
            f"{body['source']}: {body['name']} is {body['other_source']}: {body['other_name']}"
            f" from now on, by {body['by']}"
        )
    lines = []
    for row in body["matches"]:
        swapped = ", home and away the other way round" if row["swapped"] else ""
        lines.append(
            f"{row['number']}  {row['certainty']} {row['confidence']:.4f}  {row['start']}{swapped}"
        )
        lines += [f"   {row['one']}", f"   {row['other']}"]
        lines += [f"   {line}" for line in row["evidence"].split("\n")]
    if not lines:
        return "no match" if given.get("all") else "nothing to review"
    return "\n".join(lines)


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
