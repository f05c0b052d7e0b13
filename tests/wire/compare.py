"""What a change of messages or entries breaks, for whom, and what to do about it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

Record = dict[str, Any]

RECORD = "Then record it: `python -m tests.wire.record`, and commit what that changes."
RAISE_VERSION = (
    "Cure: give a new field a default, keep an old one; or raise VERSION in runtime/codec.py, so"
    f" that peers of the two versions refuse each other by name. {RECORD}"
)
TOGETHER = (
    "Compatible one way only: this program reads what a recorded peer sends, but a recorded peer"
    " refuses what is new. Nodes and commands of one machine run one version, so stop `run` and"
    f" start it anew after the upgrade. {RECORD}"
)
KEEP_READING = (
    "Cure: journals are kept for ever, and no VERSION helps them. Keep the field and write it, give"
    " a new one a default, or write a new kind of entry and go on reading the old one. Where old"
    " entries are read as before all the same, `python -m tests.wire.record --journal-changed`"
    " records it; the samples of tests/wire must fold as they did."
)
NEW_IN_JOURNAL = (
    f"Compatible one way only: a recorded program cannot read what is new in the journal. {RECORD}"
)


class Change(NamedTuple):
    """One difference: whether it breaks somebody, and in words."""

    breaks: bool
    words: str


def message_changes(recorded: Record, now: Record) -> list[Change]:
    """Return how what travels differs from what was recorded."""
    return list(_messages(recorded, now))


def journal_changes(recorded: Record, now: Record) -> list[Change]:
    """Return how what is written into the journal, or read out of it, differs."""
    return [*_entries(recorded, now), *_facts(recorded["facts"], now["facts"], "old journals")]


def told(changes: list[Change], cure: str, otherwise: str) -> str:
    """Return the changes in lines, those that break first, and what to do about them."""
    lines = [f"BREAKS: {change.words}" for change in changes if change.breaks]
    lines += [f"changed: {change.words}" for change in changes if not change.breaks]
    return "\n".join([*lines, cure if any(change.breaks for change in changes) else otherwise])


def _messages(recorded: Record, now: Record) -> Iterator[Change]:
    if now["version"] != recorded["version"]:
        yield Change(False, f"VERSION was {recorded['version']} and is {now['version']}")
    for kind, old in recorded["kinds"].items():
        new = now["kinds"].get(kind)
        if new is None:
            yield Change(True, f"{kind} is gone: what a recorded peer sends of it is a dead letter")
            continue
        for how in ("control", "overflow"):
            if old[how] != new[how]:
                yield Change(False, f"{kind}.{how} was {old[how]} and is {new[how]}")
        yield from _fields(kind, old["fields"], new["fields"], "recorded peers")
    for kind in now["kinds"].keys() - recorded["kinds"].keys():
        yield Change(False, f"{kind} is new: to a recorded peer it is an unknown kind")
    yield from _facts(recorded["facts"], now["facts"], "recorded peers")


def _facts(recorded: Record, now: Record, whose: str) -> Iterator[Change]:
    for name in recorded.keys() & now.keys():
        old, new = recorded[name], now[name]
        yield from _fields(name, old.get("fields", {}), new.get("fields", {}), whose)
        before, after = set(old.get("members", ())), set(new.get("members", ()))
        for member in sorted(before - after):
            yield Change(True, f"{name} no longer knows {member!r}: {whose} hold it")
        for member in sorted(after - before):
            yield Change(False, f"{name} has the new member {member!r}")


def _fields(owner: str, old: Record, new: Record, whose: str) -> Iterator[Change]:
    for name in old.keys() - new.keys():
        yield Change(True, f"{owner}.{name} is gone: {whose} have it, and {owner} is refused whole")
    for name in new.keys() - old.keys():
        if new[name]["required"]:
            yield Change(True, f"{owner}.{name} is new and required: {whose} do not have it")
        else:
            yield Change(False, f"{owner}.{name} is new, with a default")
    for name in old.keys() & new.keys():
        before, after = old[name], new[name]
        if before["type"] != after["type"]:
            types = f"was {before['type']} and is {after['type']}"
            yield Change(True, f"{owner}.{name} {types}: {whose} have the former")
        if after["required"] and not before["required"]:
            yield Change(True, f"{owner}.{name} is required now: {whose} may not have it")
        elif before["required"] and not after["required"]:
            yield Change(False, f"{owner}.{name} has a default now")


def _entries(recorded: Record, now: Record) -> Iterator[Change]:
    old_kinds, new_kinds = recorded["entries"], now["entries"]
    for kind in old_kinds.keys() - new_kinds.keys():
        yield Change(True, f"entries {kind} are no longer written: whoever reads them waits")
    for kind in new_kinds.keys() - old_kinds.keys():
        yield Change(False, f"entries {kind} are new")
    for kind in old_kinds.keys() & new_kinds.keys():
        old, new = old_kinds[kind], new_kinds[kind]
        for name in old.keys() - new.keys():
            yield Change(True, f"{kind} is written without {name}: whoever reads it finds none")
        for name in new.keys() - old.keys():
            yield Change(False, f"{kind} is written with the new field {name}")
        for name in old.keys() & new.keys():
            if old[name] != new[name]:
                breaks = new[name] == "sometimes"
                words = f"{kind} has {name} {new[name]}, which it had {old[name]}"
                yield Change(breaks, words)
