"""`tictac adopt`: take over bets that the bookmaker holds and the journal does not know."""

from typing import Any

import click

from actors.cli.asking import command, operator
from actors.cli.options import answer, json_option, state_option
from actors.state_folder import StateFolder
from runtime.errors import OurError

ANSWER_WITHIN = 60.0
"""Seconds; the bookmaker is asked for its lists meanwhile."""


@click.command()
@click.argument("account")
@click.option("--ticket", "tickets", multiple=True, help="Only this one; may be given often.")
@click.option("--look", is_flag=True, help="Only say what would be adopted.")
@click.option("--reason", default="", help="Why, for the record.")
@state_option
@json_option
def adopt(
    account: str,
    tickets: tuple[str, ...],
    look: bool,
    reason: str,
    state: StateFolder,
    as_json: bool,
) -> int:
    """Make open bets of the bookmaker that are not ours orders of this journal."""
    if not (reason or look):
        raise OurError("adopt needs --reason TEXT, or --look to see what it would do")
    given = {
        "account": account,
        "tickets": "\n".join(tickets),
        "look": "yes" if look else "",
        "reason": reason,
        "by": operator(),
    }
    reply = command(state, "adopt", given, ANSWER_WITHIN)
    answer(reply.body, as_json, lambda: "\n".join(adopt_lines(reply.body)))
    return reply.exit


def adopt_lines(body: dict[str, Any]) -> list[str]:
    """Write the answer for people: a line for each bet, and what is left."""
    if "error" in body:
        return [str(body["error"])]
    only_looked, bets = body["only_looked"], body["bets"]
    lines = [_bet_line(bet, only_looked) for bet in bets]
    count = sum(bet["becomes"] == "adopted" for bet in bets)
    done = "would be adopted" if only_looked else "adopted"
    lines.append(
        f"{body['account']}: {count} of {len(bets)} bets {done};"
        f" not ours {body['foreign_stakes']}, difference {body['difference']}"
        if bets
        else f"{body['account']}: every open bet that the bookmaker shows is ours already"
    )
    return lines


def _bet_line(bet: dict[str, Any], only_looked: bool) -> str:
    becomes = bet["becomes"]
    word = "would be adopted" if only_looked and becomes == "adopted" else becomes
    what = ""
    if "event" in bet:
        what = f"  {bet['event']}: {bet['bet']}  {bet['price']} x {bet['stake']} at {bet['book']}"
    why = f" ({bet['why']})" if bet["why"] else ""
    return f"{word:<9} {bet['ticket']}{what}{why}"
