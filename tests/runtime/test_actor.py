"""What an actor can rely on, on every host."""

import pytest

from runtime.codec import encode
from runtime.errors import JournalError
from runtime.journal import Journal
from tests.runtime.hosts import Crash, Drive, Echo, Later, Relay, Say, SimDrive, Urgent


def test_messages_of_one_sender_arrive_in_order(drive: Drive) -> None:
    heard: list[str] = []
    drive.host.spawn(Echo, "echo", heard=heard)
    for number in range(100):
        drive.host.tell("echo", Say(str(number)))
    drive.until(lambda: len(heard) == 101)
    assert heard[1:] == [str(number) for number in range(100)]


def test_control_overtakes_data_that_waits() -> None:
    heard: list[str] = []
    drive = SimDrive()
    drive.host.spawn(Echo, "echo", heard=heard)
    for text in ("one", "two"):
        drive.host.tell("echo", Say(text))
    drive.host.tell("echo", Urgent("first"))
    drive.until(lambda: len(heard) == 4)
    assert heard == ["start", "first", "one", "two"]


def test_a_stopped_actor_runs_on_stop_and_leaves_its_address(drive: Drive) -> None:
    heard: list[str] = []
    drive.host.spawn(Echo, "echo", heard=heard)
    drive.host.stop("echo")
    drive.until(lambda: "echo" not in drive.host.cells)
    assert heard == ["start", "stop"]
    drive.host.tell("echo", Say("anyone?"))
    assert drive.host.post.dead_letters[-1].reason == "nobody at this address"


@pytest.mark.parametrize("how", ["error", "exit"])
def test_a_failing_handler_ends_its_actor_and_no_other(drive: Drive, how: str) -> None:
    heard: list[str] = []
    others: list[str] = []
    drive.host.spawn(Echo, "echo", heard=heard)
    drive.host.spawn(Echo, "other", heard=others)
    drive.host.tell("echo", Crash(how=how))
    drive.until(lambda: "echo" not in drive.host.cells)
    drive.host.tell("other", Say("still here"))
    drive.until(lambda: others == ["start", "still here"])
    assert heard == ["start"]


def test_a_handler_that_fails_has_told_nobody_anything(drive: Drive) -> None:
    heard: list[str] = []
    drive.host.spawn(Echo, "echo", heard=[])
    drive.host.spawn(Echo, "other", heard=heard)
    drive.host.tell("echo", Relay("other", "let go"))
    drive.host.tell("echo", Relay("other", "held back", crash=True))
    drive.until(lambda: "echo" not in drive.host.cells)
    drive.host.tell("other", Say("end"))
    drive.until(lambda: heard[-1:] == ["end"])
    assert heard == ["start", "let go", "end"]


def test_timers_come_due_in_order_and_a_name_replaces(drive: Drive) -> None:
    heard: list[str] = []
    drive.host.spawn(Echo, "echo", heard=heard)
    drive.host.tell("echo", Later(0.03, "late"))
    drive.host.tell("echo", Later(0.01, "replaced", "named"))
    drive.host.tell("echo", Later(0.02, "early", "named"))
    drive.until(lambda: len(heard) == 3)
    assert heard == ["start", "early", "late"]


def test_an_actor_cannot_be_started_without_a_host() -> None:
    with pytest.raises(TypeError, match="started by a host"):
        Echo.start(heard=[])


@pytest.mark.parametrize("name", ["on_receive", "on_failure"])
def test_a_hook_of_pykka_that_is_never_called_cannot_be_overridden(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} would never be called: use on_message"):
        type("Mistaken", (Echo,), {name: lambda *_: None})


def test_rubbish_in_the_mailbox_is_refused_and_the_actor_goes_on(drive: Drive) -> None:
    heard: list[str] = []
    drive.host.spawn(Echo, "echo", heard=heard)
    drive.host.post.send_frame(b"\xc1rubbish")
    drive.host.post.send_frame(encode(Say("x" * 9), "echo", "").replace(b"Say", b"Sax"))
    drive.host.tell("echo", Say(5))  # type: ignore[arg-type]
    drive.host.tell("echo", Say("fine"))
    drive.until(lambda: heard == ["start", "fine"])
    assert [dead.reason for dead in drive.host.post.dead_letters] == [
        "no frame: MessagePack data is malformed: invalid opcode '\\xc1' (byte 0)",
        "unknown message kind 'Sax'",
        "Say: Expected `str`, got `int` - at `$.text`",
    ]


def test_what_is_recorded_is_durable_before_anything_is_told() -> None:
    class Clerk(Echo):
        writes_journal = True

        def on_message(self, message: object, sender: str) -> None:
            self.record("noted", "k", text="hello")
            super().on_message(message, sender)  # type: ignore[arg-type]

    journal = Journal(None)
    journal.begin_term(0)
    drive = SimDrive(journal)
    heard: list[str] = []
    drive.host.spawn(Clerk, "clerk", heard=[])
    drive.host.spawn(Echo, "other", heard=heard)
    drive.host.tell("clerk", Relay("other", "told"))
    drive.until(lambda: "told" in heard)
    assert [(entry.kind, entry.writer) for entry in journal.entries()] == [("noted", "clerk")]
    drive.host.tell("clerk", Relay("other", "never", crash=True))
    drive.host.run()
    assert journal.verify() == 1
    assert "never" not in heard


def test_what_was_told_before_a_commit_leaves_with_it_though_the_turn_fails_later() -> None:
    class Hasty(Echo):
        writes_journal = True

        def on_message(self, message: object, sender: str) -> None:  # noqa: ARG002
            self.record("noted", "k")
            self.tell("other", Say("durable"))
            self.commit()
            self.tell("other", Say("not durable"))
            raise ValueError("after the commit")

    journal = Journal(None)
    journal.begin_term(0)
    drive = SimDrive(journal)
    heard: list[str] = []
    drive.host.spawn(Hasty, "hasty", heard=[])
    drive.host.spawn(Echo, "other", heard=heard)
    drive.host.tell("hasty", Say("go"))
    drive.host.run()
    assert journal.verify() == 1
    assert heard == ["start", "durable"]


def test_an_actor_without_a_pen_cannot_record() -> None:
    class Forger(Echo):
        def on_start(self) -> None:
            self.record("forged", "k")

    drive = SimDrive(Journal(None))
    drive.host.spawn(Forger, "forger", heard=[])
    actor = drive.host.cells["forger"].actor
    drive.host.run()
    assert actor is not None
    assert "has no pen" in actor.failure
    assert JournalError.__name__ in actor.failure


def test_the_same_seed_gives_the_same_trace() -> None:
    def trace(seed: int) -> str:
        from runtime.sim_host import SimHost

        host = SimHost(seed=seed)
        for name in ("a", "b", "c"):
            host.spawn(Echo, name, heard=[])
            host.tell(name, Later(1.0, "x"))
            host.tell(name, Relay("a", "y"))
        host.run()
        return host.trace_hash

    assert trace(1) == trace(1)
    assert trace(1) != trace(2)
