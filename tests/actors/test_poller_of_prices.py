"""A Poller whose source of prices has no session: it keeps its own time, and its credits."""

import itertools
from typing import Any

import pytest

from actors.books import sources
from actors.books.asianodds.connection import Answer
from actors.errors import NotSentError
from actors.messages import Credit, MarketUpdate
from actors.poller import REFUSED_PAUSE, Poller
from actors.selections import Phase
from actors.settings import AccountSettings, Book, MarketSettings
from runtime.concealment import Secret
from tests.actors.books.odds_answers import answer, book, h2h, match
from tests.actors.fake_book import FakeBook
from tests.actors.world import World

ACCOUNT = AccountSettings(Book.ODDS_API, key=Secret("hush"), regions=("eu",), sports=("soccer",))
RICH = {"x-requests-remaining": "500"}


class Desk:
    """Such a Poller, with a market that the test plays and answers laid ready; the last stays."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ready: list[Any] = [self.odds()]
        self.asked: list[tuple[float, str]] = []
        monkeypatch.setattr(sources, "Connection", lambda *_: self)
        self.world = World("session/toa", "market/m")
        self.world.spawn(
            Poller,
            "poller/m",
            market="m",
            settings=MarketSettings("toa", Phase.EARLY, every=60.0, strategies=()),
            account=ACCOUNT,
            connect=FakeBook().connect,
        )

    @staticmethod
    def odds(home: float = 1.5) -> Answer:
        prices = h2h(home, last_update=None)
        kept = match(book("a", prices, last_update=None), commence_time="2126-01-01T00:00:00Z")
        return Answer(200, answer(kept), RICH)

    def exchange(self, call: str, *, query: dict[str, str]) -> Answer:
        assert query["apiKey"] == "hush"
        self.asked.append((self.world.host.clock.monotonic(), call))
        if call == "v4/sports":
            return Answer(200, b"[]", RICH)
        found = self.ready.pop(0) if len(self.ready) > 1 else self.ready[0]
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, Answer)
        return found

    def wait(self, seconds: float) -> list[float]:
        """Let time pass and return when prices were asked for."""
        before = len(self.asked)
        self.world.host.run(seconds)
        return [at for at, call in self.asked[before:] if call.endswith("/odds")]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_it_polls_at_its_own_pace_and_says_nothing_to_a_session(desk: Desk) -> None:
    asked = desk.wait(190)
    assert len(asked) == 4
    assert {round(later - one) for one, later in itertools.pairwise(asked)} == {60}
    assert desk.world.told("session/toa", object) == []


def test_its_market_hears_of_prices_and_of_nothing_that_stays_the_same(desk: Desk) -> None:
    desk.ready = [desk.odds(), desk.odds(), desk.odds(1.6)]
    desk.world.tell("poller/m", Credit(full=True))
    for _ in range(3):
        desk.wait(60)
        desk.world.tell("poller/m", Credit())
    updates = desk.world.told("market/m", MarketUpdate)
    assert [sorted(quote.price for quote in one.quotes) for one in updates] == [
        [1500, 4200, 7000],
        [],
        [1600],
    ]
    assert [len(one.confirmed) for one in updates] == [1, 1, 1]


def test_a_429_makes_it_wait_longer_each_time(desk: Desk) -> None:
    desk.ready = [Answer(429, b"{}")]
    asked = desk.wait(30)
    assert 3 <= len(asked) <= 6


@pytest.mark.parametrize("code", ["OUT_OF_USAGE_CREDITS", "INVALID_KEY"])
def test_credits_that_are_spent_and_a_key_that_is_refused_stop_it_for_an_hour(
    desk: Desk, code: str
) -> None:
    desk.ready = [Answer(401, f'{{"error_code": "{code}"}}'.encode()), desk.odds()]
    assert len(desk.wait(REFUSED_PAUSE - 10)) == 1
    assert len(desk.wait(20)) == 1


def test_a_failure_keeps_what_is_known(desk: Desk) -> None:
    desk.wait(10)
    desk.ready = [Answer(200, b"{"), Answer(500, b""), NotSentError("nobody"), desk.odds()]
    desk.wait(400)
    desk.world.tell("poller/m", Credit(full=True))
    (update,) = desk.world.told("market/m", MarketUpdate)
    assert len(update.quotes) == 3
    assert update.faults == 1
