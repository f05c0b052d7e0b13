"""`tictac replay` and `recordings`: what was recorded, lived again, listed and exported."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet
import pysqlite3.dbapi2 as sqlite
import pytest

from actors.market import Market
from actors.messages import MarketUpdate
from actors.recording import parquet
from actors.recording.price_table import PriceTable
from actors.settings import load
from actors.units import Millis
from runtime.codec import seal
from runtime.recorder import Recorder
from runtime.sim_host import SimHost
from tests.actors.cli.commands import Commands
from tests.actors.world import EVENT, HOME, NOW, quote

CONFIG = """
accounts: {ao: {}}
markets: {m: {account: ao, when: today, strategies: [s]}}
strategies: {s: {use: "tests.actors.strategies.samples:Greedy"}}
"""
OTHER = CONFIG.replace('Greedy"', 'Greedy", parameters: {stake: 700}')


@pytest.fixture
def recorded(tictac: Commands) -> Commands:
    """Record a Market that wants a bet."""
    tictac.state.prepare()
    path = config(tictac, CONFIG)
    settings = load(path)
    host = SimHost(start=NOW)
    recorder = Recorder(tictac.state.recording, "core", host.clock, contents=[PriceTable()])
    recorder.attach(host)
    made = {"settings": settings.markets["m"], "strategies": settings.strategies}
    host.spawn(Market, "market/m", market="m", max_age=30.0, **made)
    host.run(1)
    now = Millis(host.clock.now())
    gone = ((HOME.key, "PIN"),)
    update = MarketUpdate("m", (EVENT,), (quote(received_at=now),), (), gone, now, 1, 0, full=True)
    host.post.send([seal(update, "market/m", "poller/m")])
    host.run(1)
    recorder.close()
    return tictac


def config(tictac: Commands, text: str) -> Path:
    path = tictac.state.path.parent / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_replay_with_the_same_configuration_wants_the_same(recorded: Commands) -> None:
    done = recorded("replay", "--config", str(config(recorded, CONFIG)))
    assert (done.code, done.out) == (0, "market m: 1 signals then, 1 now, the same to the byte\n")


def test_a_replay_with_another_configuration_names_the_difference(recorded: Commands) -> None:
    path = str(config(recorded, OTHER))
    lines = recorded("replay", "--config", path).out.splitlines()
    assert lines[0] == "market m: 1 signals then, 1 now"
    assert lines[1].startswith("  only then  s: Arsenal v Everton, ")
    assert lines[1].endswith(" at SBO, 1.950 x 5.00")
    assert lines[2].endswith(" at SBO, 1.950 x 7.00")
    market = recorded("replay", "--config", path, "--json").json["markets"]["m"]
    assert (market["then"], market["now"], len(market["only_now"])) == (1, 1, 1)


def test_a_replay_is_of_the_recording_with_its_number(recorded: Commands) -> None:
    path = str(config(recorded, CONFIG))
    one = recorded("replay", "--config", path, "--recording", "1", "--json")
    assert one.json == recorded("replay", "--config", path, "--json").json
    none = recorded("replay", "--config", path, "--recording", "7")
    assert none.code == 1
    assert "has no recording 7 of core; it has 1" in none.err


def test_a_replay_of_nothing_names_the_cure(tictac: Commands) -> None:
    done = tictac("replay", "--config", str(config(tictac, CONFIG)))
    assert (done.code, done.out) == (1, "")
    assert "`tictac run --record` makes one" in done.err


def test_recordings_are_listed_with_what_they_hold(recorded: Commands) -> None:
    (line,) = recorded("recordings").out.splitlines()
    assert line.startswith("1: 2020-09-13 12:26:40 to 2020-09-13 12:26:41 UTC, ")
    assert ", 2 prices, 4 records, " in line
    assert line.endswith(" MB in 1 file")
    (told,) = recorded("recordings", "--json").json
    assert (told["prices"], told["lost"], told["ended"] - told["began"]) == (2, 0, 1_000)


def test_where_nothing_was_recorded_nothing_is_listed(tictac: Commands) -> None:
    assert tictac("recordings", "--json").json == []
    done = tictac("recordings", "export", str(tictac.state.path / "out"))
    assert (done.code, done.out) == (1, "")
    assert "`tictac run --record` makes one" in done.err


def test_all_prices_and_messages_are_exported(recorded: Commands, tmp_path: Path) -> None:
    done = recorded("recordings", "export", str(tmp_path / "new" / "out"))
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("out: 2 prices, 9 messages\n")
    gone, priced = pyarrow.parquet.read_table(tmp_path / "new/out/prices.parquet").to_pylist()
    assert (gone["book"], gone["price"], gone["line"]) == ("PIN", None, -0.25)
    assert (priced["book"], priced["price"], priced["home"]) == ("SBO", 1.95, EVENT.home)
    assert priced["at"].timestamp() == NOW / 1000 + 1
    told = pyarrow.parquet.read_table(tmp_path / "new/out/messages.parquet").to_pylist()
    (signal,) = [one for one in told if one["kind"] == "Signal"]
    assert (signal["what"], signal["from"]) == ("told", "market/m")
    assert '"strategy":"s"' in signal["message"]


def test_an_export_can_be_of_some_days(recorded: Commands, tmp_path: Path) -> None:
    def count(*words: str) -> int:
        found = recorded("recordings", "export", str(tmp_path), "--json", *words).json["prices"]
        assert isinstance(found, int)
        return found

    day = f"{Millis(NOW) // 86_400_000 * 86_400_000}"
    assert count("--from", iso(int(day)), "--to", iso(int(day))) == 2
    assert count("--from", iso(int(day) + 86_400_000)) == 0
    assert count("--to", iso(int(day) - 86_400_000)) == 0


def test_without_pyarrow_the_cure_is_named(
    recorded: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "find_spec", lambda _name: None)
    done = recorded("recordings", "export", str(tmp_path / "out"))
    assert done.code == 1
    assert "pip install 'tictac[parquet]'" in done.err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_named(recorded: Commands, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = recorded("recordings", "export", str(tmp_path / "file" / "out"))
    assert done.code == 1
    assert str(tmp_path / "file" / "out") in done.err


def test_a_damaged_recording_is_named_and_nothing_half_is_left(
    recorded: Commands, tmp_path: Path
) -> None:
    (file,) = recorded.state.recording.glob("*.sqlite")
    with sqlite.connect(str(file)) as connection:
        connection.execute("UPDATE records SET body = x'ff' WHERE number = 3")
    connection.close()
    done = recorded("recordings", "export", str(tmp_path / "out"))
    assert done.code == 1
    assert "core-000001.sqlite: record 3 is damaged" in done.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["prices.parquet"]


def iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
