"""Every kind of mailbox: the same order, the same bounds, and nothing lost without a word."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
import zmq
from pykka._envelope import Envelope as PykkaEnvelope

from runtime.clock import SystemClock, VirtualClock
from runtime.codec import Letter, Message, Sealed, seal
from runtime.mailbox import CAPACITY, Fate, Mailbox, NothingToDo, SimMailbox
from runtime.post import PostOffice
from runtime.shard import Shard
from runtime.shard_slot import ShardSlot
from runtime.zmq_mailbox import ZmqMailbox
from tests.runtime.hosts import Event, Order, Price, Say, Urgent, UrgentPrice

Make = Callable[[], Mailbox]


@pytest.fixture(params=["sim", "zmq", "shard"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    if request.param == "sim":
        yield lambda: SimMailbox(VirtualClock(), fail)
        return
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    clock = SystemClock()
    if request.param == "zmq":
        yield lambda: ZmqMailbox(context, clock, fail)
    else:
        yield lambda: Shard(context, "shard", clock, PostOffice()).slot("me")
    context.destroy(linger=0)


def fail(letters: Sequence[object]) -> None:
    assert not letters


def deliver(mailbox: Mailbox, *messages: Message, sender: str = "you") -> list[Fate]:
    outcomes = mailbox.lane.deliver([seal(message, "me", sender) for message in messages])
    return [fate for _, fate in outcomes]


def take(mailbox: Mailbox) -> str:
    """Take the next letter as the loop of its host would, and return what it says."""
    letter: Letter[Message] | None
    if isinstance(mailbox, ShardSlot):
        mailbox.shard._drain(1_000)
        letter = mailbox.next()
    else:
        if isinstance(mailbox, SimMailbox):
            mailbox.granted = True
        letter = mailbox.get().message
    assert letter is not None
    return letter.message.text  # type: ignore[attr-defined,no-any-return]


def close(mailbox: Mailbox) -> list[Sealed]:
    """Close it in the thread that owns it."""
    if isinstance(mailbox, ShardSlot):
        mailbox.shard._ident = threading.get_ident()
    return mailbox.close()


def numbers(count: int) -> list[Message]:
    return [Say(str(number)) for number in range(count)]


def test_letters_come_in_the_order_they_were_sent(make: Make) -> None:
    mailbox = make()
    for message in numbers(1000):
        deliver(mailbox, message)
    deliver(mailbox, *numbers(1000))
    assert [take(mailbox) for _ in range(2000)] == [str(n % 1000) for n in range(2000)]


def test_control_comes_first_then_timers_then_data(make: Make) -> None:
    mailbox = make()
    deliver(mailbox, Say("data"))
    mailbox.arm(0.0, Letter("me", "me", Say("timer")))
    deliver(mailbox, Urgent("control 1"))
    deliver(mailbox, Urgent("control 2"))
    assert [take(mailbox) for _ in range(4)] == ["control 1", "control 2", "timer", "data"]


def test_control_overtakes_whatever_waits(make: Make) -> None:
    mailbox = make()
    deliver(mailbox, *numbers(CAPACITY))
    assert deliver(mailbox, Urgent("now")) == []
    assert take(mailbox) == "now"


def test_a_closed_mailbox_refuses(make: Make) -> None:
    mailbox = make()
    close(mailbox)
    assert deliver(mailbox, Urgent("x"), Say("x"), Price("x")) == [Fate.CLOSED] * 3


def test_a_mailbox_seized_from_its_owner_refuses(make: Make) -> None:
    mailbox = make()
    mailbox.work.begin(0.0)
    mailbox.seize()
    assert deliver(mailbox, Say("x")) == [Fate.CLOSED]
    assert deliver(mailbox, Urgent("x"), Say("x"), Price("x")) == [Fate.CLOSED] * 3


def test_closing_gives_back_what_was_not_handled_and_no_timer(make: Make) -> None:
    mailbox = make()
    deliver(mailbox, *numbers(3), Urgent("control"), Price("older"))
    deliver(mailbox, Price("newer"))
    mailbox.arm(0.0, Letter("me", "me", Say("timer")))
    assert [take(mailbox) for _ in range(3)] == ["control", "timer", "0"]
    mailbox.arm(0.0, Letter("me", "me", Say("timer")))
    left = [Say("1"), Say("2"), Price("newer")]
    assert close(mailbox) == [seal(message, "me", "you") for message in left]
    assert mailbox.timers.next_due() is None
    assert mailbox.depth() == 0


def test_a_full_mailbox_refuses_and_keeps_what_it_has(make: Make) -> None:
    mailbox = make()
    assert deliver(mailbox, *numbers(CAPACITY + 2)) == [Fate.FULL] * 2
    assert mailbox.depth() == CAPACITY
    assert take(mailbox) == "0"
    assert deliver(mailbox, Say("in"), Say("out")) == [Fate.FULL]
    assert deliver(mailbox, Say("out")) == [Fate.FULL]
    assert len(close(mailbox)) == CAPACITY


def test_a_full_mailbox_admits_control_and_what_must_not_be_lost(make: Make) -> None:
    mailbox = make()
    deliver(mailbox, *numbers(CAPACITY))
    assert deliver(mailbox, Order("order"), Urgent("control"), Say("x")) == [Fate.FULL]
    assert take(mailbox) == "control"
    assert [take(mailbox) for _ in range(CAPACITY + 1)][-1] == "order"


def test_of_what_conflates_only_the_newest_of_each_sender_waits(make: Make) -> None:
    mailbox = make()
    assert deliver(mailbox, Price("1"), Say("between"), Price("2")) == [Fate.REPLACED]
    assert deliver(mailbox, Price("another's"), sender="another") == []
    assert mailbox.depth() == 3
    assert [take(mailbox) for _ in range(3)] == ["2", "between", "another's"]
    assert deliver(mailbox, Price("3")) == []
    assert take(mailbox) == "3"
    assert mailbox.depth() == 0


def test_what_conflates_may_be_control_too(make: Make) -> None:
    mailbox = make()
    deliver(mailbox, Say("data"), UrgentPrice("1"), UrgentPrice("2"))
    assert [take(mailbox) for _ in range(2)] == ["2", "data"]


def test_a_replaced_letter_is_the_newest_until_it_is_handled(make: Make) -> None:
    """Also when its place came out of the socket long ago: nothing queues beyond the newest."""
    mailbox = make()
    deliver(mailbox, Say("first"), Price("older"))
    assert take(mailbox) == "first"
    assert deliver(mailbox, Price("newest")) == [Fate.REPLACED]
    assert take(mailbox) == "newest"


def test_of_what_drops_the_oldest_the_newest_few_wait(make: Make) -> None:
    mailbox = make()
    fates = deliver(mailbox, *[Event(str(number)) for number in range(7)])
    assert fates == [Fate.DROPPED] * 4
    assert [take(mailbox) for _ in range(3)] == ["4", "5", "6"]
    assert mailbox.depth() == 0


def test_a_held_message_that_cannot_be_read_is_passed_over(make: Make) -> None:
    mailbox = make()
    mailbox._report = lambda letters: reasons.extend(letter.reason for letter in letters)
    reasons: list[str] = []
    deliver(mailbox, Price(5), Say("after"))  # type: ignore[arg-type]
    assert take(mailbox) == "after"
    assert reasons == ["Price: Expected `str`, got `int` - at `$.text`"]
    deliver(mailbox, Price(5), Say("left"))  # type: ignore[arg-type]
    assert close(mailbox) == [seal(Say("left"), "me", "you")]
    assert len(reasons) == 2


def test_a_flood_of_what_conflates_takes_no_room(make: Make) -> None:
    mailbox = make()
    for number in range(CAPACITY + 10):
        deliver(mailbox, Price(str(number)))
    assert mailbox.depth() == 1
    assert deliver(mailbox, Say("data")) == []
    assert [take(mailbox) for _ in range(2)] == [str(CAPACITY + 9), "data"]


def test_an_actor_is_not_reached_by_a_pykka_ref(make: Make) -> None:
    with pytest.raises(TypeError, match="by address"):
        make().put(PykkaEnvelope(b"x"))


@pytest.fixture
def waiting() -> Iterator[ZmqMailbox]:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    mailbox = ZmqMailbox(context, SystemClock(), fail)
    yield mailbox
    if not mailbox.closed:
        mailbox.close()
    context.destroy(linger=0)


def test_a_letter_wakes_a_thread_that_waits(waiting: ZmqMailbox) -> None:
    taken: list[str] = []
    thread = threading.Thread(target=lambda: taken.append(take(waiting)))
    thread.start()
    deliver(waiting, Say("wake"))
    thread.join(10)
    assert taken == ["wake"]


def test_a_timer_wakes_a_thread_that_waits(waiting: ZmqMailbox) -> None:
    clock = SystemClock()
    due = clock.monotonic() + 0.02
    waiting.arm(due, Letter("me", "me", Say("timer")))
    assert take(waiting) == "timer"
    assert clock.monotonic() >= due


def test_no_letter_is_lost_between_many_senders_and_a_close(waiting: ZmqMailbox) -> None:
    """Each is handled, given back by close, or was refused to its sender."""
    sent: list[list[str]] = [[] for _ in range(4)]

    def send(number: int) -> None:
        for count in range(100_000):
            text = f"{number}:{count}"
            match deliver(waiting, Say(text)):
                case [Fate.CLOSED]:
                    return
                case []:
                    sent[number].append(text)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    got = [take(waiting) for _ in range(2000)]
    left = waiting.close()
    for thread in threads:
        thread.join(10)
    by_data = {seal(Say(text), "me", "you").data: text for texts in sent for text in texts}
    got += [by_data[letter.data] for letter in left]
    for number in range(4):
        assert [text for text in got if text.startswith(f"{number}:")] == sent[number]


def test_no_newest_is_lost_between_many_senders_and_its_reader(waiting: ZmqMailbox) -> None:
    def send(number: int) -> None:
        for count in range(2_000):
            deliver(waiting, Price(str(count)), sender=str(number))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    last: dict[str, int] = {}
    while len(last) < 3 or min(last.values()) < 1_999:
        letter = waiting.get().message
        assert letter is not None
        number = int(letter.message.text)  # type: ignore[attr-defined]
        assert number > last.get(letter.sender, -1)
        last[letter.sender] = number
    for thread in threads:
        thread.join(10)
    assert waiting.depth() == 0


def test_the_simulation_hands_out_one_letter_for_each_grant() -> None:
    mailbox = SimMailbox(VirtualClock(), fail)
    deliver(mailbox, Say("x"))
    with pytest.raises(NothingToDo):
        mailbox.get()
    assert take(mailbox) == "x"
    with pytest.raises(NothingToDo):
        take(mailbox)


def test_the_simulation_knows_whether_a_step_would_find_something() -> None:
    clock = VirtualClock()
    mailbox = SimMailbox(clock, fail)
    assert not mailbox.ready()
    mailbox.arm(5.0, Letter("me", "me", Say("timer")))
    assert not mailbox.ready()
    clock.advance_to(5.0)
    assert mailbox.ready()
