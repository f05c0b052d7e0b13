"""Bets that were taken over count once: as not ours before, as ours after, and never neither."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from actors.messages import OrderMoved
from actors.orders import Adopted
from actors.risk.actor import Risk
from actors.selections import MarketType, Side
from tests.actors.risk.test_steering import Desk
from tests.actors.world import HOME, KICK_OFF, NOW, S, adopted, agreed, event, handicap, intent


class Adopting(Desk):
    """Risk beside a Settler: it commits first, and then tells of the account."""

    def adopt(self, *bets: Adopted, foreign: int = 0, told: bool = True) -> None:
        for bet in bets:
            self.clerk.adopt(bet)
        if told:
            for account in {bet.account for bet in bets}:
                self.world.tell("risk", agreed(account, foreign))

    @property
    def risk(self) -> Risk:
        actor = self.world.host.cells["risk"].actor
        assert isinstance(actor, Risk)
        return actor

    def counted(self) -> int:
        """Return all stakes that Risk counts, by its memory."""
        return self.risk._book.stakes()


@pytest.fixture
def desk(tmp_path: Path) -> Adopting:
    return Adopting(tmp_path)


def of(number: int, **fields: Any) -> Adopted:
    """Return one of many bets on the match of the tests, all at another line."""
    selection = msgspec.structs.replace(handicap(number), event="ao-Arsenal v Everton")
    return adopted(str(number), selection=selection, **fields)


def test_an_adopted_bet_counts_wherever_a_bet_of_ours_does(tmp_path: Path) -> None:
    """All of it is full: one more bet of a cent is too much, by each of these limits."""
    limits_of_one = {
        "max_exposure": 1000,
        "max_account_exposure": 1000,
        "max_book_exposure": 1000,
        "max_league_exposure": 1000,
        "max_event_exposure": 1000,
        "max_market_exposure": 1000,
        "max_selection_exposure": 1000,
        "daily_loss": 1000,
        "max_drawdown": 1000,
        "max_open_bets": 1,
    }
    desk = Adopting(tmp_path, **limits_of_one)
    desk.adopt(adopted())
    refused = {words.partition(":")[0] for words in desk.refusal(intent(stake=1))}
    assert refused == set(limits_of_one)


def test_a_stake_moves_from_not_ours_to_ours_in_one_step(desk: Adopting) -> None:
    desk.world.tell("risk", agreed(foreign_stakes=2_000))
    assert desk.counted() == 2_000
    desk.adopt(of(1), of(2), foreign=0)
    assert desk.counted() == 2_000
    desk.world.tell("risk", agreed())
    assert desk.counted() == 2_000


def test_between_the_commit_and_the_news_it_counts_as_not_ours(desk: Adopting) -> None:
    desk.world.tell("risk", agreed(foreign_stakes=1_000))
    desk.adopt(of(1), told=False)
    assert desk.counted() == 1_000
    desk.world.tell("risk", agreed())
    assert desk.counted() == 1_000


def test_news_that_still_count_it_as_not_ours_can_only_count_too_much(desk: Adopting) -> None:
    """They were under way when it was adopted."""
    desk.adopt(of(1), foreign=1_000)
    assert desk.counted() == 2_000
    desk.world.tell("risk", agreed())
    assert desk.counted() == 1_000


def test_a_stranger_that_comes_at_that_moment_is_no_excuse(desk: Adopting) -> None:
    """What is not ours is as much as before, and still there is an adopted bet to count."""
    desk.world.tell("risk", agreed(foreign_stakes=1_000))
    desk.adopt(of(1), foreign=1_000)
    assert desk.counted() == 2_000


def test_two_accounts_adopt_each_for_itself(desk: Adopting) -> None:
    for account in ("ao", "b"):
        desk.world.tell("risk", agreed(account, 1_000))
    desk.clerk.adopt(of(1))
    desk.clerk.adopt(of(2, account="b"))
    desk.world.tell("risk", agreed("ao"))
    assert desk.counted() == 2_000
    desk.world.tell("risk", agreed("b"))
    assert desk.counted() == 2_000


def test_a_restart_finds_them_in_the_journal_once(desk: Adopting) -> None:
    desk.adopt(of(1), of(2))
    desk.restart()
    assert desk.counted() == 2_000
    desk.world.tell("risk", agreed())
    assert desk.counted() == 2_000


def test_a_settled_one_is_let_go_and_its_profit_counts_once(tmp_path: Path) -> None:
    desk = Adopting(tmp_path, daily_loss=2_500)
    desk.adopt(of(1))
    desk.clerk.move("a-1", S.SETTLED, pnl=-1_000)
    desk.moved("a-1", S.SETTLED, pnl=-1_000)
    desk.world.tell("risk", agreed())
    assert desk.counted() == 0
    assert desk.refusal(intent("t-1", stake=1_500)) == []
    assert desk.refusal(intent("t-2", selection=handicap(3), stake=1)) == [
        "daily_loss: 25.01 of 25.00"
    ]


def test_one_that_is_settled_before_risk_heard_of_it_still_counts_its_loss(tmp_path: Path) -> None:
    desk = Adopting(tmp_path, daily_loss=1_500)
    desk.adopt(of(1), told=False)
    desk.clerk.move("a-1", S.SETTLED, pnl=-1_000)
    desk.moved("a-1", S.SETTLED, pnl=-1_000)
    desk.world.tell("risk", agreed())
    assert desk.counted() == 0
    assert desk.refusal(intent("t-1")) == ["daily_loss: 20.00 of 15.00"]


def test_one_that_was_settled_before_a_restart_is_not_held_again(desk: Adopting) -> None:
    desk.adopt(of(1))
    desk.clerk.move("a-1", S.SETTLED, pnl=-1_000)
    desk.restart()
    desk.moved("a-1", S.ACCEPTED, S.SETTLED, pnl=-1_000)
    assert desk.counted() == 0
    assert desk.risk._book.settled_today == -1_000


def test_an_operator_can_resolve_one_before_risk_heard_of_it(desk: Adopting) -> None:
    desk.adopt(of(1), told=False)
    reply = desk.steer("resolve", order="a-1", state="settled", profit="-10.00")
    assert reply.exit == 0
    desk.world.tell("risk", agreed())
    assert desk.counted() == 0
    assert desk.risk._book.settled_today == -1_000


def test_it_makes_up_for_no_other_bet(tmp_path: Path) -> None:
    """When it was made we have from the book only, whose times of the start cannot be trusted."""
    desk = Adopting(tmp_path, max_event_exposure=1_999)
    away = msgspec.structs.replace(HOME, event="ao-Arsenal v Everton", side=Side.AWAY, line=25)
    desk.adopt(adopted("1", selection=away, price=3_000, placed_at=NOW - 1, start=KICK_OFF))
    assert desk.refusal(intent()) == ["max_event_exposure: 20.00 of 19.99"]


# The match.


@pytest.mark.parametrize(
    ("home", "away"),
    [("Arsenal", "Everton"), ("ARSENAL", "Everton "), ("Ａrsenal", "Everton")],
)
def test_its_match_is_known_by_the_names(tmp_path: Path, home: str, away: str) -> None:
    desk = Adopting(tmp_path, max_event_exposure=1_500)
    desk.adopt(adopted("1", home=home, away=away, league="another spelling"))
    assert desk.refusal(intent("t-1", event=event(), selection=handicap(2))) == [
        "max_event_exposure: 20.00 of 15.00"
    ]
    other = event("ao-2", home="Leeds")
    assert desk.refusal(intent("t-2", event=other, selection=handicap(2, "ao-2"))) == []


def test_its_match_is_known_under_each_key_that_a_feed_gives_it(tmp_path: Path) -> None:
    desk = Adopting(tmp_path, max_event_exposure=1_500, max_league_exposure=2_500)
    desk.adopt(adopted("1", league="another spelling"))
    for key in ("ao-1", "ao-2", "ao-1"):
        (refusal,) = desk.refusal(intent(f"t-{key}", event=event(key), selection=handicap(2, key)))
        assert refusal.startswith("max_event_exposure")
    desk.restart()
    assert len(desk.refusal(intent("t-9", selection=handicap(2)))) == 1


@pytest.mark.parametrize("home", ["Leeds", "Zenit", "Arse nal"])
def test_another_match_is_not_taken_for_it(tmp_path: Path, home: str) -> None:
    desk = Adopting(tmp_path, max_event_exposure=1_500)
    desk.adopt(adopted("1"))
    other = event("ao-2", home=home)
    assert desk.refusal(intent("t-1", event=other, selection=handicap(2, "ao-2"))) == []


def test_a_bet_of_ours_stays_in_the_match_that_it_was_made_in(tmp_path: Path) -> None:
    """The same two teams, under another key, play another match."""
    desk = Adopting(tmp_path, max_event_exposure=1_500)
    desk.clerk.want(intent("t-1"), S.PERMITTED, S.SENDING, S.PENDING, S.ACCEPTED)
    desk.restart()
    again = event("ao-2")
    assert desk.refusal(intent("t-2", event=again, selection=handicap(2, "ao-2"))) == []


def test_its_selection_and_kind_of_market_are_known_with_the_match(tmp_path: Path) -> None:
    desk = Adopting(tmp_path, max_selection_exposure=1_500, max_market_exposure=1_800)
    desk.adopt(adopted("1"))
    total = msgspec.structs.replace(HOME, type=MarketType.TOTAL, side=Side.OVER, line=250)
    assert desk.refusal(intent("t-1", selection=HOME, stake=501)) == [
        "max_selection_exposure: 15.01 of 15.00"
    ]
    assert desk.refusal(intent("t-2", selection=handicap(2), stake=801)) == [
        "max_market_exposure: 18.01 of 18.00"
    ]
    assert desk.refusal(intent("t-3", selection=total)) == []


def test_a_bet_placed_a_minute_ago_still_cools_its_match_down(tmp_path: Path) -> None:
    desk = Adopting(tmp_path, event_cooldown=120.0, selection_cooldown=600.0)
    desk.adopt(adopted("1", placed_at=NOW - 60_000))
    for order in ("t-1", "t-2"):
        assert desk.refusal(intent(order)) == [
            "selection_cooldown: 60 s ago, at least 600 s",
            "event_cooldown: 60 s ago, at least 120 s",
        ]
        desk.restart()


def test_taking_over_is_no_permit_of_this_minute(tmp_path: Path) -> None:
    desk = Adopting(tmp_path, orders_per_minute=1)
    desk.adopt(adopted("1", placed_at=NOW - 60_001))
    desk.restart()
    assert desk.refusal(intent()) == []


def test_news_of_an_order_that_risk_does_not_know_is_left_alone(desk: Adopting) -> None:
    desk.world.tell("risk", OrderMoved("t-9", HOME.key, "accepted", 1_000))
    assert desk.counted() == 0
