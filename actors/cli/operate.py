"""`tictac status`, `kill`, `resume` and `arm`: steer a running core over the bus."""

import os
import threading
from collections.abc import Callable
from typing import Any

import click

from actors.bet_text import clock_text
from actors.cli.asking import ANSWER_WITHIN, command, core_listens, operator
from actors.cli.options import Duration, answer, json_option, state_option
from actors.cli.steer import paused, scope_options
from actors.gate import KillGate
from actors.ledger import open_journal
from actors.messages import Reply
from actors.state_folder import StateFolder, StateTakenError
from runtime.clock import SystemClock
from runtime.errors import OurError
from runtime.journal import Entry

ASK_AGAIN_AFTER = 0.1


@click.command()
@state_option
@json_option
def status(state: StateFolder, as_json: bool) -> int:
    """Show what runs, what is at risk and how old the prices are."""
    reply = command(state, "status", {})
    answer(reply.body, as_json, lambda: _status_text(reply.body))
    return reply.exit


@click.command()
@click.option("--reason", required=True, help="Why, for the record.")
@state_option
@json_option
def kill(reason: str, state: StateFolder, as_json: bool) -> int:
    """Stop all placing now, and after every restart, until `resume`."""
    state.prepare()
    gate = KillGate(state.path)
    fault = ""
    try:
        gate.close(reason, operator(), SystemClock().now())
    except OSError as error:
        fault = f"the disk refuses: {error.strerror}"
    body: dict[str, Any] = {"trading": "killed", "reason": reason, "by": operator()}
    try:
        reply = command(state, "kill", {"reason": reason, "by": operator()})
        body |= {"acknowledged": reply.exit == 0}
    except OurError:
        body |= {"acknowledged": False}
    words = "and the core says so" if body["acknowledged"] else "no core is running to say so"
    if fault:
        if not (body["acknowledged"] or os.path.lexists(gate.path)):
            raise OurError(f"the gate is NOT closed: {fault}; stop `tictac run`")
        words += f"; {fault}, so that it may be open after a restart"
    answer(body, as_json, lambda: f"killed: nothing is placed until `tictac resume`; {words}")
    return 1 if fault else 0


@click.command()
@click.option("--reason", required=True, help="Why it is safe again, for the record.")
@state_option
@json_option
@scope_options
def resume(reason: str, state: StateFolder, as_json: bool, **scopes: str | None) -> int:
    """Open the kill gate again, or end a pause; the reason is in the journal first."""
    if any(scopes.values()):
        return paused(state, "unpause", reason, scopes, as_json)
    if not state.path.is_dir() or not KillGate(state.path).closed():
        raise OurError(f"the kill gate of {state.path} is open: there is nothing to resume")
    reply = _resume(state, reason)
    answer(reply.body, as_json, lambda: _words(reply, f"resumed: {reason}"))
    return reply.exit


@click.command()
@click.option("--for", "lasting", type=Duration(), required=True, help="Such as 8h.")
@state_option
@json_option
def arm(lasting: float, state: StateFolder, as_json: bool) -> int:
    """Allow live bets for a time; the arm runs out by itself."""
    reply = command(state, "arm", {"seconds": str(lasting), "by": operator()})
    answer(reply.body, as_json, lambda: _words(reply, f"armed until {_until(reply)}"))
    return reply.exit


def _resume(
    state: StateFolder,
    reason: str,
    pause: Callable[[float], object] = threading.Event().wait,  # noqa: B008 - never set
) -> Reply:
    """Let the core do it, or do it at rest; a core that only just starts is waited for."""
    limit = SystemClock().monotonic() + ANSWER_WITHIN
    while True:
        if core_listens(state):
            return command(state, "resume", {"reason": reason, "by": operator()})
        try:
            return _resume_at_rest(state, reason)
        except StateTakenError:
            if SystemClock().monotonic() > limit:
                raise
        pause(ASK_AGAIN_AFTER)


def _resume_at_rest(state: StateFolder, reason: str) -> Reply:
    """Journal the reason and open the gate while nothing runs and nothing may start."""
    with state.locked():
        now = SystemClock().now()
        journal = open_journal(state.path)
        journal.begin_term(now)
        pen = journal.claim("operator")
        body = {"reason": reason, "by": operator()}
        entries = [Entry("resumed", "gate", body)]
        if [written.kind for written in journal.entries("gate")][-1:] != ["killed"]:
            entries.insert(0, Entry("killed", "gate", dict(KillGate(state.path).why())))
        journal.append("operator", pen, entries, now)
        KillGate(state.path).open()
    return Reply("", 0, {"trading": "open", **body})


def _until(reply: Reply) -> str | None:
    until = reply.body.get("armed_until")
    return clock_text(until if isinstance(until, int) else None)


def _words(reply: Reply, done: str) -> str:
    return done if reply.exit == 0 else str(reply.body.get("error", "refused"))


def _status_text(body: dict[str, Any]) -> str:
    journal = body["journal"]
    lines = [
        f"mode {body['mode']}, trading {body['trading']}, term {body['term']}"
        + "".join(f", {name} {value}" for name, value in body["gate"].items() if name != "at")
        + (f", armed until {clock_text(body['armed_until'])}" if body["armed_until"] else ""),
        f"open bets {body['open_bets']} (in doubt {body['in_doubt']}),"
        f" exposure {body['exposure']}, profit today {body['pnl_today']}",
    ]
    if journal:
        since = clock_text(journal["since"])
        lines.insert(1, f"journal: the disk refuses it since {since}: {journal['refused']}")
    lines += [
        f"feed {name}: {feed['events']} events, {feed['quotes']} quotes,"
        f" {feed['age_seconds']:.1f} s old, {feed['faults']} faults, {feed['signals']} signals"
        for name, feed in body["feeds"].items()
    ]
    lines += [
        f"beside {row['market']}: {row['events']} events are surely in {row['beside']}, too"
        for row in body["pairs"]
    ]
    lines += [
        f"STOPPED strategy {row['strategy']} in {row['market']}: {row['reason']}"
        for row in body["stopped_strategies"]
    ]
    lines += [
        f"turned down {row['market']} {row['strategy']}: {row['stage']} {row['count']} times,"
        f" last {row['age_seconds']:.0f} s ago: {row['reason']}"
        for row in body["turned_down"]
    ]
    lines += [
        f"bundle {row['bundle']} {row['event']}: {row['outcome']}, worst loss {row['remainder']}"
        + f" ({row['reason']})" * bool(row["reason"])
        for row in body["bundles"]
        if row["outcome"] in ("begun", "left")
    ]
    lines += [
        f"session {name}: {session['state']}" + f" ({session['reason']})" * bool(session["reason"])
        for name, session in body["sessions"].items()
    ]
    lines += [
        f"account {name}: credit {account['credit']}, outstanding {account['outstanding']},"
        f" difference {account['difference']}"
        for name, account in body["accounts"].items()
    ]
    restarted = [actor for actor in body["actors"] if actor["restarts"]]
    count = sum(actor["count"] for actor in body["actors"])
    lines.append(f"{count} actors, dead letters {body['dead_letters']}")
    lines += [f"  {actor['address']}: {actor['restarts']} restarts" for actor in restarted]
    return "\n".join(lines)
