"""What the files of a recording hold: how much for people, and row by row for who exports it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec

from actors.recording.price_table import COLUMNS, EVENT_COLUMNS
from runtime.codec import LETTER, Letter, Message, decode, join
from runtime.tape import read, reading, select
from runtime.tape_records import LeftOut, Lost, Sent, Turn

Span = tuple[int, int]
"""From one moment up to another, without it, in ms since 1970 UTC."""

ALWAYS: Span = (0, 2**62)


class Summary(msgspec.Struct, frozen=True):
    """One recording, in figures. Times in ms since 1970 UTC."""

    number: int
    began: int
    ended: int
    files: int
    bytes: int
    records: int
    prices: int
    lost: int


def span(first: date | None, last: date | None) -> Span:
    """Return the moments of whole days of UTC, both included; None is no bound."""
    begin = ALWAYS[0] if first is None else _midnight(first)
    return begin, ALWAYS[1] if last is None else _midnight(last + timedelta(days=1))


def summary(number: int, files: Sequence[Path]) -> Summary:
    """Count what is in the files of the recording of this number. Raises OurError for damage."""
    began = ended = size = records = prices = lost = 0
    for path in files:
        size += path.stat().st_size
        with reading(path) as connection:
            (began,) = connection.execute("SELECT at FROM recording").fetchone()
            last, count = connection.execute("SELECT max(at), count(*) FROM records").fetchone()
            prices += connection.execute("SELECT count(*) FROM prices").fetchone()[0]
        ended, records = max(ended, last or began), records + count
        gaps = select(path, "what = 'lost'")
        lost += sum(one.records for one in gaps if isinstance(one, Lost))
    return Summary(number, began, ended, len(files), size, records, prices, lost)


def prices(files: Iterable[Path], within: Span = ALWAYS) -> Iterator[dict[str, Any]]:
    """Yield each recorded price with the names of its event, in the order of the recording."""
    events: dict[str, tuple[Any, ...]] = {}
    for path in files:
        with reading(path) as connection:
            known = f"SELECT event, {', '.join(EVENT_COLUMNS)} FROM events"
            for key, *names in connection.execute(known):
                events[key] = tuple(names)
            wanted = f"SELECT {', '.join(COLUMNS)} FROM prices WHERE at >= ? AND at < ?"
            for row in connection.execute(f"{wanted} ORDER BY rowid", within):
                found = dict(zip(COLUMNS, row, strict=True))
                names = events.get(found["event"], (None,) * len(EVENT_COLUMNS))
                yield found | dict(zip(EVENT_COLUMNS, names, strict=True))


def messages(files: Iterable[Path], within: Span = ALWAYS) -> Iterator[dict[str, Any]]:
    """Yield each recorded message, in the order of the recording.

    `what` is "sent"; or "heard" and "told" of an actor whose turns are recorded; or "left out",
    without its content.
    """
    for path in files:
        for record in read(path):
            if not within[0] <= record.at < within[1]:
                continue
            match record:
                case Sent(at, _, _, _, _, data):
                    yield _message(at, "sent", data)
                case LeftOut(at, _, to, sender, kind):
                    yield _row(at, "left out", to, sender, kind, None)
                case Turn(at, _, _, _, _, heard):
                    if heard:
                        yield _message(at, "heard", heard)
                    for data in record.told:
                        yield _message(at, "told", data)


def _message(at: int, what: str, data: bytes) -> dict[str, Any]:
    assert data[0] == LETTER
    letter: Letter[Message] | None = next(iter(decode(join([data]))[0]), None)
    if letter is None:  # of a kind that this program does not speak
        to, sender, body = msgspec.msgpack.decode(data)
        return _row(at, what, to, sender, body.get("kind", ""), None)
    kind = type(letter.message).__name__
    text = msgspec.json.encode(letter.message).decode()
    return _row(at, what, letter.to, letter.sender, kind, text)


def _row(
    at: int, what: str, to: str, sender: str, kind: str, message: str | None
) -> dict[str, Any]:
    return {"at": at, "what": what, "to": to, "from": sender, "kind": kind, "message": message}


def _midnight(day: date) -> int:
    return round(datetime.combine(day, time(), UTC).timestamp() * 1000)
