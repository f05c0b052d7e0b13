"""Two sources in one system: prices of one that takes bets, and the sharp ones of another.

Both are read from answers of their vendors, by the actors that run in life. The test is the
Session, the operator's Control and the Executors.
"""

from pathlib import Path
from typing import Any

import pytest

from actors import system
from actors.books import sources
from actors.books.asianodds.connection import Answer
from actors.gate import KillGate
from actors.messages import (
    FeedReport,
    FeedTurn,
    FeedTurnWanted,
    Signal,
    Steer,
    Steered,
    Token,
)
from actors.selections import Phase
from actors.settings import AccountSettings, Book, MarketSettings, Settings, StrategySettings
from actors.trial import trial
from runtime.concealment import Secret
from runtime.configuration import Seconds
from runtime.recorder import Recorder
from runtime.supervision import Child
from runtime.tape import newest, read_all
from tests.actors.books.answers import feed, row
from tests.actors.books.odds_answers import answer, book, market, outcome
from tests.actors.books.odds_answers import match as odds_match
from tests.actors.fake_book import FakeBook
from tests.actors.world import NOW, World

KICK_OFF = NOW + 7_200_000
START = "2020-09-13T14:26:40Z"
TEAMS = (("Arsenal", "Everton"), ("Chelsea", "Burnley"), ("Leeds United", "Fulham"))
EXECUTOR, OTHER = "executor/ao-1:ah:ft:-25:home", "executor/ao-2:ah:ft:-25:home"


def settings(*beside: str) -> Settings:
    return Settings(
        accounts={
            "ao": AccountSettings(),
            "prices": AccountSettings(
                Book.ODDS_API, key=Secret("hush"), regions=("eu",), sports=("soccer_epl",)
            ),
        },
        markets={
            "today": MarketSettings("ao", Phase.TODAY, beside=beside),
            "others": MarketSettings("prices", Phase.TODAY, every=Seconds(10.0), strategies=()),
        },
        strategies={
            "value": StrategySettings("actors.strategies.value:Value", {"sharp": "pinnacle"})
        },
    )


class City:
    """Both feeds, both Markets and Fixtures, as `run` would start them."""

    def __init__(self, configured: Settings, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.world = World("session/ao", "control", EXECUTOR, OTHER)
        self.book = FakeBook()
        self.sbo = "2.10"
        patch.setattr(sources, "Connection", lambda *_: self)
        tree = [*below(system.feed(configured, self.book.connect))]
        tree += below(system.core(configured, KillGate(folder), self.book.connect))
        self.children = {child.address: child for child in tree}

    def begin(self) -> "City":
        for address in self.children:
            if address.startswith(("fixtures", "market/", "poller/")):
                self.start(address)
        self.world.tell("poller/today", Token("token", "http://book/base"), sender="session/ao")
        return self

    def start(self, address: str) -> None:
        child = self.children[address]
        self.world.spawn(child.actor_class, address, **child.arguments)

    def exchange(self, call: str, *, query: dict[str, str]) -> Answer:  # noqa: ARG002
        """Be The Odds API: the same matches under its own names, away sides first."""
        matches = [
            odds_match(
                book(
                    "pinnacle",
                    market(
                        "spreads",
                        outcome(f"{away} FC", 1.97, 0.25),
                        outcome(f"{home} FC", 1.93, -0.25),
                        last_update=None,
                    ),
                    last_update=None,
                ),
                id=f"{number:032x}",
                sport_key="soccer_epl",
                sport_title="EPL",
                home_team=f"{home} FC",
                away_team=f"{away} FC",
                commence_time=START,
            )
            for number, (home, away) in enumerate(TEAMS, 1)
        ]
        return Answer(200, answer(*matches), {"x-requests-remaining": "500"})

    def rows(self) -> bytes:
        return feed(
            *(
                row(
                    number,
                    number,
                    HomeTeam={"Name": home},
                    AwayTeam={"Name": away},
                    StartTime=KICK_OFF,
                    FullTimeHdp={"Handicap": "0-0.5", "BookieOdds": f"SBO={self.sbo},1.80"},
                )
                for number, (home, away) in enumerate(TEAMS, 1)
            )
        )

    def live(self, seconds: int) -> None:
        """Let time pass; the session gives a turn to each poll that wants one."""
        for _ in range(seconds):
            wanted = self.world.told("session/ao", FeedTurnWanted)
            self.world.heard["session/ao"].clear()
            if wanted:
                self.book.feeds = [self.rows()]
                self.world.tell("poller/today", FeedTurn("today"), sender="session/ao")
            self.world.host.run(1)

    def steer(self, **given: str) -> Any:
        steer = Steer(f"s-{given}", "fixtures", {"by": "ada", **given})
        self.world.tell("fixtures", steer, sender="control")
        return self.world.told("control", Steered)[-1].body

    @property
    def signals(self) -> list[Signal]:
        return self.world.told(EXECUTOR, Signal)


def below(child: Child) -> list[Child]:
    inner = child.arguments.get("children") or []
    return [child, *(found for one in inner for found in below(one))]


def test_a_bet_is_wanted_because_of_the_other_sources_price_until_the_pair_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = City(settings("others"), tmp_path, monkeypatch).begin()
    city.live(60)
    first = city.signals[0]
    assert (first.book, first.price, first.strategy) == ("SBO", 2100, "value")
    assert {seen.book for seen in first.evidence.prices} == {"pinnacle", "SBO"}
    assert {signal.book for signal in city.signals} == {"SBO"}
    assert first.selection.event == "ao-1"

    (number,) = (
        one["number"]
        for one in city.steer(all="yes")["matches"]
        if "Arsenal" in one["one"] and one["certainty"] == "sure"
    )
    city.steer(ruling="refuse", number=str(number), reason="the second teams play")
    city.world.heard[EXECUTOR].clear()
    city.sbo = "2.12"
    city.live(60)
    assert city.signals == []
    assert city.world.told(OTHER, Signal)[-1].price == 2120  # of a pair that is still sure
    reports = city.world.told("control", FeedReport)
    assert {len(report.stopped) for report in reports} == {0}
    assert max(report.signals for report in reports if report.market == "others") == 0
    assert "hush" not in str(city.world.heard)


def test_both_markets_live_it_again_to_the_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = settings("others")
    city = City(configured, tmp_path, monkeypatch)
    recorder = Recorder(tmp_path / "recorded", "core", city.world.host.clock)
    recorder.attach(city.world.host)
    city.begin().live(60)
    recorder.close()
    found = trial(read_all(newest(tmp_path / "recorded", "core")), configured)
    assert {name: one["same"] for name, one in found["markets"].items()} == {
        "today": True,
        "others": True,
    }
    assert found["lost"] == 0
    assert found["markets"]["today"]["then"] == 3


def test_without_the_other_source_beside_it_nothing_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = City(settings(), tmp_path, monkeypatch).begin()
    city.live(60)
    assert city.signals == []
    assert city.steer()["sure"] == 3


@pytest.mark.parametrize("failed", ["fixtures", "market/others", "market/today"])
def test_whoever_begins_anew_is_told_all_again(
    failed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = City(settings("others"), tmp_path, monkeypatch).begin()
    city.live(60)
    city.world.kill(failed)
    city.start(failed)
    city.live(60)
    city.world.heard[EXECUTOR].clear()
    city.sbo = "2.12"
    city.live(30)
    assert [signal.price for signal in city.signals[:1]] == [2120]
    assert city.steer()["sure"] == 3
