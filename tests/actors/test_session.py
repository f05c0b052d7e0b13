"""Session: one login for everyone, never a hammering one, and only it knows the password."""

from itertools import pairwise

import pytest

from actors.books.asianodds.client import AsianOddsClient
from actors.errors import (
    BookError,
    LoginRefusedError,
    MalformedAnswerError,
    NotSentError,
    SessionLostError,
    ThrottledError,
)
from actors.messages import (
    FeedTurn,
    FeedTurnWanted,
    Throttled,
    Token,
    TokenRejected,
    TokenWanted,
)
from actors.selections import Phase
from actors.session import KEEP_ALIVE_EVERY, Session
from runtime.concealment import masked_text
from tests.actors.fake_book import FakeBook, FakeClient
from tests.actors.world import ACCOUNT, World

CALLERS = ("gateway/ao/1", "gateway/ao/2", "settler/ao", "poller/m", "poller/n")


@pytest.fixture
def book() -> FakeBook:
    return FakeBook()


@pytest.fixture
def world(book: FakeBook) -> World:
    """Return a world whose session has not begun yet."""
    made = World(*CALLERS)
    book.now = made.host.clock.monotonic
    return made


def start(world: World, book: FakeBook) -> None:
    world.spawn(Session, "session/ao", settings=ACCOUNT, connect=book.connect)


def say(world: World, message: TokenWanted | TokenRejected, caller: str = CALLERS[0]) -> None:
    world.tell("session/ao", message, sender=caller)


def tokens(world: World, caller: str = CALLERS[0]) -> list[str]:
    return [token.value for token in world.told(caller, Token)]


def test_the_fake_has_the_methods_of_the_real_client() -> None:
    own = {name for name in vars(FakeClient) if not name.startswith("_")}
    assert own <= set(dir(AsianOddsClient))


def test_a_session_logs_in_and_registers_at_the_address_that_login_gave(
    world: World, book: FakeBook
) -> None:
    start(world, book)
    assert [(call, token) for _, call, token in book.calls] == [
        ("Login", ""),
        ("Register", "token-1"),
    ]
    say(world, TokenWanted())
    assert world.told(CALLERS[0], Token) == [Token("token-1", "http://book/base")]


def test_who_asks_before_the_login_hears_of_it_afterwards(world: World, book: FakeBook) -> None:
    world.host.spawn(Session, "session/ao", settings=ACCOUNT, connect=book.connect)
    for caller in CALLERS:
        world.host.tell("session/ao", TokenWanted(), caller)
    world.host.run(0)
    for caller in CALLERS:
        assert tokens(world, caller)[-1] == "token-1"


def test_when_many_callers_reject_one_token_there_is_one_login(
    world: World, book: FakeBook
) -> None:
    start(world, book)
    for caller in CALLERS:
        say(world, TokenWanted(), caller)
    for caller in CALLERS:
        world.host.tell("session/ao", TokenRejected("token-1"), caller)
    world.host.run(60)
    assert len(book.called("Login")) == 2
    for caller in CALLERS:
        assert tokens(world, caller)[-1] == "token-2"


def test_while_there_is_no_token_callers_are_told_so(world: World, book: FakeBook) -> None:
    start(world, book)
    say(world, TokenWanted())
    book.logins = [BookError("HTTP 500")]
    say(world, TokenRejected("token-1"), CALLERS[1])
    assert tokens(world) == ["token-1", ""]
    say(world, TokenWanted(), CALLERS[2])
    assert tokens(world, CALLERS[2]) == [""]


def test_who_rejects_an_old_token_gets_the_current_one_and_no_login_follows(
    world: World, book: FakeBook
) -> None:
    start(world, book)
    say(world, TokenRejected("token-1"), CALLERS[0])
    assert len(book.called("Login")) == 2
    say(world, TokenRejected("token-1"), CALLERS[1])
    say(world, TokenRejected(""), CALLERS[1])
    world.host.run(60)
    assert tokens(world, CALLERS[1]) == ["token-2", "token-2"]
    assert len(book.called("Login")) == 2


def test_a_rejection_while_a_login_waits_starts_no_second_one(world: World, book: FakeBook) -> None:
    start(world, book)
    book.logins = [LoginRefusedError("wrong password")]
    say(world, TokenRejected("token-1"))
    assert len(book.called("Login")) == 2
    for _ in range(20):
        say(world, TokenRejected("token-1"))
        say(world, TokenRejected(""))
    world.host.run(20)
    assert len(book.called("Login")) == 2


def test_refused_credentials_are_tried_again_ever_more_seldom(
    world: World, book: FakeBook, caplog: pytest.LogCaptureFixture
) -> None:
    book.logins = [LoginRefusedError("wrong password")]
    start(world, book)
    say(world, TokenWanted())
    world.host.run(3600)
    assert 4 <= len(book.called("Login")) <= 8
    world.host.run(24 * 3600)
    assert len(book.called("Login")) < 8 + 2 * 25
    assert set(tokens(world)) == {""}
    assert "check username and password" in caplog.text
    assert book.called("Register") == []


@pytest.mark.parametrize(
    "failure",
    [
        BookError("HTTP 500"),
        NotSentError("refused"),
        MalformedAnswerError("not json"),
        ThrottledError("HTTP 429"),
    ],
)
def test_a_login_that_fails_is_tried_again_soon_and_then_less_often(
    world: World, book: FakeBook, failure: Exception
) -> None:
    book.logins = [failure]
    start(world, book)
    world.host.run(3.0)
    assert len(book.called("Login")) >= 2
    world.host.run(3600)
    assert len(book.called("Login")) < 40


def test_a_login_that_works_again_starts_the_count_anew(world: World, book: FakeBook) -> None:
    book.logins = [*[BookError("HTTP 500")] * 8, None]
    start(world, book)
    world.host.run(1000)
    say(world, TokenWanted())
    assert tokens(world) == ["token-1"]
    book.logins = [BookError("HTTP 500"), None]
    say(world, TokenRejected("token-1"))
    world.host.run(1.0)
    assert tokens(world)[-1] == "token-2"


def test_a_token_that_cannot_be_registered_is_told_to_nobody(world: World, book: FakeBook) -> None:
    book.registers = [SessionLostError("not registered"), None]
    start(world, book)
    say(world, TokenWanted())
    assert tokens(world) == [""]
    world.host.run(2.0)
    assert tokens(world) == ["", "token-2"]


# Keeping it alive.


def test_a_session_is_kept_alive_well_inside_five_minutes(world: World, book: FakeBook) -> None:
    start(world, book)
    world.host.run(3600)
    looks = [0.0, *book.called("IsLoggedIn")]
    assert max(b - a for a, b in pairwise(looks)) <= 240
    assert len(looks) == 1 + int(3600 / KEEP_ALIVE_EVERY)
    assert len(book.called("Login")) == 1


@pytest.mark.parametrize("lost", [False, SessionLostError("HTTP 401")])
def test_a_session_that_is_found_lost_is_renewed_once(
    world: World, book: FakeBook, lost: object
) -> None:
    start(world, book)
    say(world, TokenWanted())
    book.looks = [lost, True]
    world.host.run(KEEP_ALIVE_EVERY)
    assert tokens(world) == ["token-1", "", "token-2"]
    world.host.run(3600)
    assert len(book.called("Login")) == 2
    assert book.calls[-1][1:] == ("IsLoggedIn", "token-2")


@pytest.mark.parametrize("failure", [BookError("HTTP 500"), NotSentError("refused")])
def test_a_look_that_fails_says_nothing_of_the_token(
    world: World, book: FakeBook, failure: Exception
) -> None:
    start(world, book)
    say(world, TokenWanted())
    book.looks = [failure]
    world.host.run(2 * KEEP_ALIVE_EVERY)
    assert tokens(world) == ["token-1"]
    assert len(book.called("IsLoggedIn")) == 2


def test_nobody_asks_the_book_while_there_is_no_token(world: World, book: FakeBook) -> None:
    start(world, book)
    book.logins = [LoginRefusedError("wrong password")]
    say(world, TokenRejected("token-1"))
    world.host.run(3600)
    assert book.called("IsLoggedIn") == []


def test_renewing_a_session_leaves_one_keep_alive(world: World, book: FakeBook) -> None:
    start(world, book)
    for number in range(1, 6):
        say(world, TokenRejected(f"token-{number}"))
    world.host.run(KEEP_ALIVE_EVERY)
    assert len(book.called("IsLoggedIn")) == 1


# Turns at the feed.


def turns(world: World, market: str = "m") -> int:
    return len(world.told(f"poller/{market}", FeedTurn))


def want(world: World, market: str, phase: Phase = Phase.TODAY) -> None:
    world.tell("session/ao", FeedTurnWanted(market, phase), sender=f"poller/{market}")


def test_a_turn_is_given_to_who_asked_when_the_budget_allows_it(
    world: World, book: FakeBook
) -> None:
    start(world, book)
    want(world, "m")
    want(world, "n")
    assert (turns(world, "m"), turns(world, "n")) == (1, 0)
    world.host.run(5.2)
    assert (turns(world, "m"), turns(world, "n")) == (1, 1)
    assert world.told("poller/n", FeedTurn) == [FeedTurn("n")]


def test_a_second_turn_of_a_market_waits_for_its_interval(world: World, book: FakeBook) -> None:
    start(world, book)
    want(world, "m")
    want(world, "m")
    world.host.run(9.9)
    assert turns(world) == 1
    world.host.run(0.3)
    assert turns(world) == 2


def test_who_asks_again_while_it_waits_gets_one_turn_and_not_two(
    world: World, book: FakeBook
) -> None:
    """Else the turns of impatient pollers pile up and everybody waits ever longer."""
    start(world, book)
    want(world, "n")
    for _ in range(20):
        want(world, "m")
    world.host.run(600)
    assert turns(world) == 1
    want(world, "n")
    assert turns(world, "n") == 2


def test_after_a_complaint_of_the_book_everybody_waits(world: World, book: FakeBook) -> None:
    start(world, book)
    want(world, "m")
    world.tell("session/ao", Throttled("m"), sender="poller/m")
    want(world, "m")
    want(world, "n")
    world.host.run(4.9)
    assert (turns(world, "m"), turns(world, "n")) == (1, 0)
    world.host.run(30)
    assert (turns(world, "m"), turns(world, "n")) == (2, 1)


def test_a_turn_promised_before_a_complaint_waits_as_well(world: World, book: FakeBook) -> None:
    start(world, book)
    want(world, "m")
    want(world, "n")
    world.host.run(2.0)
    for _ in range(3):
        world.tell("session/ao", Throttled("m"), sender="poller/m")
    world.host.run(19.0)
    assert turns(world, "n") == 0
    world.host.run(60.0)
    assert turns(world, "n") == 1


# Secrets.


def test_neither_password_nor_token_can_be_logged(world: World, book: FakeBook) -> None:
    start(world, book)
    assert "token-1" not in masked_text("the token is token-1")
    assert "key-1" not in masked_text("the key is key-1")


def test_nobody_but_the_session_is_told_a_credential(world: World, book: FakeBook) -> None:
    start(world, book)
    for caller in CALLERS:
        say(world, TokenWanted(), caller)
    told = repr(list(world.heard.values()))
    assert "hush" not in told
    assert "key-1" not in told
