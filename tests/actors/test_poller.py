"""Poller: what it asks the book, and what no answer, however bad, can do to what it knows."""

from typing import Any

import pytest

from actors.errors import (
    BookError,
    MalformedAnswerError,
    NotSentError,
    SessionLostError,
    ThrottledError,
)
from actors.messages import (
    Credit,
    FeedTurn,
    FeedTurnWanted,
    MarketUpdate,
    Throttled,
    Token,
    TokenRejected,
    TokenWanted,
)
from actors.poller import ASK_AGAIN_AFTER, LONGEST_PAUSE, Poller
from actors.selections import MarketType, Phase
from actors.settings import MarketSettings
from tests.actors.books.answers import envelope, feed, row
from tests.actors.fake_book import FakeBook
from tests.actors.world import ACCOUNT, NOW, World

KICK_OFF = NOW + 3_600_000


def match(game: int = 11, home: str = "1.93", **fields: Any) -> dict[str, Any]:
    odds = {"Handicap": "0-0.5", "BookieOdds": f"PIN={home},1.97"}
    return row(game, game, **{"StartTime": KICK_OFF, "FullTimeHdp": odds, **fields})


class Desk:
    """A poller with a session and a market that the test plays."""

    def __init__(self, **settings: Any) -> None:
        self.book = FakeBook()
        self.world = World("session/ao", "market/m")
        self.book.now = self.world.host.clock.monotonic
        self.world.spawn(
            Poller,
            "poller/m",
            market="m",
            settings=MarketSettings("ao", Phase.TODAY, **settings),
            account=ACCOUNT,
            connect=self.book.connect,
        )

    def say(self, *messages: Any, seconds: float = 0) -> None:
        self.world.tell("poller/m", *messages, seconds=seconds)

    def poll(self, answer: Any) -> None:
        """Let it poll once and get this."""
        self.book.feeds = [answer]
        self.say(FeedTurn("m"))

    def log_in(self, token: str = "token-1") -> None:
        self.say(Token(token, "http://book/base"))

    @property
    def updates(self) -> list[MarketUpdate]:
        return self.world.told("market/m", MarketUpdate)

    def asked(self, kind: type[Any]) -> list[Any]:
        return self.world.told("session/ao", kind)

    def known(self) -> list[int]:
        """Return the home prices that a market which knows nothing would get."""
        self.say(Credit(full=True))
        return sorted(
            quote.price for quote in self.updates[-1].quotes if quote.selection.side.value == "home"
        )


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.log_in()
    return made


def test_a_poller_asks_for_a_token_until_it_has_one() -> None:
    desk = Desk()
    desk.say(seconds=60)
    assert len(desk.asked(TokenWanted)) >= 4
    assert desk.asked(FeedTurnWanted) == []
    desk.log_in()
    assert desk.asked(FeedTurnWanted) == [FeedTurnWanted("m", Phase.TODAY)]


def test_a_poller_asks_the_book_only_when_it_is_its_turn(desk: Desk) -> None:
    desk.book.feeds = [feed(match())]
    desk.say(seconds=60)
    assert desk.book.called("GetFeeds") == []
    desk.say(FeedTurn("m"))
    assert len(desk.book.called("GetFeeds")) == 1
    assert desk.book.calls[-1][1:] == ("GetFeeds", "token-1")


def test_a_turn_without_a_token_is_not_used() -> None:
    desk = Desk()
    desk.say(FeedTurn("m"))
    assert desk.book.called("GetFeeds") == []


def test_a_turn_that_does_not_come_is_asked_for_again(desk: Desk) -> None:
    desk.say(seconds=3 * (ASK_AGAIN_AFTER + 10.0))
    assert len(desk.asked(FeedTurnWanted)) == 4


def test_after_an_answer_the_next_turn_is_asked_for_in_its_cadence(desk: Desk) -> None:
    desk.poll(feed(match()))
    before = len(desk.asked(FeedTurnWanted))
    desk.say(seconds=9.9)
    assert len(desk.asked(FeedTurnWanted)) == before
    desk.say(seconds=0.2)
    assert len(desk.asked(FeedTurnWanted)) == before + 1


def test_the_book_is_asked_for_what_is_configured() -> None:
    desk = Desk(sport=3, books="PIN,SBO", leagues="5,6")
    desk.log_in()
    desk.poll(feed(match()))
    assert desk.book.asked == [
        {"phase": Phase.TODAY, "sport": 3, "books": "PIN,SBO", "leagues": "5,6", "since": None}
    ]


def test_changes_are_asked_for_and_everything_now_and_then() -> None:
    desk = Desk(full_every=3)
    desk.log_in()
    for number in range(7):
        desk.poll(feed(match(), since=100 + number))
    assert [asked["since"] for asked in desk.book.asked] == [None, 100, 101, None, 103, 104, None]


def test_an_answer_becomes_an_update_once_there_is_a_credit(desk: Desk) -> None:
    desk.poll(feed(match()))
    assert desk.updates == []
    desk.say(Credit(full=True))
    (update,) = desk.updates
    assert (update.market, update.full, update.polled_at) == ("m", True, NOW)
    assert [quote.price for quote in update.quotes] == [1930, 1970]


def test_while_there_is_no_credit_only_the_newest_price_is_kept(desk: Desk) -> None:
    desk.say(Credit(full=True))
    desk.poll(feed(match(home="1.93")))
    for price in ("1.90", "1.91", "1.92"):
        desk.poll(feed(match(home=price)))
    assert len(desk.updates) == 1
    desk.say(Credit())
    assert [quote.price for quote in desk.updates[1].quotes] == [1920]
    assert desk.updates[1].confirmed == (("11/1/1", NOW),)  # the other price is as it was


def test_market_types_that_are_not_wanted_are_not_told() -> None:
    desk = Desk(types=(MarketType.TOTAL,))
    desk.log_in()
    desk.poll(feed(match()))
    desk.say(Credit(full=True))
    assert [quote for update in desk.updates for quote in update.quotes] == []


BAD_ANSWERS = [
    b"",
    b"\xef\xbb\xbf",
    b"null",
    b"[]",
    b"7",
    b"<html>502 Bad Gateway</html>",
    feed(match())[:-40],
    b"\xff\xfe\x00",
    b"[" * 100_000,
    envelope("text"),
    envelope({"Since": "soon", "Sports": []}),
    envelope({"Sports": {"SportsType": 1}}),
    envelope(None, code=-99, message="maintenance"),
]


@pytest.mark.parametrize("bad", BAD_ANSWERS)
def test_a_bad_answer_overwrites_nothing_and_stops_nobody(desk: Desk, bad: bytes) -> None:
    desk.poll(feed(match(home="1.93")))
    desk.poll(bad)
    assert desk.known() == [1930]
    desk.poll(feed(match(home="1.95")))
    assert desk.known() == [1950]


BAD_ROWS: list[Any] = [
    {},
    None,
    "text",
    {"GameId": 11},
    match(HomeTeam=None),
    match(StartTime="soon"),
    match(MarketTypeId=99),
    match(MatchId=None),
    match(FullTimeHdp={"Handicap": "??", "BookieOdds": "PIN=1.5,2.5"}),
]


@pytest.mark.parametrize("bad", BAD_ROWS)
def test_a_bad_row_is_counted_and_leaves_the_others_alone(desk: Desk, bad: object) -> None:
    desk.poll(feed(match(12, "1.80")))
    desk.poll(feed(bad, match(12, "1.85")))
    assert 1850 in desk.known()
    assert desk.updates[-1].faults >= 1


@pytest.mark.parametrize("odds", ["NaN", "0", "1.0", "1e9", "-2.0", "inf", "", "abc", "1,93"])
def test_an_absurd_price_is_never_told(desk: Desk, odds: str) -> None:
    desk.poll(feed(match(home=odds), match(12, "1.85")))
    known = desk.known()
    assert 1850 in known
    assert all(1001 <= price <= 1_000_000 for price in known)


def test_unreadable_answers_are_counted_and_asked_for_ever_more_seldom(desk: Desk) -> None:
    desk.poll(feed(match()))
    for _ in range(10):
        desk.poll(b"rubbish")
    desk.say(Credit(full=True))
    assert desk.updates[-1].faults == 10
    before = len(desk.asked(FeedTurnWanted))
    desk.say(seconds=LONGEST_PAUSE / 2 - 1)
    assert len(desk.asked(FeedTurnWanted)) == before
    desk.say(seconds=LONGEST_PAUSE / 2 + 2)
    assert len(desk.asked(FeedTurnWanted)) > before


@pytest.mark.parametrize("failure", [BookError("HTTP 500"), NotSentError("refused")])
def test_a_failed_poll_is_tried_again_after_a_pause(desk: Desk, failure: Exception) -> None:
    desk.poll(failure)
    before = len(desk.asked(FeedTurnWanted))
    desk.say(seconds=0.9)
    assert len(desk.asked(FeedTurnWanted)) == before
    desk.say(seconds=1.2)
    assert len(desk.asked(FeedTurnWanted)) == before + 1
    desk.poll(feed(match()))
    assert desk.known() == [1930]


def test_a_success_ends_the_backoff(desk: Desk) -> None:
    for _ in range(8):
        desk.poll(MalformedAnswerError("no"))
    desk.poll(feed(match()))
    desk.poll(BookError("HTTP 500"))
    before = len(desk.asked(FeedTurnWanted))
    desk.say(seconds=2.1)
    assert len(desk.asked(FeedTurnWanted)) == before + 1


def test_a_throttled_poll_is_told_to_the_session_before_the_next_turn_is_asked_for(
    desk: Desk,
) -> None:
    desk.poll(ThrottledError("HTTP 429"))
    desk.say(seconds=0.2)
    told = [type(message) for message in desk.world.heard["session/ao"]]
    assert told[-2:] == [Throttled, FeedTurnWanted]
    assert len(desk.book.called("GetFeeds")) == 1


def test_throttling_inside_an_answer_counts_as_well(desk: Desk) -> None:
    desk.poll(envelope(None, code=-810, message="too many requests"))
    assert desk.asked(Throttled) == [Throttled("m")]


@pytest.mark.parametrize(
    "lost", [SessionLostError("HTTP 401"), envelope(None, code=-4, message="not logged in")]
)
def test_a_lost_session_is_told_once_and_nothing_is_asked_until_there_is_a_token(
    desk: Desk, lost: object
) -> None:
    desk.poll(lost)
    desk.say(FeedTurn("m"))
    desk.say(FeedTurn("m"), seconds=30)
    assert desk.asked(TokenRejected) == [TokenRejected("token-1")]
    assert len(desk.book.called("GetFeeds")) == 1
    desk.log_in("token-2")
    desk.poll(feed(match()))
    assert desk.book.calls[-1][1:] == ("GetFeeds", "token-2")
    assert desk.known() == [1930]


def test_a_failed_poll_does_not_count_as_one_of_a_round() -> None:
    """The round that fetches everything is made good for, not skipped."""
    desk = Desk(full_every=2)
    desk.log_in()
    for answer in (feed(match(), since=7), BookError("x"), feed(match(), since=8), b"bad"):
        desk.poll(answer)
    desk.poll(feed(match(), since=9))
    assert [asked["since"] for asked in desk.book.asked] == [None, 7, 7, None, None]


def test_a_match_long_over_is_forgotten(desk: Desk) -> None:
    desk.poll(feed(match(), match(12, "1.80", StartTime=NOW - 7 * 3_600_000)))
    assert desk.known() == [1930]
