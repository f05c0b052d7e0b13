"""What is a shard's own: when letters leave, in which order turns come, who is named as slow."""

import logging
import threading

import msgspec
import pytest
import zmq

from runtime.clock import SystemClock
from runtime.codec import Message, Sealed, encode, seal
from runtime.journal import Journal
from runtime.metrics import HostCollector, exposition
from runtime.post import PostOffice
from runtime.shard import SLOW_TURN, TURNS_IN_A_ROW, Shard
from runtime.shard_slot import ShardSlot
from runtime.supervision import Child, Restart
from runtime.supervisor import BIRTHS_A_TURN, Supervisor
from tests.runtime.hosts import Drive, Echo, Price, Say, ShardDrive, Urgent


class Listener(Echo):
    own_thread = True

    def __init__(self, heard: list[str], came: threading.Event) -> None:
        super().__init__(heard)
        self.came = came

    def on_message(self, message: Message, sender: str) -> None:
        super().on_message(message, sender)
        self.came.set()


class Waiter(Echo):
    """Tells the listener, then waits in the same turn or row for it to have heard."""

    writes_journal = True

    def __init__(self, heard: list[str], came: threading.Event) -> None:
        super().__init__(heard)
        self.came = came

    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        match message:
            case Say("tell"):
                self.tell("listener", Say("told"))
            case Say("work"):
                threading.Event().wait(0.005)
            case Say("wait"):
                self.heard.append(f"heard of it: {self.came.wait(10)}")
            case Say("commit"):
                self.record("noted", "k")
                self.tell("listener", Say("told"))
                self.commit()
                self.heard.append(f"heard of it: {self.came.wait(10)}")


def heard_of(*texts: str) -> list[str]:
    drive = ShardDrive(Journal(None, []))
    drive.host.ports.journal.begin_term(0)  # type: ignore[union-attr]
    heard, came = list[str](), threading.Event()
    drive.host.spawn(Listener, "listener", heard=[], came=came)
    drive.host.spawn(Waiter, "waiter", heard=heard, came=came)
    drive.until(lambda: heard == ["start"])
    drive.host.post.send([seal(Say(text), "waiter", "") for text in texts])
    drive.until(lambda: len(heard) == 2)
    drive.close()
    return heard[1:2]


def test_what_was_told_does_not_wait_for_the_end_of_a_long_row_of_turns() -> None:
    assert heard_of("tell", "work", "work", "wait", "work") == ["heard of it: True"]


def test_what_was_told_before_a_commit_leaves_with_it_though_the_turn_goes_on() -> None:
    assert heard_of("commit") == ["heard of it: True"]


class Holder(Echo):
    """Does not come back from its first turn until it may."""

    def __init__(self, heard: list[str], may: threading.Event) -> None:
        super().__init__(heard)
        self.may = may

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Say("hold" | "hold and be reminded" as text):
                if text != "hold":
                    self.after(0.0, Say("timer"))
                self.heard.append(text)
                self.may.wait(10)
            case Price(text):
                self.heard.append(text)
            case _:
                super().on_message(message, sender)


@pytest.mark.parametrize(
    ("hold", "waiting", "then"),
    [
        ("hold", (Price("old"), Price("new"), Say("data")), ["new", "data"]),
        ("hold", (Say("data"), Urgent("control")), ["control", "data"]),
        ("hold and be reminded", (Say("data"),), ["timer", "data"]),
        (
            "hold and be reminded",
            (Say("data"), Price("old"), Urgent("control"), Price("new")),
            ["timer", "control", "data", "new"],
        ),
    ],
)
def test_what_waits_for_an_actor_in_a_turn_comes_in_its_order(
    hold: str, waiting: tuple[Message, ...], then: list[str]
) -> None:
    drive, heard, may = ShardDrive(), list[str](), threading.Event()
    drive.host.spawn(Holder, "holder", heard=heard, may=may)
    drive.host.tell("holder", Say(hold))
    drive.until(lambda: heard == ["start", hold])
    for message in waiting:
        drive.host.tell("holder", message)
    may.set()
    drive.until(lambda: len(heard) == 2 + len(then))
    drive.close()
    assert heard[2 : 2 + len(then)] == then


def test_an_actor_with_much_to_do_lets_the_others_have_their_turns() -> None:
    drive, heard, may = ShardDrive(shards=1), list[str](), threading.Event()
    drive.host.spawn(Holder, "busy", heard=heard, may=may)
    drive.host.spawn(Echo, "other", heard=heard)
    drive.until(lambda: heard == ["start", "start"])
    drive.host.tell("busy", Say("hold"))
    drive.until(lambda: heard == ["start", "start", "hold"])
    drive.host.post.send([seal(Say("much"), "busy", "")] * (3 * TURNS_IN_A_ROW))
    drive.host.tell("other", Say("little"))
    may.set()
    drive.until(lambda: len(heard) == 4 + 3 * TURNS_IN_A_ROW)
    drive.close()
    assert heard.index("little") == 3 + TURNS_IN_A_ROW


def test_a_letter_that_cannot_be_read_takes_no_room() -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    post = PostOffice()
    shard = Shard(context, "shard", SystemClock(), post)
    slot = shard.slot("me")
    unreadable = msgspec.msgpack.encode(("me", "you", {"kind": "Say"}))
    assert not shard.deliver([Sealed("me", "you", Say, unreadable)])
    assert slot.depth() == 1
    shard._drain(10)
    assert slot.depth() == 0
    assert [letter.kind for letter in post.dead_letters] == ["Say"]
    context.destroy(linger=0)


def test_letters_of_one_turn_are_counted_each_at_its_own_slot() -> None:
    """Slots are looked up by runs; a run ends with another address, also a dead one."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    shard = Shard(context, "shard", SystemClock(), PostOffice())
    one, other = shard.slot("one"), shard.slot("other")
    to = ["one", "one", "other", "nobody", "other", "one", "nobody"]
    outcomes = shard.deliver([seal(Say("x"), name, "me") for name in to])
    assert [letter.to for letter, _ in outcomes] == ["nobody"] * 2
    assert (one.depth(), other.depth()) == (3, 2)
    shard._drain(10)
    assert (len(one.data), len(other.data)) == (3, 2)
    context.destroy(linger=0)


def test_a_frame_that_is_counted_and_not_there_yet_is_waited_for() -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    shard = Shard(context, "shard", SystemClock(), PostOffice())
    slot = shard.slot("me")
    shard._pipe.sent += 1
    shard._drain(10)
    assert (shard._late, shard._pipe.received) == (True, 0)
    shard._pipe.push(encode(Say("x"), "me", "you"))
    shard._drain(10)
    assert (shard._late, shard._pipe.received, len(slot.data)) == (False, 1, 1)
    context.destroy(linger=0)


def test_a_slow_turn_is_named_in_the_log_and_its_kind_in_the_metrics(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Slow(Echo):
        def on_message(self, message: Message, sender: str) -> None:
            threading.Event().wait(1.5 * SLOW_TURN)
            super().on_message(message, sender)

    caplog.set_level(logging.WARNING)
    drive, heard = ShardDrive(), list[str]()
    drive.host.spawn(Slow, "market/slow", heard=heard)
    drive.host.tell("market/slow", Say("x"))
    drive.until(lambda: sum(shard.slow_turns for shard in drive.host.shards) == 1)  # type: ignore[attr-defined]
    drive.until(lambda: "'address': 'market/slow'" in caplog.text)  # it is counted, then named
    series = 'tictac_actor_slow_turns_total{kind="Slow",supervisor=""} 1.0'
    assert series in exposition(HostCollector(drive.host))
    drive.close()
    assert series in exposition(HostCollector(drive.host))


def test_more_births_than_one_turn_holds_all_come_to_pass(drive: Drive) -> None:
    heard: list[str] = []
    template = Child("echo", Echo, {"heard": heard}, Restart.TRANSIENT)
    drive.host.spawn(Supervisor, "echoes", template=template)
    drive.until(lambda: drive.host.cells["echoes"].ready_said)
    count = 2 * BIRTHS_A_TURN + 1
    drive.host.post.send([seal(Say("x"), f"echo/{number}", "") for number in range(count)])
    drive.until(lambda: heard.count("x") == count)


def test_a_newer_slot_that_comes_while_an_older_one_is_shut_stays() -> None:
    """Else nobody is at its address any more, and its actor is never told a thing."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    shard = Shard(context, "shard", SystemClock(), PostOffice())
    older, made = shard.slot("me"), list[ShardSlot]()
    successor = threading.Thread(target=lambda: made.append(shard.slot("me")), daemon=True)

    class Watched(dict[str, ShardSlot]):
        def get(self, key: str, default: object = None) -> ShardSlot:  # type: ignore[override]
            found = super().get(key, default)  # type: ignore[call-overload]
            successor.start()
            successor.join(0.2)  # it has come by now, or is held off by a gate
            return found

    shard._slots = Watched(shard._slots)
    shard.shut(older)
    successor.join(10)
    assert dict.get(shard._slots, "me") is made[0]
    context.destroy(linger=0)
