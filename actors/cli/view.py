"""`tictac tree` and `tictac metrics`: what the actors of a running core are and do."""

from typing import Any

import click
from prometheus_client.parser import text_string_to_metric_families

from actors.cli.asking import command
from actors.cli.options import answer, json_option, state_option
from actors.state_folder import StateFolder

HEADER = (
    *("actor", "state", "incarnation", "restarts", "mailbox", "turns", "busy"),
    *("last turn", "thread"),
)


@click.command()
@click.option("--all", "everyone", is_flag=True, help="Each actor, also where many are alike.")
@state_option
@json_option
def tree(everyone: bool, state: StateFolder, as_json: bool) -> int:
    """Show each actor of the core: where it stands, what waits for it, how busy it is.

    It looks twice, a second apart: busy is the share of that second.
    """
    reply = command(state, "tree", {"everyone": "yes" if everyone else "no"})
    answer(reply.body, as_json, lambda: _tree_text(reply.body, everyone))
    return reply.exit


@click.command()
@state_option
@json_option
def metrics(state: StateFolder, as_json: bool) -> int:
    """Print the core's metrics in the format that Prometheus reads."""
    reply = command(state, "metrics", {})
    text = str(reply.body.get("text", ""))
    answer(_samples(text) if as_json else reply.body, as_json, text.rstrip)
    return reply.exit


def _tree_text(body: dict[str, Any], everyone: bool) -> str:
    rows = [HEADER, *(_row(actor) for actor in body["actors"])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = [
        "  ".join(
            cell.rjust(width) if 2 <= column <= 6 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines += [
        f"{shard['name']}: {shard['actors']} actors, {shard['mailbox']} letters wait,"
        f" busy {shard['busy_share']:.1%}, {shard['slow_turns']} slow turns"
        + (f", now {shard['current']}" if shard["current"] else "")
        for shard in body["shards"]
    ]
    if body["unfreed"]:
        lines.append(f"{body['unfreed']} given up and still in a turn")
    if everyone and not body["whole"]:
        lines.append("too many to show each")
    return "\n".join(lines)


def _row(actor: dict[str, Any]) -> tuple[str, ...]:
    many = actor["count"] > 1
    name = "  " * actor["depth"] + actor["address"]
    name += f" ({actor['count']})" if many else f" ({actor['strategy']})" * bool(actor["strategy"])
    mailbox = str(actor["mailbox"])
    if many and actor["deepest"]:
        mailbox += f" (most {actor['deepest']})"
    return (
        name,
        actor["state"],
        "" if many else str(actor["incarnation"]),
        str(actor["restarts"]),
        mailbox,
        str(actor["turns"]),
        f"{actor['busy_share']:.1%}",
        _last(actor),
        actor["thread"],
    )


def _last(actor: dict[str, Any]) -> str:
    if actor["in_turn"] is not None:
        return f"in one for {actor['in_turn']:.1f} s"
    return "" if actor["idle"] is None else f"{actor['idle']:.1f} s ago"


def _samples(text: str) -> list[dict[str, Any]]:
    return [
        {"name": sample.name, "labels": sample.labels, "value": sample.value}
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    ]
