"""Credit: a fast producer and a slow consumer, and nothing queued beyond the newest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.actor import Actor
from runtime.codec import Message
from runtime.outflow import Outflow
from tests.runtime.hosts import Drive, Say


def test_without_a_credit_nothing_goes() -> None:
    outflow: Outflow[str, int] = Outflow()
    outflow.offer("a", 1)
    with pytest.raises(LookupError, match="not asked for more"):
        outflow.take(10)
    outflow.give()
    assert outflow.take(10) == {"a": 1}
    assert not outflow.open


def test_of_each_key_the_newest_goes_and_what_was_withdrawn_does_not() -> None:
    outflow: Outflow[str, int] = Outflow()
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        outflow.offer(key, value)
    outflow.withdraw("c")
    outflow.withdraw("never offered")
    outflow.give()
    assert outflow.take(10) == {"a": 3, "b": 2}
    assert len(outflow) == 0


def test_what_is_more_than_one_message_holds_waits_for_the_next_credit() -> None:
    outflow: Outflow[int, int] = Outflow()
    for key in range(5):
        outflow.offer(key, key)
    outflow.give()
    assert list(outflow.take(3)) == [0, 1, 2]
    outflow.give()
    assert list(outflow.take(3)) == [3, 4]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers()) | st.just("credit"), max_size=60))
def test_a_consumer_that_asks_again_ends_with_what_the_producer_said_last(
    steps: list[tuple[int, int] | str],
) -> None:
    outflow: Outflow[int, int] = Outflow()
    said: dict[int, int] = {}
    heard: dict[int, int] = {}
    for step in steps:
        if isinstance(step, tuple):
            said[step[0]] = step[1]
            outflow.offer(*step)
        else:
            outflow.give()
            heard |= outflow.take(2)
        assert len(outflow) <= 5
    while len(outflow):
        outflow.give()
        heard |= outflow.take(2)
    assert heard == said


class Tick(Message, frozen=True):
    number: int


class More(Message, frozen=True):
    pass


class Producer(Actor):
    """Has ten prices to tell for each message it hears, and tells the newest on credit."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.outflow: Outflow[str, int] = Outflow()

    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        if isinstance(message, More):
            self.outflow.give()
        else:
            self.number += 10
            self.outflow.offer("price", self.number)
        if self.outflow.open and len(self.outflow):
            self.tell("consumer", Tick(self.outflow.take(1)["price"]))


class Consumer(Actor):
    def __init__(self, heard: list[int], deepest: list[int]) -> None:
        super().__init__()
        self.heard = heard
        self.deepest = deepest

    def on_start(self) -> None:
        self.tell("producer", More())

    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        assert isinstance(message, Tick)
        self.heard.append(message.number)
        self.deepest.append(self._cell.mailbox.depth())
        self.after(0.005, Say("slow"), "slow")

    def on_refused(self, refused: Message) -> None:
        raise AssertionError(refused)


class SlowConsumer(Consumer):
    def on_message(self, message: Message, sender: str) -> None:
        if message == Say("slow"):
            self.tell("producer", More())
        else:
            super().on_message(message, sender)


def test_a_slow_consumer_hears_the_newest_and_never_has_more_than_that_waiting(
    drive: Drive,
) -> None:
    heard, deepest = list[int](), list[int]()
    drive.host.spawn(Producer, "producer")
    drive.host.spawn(SlowConsumer, "consumer", heard=heard, deepest=deepest)
    for _ in range(500):
        drive.host.tell("producer", Say("tick"))
    drive.until(lambda: heard[-1:] == [5_000])
    assert heard == sorted(set(heard))
    assert set(deepest) == {0}
