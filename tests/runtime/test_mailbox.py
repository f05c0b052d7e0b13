"""Both kinds of mailbox: the same order, the same bound, and nothing lost without a word."""

import threading
from collections.abc import Callable, Iterator

import pytest
import zmq

from runtime.clock import SystemClock, VirtualClock
from runtime.mailbox import (
    CAPACITY,
    Mailbox,
    MailboxClosedError,
    MailboxFullError,
    NothingToDo,
    SimMailbox,
    ZmqMailbox,
)

Make = Callable[[], Mailbox]


@pytest.fixture(params=["sim", "zmq"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    if request.param == "sim":
        yield lambda: SimMailbox(VirtualClock())
        return
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    made: list[Mailbox] = []

    def mailbox() -> Mailbox:
        made.append(ZmqMailbox(context, SystemClock()))
        return made[-1]

    yield mailbox
    context.destroy(linger=0)


def take(mailbox: Mailbox) -> bytes:
    if isinstance(mailbox, SimMailbox):
        mailbox.granted = True
    frame: bytes = mailbox.get().message
    return frame


def overfill(mailbox: Mailbox) -> None:
    for _ in range(CAPACITY):
        mailbox.deliver(b"x", control=False)


def test_frames_come_in_the_order_they_were_sent(make: Make) -> None:
    mailbox = make()
    for number in range(2000):
        mailbox.deliver(str(number).encode(), control=False)
    assert [take(mailbox) for _ in range(2000)] == [str(n).encode() for n in range(2000)]


def test_control_comes_first_then_timers_then_data(make: Make) -> None:
    mailbox = make()
    mailbox.deliver(b"data", control=False)
    mailbox.timers.set(0.0, b"timer")
    mailbox.deliver(b"control 1", control=True)
    mailbox.deliver(b"control 2", control=True)
    assert [take(mailbox) for _ in range(4)] == [b"control 1", b"control 2", b"timer", b"data"]


def test_an_empty_frame_is_a_frame(make: Make) -> None:
    mailbox = make()
    mailbox.deliver(b"", control=False)
    assert take(mailbox) == b""


def test_a_closed_mailbox_refuses(make: Make) -> None:
    mailbox = make()
    mailbox.close()
    with pytest.raises(MailboxClosedError):
        mailbox.deliver(b"x", control=True)


def test_closing_gives_back_what_was_not_handled_and_no_timer(make: Make) -> None:
    mailbox = make()
    for number in range(5):
        mailbox.deliver(str(number).encode(), control=False)
    mailbox.deliver(b"control", control=True)
    mailbox.timers.set(0.0, b"timer")
    assert take(mailbox) == b"control"
    assert take(mailbox) == b"timer"
    assert take(mailbox) == b"0"
    mailbox.timers.set(0.0, b"timer")
    assert mailbox.close() == [b"1", b"2", b"3", b"4"]
    assert mailbox.timers.next_due() is None


def test_a_full_mailbox_refuses_and_keeps_what_it_has(make: Make) -> None:
    mailbox = make()
    for _ in range(CAPACITY):
        mailbox.deliver(b"x", control=False)
    with pytest.raises(MailboxFullError):
        overfill(mailbox)
    assert CAPACITY <= len(mailbox.close()) < 2 * CAPACITY


def test_an_actor_is_not_reached_by_a_pykka_ref(make: Make) -> None:
    from pykka._envelope import Envelope

    with pytest.raises(TypeError, match="by address"):
        make().put(Envelope(b"x"))


def test_a_frame_wakes_a_thread_that_waits() -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    mailbox = ZmqMailbox(context, SystemClock())
    taken: list[bytes] = []
    thread = threading.Thread(target=lambda: taken.append(mailbox.get().message))
    thread.start()
    mailbox.deliver(b"wake", control=False)
    thread.join(10)
    assert taken == [b"wake"]
    mailbox.close()
    context.destroy(linger=0)


def test_a_timer_wakes_a_thread_that_waits() -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    clock = SystemClock()
    mailbox = ZmqMailbox(context, clock)
    due = clock.monotonic() + 0.02
    mailbox.timers.set(due, b"timer")
    assert mailbox.get().message == b"timer"
    assert clock.monotonic() >= due
    mailbox.close()
    context.destroy(linger=0)


def test_no_frame_is_lost_between_many_senders_and_a_close() -> None:
    """Each frame is handled, given back by close, or was refused to its sender."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    mailbox = ZmqMailbox(context, SystemClock())
    sent: list[list[bytes]] = [[] for _ in range(4)]

    def send(number: int) -> None:
        for count in range(100_000):
            frame = f"{number}:{count}".encode()
            try:
                mailbox.deliver(frame, control=False)
            except MailboxClosedError:
                return
            except MailboxFullError:
                continue
            sent[number].append(frame)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    handled = [mailbox.get().message for _ in range(2000)]
    left = mailbox.close()
    for thread in threads:
        thread.join(10)
    context.destroy(linger=0)
    got = [*handled, *left]
    for number in range(4):
        mine = [frame for frame in got if frame.startswith(f"{number}:".encode())]
        assert mine == sent[number]


def test_the_simulation_hands_out_one_frame_for_each_grant() -> None:
    mailbox = SimMailbox(VirtualClock())
    mailbox.deliver(b"x", control=False)
    with pytest.raises(NothingToDo):
        mailbox.get()
    assert take(mailbox) == b"x"
    with pytest.raises(NothingToDo):
        take(mailbox)


def test_the_simulation_knows_whether_a_step_would_find_something() -> None:
    clock = VirtualClock()
    mailbox = SimMailbox(clock)
    assert not mailbox.ready()
    mailbox.timers.set(5.0, b"timer")
    assert not mailbox.ready()
    clock.advance_to(5.0)
    assert mailbox.ready()
