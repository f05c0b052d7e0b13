"""`tictac limits`, `pause`, `resolve` and `adjust`: what an operator decides, journalled."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from actors.cli.asking import command, operator
from actors.cli.options import answer, json_option, state_option
from actors.messages import Reply
from actors.risk.rules import SCOPES
from actors.risk.steering import OUTCOMES
from actors.state_folder import StateFolder
from runtime.errors import OurError

F = TypeVar("F", bound=Callable[..., Any])
reason_option = click.option("--reason", required=True, help="Why, for the record.")


def scope_options(function: F) -> F:
    """Let a command name one account, book, strategy or market."""
    for kind in reversed(SCOPES):
        function = click.option(f"--{kind}", metavar="NAME", help=f"Only this {kind}.")(function)
    return function


@click.group(invoke_without_command=True)
@state_option
@json_option
@click.pass_context
def limits(context: click.Context, state: StateFolder, as_json: bool) -> int:
    """Show the limits in force; `set` and `reset` change them while betting goes on."""
    if context.invoked_subcommand is not None:
        return 0
    reply = command(state, "limits", {})
    answer(reply.body, as_json, lambda: _limits_text(reply))
    return reply.exit


@limits.command("set")
@click.argument("name")
@click.argument("value")
@reason_option
@state_option
@json_option
def set_limit(name: str, value: str, reason: str, state: StateFolder, as_json: bool) -> int:
    """Set a limit from now on, also after a restart, until `reset`."""
    given = {"name": name, "value": value, "reason": reason}
    return _steer(state, "limit", given, f"{name} is {value} from now on", as_json)


@limits.command()
@click.argument("name")
@reason_option
@state_option
@json_option
def reset(name: str, reason: str, state: StateFolder, as_json: bool) -> int:
    """Go by the configuration again."""
    given = {"name": name, "reason": reason}
    return _steer(state, "unlimit", given, f"{name} is as configured", as_json)


@click.command()
@scope_options
@reason_option
@state_option
@json_option
def pause(reason: str, state: StateFolder, as_json: bool, **scopes: str | None) -> int:
    """Stop new bets of one account, book, strategy or market, until `resume` with the same."""
    return paused(state, "pause", reason, scopes, as_json)


@click.command()
@click.argument("bet")
@click.option("--as", "outcome", type=click.Choice(list(OUTCOMES)), required=True)
@click.option("--profit", default="", help="Of a settled bet, such as 9.30 or -10.00.")
@click.option("--reason", required=True, help="What you saw at the bookmaker, for the record.")
@state_option
@json_option
def resolve(
    bet: str, outcome: str, profit: str, reason: str, state: StateFolder, as_json: bool
) -> int:
    """Decide by hand what became of a bet. Look at the bookmaker's own site first."""
    given = {"order": bet, "state": outcome, "profit": profit, "reason": reason}
    return _steer(state, "resolve", given, f"{bet} is {outcome}", as_json)


@click.command()
@click.argument("account")
@click.option("--amount", required=True, help="The difference that `status` shows.")
@click.option("--reason", required=True, help="What explains it, for the record.")
@state_option
@json_option
def adjust(account: str, amount: str, reason: str, state: StateFolder, as_json: bool) -> int:
    """Take a difference to the bookmaker's account as explained: money paid in or drawn."""
    given = {"account": account, "amount": amount, "reason": reason}
    return _steer(state, "adjust", given, f"{account}: {amount} is explained", as_json)


def paused(
    state: StateFolder, name: str, reason: str, scopes: dict[str, str | None], as_json: bool
) -> int:
    """Pause, or end the pause of, the one thing that is named. Raises OurError for none or two."""
    named = [(kind, value) for kind, value in scopes.items() if value]
    if len(named) != 1:
        raise OurError(f"name one of --{', --'.join(SCOPES)}; `tictac kill` stops everything")
    ((kind, value),) = named
    given = {"scope": kind, "name": value, "reason": reason}
    words = f"{kind} {value}: {'no new bets' if name == 'pause' else 'bets again'}"
    return _steer(state, name, given, words, as_json)


def _steer(state: StateFolder, name: str, given: dict[str, str], done: str, as_json: bool) -> int:
    reply = command(state, name, given | {"by": operator()})
    words = done if reply.exit == 0 else str(reply.body.get("error", "refused"))
    answer(reply.body, as_json, lambda: words)
    return reply.exit


def _limits_text(reply: Reply) -> str:
    if reply.exit:
        return str(reply.body.get("error", "refused"))
    rows, paused = reply.body["limits"], reply.body["paused"]
    assert isinstance(rows, dict)
    assert isinstance(paused, dict)
    lines = []
    for name, row in rows.items():
        assert isinstance(row, dict)
        changed = f"  ({row['by']}: {row['reason']})" if row["by"] or row["reason"] else ""
        lines.append(f"{name:24}{row['value']}{changed}")
    return "\n".join(lines + [f"{scope} is paused: {why}" for scope, why in paused.items()])
