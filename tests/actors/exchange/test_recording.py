"""Recordings: strict lines, faults by file and line, files merged by time."""

import bz2
import json
from pathlib import Path
from typing import Any

import pytest

from actors.exchange.recording import BLOCK, Fault, Recording, RecordingError, merged
from actors.exchange.stream import Line


def line(at: int, **more: Any) -> dict[str, Any]:
    return {"op": "mcm", "pt": at, "mc": [], **more}


def written(path: Path, *lines: object) -> Path:
    texts = [text if isinstance(text, str) else json.dumps(text) for text in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def read(path: Path) -> list[Line | Fault]:
    return list(Recording(path).lines())


def times(path: Path) -> list[int]:
    return [item.pt for item in read(path) if isinstance(item, Line)]


def change(**levels: Any) -> dict[str, Any]:
    return line(1, mc=[{"id": "1.1", "rc": [{"id": 1, **levels}]}])


def test_plain_and_packed_files_say_the_same(tmp_path: Path) -> None:
    plain = written(tmp_path / "plain", line(1), line(2))
    packed = tmp_path / "packed"
    packed.write_bytes(bz2.compress(plain.read_bytes()))
    assert times(plain) == times(packed) == [1, 2]


def test_a_last_line_without_its_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(json.dumps(line(1)) + "\n" + json.dumps(line(2)), encoding="utf-8")
    assert times(path) == [1, 2]


def test_lines_longer_than_a_block_are_read_whole(tmp_path: Path) -> None:
    long = line(2, clk="x" * 3 * BLOCK)
    assert times(written(tmp_path / "file", line(1), long, line(3))) == [1, 2, 3]


@pytest.mark.parametrize(
    "wrong",
    [
        "{",
        '{"op":"mcm"}',
        line(-1),
        line(1, op="ocm"),
        change(atb=[[2.0]]),
        change(atb=[[2.0, -1]]),
        change(atb=[[0.9, 1]]),
        change(atb=[[1001, 1]]),
        change(atb=[["2.0", 1]]),
        change(trd=[[2.0, 1e15]]),
        '{"op":"mcm","pt":1,"mc":[{"id":"1.1","rc":[{"id":1,"ltp":NaN}]}]}',
        '{"op":"mcm","pt":1,"mc":[{"id":"1.1","rc":[{"id":1,"ltp":1e999}]}]}',
        line(1, mc=[{"id": "", "rc": []}]),
        line(1, mc=[{"id": "1.1", "marketDefinition": {"status": "ODD"}}]),
    ],
    ids=str,
)
def test_a_malformed_line_is_a_fault_with_its_place(tmp_path: Path, wrong: object) -> None:
    path = written(tmp_path / "file", line(1), "", wrong, line(4))
    first, fault, last = read(path)
    assert isinstance(fault, Fault)
    assert str(fault).startswith(f"{path}:3: ")
    assert isinstance(first, Line)
    assert isinstance(last, Line)


def test_a_fault_far_inside_has_its_line(tmp_path: Path) -> None:
    filling = [line(1, clk="x" * 1000) for _ in range(50)]
    faults = [
        item for item in read(written(tmp_path / "f", *filling, "?")) if isinstance(item, Fault)
    ]
    assert [fault.line for fault in faults] == [51]


def test_a_line_that_goes_back_in_time_is_a_fault(tmp_path: Path) -> None:
    path = written(tmp_path / "file", line(5), "", line(4), line(6))
    first, fault, last = read(path)
    assert fault == Fault(str(path), 3, "publish time 4 after 5")
    assert [first, last] == [item for item in read(path) if isinstance(item, Line)]


def test_a_key_that_betfair_has_added_is_read_over(tmp_path: Path) -> None:
    path = written(tmp_path / "file", change(brandNew=[1]), line(2, another={}))
    assert times(path) == [1, 2]


def test_a_packed_file_that_ends_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file.bz2"
    path.write_bytes(bz2.compress(json.dumps(line(1)).encode() * 1000)[:-20])
    with pytest.raises(RecordingError, match="ends in the middle"):
        read(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="missing: cannot be read"):
        read(tmp_path / "missing")


def test_a_file_without_lines_is_refused_before_memory_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.exchange.recording.LONGEST_LINE", 2 * BLOCK)
    path = tmp_path / "file"
    path.write_bytes(b"x" * 4 * BLOCK)
    with pytest.raises(RecordingError, match="no line of a stream"):
        read(path)


def test_files_are_merged_by_publish_time_and_equal_times_by_their_order(tmp_path: Path) -> None:
    recordings = [
        Recording(written(tmp_path / "a", line(1), line(4), line(4), line(9))),
        Recording(written(tmp_path / "b", line(2), line(3), line(4), line(5))),
        Recording(written(tmp_path / "c")),
        Recording(written(tmp_path / "d", "?", line(4))),
    ]
    found = [
        (number, item.pt if isinstance(item, Line) else "fault")
        for number, item in merged(recordings)
    ]
    assert found == [
        (3, "fault"), (0, 1), (1, 2), (1, 3), (0, 4), (0, 4), (1, 4), (3, 4), (1, 5), (0, 9),
    ]  # fmt: skip
