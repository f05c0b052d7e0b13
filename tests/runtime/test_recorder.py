"""The recorder: every letter is on the tape, once, in order; no secret is; nobody waits."""

import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from runtime import recorder as module
from runtime.clock import SystemClock, VirtualClock
from runtime.codec import Message, decode_one, join, seal
from runtime.concealment import conceal
from runtime.messages import Stop
from runtime.recorder import Recorder
from runtime.sim_host import SimHost
from runtime.supervision import Child, Restart
from runtime.supervisor import Supervisor
from runtime.tape import Tape, newest, read_all
from runtime.tape_records import BEGINNING, AnyRecord, LeftOut, Lost, Sent, Turn
from tests.runtime.hosts import Echo, Relay, Say, SimDrive, ThreadDrive

Drive = SimDrive | ThreadDrive


class Pass(Message, frozen=True):
    """Holds what may not be read."""

    recorded = False

    word: str


class Namer(Echo):
    """Tells an id and the time for each message, and again a second later."""

    replayable = True

    def on_message(self, message: Message, sender: str) -> None:
        text = f"{self.identity.new('n')} at {self.clock.now()}"
        self.heard.append(text)
        self.tell("echo", Say(text))
        if sender != self.address:
            self.after(1, message)


def tape(folder: Path) -> list[AnyRecord]:
    return list(read_all(newest(folder, "core")))[1:]


def said(records: Iterable[AnyRecord]) -> list[str]:
    """Return what the recorded words say."""
    found = []
    for record in records:
        if isinstance(record, Sent) and record.kind == "Say":
            message = decode_one(join([record.data])).message
            assert isinstance(message, Say)
            found.append(message.text)
    return found


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path / "tape", "core", VirtualClock())


def test_what_is_sent_is_recorded_on_every_host(drive: Drive, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "tape", "core", drive.host.ports.clock)
    recorder.attach(drive.host)
    heard: list[str] = []
    drive.host.spawn(Echo, "one", heard=heard)
    drive.host.spawn(Echo, "two", heard=heard)
    drive.host.tell("one", Relay("two", "1"))
    drive.host.tell("one", Relay("two", "2"))
    drive.until(lambda: "2" in heard)
    recorder.close()
    records = tape(tmp_path / "tape")
    assert said(records) == ["1", "2"]
    drive.host.tell("one", Say("3"))
    recorder.flush()
    assert recorder.lost == len(recorder._waiting) == 0
    assert (drive.host.post._taps, drive.host.lend) == ((), None)


def test_a_letter_carries_the_times_at_which_it_was_sent(tmp_path: Path) -> None:
    host = SimHost(start=1_000_000)
    recorder = Recorder(tmp_path / "tape", "core", host.clock)
    recorder.attach(host)
    host.run(2.5)
    host.tell("a", Say("1"))
    recorder.close()
    (record,) = tape(tmp_path / "tape")
    assert (record.at, record.moment) == (1_002_500, 2.5)


def test_a_letter_that_is_delivered_again_is_recorded_once(tmp_path: Path) -> None:
    host = SimHost()
    recorder = Recorder(tmp_path / "tape", "core", host.clock)
    recorder.attach(host)
    heard: list[str] = []
    template = Child("echo", Echo, {"heard": heard}, Restart.TRANSIENT)
    host.spawn(Supervisor, "echoes", template=template)
    host.run(0)
    host.tell("echo/a", Say("1"))
    host.run(0)
    host.tell("echo/a", Stop())
    host.tell("echo/a", Say("2"))
    host.run(1)  # the first one leaves, what it had not handled goes to the next
    recorder.close()
    assert heard == ["start", "1", "stop", "start", "2"]
    records = tape(tmp_path / "tape")
    assert said(records) == ["1", "2"]


@pytest.fixture
def named(tmp_path: Path) -> tuple[list[str], list[AnyRecord]]:
    """What a Namer and its Echo heard in three seconds, and what is on the tape."""
    host = SimHost(start=1_000_000)
    recorder = Recorder(tmp_path / "tape", "core", host.clock)
    recorder.attach(host)
    heard: list[str] = []
    host.spawn(Namer, "namer", heard=[])
    host.spawn(Echo, "echo", heard=heard)
    host.run(1)
    host.tell("namer", Say("x"))
    host.run(2)
    host.stop("namer")
    host.run(0)
    recorder.close()
    return heard, tape(tmp_path / "tape")


def test_an_actor_that_can_be_replayed_is_recorded_by_its_turns(
    named: tuple[list[str], list[AnyRecord]],
) -> None:
    heard, records = named
    turns = [record for record in records if isinstance(record, Turn)]
    assert [(turn.kind, turn.sender) for turn in turns] == [
        (BEGINNING, ""),
        ("Say", ""),
        ("Say", "namer"),
        ("Stop", ""),
    ]
    assert [turn.times for turn in turns] == [(), (1_001_000,), (1_002_000,), ()]
    assert [turn.ids for turn in turns] == [(), ("n-000001",), ("n-000002",), ()]
    assert [len(turn.told) for turn in turns] == [0, 1, 1, 0]
    assert heard == ["start", "n-000001 at 1001000", "n-000002 at 1002000"]


def test_what_is_in_a_turn_is_not_on_the_tape_once_more(
    named: tuple[list[str], list[AnyRecord]],
) -> None:
    _, records = named
    assert said(records) == []


def test_a_turn_that_shows_a_concealed_value_is_noted_without_its_content(tmp_path: Path) -> None:
    conceal("n-000002 at")
    host = SimHost()
    recorder = Recorder(tmp_path / "tape", "core", host.clock)
    recorder.attach(host)
    host.spawn(Namer, "namer", heard=[])
    host.tell("namer", Say("x"))
    host.run(2)
    recorder.close()
    records = tape(tmp_path / "tape")
    (left_out,) = [record for record in records if isinstance(record, LeftOut)]
    assert (left_out.to, left_out.sender, left_out.kind) == ("namer", "namer", "Say")


def test_a_turn_with_a_letter_that_cannot_travel_is_noted_and_the_actor_goes_on(
    tmp_path: Path,
) -> None:
    class Hoarder(Namer):
        def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
            if sender == self.address:
                self.heard.append("large")
            else:
                self.after(1, Say("x" * (Say.largest + 1)))

    host = SimHost()
    recorder = Recorder(tmp_path / "tape", "core", host.clock)
    recorder.attach(host)
    heard: list[str] = []
    host.spawn(Hoarder, "namer", heard=heard)
    for _ in range(2):
        host.tell("namer", Say("x"))
        host.run(2)
    recorder.close()
    assert heard == ["start", "large", "large"]
    records = tape(tmp_path / "tape")
    assert [one.kind for one in records if isinstance(one, LeftOut)] == ["Say", "Say"]


def test_a_turn_that_failed_is_recorded_with_what_it_heard(tmp_path: Path) -> None:
    class Failing(Namer):
        def on_message(self, message: Message, sender: str) -> None:
            super().on_message(message, sender)
            raise ValueError

    host = SimHost()
    recorder = Recorder(tmp_path / "tape", "core", host.clock)
    recorder.attach(host)
    host.spawn(Failing, "namer", heard=[])
    host.tell("namer", Say("x"))
    host.run(0)
    recorder.close()
    turns = [record for record in tape(tmp_path / "tape") if isinstance(record, Turn)]
    assert [(turn.kind, len(turn.ids), turn.told) for turn in turns] == [
        (BEGINNING, 0, ()),
        ("Say", 1, ()),
    ]


def test_a_kind_that_is_not_to_be_recorded_is_noted_without_its_content(
    recorder: Recorder, tmp_path: Path
) -> None:
    recorder.tap(seal(Pass("open sesame"), "a", "b"))
    recorder.close()
    (record,) = tape(tmp_path / "tape")
    assert isinstance(record, LeftOut)
    assert (record.to, record.sender, record.kind) == ("a", "b", "Pass")
    assert b"sesame" not in newest(tmp_path / "tape", "core")[0].read_bytes()


def test_a_letter_that_shows_a_concealed_value_is_noted_without_its_content(
    recorder: Recorder, tmp_path: Path
) -> None:
    conceal("the word of the recorder's test")
    recorder.tap(seal(Say("it is the word of the recorder's test."), "a", "b"))
    recorder.tap(seal(Say("harmless"), "a", "b"))
    recorder.close()
    assert [type(record) for record in tape(tmp_path / "tape")] == [LeftOut, Sent]


def test_what_is_too_much_is_left_away_and_counted(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "tape", "core", VirtualClock(), most_waiting=1_000)
    for number in range(50):
        recorder.tap(seal(Say(str(number)), "a", "b"))
    lost = recorder.lost
    assert 0 < lost < 50
    recorder.flush()
    recorder.tap(seal(Say("room again"), "a", "b"))
    recorder.close()
    records = tape(tmp_path / "tape")
    assert said(records)[: 50 - lost] == [str(number) for number in range(50 - lost)]
    assert [one.records for one in records if isinstance(one, Lost)] == [lost]
    assert isinstance(records[-1], Sent)


def test_a_disk_that_refuses_ends_the_recording_and_nothing_else(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.tap(seal(Say("1"), "a", "b"))
    recorder.flush()

    def full(self: Tape, records: Iterable[AnyRecord]) -> None:  # noqa: ARG001
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Tape, "write", full)
        recorder.tap(seal(Say("2"), "a", "b"))
        recorder.flush()
    recorder.tap(seal(Say("3"), "a", "b"))
    recorder.close()
    assert recorder.lost == 1
    assert said(tape(tmp_path / "tape")) == ["1"]


def test_a_sender_does_not_wait_for_the_disk(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, go = threading.Event(), threading.Event()
    write = Tape.write

    def slow(self: Tape, records: Iterable[AnyRecord]) -> None:
        writing.set()
        assert go.wait(10)
        write(self, records)

    monkeypatch.setattr(Tape, "write", slow)
    recorder.tap(seal(Say("1"), "a", "b"))
    writer = threading.Thread(target=recorder.flush)
    writer.start()
    assert writing.wait(10)
    recorder.tap(seal(Say("2"), "a", "b"))  # returns while the disk hangs
    assert not go.is_set()
    go.set()
    writer.join(10)
    recorder.close()
    assert said(tape(tmp_path / "tape")) == ["1", "2"]


def test_it_writes_by_itself_once_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WRITE_EVERY", 0.001)
    written = threading.Event()
    write = Tape.write

    def noted(self: Tape, records: Iterable[AnyRecord]) -> None:
        write(self, records)
        written.set()

    monkeypatch.setattr(Tape, "write", noted)
    recorder = Recorder(tmp_path / "tape", "core", SystemClock())
    recorder.start()
    recorder.tap(seal(Say("1"), "a", "b"))
    assert written.wait(10)
    assert said(tape(tmp_path / "tape")) == ["1"]
    recorder.close()
