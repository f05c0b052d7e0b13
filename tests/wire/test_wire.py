"""A change that breaks older peers or older journals is refused, with the cure.

The records lie beside this file; `python -m tests.wire.record` makes them anew.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actors.orders import FINAL, OPEN
from tests.wire import program, sample
from tests.wire.compare import (
    KEEP_READING,
    NEW_IN_JOURNAL,
    RAISE_VERSION,
    TOGETHER,
    journal_changes,
    message_changes,
    told,
)
from tests.wire.record import (
    HERE,
    JOURNAL,
    MESSAGES,
    may_record_journal,
    may_record_messages,
    read,
)

SAMPLES = sorted(HERE.glob("journal-*.jsonl"))


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> list[sample.Written]:
    return sample.lived(tmp_path_factory.mktemp("state"))


def test_the_program_speaks_as_was_recorded() -> None:
    changes = message_changes(read(MESSAGES), program.messages())
    assert not changes, told(changes, RAISE_VERSION, TOGETHER)


def test_the_program_writes_its_journal_as_was_recorded() -> None:
    changes = journal_changes(read(JOURNAL), program.journal())
    assert not changes, told(changes, KEEP_READING, NEW_IN_JOURNAL)


def test_the_record_says_all_there_is_to_say() -> None:
    assert program.messages() == read(MESSAGES)
    assert program.journal() | {"types": read(JOURNAL)["types"]} == read(JOURNAL)


def test_what_is_written_is_of_the_types_that_were_recorded(lived: list[sample.Written]) -> None:
    """What the bad days write depends on all actors; of what they write, no type may change."""
    recorded, compared = read(JOURNAL)["types"], 0
    for kind, fields in sample.types(lived).items():
        for name, types in fields.items():
            was = recorded.get(kind, {}).get(name, types)
            assert set(types) <= set(was), f"{kind}.{name} was {was}, is {types}. {KEEP_READING}"
            compared += was is not types
    assert compared > 20


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_journal_of_an_older_program_folds_to_the_same_state(path: Path) -> None:
    found = sample.folded(sample.written(path.read_text(encoding="utf-8")))
    expected = read(path.with_suffix(".json"))
    for part, state in expected.items():
        told_apart = f"{part} of {path.name} is not what it was. {KEEP_READING}"
        assert known_part(found[part], state) == state, told_apart


def known_part(found: Any, expected: Any) -> Any:
    """Return what is found without the fields that were not there when it was recorded."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return {key: known_part(found.get(key), expected[key]) for key in expected}
    return found


def test_the_samples_have_every_kind_of_entry_and_every_state() -> None:
    entries = [
        entry for path in SAMPLES for entry in sample.written(path.read_text(encoding="utf-8"))
    ]
    kinds = {entry.kind for entry in entries}
    assert kinds >= set(read(JOURNAL)["entries"]) - {"order.*", "rule.*"}
    assert kinds >= {f"rule.{name}" for name in ("limit", "unlimit", "pause", "unpause")}
    rows = [order for path in SAMPLES for order in orders_of(path)]
    assert {order["state"] for order in rows} >= {state.value for state in OPEN | FINAL}
    for column in ("courier", "reference", "ticket", "reason", "pnl"):
        assert any(order[column] for order in rows), column
    assert any(order["price"] != order["wanted_price"] for order in rows)


def orders_of(path: Path) -> list[dict[str, Any]]:
    return list(read(path.with_suffix(".json"))["orders"].values())


Spoken = dict[str, Any]


def drop_kind(now: Spoken) -> None:
    del now["kinds"]["Credit"]


def drop_field(now: Spoken) -> None:
    del now["kinds"]["Token"]["fields"]["base_url"]


def rename_field(now: Spoken) -> None:
    fields = now["kinds"]["Token"]["fields"]
    fields["url"] = fields.pop("base_url")


def add_required(now: Spoken) -> None:
    now["kinds"]["Token"]["fields"]["until"] = {"type": "int", "required": True}


def require(now: Spoken) -> None:
    now["kinds"]["OrderMoved"]["fields"]["pnl"]["required"] = True


def retype(now: Spoken) -> None:
    now["facts"]["Quote"]["fields"]["price"]["type"] = "str"


def drop_member(now: Spoken) -> None:
    now["facts"]["Phase"]["members"].remove("live")


def add_kind(now: Spoken) -> None:
    now["kinds"]["News"] = now["kinds"]["Credit"]


def add_field(now: Spoken) -> None:
    now["kinds"]["Token"]["fields"]["until"] = {"type": "int", "required": False}


def add_member(now: Spoken) -> None:
    now["facts"]["Phase"]["members"].append("later")


Plant = Callable[[Spoken], None]


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (drop_kind, "Credit is gone: what a recorded peer sends of it is a dead letter"),
        (drop_field, "Token.base_url is gone: recorded peers have it, and Token is refused whole"),
        (rename_field, "Token.url is new and required: recorded peers do not have it"),
        (add_required, "Token.until is new and required: recorded peers do not have it"),
        (require, "OrderMoved.pnl is required now: recorded peers may not have it"),
        (retype, "Quote.price was int and is str: recorded peers have the former"),
        (drop_member, "Phase no longer knows 'live': recorded peers hold it"),
    ],
)
def test_what_breaks_peers_is_not_recorded_while_the_version_stays(
    plant: Plant, words: str
) -> None:
    now = read(MESSAGES)
    plant(now)
    refusal = may_record_messages(read(MESSAGES), now)
    assert f"BREAKS: {words}" in refusal
    assert "raise VERSION in runtime/codec.py" in refusal
    now["version"] += 1
    assert may_record_messages(read(MESSAGES), now) == ""
    assert message_changes(read(MESSAGES), now)


@pytest.mark.parametrize("plant", [add_kind, add_field, add_member])
def test_what_older_peers_need_not_know_is_recorded_all_the_same(plant: Plant) -> None:
    now = read(MESSAGES)
    plant(now)
    assert may_record_messages(read(MESSAGES), now) == ""
    (change,) = message_changes(read(MESSAGES), now)
    assert "one way only" in told([change], RAISE_VERSION, TOGETHER)


def test_what_breaks_journals_is_refused() -> None:
    now = read(JOURNAL)
    del now["entries"]["account.opened"]
    del now["entries"]["order.sending"]["price"]
    now["facts"]["Intent"]["fields"]["note"] = {"type": "str", "required": True}
    refusal = may_record_journal(read(JOURNAL), now)
    for words in (
        "entries account.opened are no longer written",
        "order.sending is written without price",
        "Intent.note is new and required: old journals do not have it",
        "journals are kept for ever",
    ):
        assert words in refusal
