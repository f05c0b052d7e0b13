"""Record what the program speaks and writes: `python -m tests.wire.record`.

It refuses to record what would break a peer while VERSION is as it was, and what would break
a journal unless `--journal-changed` says that old entries are read as before all the same.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from tests.wire import program, sample
from tests.wire.compare import (
    KEEP_READING,
    RAISE_VERSION,
    journal_changes,
    message_changes,
    told,
)

HERE = Path(__file__).parent
MESSAGES = HERE / "messages.json"
JOURNAL = HERE / "journal.json"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: Path, record: Any) -> None:
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def may_record_messages(recorded: program.Record, now: program.Record) -> str:
    """Return why this may not be recorded; empty when it may."""
    changes = message_changes(recorded, now)
    if now["version"] > recorded["version"] or not any(change.breaks for change in changes):
        return ""
    return told(changes, RAISE_VERSION, "")


def may_record_journal(recorded: program.Record, now: program.Record) -> str:
    """Return why this may not be recorded; empty when it may."""
    changes = journal_changes(recorded, now)
    return told(changes, KEEP_READING, "") if any(change.breaks for change in changes) else ""


def record_sample(number: int) -> None:
    """Write a sample of this program's journal, and what is read out of it, once and for all."""
    lines = HERE / f"journal-{number}.jsonl"
    with tempfile.TemporaryDirectory() as folder:
        entries = sample.chosen(sample.lived(Path(folder)))
    text = "".join(msgspec.json.encode(entry).decode() + "\n" for entry in entries)
    lines.write_text(text, encoding="utf-8")
    write(lines.with_suffix(".json"), sample.folded(entries))


def main(arguments: list[str]) -> int:
    spoken, kept = program.messages(), program.journal()
    with tempfile.TemporaryDirectory() as folder:
        kept["types"] = sample.types(sample.lived(Path(folder)))
    refusals = []
    if MESSAGES.exists():
        refusals.append(may_record_messages(read(MESSAGES), spoken))
    if JOURNAL.exists() and "--journal-changed" not in arguments:
        refusals.append(may_record_journal(read(JOURNAL), kept))
    if any(refusals):
        print("not recorded:", *filter(None, refusals), sep="\n", file=sys.stderr)
        return 1
    if JOURNAL.exists() and "--journal-changed" not in arguments:
        kept["types"] = read(JOURNAL)["types"] | kept["types"]
    write(MESSAGES, spoken)
    write(JOURNAL, kept)
    samples = len(list(HERE.glob("journal-*.jsonl")))
    if not samples or "--another-sample" in arguments:
        record_sample(samples + 1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
