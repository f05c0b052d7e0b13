"""Who knows how recorded markets end is found, however it got to know; who does not passes."""

from pathlib import Path

import pytest

from actors.backtest.markets import Markets
from actors.backtest.peeking import Guarded
from actors.backtest.peeking_exchange import chosen_moments, guard_exchange
from actors.backtest.plan import Plan
from actors.backtest.plays import ground_of
from actors.exchange.recording import Fault, Recording
from tests.actors.backtest.samples import CONFIG, ROOT

SAMPLES = "tests.actors.backtest.exchange_samples"
DATA = ROOT / "actors" / "exchange" / "data"
FILES = sorted(DATA.rglob("*.bz2"))


def guarded(use: str, data: Path = DATA, **parameters: str) -> Guarded:
    on = ground_of(Plan(data, CONFIG, use, dict(parameters)))
    assert isinstance(on, Markets)
    return guard_exchange(on)


def words(found: Guarded) -> dict[str, str]:
    return {one.look: one.words for one in found.findings}


def test_a_strategy_that_reads_results_from_the_data_is_caught_twice() -> None:
    found = words(guarded(f"{SAMPLES}:ReadsResults", file=str(FILES[0])))
    assert found.keys() == {"future", "files"}
    assert str(FILES[0]) in found["files"]
    assert found["future"].startswith("when the files end at ")
    assert "back 2.00 at " in found["future"]
    assert found["future"].endswith("is no longer wanted")


def test_a_strategy_that_finds_the_file_it_is_told_from_is_caught_by_its_end() -> None:
    assert words(guarded(f"{SAMPLES}:LooksForTheFile")).keys() == {"future"}


@pytest.mark.parametrize("data", [DATA, FILES[0]])
@pytest.mark.parametrize("use", ["actors.exchange.favourite:Favourite", f"{SAMPLES}:Everything"])
def test_an_honest_strategy_passes(use: str, data: Path) -> None:
    found = guarded(use, data)
    assert found.findings == ()
    assert found.wishes > 0
    assert found.matches == (len(FILES) if data is DATA else 1)


def test_the_moments_are_spread_over_the_lines_of_all_files() -> None:
    found = chosen_moments(FILES)
    lines = [line for file in FILES for line in Recording(file).lines()]
    times = sorted(line.pt for line in lines if not isinstance(line, Fault))
    shares = [sum(at <= moment for at in times) / len(times) for moment in found]
    assert shares == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9], abs=0.02)


def test_a_line_that_cannot_be_read_is_no_peeking(tmp_path: Path) -> None:
    lines = list(Recording(FILES[0]).raw_lines())
    half = len(lines) // 2
    data = tmp_path / "a.jsonl"
    data.write_bytes(b"".join([*lines[:half], b"rubbish\n", b'{"pt": "x"}\n', *lines[half:]]))
    found = guarded(f"{SAMPLES}:Everything", data)
    assert found.findings == ()
    assert found.wishes > 0


def test_files_without_a_line_have_no_moment(tmp_path: Path) -> None:
    data = tmp_path / "a.jsonl"
    data.write_bytes(b"")
    assert chosen_moments([data]) == []
