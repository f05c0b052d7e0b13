"""Recorded prices: a row each, over files and restarts, with the names of their events."""

from datetime import date
from pathlib import Path

import msgspec

from actors.messages import MarketUpdate
from actors.recording.contents import messages, prices, span, summary
from actors.recording.price_table import PriceTable
from actors.selections import Event, Quote
from actors.units import Millis
from runtime.codec import Message, seal
from runtime.tape import Tape, files
from runtime.tape_records import AnyRecord, Began, LeftOut, Lost, Sent, Turn
from tests.actors.world import EVENT, HOME, NOW, quote

BEGAN = Began(NOW, 5.0, "core")


def turn(message: Message, at: int = NOW, told: tuple[bytes, ...] = ()) -> Turn:
    heard = seal(message, "market/m", "poller/m").data
    return Turn(at, 5.5, "market/m", "poller/m", type(message).__name__, heard, told=told)


def update(*quotes: Quote, events: tuple[Event, ...] = (EVENT,)) -> MarketUpdate:
    return MarketUpdate("m", events, quotes, (), (), Millis(NOW), 3, 1)


def tape(folder: Path, *records: AnyRecord, file_bytes: int = 1_000_000) -> list[Path]:
    made = Tape(folder, BEGAN, file_bytes, 100, [PriceTable()])
    for record in records:
        made.write([record])
    made.close()
    return files(folder, "core")


def test_a_price_is_a_row_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    shown = msgspec.structs.replace(quote(received_at=NOW - 5), max_stake=12_300)
    found = list(prices(tape(tmp_path, turn(update(shown)))))
    assert found == [
        {
            "record": 1,
            "at": NOW,
            "market": "m",
            "event": HOME.event,
            "type": "ah",
            "period": "ft",
            "line": -25,
            "side": "home",
            "book": "SBO",
            "price": shown.price,
            "max_stake": 12_300,
            "source_time": shown.updated_at,
            "received_time": NOW - 5,
            "sport": EVENT.sport,
            "league": EVENT.league,
            "home": EVENT.home,
            "away": EVENT.away,
            "start": EVENT.start,
        }
    ]


def test_what_other_actors_heard_or_was_only_sent_has_no_price(tmp_path: Path) -> None:
    other = Sent(NOW, 5.5, "a", "b", "MarketUpdate", seal(update(quote()), "a", "b").data)
    strange = Turn(NOW, 5.5, "market/m", "", "MarketUpdate", b"\x93\xa1a\xa0\x81\xa4kind\xa1Q")
    assert list(prices(tape(tmp_path, other, strange, LeftOut(NOW, 5.5, "a", "b", "x")))) == []


def test_an_event_is_known_over_the_files_of_a_recording(tmp_path: Path) -> None:
    first, later = turn(update(quote())), turn(update(quote(price=2_100), events=()), NOW + 1)
    found = tape(tmp_path, first, later, file_bytes=1)
    assert len(found) == 2
    assert [(row["price"], row["home"]) for row in prices(found)] == [
        (quote().price, EVENT.home),
        (2_100, EVENT.home),
    ]
    assert [row["home"] for row in prices(found[1:])] == [None]


def test_days_are_of_utc_and_both_are_included(tmp_path: Path) -> None:
    midnight = 1_577_836_800_000  # 2020-01-01
    times = (midnight - 1, midnight, midnight + 86_399_999, midnight + 86_400_000)
    found = tape(tmp_path, *[turn(update(quote()), at) for at in times])
    day = span(date(2020, 1, 1), date(2020, 1, 1))
    assert [row["at"] for row in prices(found, day)] == list(times[1:3])
    assert [row["at"] for row in messages(found, day)] == list(times[1:3])
    assert [row["at"] for row in prices(found, span(None, date(2019, 12, 31)))] == [times[0]]
    assert [row["at"] for row in prices(found, span(date(2020, 1, 2), None))] == [times[3]]


def test_every_message_is_told_whichever_way_it_was_recorded(tmp_path: Path) -> None:
    data = seal(update(), "a", "b").data
    unknown = data.replace(b"MarketUpdate", b"MorkotUpdate")
    found = messages(
        tape(
            tmp_path,
            Sent(NOW, 5.5, "a", "b", "MarketUpdate", data),
            Sent(NOW, 5.5, "a", "b", "Message", unknown),
            turn(update(), told=(data,)),
            LeftOut(NOW, 5.5, "c", "d", "Token"),
        )
    )
    rows = [(row["what"], row["to"], row["from"], row["kind"]) for row in found]
    assert rows == [
        ("sent", "a", "b", "MarketUpdate"),
        ("sent", "a", "b", "MorkotUpdate"),
        ("heard", "market/m", "poller/m", "MarketUpdate"),
        ("told", "a", "b", "MarketUpdate"),
        ("left out", "c", "d", "Token"),
    ]


def test_a_summary_counts_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    found = tape(
        tmp_path,
        turn(update(quote(), quote(book="PIN")), NOW + 7),
        Lost(NOW + 9, 5.7, 4),
        file_bytes=1,
    )
    told = summary(3, found)
    size = sum(path.stat().st_size for path in found)
    assert (told.number, told.began, told.ended) == (3, NOW, NOW + 9)
    assert (told.files, told.bytes) == (2, size)
    assert (told.records, told.prices, told.lost) == (2, 2, 4)
