"""The post office: every letter reaches somebody, waits for somebody, or is a dead letter."""

import pytest

from runtime.clock import VirtualClock
from runtime.codec import Letter, Sealed, join, seal
from runtime.mailbox import CAPACITY, SimMailbox
from runtime.messages import Refused, Stop, Wanted
from runtime.post import PostOffice
from tests.runtime.hosts import Price, Say, Urgent


@pytest.fixture
def post() -> PostOffice:
    return PostOffice()


def box() -> SimMailbox:
    return SimMailbox(VirtualClock(), lambda _: None)


def letter(to: str, text: str = "x", sender: str = "me") -> list[Sealed]:
    return [seal(Say(text), to, sender)]


def texts(mailbox: SimMailbox) -> list[str]:
    """Empty a mailbox and return what the messages in it say."""
    found = []
    while mailbox.ready():
        mailbox.granted = True
        letter = mailbox.get().message
        assert letter is not None
        message = letter.message
        assert isinstance(message, Say | Urgent)
        found.append(message.text)
    return found


def reasons(post: PostOffice) -> list[tuple[str, str]]:
    return [(dead.to, dead.reason) for dead in post.dead_letters]


def test_a_frame_goes_to_the_mailbox_at_its_address(post: PostOffice) -> None:
    one, other = box(), box()
    post.open("one", one)
    post.open("other", other)
    post.send(letter("one", "hello"))
    assert (texts(one), texts(other)) == (["hello"], [])
    assert reasons(post) == []


def test_letters_of_one_turn_go_each_to_its_own_address(post: PostOffice) -> None:
    """Addresses are looked up by runs; a run ends with another address, also a dead one."""
    one, other = box(), box()
    post.open("one", one)
    post.open("other", other)
    to = ["one", "one", "other", "nobody", "other", "one", "nobody", "nobody"]
    post.send([seal(Say(str(number)), name, "me") for number, name in enumerate(to)])
    assert (texts(one), texts(other)) == (["0", "1", "5"], ["2", "4"])
    assert [name for name, _ in reasons(post)] == ["nobody"] * 3


def test_control_keeps_its_right_of_way(post: PostOffice) -> None:
    mailbox = box()
    post.open("one", mailbox)
    post.send(letter("one", "data"))
    post.send([seal(Urgent("control"), "one", "me")])
    assert texts(mailbox) == ["control", "data"]


def test_what_nobody_takes_is_a_dead_letter_with_its_reason(post: PostOffice) -> None:
    post.send(letter("nobody"))
    (dead,) = post.dead_letters
    assert (dead.kind, dead.to, dead.sender) == ("Say", "nobody", "me")
    assert dead.reason == "nobody at this address"


@pytest.mark.parametrize("rubbish", [b"", b"\xc1", b"\x95\x01\xa1k\xa2\xff\xfe\xa1s\xc0"])
def test_rubbish_is_a_dead_letter_and_never_raises(post: PostOffice, rubbish: bytes) -> None:
    post.send_frame(rubbish)
    assert [to for to, _ in reasons(post)] == ["?"]
    assert post.counts == {}


def test_dead_letters_are_bounded(post: PostOffice) -> None:
    for _ in range(1_100):
        post.send(letter("nobody"))
    assert len(post.dead_letters) == 1_000


def test_a_full_mailbox_makes_a_dead_letter_and_not_a_wait(post: PostOffice) -> None:
    mailbox = box()
    post.open("one", mailbox)
    one = letter("one")
    for _ in range(CAPACITY + 1):
        post.send(one)
    assert reasons(post) == [("one", "mailbox full")]
    assert mailbox.depth() == CAPACITY == post.depth("one")


def test_who_sent_what_found_no_room_hears_of_it_once_and_newest(post: PostOffice) -> None:
    full, sender = box(), box()
    post.open("one", full)
    post.open("me", sender)
    for _ in range(CAPACITY + 3):
        post.send(letter("one"))
    sender.granted = True
    told = sender.get().message
    assert told == Letter("me", "one", Refused("Say", "one", "mailbox full"))
    assert not sender.ready()
    assert reasons(post) == [("one", "mailbox full")] * 3


def test_what_was_replaced_by_newer_is_counted_and_no_dead_letter(post: PostOffice) -> None:
    mailbox = box()
    post.open("one", mailbox)
    for text in ("1", "2", "3"):
        post.send([seal(Price(text), "one", "me")])
    assert post.displaced == {("Price", "replaced by a newer one"): 2}
    assert reasons(post) == []
    assert mailbox.depth() == 1


def test_a_newer_mailbox_takes_over_the_address(post: PostOffice) -> None:
    older, newer = box(), box()
    post.open("one", older)
    post.open("one", newer)
    post.send(letter("one"))
    assert (texts(older), texts(newer)) == ([], ["x"])


def test_the_end_of_an_older_mailbox_leaves_the_newer_in_its_place(post: PostOffice) -> None:
    older, newer = box(), box()
    post.open("one", older)
    post.send(letter("one", "first"))
    post.open("one", newer)
    post.send(letter("one", "second"))
    post.close("one", older)
    assert sorted(texts(newer)) == ["first", "second"]
    assert post.addresses() == ["one"]


def test_what_a_closed_mailbox_held_is_passed_on_or_named(post: PostOffice) -> None:
    mailbox = box()
    post.open("one", mailbox)
    post.send(letter("one"))
    post.close("one", mailbox)
    assert post.addresses() == []
    assert reasons(post) == [("one", "nobody at this address")]


def test_a_forgotten_mailbox_gets_no_more(post: PostOffice) -> None:
    mailbox = box()
    post.open("one", mailbox)
    post.forget("one", mailbox)
    post.send(letter("one"))
    assert texts(mailbox) == []
    assert len(post.dead_letters) == 1


def test_an_owner_is_asked_once_for_an_address_and_all_that_came_waits(post: PostOffice) -> None:
    owner = box()
    post.open("executors", owner)
    assert post.own("executor/", "executors") == []
    for text in ("1", "2", "3"):
        post.send(letter("executor/a", text))
    assert post.keeps("executor/a")
    assert owner.depth() == 1
    owner.granted = True
    wanted = owner.get().message
    assert wanted is not None
    assert wanted.message == Wanted()
    assert post.wanted("executor/", 10) == ["executor/a"]
    assert post.wanted("executor/", 10) == []
    alive = box()
    post.open("executor/a", alive)
    post.send(letter("executor/a", "4"))
    assert texts(alive) == ["1", "2", "3", "4"]
    assert not post.keeps("executor/a")
    assert reasons(post) == []


def test_a_stop_brings_nobody_to_life(post: PostOffice) -> None:
    owner = box()
    post.open("executors", owner)
    post.own("executor/", "executors")
    post.send([seal(Stop(), "executor/a", "")])
    assert owner.depth() == 0
    assert not post.keeps("executor/a")
    assert reasons(post) == [("executor/a", "nobody at this address")]


def test_an_owner_hears_of_many_addresses_in_one_message(post: PostOffice) -> None:
    owner = box()
    post.open("executors", owner)
    post.own("executor/", "executors")
    for name in "abc":
        post.send(letter(f"executor/{name}"))
    assert owner.depth() == 1
    assert post.wanted("executor/", 2) == ["executor/a", "executor/b"]
    assert post.wanted("executor/", 2) == ["executor/c"]


def test_an_owner_that_comes_back_hears_who_is_wanted(post: PostOffice) -> None:
    post.own("executor/", "executors")
    post.send(letter("executor/b"))
    post.send(letter("executor/a"))
    assert post.own("executor/", "executors") == ["executor/a", "executor/b"]


def test_too_many_frames_for_one_that_never_comes_are_named(post: PostOffice) -> None:
    post.own("executor/", "executors")
    one = letter("executor/a")
    for _ in range(CAPACITY + 2):
        post.send(one)
    assert reasons(post) == [("executor/a", "too many wait for this address")] * 2


def test_what_an_owned_mailbox_held_waits_for_its_next_life(post: PostOffice) -> None:
    post.own("executor/", "executors")
    first, second = box(), box()
    post.open("executor/a", first)
    post.send(letter("executor/a", "unhandled"))
    post.close("executor/a", first)
    post.open("executor/a", second)
    assert texts(second) == ["unhandled"]


def test_a_carrier_takes_what_is_under_its_prefix_only(post: PostOffice) -> None:
    carried: list[tuple[str, bytes]] = []
    post.carry("poller/", lambda to, frame: carried.append((to, frame)))
    away = letter("poller/a")
    post.send(away)
    post.send(letter("polleraway"))
    assert carried == [("poller/a", join([away[0].data]))]
    assert reasons(post) == [("polleraway", "nobody at this address")]


def test_a_mailbox_here_comes_before_a_carrier(post: PostOffice) -> None:
    carried: list[str] = []
    mailbox = box()
    post.carry("poller/", lambda to, _frame: carried.append(to))
    post.open("poller/a", mailbox)
    post.send(letter("poller/a"))
    assert (texts(mailbox), carried) == (["x"], [])


def test_a_carrier_that_cannot_makes_a_dead_letter(post: PostOffice) -> None:
    def refuse(_to: str, _frame: bytes) -> None:
        raise LookupError("the bus is full")

    post.carry("poller/", refuse)
    post.send(letter("poller/a"))
    assert reasons(post) == [("poller/a", "the bus is full")]


def test_what_was_sent_is_counted_by_kind(post: PostOffice) -> None:
    post.send(letter("nobody"))
    post.send([seal(Urgent("x"), "nobody", "me")])
    post.send(letter("nobody"))
    assert post.counts == {"Say": 2, "Urgent": 1}


# Taps.


def test_every_tap_sees_every_letter_in_order_also_one_that_nobody_takes(
    post: PostOffice,
) -> None:
    first: list[Sealed] = []
    second: list[Sealed] = []
    post.open("one", box())
    post.add_tap(first.append)
    post.add_tap(second.append)
    sent = [*letter("one", "1"), *letter("nobody", "2"), *letter("one", "3")]
    post.send(sent)
    assert first == second == sent


def test_a_tap_that_was_removed_sees_nothing_more_and_the_others_do(post: PostOffice) -> None:
    first: list[Sealed] = []
    second: list[Sealed] = []
    post.add_tap(first.append)
    post.add_tap(second.append)
    post.remove_tap(first.append)
    post.send(letter("nobody"))
    assert (len(first), len(second)) == (0, 1)


def test_what_is_delivered_again_is_neither_shown_nor_counted_again(post: PostOffice) -> None:
    seen: list[Sealed] = []
    post.add_tap(seen.append)
    post.own("executor/", "owner")
    mailbox, next_one = box(), box()
    post.open("executor/a", mailbox)
    post.send(letter("executor/a", "1"))
    post.close("executor/a", mailbox)
    post.open("executor/a", next_one)
    assert texts(next_one) == ["1"]
    assert (len(seen), post.counts["Say"]) == (1, 1)
