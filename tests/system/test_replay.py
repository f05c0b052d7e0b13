"""A recorded run, lived again by some of its actors: they tell the same, byte for byte."""

from pathlib import Path

import msgspec
import pytest

from actors.executor import Executor
from actors.ledger import OrderTable
from actors.market import Market
from actors.messages import Signal, Token, TokenRejected
from actors.settings import Settings
from actors.simulation.world import World
from actors.trial import trial
from runtime.clock import VirtualClock
from runtime.codec import Message, decode_one, join, seal
from runtime.journal import Journal
from runtime.recorder import Recorder
from runtime.replay import Replay
from runtime.supervision import Child
from runtime.tape import newest, read_all
from runtime.tape_records import AnyRecord, LeftOut, Turn

SECONDS = 60.0
MARKET = "market/football-today"


class Recorded:
    """A world after a minute of betting, and the tape of it."""

    def __init__(self, folder: Path) -> None:
        state = folder / "state"
        state.mkdir()
        self.world = World(state, every=3)
        recorder = Recorder(folder / "recording", "core", self.world.host.clock)
        recorder.attach(self.world.host)
        self.world.run(SECONDS)
        recorder.close()
        self.files = newest(folder / "recording", "core")
        self.records = list(read_all(self.files))

    @property
    def settings(self) -> Settings:
        return self.world.settings


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return Recorded(tmp_path_factory.mktemp("recorded"))


def replayed_market(recorded: Recorded, **parameters: float) -> Replay:
    """Play the recording to one Market, with these parameters of its strategy changed."""
    settings = recorded.settings
    value = settings.strategies["value"]
    changed = msgspec.structs.replace(value, parameters={**value.parameters, **parameters})
    made = {
        "market": "football-today",
        "settings": settings.markets["football-today"],
        "strategies": {"value": changed},
        "max_age": settings.risk.max_price_age,
    }
    cast = {MARKET: Child(MARKET, Market, made)}
    replay = Replay(recorded.records, cast.get)
    replay.run()
    return replay


def executor(address: str) -> Child | None:
    if address.startswith("executor/"):
        return Child(address, Executor, {"couriers": {"ao": 2}})
    return None


def replayed_executors(records: list[AnyRecord]) -> Replay:
    replay = Replay(records, executor, journal=Journal(None, [OrderTable()]))
    replay.run()
    return replay


def signals(told: dict[str, list[bytes]]) -> int:
    letters = [decode_one(join([data])) for data in told[MARKET]]
    return sum(isinstance(letter.message, Signal) for letter in letters)


def test_a_market_that_hears_the_same_tells_the_same(recorded: Recorded) -> None:
    replay = replayed_market(recorded)
    assert signals(replay.recorded) > 10
    assert replay.replayed == replay.recorded
    assert replay.different() == []


def test_executors_that_hear_the_same_tell_the_same_also_their_ids(recorded: Recorded) -> None:
    replay = replayed_executors(recorded.records)
    assert len(replay.recorded) > 5
    assert sum(map(len, replay.recorded.values())) > 20
    assert replay.replayed == replay.recorded


def test_a_changed_parameter_gives_other_signals(recorded: Recorded) -> None:
    replay = replayed_market(recorded, min_edge=5.0)
    assert 0 < signals(replay.replayed) < signals(replay.recorded)
    assert replay.different() == [MARKET]


def test_an_executor_that_misses_a_letter_is_seen_to_differ(recorded: Recorded) -> None:
    replay = replayed_executors(recorded.records)
    first = next(iter(replay.recorded))
    without = [
        record
        for record in recorded.records
        if not (isinstance(record, Turn) and record.address == first and record.sender == MARKET)
    ]
    assert replayed_executors(without).different() == [first]


def test_no_token_is_on_the_tape_and_it_is_noted_that_one_went(recorded: Recorded) -> None:
    token = recorded.world.actor("session/ao")._token.value.encode()
    raw = b"".join(path.read_bytes() for path in recorded.files)
    assert len(token) > 10
    assert token not in raw
    left_out = {record.kind for record in recorded.records if isinstance(record, LeftOut)}
    assert left_out == {"Token"}


@pytest.mark.parametrize("message", [Token("nobody conceals it", "url"), TokenRejected("nor it")])
def test_a_token_is_left_out_also_where_nobody_has_concealed_it(
    tmp_path: Path, message: Message
) -> None:
    recorder = Recorder(tmp_path / "recording", "core", VirtualClock())
    recorder.tap(seal(message, "gateway/ao/1", "session/ao"))
    recorder.close()
    _, record = read_all(newest(tmp_path / "recording", "core"))
    assert isinstance(record, LeftOut)


def test_a_trial_with_the_settings_of_the_recording_wants_the_same(recorded: Recorded) -> None:
    found = trial(recorded.records, recorded.settings)
    assert found["lost"] == 0
    for market in found["markets"].values():
        assert market["same"]
        assert (market["then"], market["only_then"], market["only_now"]) == (market["now"], [], [])
    assert found["markets"]["football-today"]["then"] > 10


def test_a_trial_with_another_stake_names_what_differs(recorded: Recorded) -> None:
    settings = recorded.settings
    value = settings.strategies["value"]
    changed = msgspec.structs.replace(value, parameters={**value.parameters, "stake": 500})
    strategies = {"value": changed}
    market = trial(recorded.records, msgspec.structs.replace(settings, strategies=strategies))[
        "markets"
    ]["football-today"]
    assert not market["same"]
    assert market["then"] == market["now"] == len(market["only_now"])
    assert all(" x 10.00" in signal for signal in market["only_then"])
    assert all(" x 5.00" in signal for signal in market["only_now"])
