"""`tictac fixtures review`: what is unsure, and what an operator says of it, with a core or not."""

from typing import Any

import click
import msgspec

from actors.cli.asking import command, core_listens, operator
from actors.cli.options import answer, json_option, state_option
from actors.fixtures import review as reviewing
from actors.fixtures.register import KEY, Register
from actors.ledger import open_journal
from actors.state_folder import StateFolder
from runtime.clock import SystemClock
from runtime.errors import OurError
from runtime.journal import Entry
from runtime.limits import Report


@click.command()
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
