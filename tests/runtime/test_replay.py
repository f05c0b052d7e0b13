"""A replay: the same turns give the same, on whatever host they were recorded."""

from pathlib import Path

import msgspec
import pytest

from runtime.actor import Actor
from runtime.codec import Letter, Message, decode_one, join
from runtime.errors import OurError
from runtime.recorder import Recorder
from runtime.rehearsal import Rehearsal
from runtime.replay import Replay
from runtime.sim_host import SimHost
from runtime.supervision import Child, Restart
from runtime.supervisor import Supervisor
from runtime.tape import newest, read_all
from runtime.tape_records import BEGINNING, AnyRecord, LeftOut, Lost, Turn
from tests.runtime.hosts import Crash, Echo, Later, Relay, Say, SimDrive, ThreadDrive

Drive = SimDrive | ThreadDrive


class Counter(Actor):
    """Tells how many it has heard, under an id of its own; `Later` lets it tell later."""

    replayable = True

    def __init__(self, to: str, factor: int = 1) -> None:
        super().__init__()
        self.to, self.factor, self.count = to, factor, 0

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Say(text):
                self.count += self.factor
                now = self.clock.monotonic() if text.startswith("when?") else 0.0
                self.tell(self.to, Say(f"{self.identity.new('c')} {self.count} {text} {now:.3f}"))
            case Later(seconds, text):
                self.after(seconds, Say(text))
            case Crash(text):
                raise ValueError(text)
            case _:
                super().on_message(message, sender)


def cast(**arguments: object) -> dict[str, Child]:
    return {"counter": Child("counter", Counter, {"to": "sink", **arguments})}


def recording(folder: Path, host: SimHost | ThreadDrive | object) -> Recorder:
    made = Recorder(folder / "tape", "core", host.ports.clock)  # type: ignore[attr-defined]
    made.attach(host)  # type: ignore[arg-type]
    return made


def records(folder: Path) -> list[AnyRecord]:
    return list(read_all(newest(folder / "tape", "core")))


def texts(told: list[bytes]) -> list[str]:
    found = [decode_one(join([data])).message for data in told]
    return [message.text for message in found if isinstance(message, Say)]


def play(folder: Path, **arguments: object) -> Replay:
    replay = Replay(records(folder), cast(**arguments).get)
    replay.run()
    return replay


def rehearse(folder: Path, **arguments: object) -> Rehearsal:
    rehearsal = Rehearsal(records(folder), cast(**arguments).get)
    rehearsal.run()
    return rehearsal


@pytest.fixture
def host(tmp_path: Path) -> SimHost:
    """A host that records, with a Counter and another that draws ids in between."""
    host = SimHost(seed=4, start=1_000_000)
    host.recorder = recording(tmp_path, host)  # type: ignore[attr-defined]
    children = [
        Child("counter", Counter, {"to": "sink"}),
        Child("other", Counter, {"to": "sink"}),
        Child("sink", Echo, {"heard": []}),
    ]
    host.spawn(Supervisor, "root", children=children)
    host.run(1)
    return host


def end(host: SimHost) -> None:
    host.recorder.close()  # type: ignore[attr-defined]


def test_what_was_recorded_on_any_host_is_told_again(drive: Drive, tmp_path: Path) -> None:
    heard: list[str] = []
    recorder = recording(tmp_path, drive.host)
    drive.host.spawn(Echo, "sink", heard=heard)
    drive.host.spawn(Counter, "counter", to="sink")
    for number in range(20):
        drive.host.tell("counter", Say(f"when? {number}"))
    drive.host.tell("counter", Later(0.01, "when? later"))
    drive.until(lambda: len(heard) == 22)
    drive.until(lambda: len(recorder._waiting) >= 23)  # the last turn ends after it has told
    recorder.close()
    replay = play(tmp_path)
    assert replay.turns == 23
    assert len(replay.recorded["counter"]) == 21
    assert replay.replayed == replay.recorded


def test_times_and_timers_are_those_of_the_recording(host: SimHost, tmp_path: Path) -> None:
    host.tell("counter", Later(7.25, "when?"))
    host.run(3.5)
    host.tell("counter", Say("when?"))
    host.run(20)
    end(host)
    for again in (play(tmp_path), rehearse(tmp_path)):
        assert [text.split()[-1] for text in texts(again.replayed["counter"])] == ["4.500", "8.250"]
        assert again.different() == []


def test_what_a_late_timer_told_is_repeated_to_the_millisecond_and_rehearsed_on_time(
    host: SimHost, tmp_path: Path
) -> None:
    host.tell("counter", Later(7.25, "when?"))
    host.run(0)
    host.clock.advance_to(15)  # a machine that was busy
    host.run(1)
    end(host)
    assert texts(play(tmp_path).replayed["counter"])[0].endswith(" 15.000")
    assert play(tmp_path).different() == []
    assert texts(rehearse(tmp_path).replayed["counter"])[0].endswith(" 8.250")


def test_ids_are_those_of_the_recording_whoever_else_drew_some(
    host: SimHost, tmp_path: Path
) -> None:
    for address in ("other", "counter", "other", "other", "counter"):
        host.tell(address, Say("x"))
        host.run(1)
    end(host)
    for again in (play(tmp_path), rehearse(tmp_path)):
        assert [text.split()[0] for text in texts(again.replayed["counter"])] == [
            "c-000002",
            "c-000005",
        ]


def test_an_actor_that_failed_begins_anew_where_it_did(host: SimHost, tmp_path: Path) -> None:
    for message in (Say("1"), Crash(), Say("2"), Say("3")):
        host.tell("counter", message)
        host.run(30)
    end(host)
    replay = play(tmp_path)
    assert [text.split()[1] for text in texts(replay.replayed["counter"])] == ["1", "1", "2"]
    assert replay.different() == []


def test_an_actor_that_was_asked_to_stop_is_gone_until_it_begins_again(
    host: SimHost, tmp_path: Path
) -> None:
    for number in range(2):
        host.tell("counter", Say(str(number)))
        host.run(1)
        host.stop("counter")
        host.run(30)
    host.tell("counter", Say("x"))
    host.run(1)
    end(host)
    replay = play(tmp_path)
    assert [text.split()[1] for text in texts(replay.replayed["counter"])] == ["1", "1", "1"]
    assert replay.different() == rehearse(tmp_path).different() == []


def test_what_a_given_up_actor_still_does_is_not_taken_for_the_next_ones(
    host: SimHost, tmp_path: Path
) -> None:
    given_up = host.cells["counter"].actor
    assert given_up is not None
    host.abandon("counter")
    host.spawn(Counter, "counter", to="sink")
    host.run(1)
    given_up.handle(Letter("counter", "", Say("late")))
    host.tell("counter", Say("x"))
    host.run(1)
    end(host)
    replay = play(tmp_path)
    assert [text.split()[1:3] for text in texts(replay.replayed["counter"])] == [["1", "x"]]
    assert replay.different() == []


def test_what_was_sent_while_nobody_was_there_is_nobodys_in_the_replay_too(
    host: SimHost, tmp_path: Path
) -> None:
    host.tell("counter", Crash())
    host.run(0)
    host.tell("counter", Say("to nobody"))
    host.run(30)
    host.tell("counter", Say("x"))
    host.run(1)
    end(host)
    replay = play(tmp_path)
    assert len(replay.recorded["counter"]) == 1
    assert replay.different() == rehearse(tmp_path).different() == []


def test_what_waited_for_an_actor_to_come_to_life_reaches_it_in_the_replay(
    tmp_path: Path,
) -> None:
    host = SimHost()
    recorder = recording(tmp_path, host)
    template = Child("counter", Counter, {"to": "sink"}, Restart.TRANSIENT)
    host.spawn(Supervisor, "counters", template=template)
    host.run(1)
    for number in range(3):
        host.tell("counter/a", Say(str(number)))
    host.run(1)
    recorder.close()
    made = {"counter/a": Child("counter/a", Counter, {"to": "sink"})}
    for kind in (Replay, Rehearsal):
        again = kind(records(tmp_path), made.get)
        again.run()
        assert len(again.recorded["counter/a"]) == 3
        assert again.different() == []


class Asking(Echo):
    """An Echo whose turns are recorded."""

    replayable = True


def test_a_letter_between_two_that_play_is_told_once(tmp_path: Path) -> None:
    host = SimHost()
    recorder = recording(tmp_path, host)
    host.spawn(Counter, "counter", to="sink")
    host.spawn(Asking, "echo", heard=[])
    host.run(1)
    host.tell("echo", Relay("counter", "x"))
    host.run(1)
    recorder.close()
    both = {**cast(), "echo": Child("echo", Asking, {"heard": []})}
    replay, rehearsal = (kind(records(tmp_path), both.get) for kind in (Replay, Rehearsal))
    for again in (replay, rehearsal):
        again.run()
        assert len(again.replayed["counter"]) == 1
        assert again.different() == []
    assert rehearsal.fed == 1


def test_another_actor_tells_something_else_and_is_named(host: SimHost, tmp_path: Path) -> None:
    host.tell("counter", Say("x"))
    host.run(1)
    end(host)
    assert play(tmp_path).different() == []
    for changed in (play(tmp_path, factor=2), rehearse(tmp_path, factor=2)):
        assert changed.different() == ["counter"]
        assert [text.split()[1] for text in texts(changed.replayed["counter"])] == ["2"]


def test_an_actor_that_begins_otherwise_is_named(host: SimHost, tmp_path: Path) -> None:
    class Greeting(Counter):
        def on_start(self) -> None:
            self.tell(self.to, Say("good morning"))

    end(host)
    replay = Replay(records(tmp_path), {"counter": Child("counter", Greeting, {"to": "s"})}.get)
    replay.run()
    assert replay.different() == ["counter"]


def test_an_actor_that_cannot_be_started_has_told_nothing(host: SimHost, tmp_path: Path) -> None:
    host.tell("counter", Say("x"))
    host.run(1)
    end(host)
    assert play(tmp_path, unknown=1).different() == ["counter"]


def test_without_the_beginning_of_a_life_the_actor_begins_with_the_tape(
    host: SimHost, tmp_path: Path
) -> None:
    for text in ("1", "2"):
        host.tell("counter", Say(text))
        host.run(1)
    end(host)
    kept = [
        record
        for record in records(tmp_path)
        if not (isinstance(record, Turn) and record.kind == BEGINNING)
    ]
    for kind in (Replay, Rehearsal):
        again = kind(kept, cast().get)
        again.run()
        assert again.replayed == again.recorded
        assert len(again.replayed["counter"]) == 2


def test_a_turn_with_a_letter_that_nobody_speaks_any_more_is_left_out(
    host: SimHost, tmp_path: Path
) -> None:
    host.tell("counter", Say("x"))
    host.run(1)
    end(host)
    strange = [
        msgspec.structs.replace(one, heard=one.heard.replace(b"Say", b"Sai"))
        if isinstance(one, Turn)
        else one
        for one in records(tmp_path)
    ]
    replay = Replay(strange, cast().get)
    replay.run()
    assert replay.different() == ["counter"]


def test_what_the_tape_lacks_is_told(host: SimHost, tmp_path: Path) -> None:
    end(host)
    lacking = [
        *records(tmp_path),
        Lost(1, 2.0, 3),
        LeftOut(1, 2.0, "counter", "", "Say"),
        LeftOut(1, 2.0, "nobody", "", "Say"),
    ]
    assert Replay(lacking, cast().get).lost == Rehearsal(lacking, cast().get).lost == 4


@pytest.mark.parametrize("kind", [Replay, Rehearsal])
def test_a_recording_without_a_beginning_is_refused(kind: type[Replay | Rehearsal]) -> None:
    with pytest.raises(OurError, match="beginning"):
        kind([], cast().get)
