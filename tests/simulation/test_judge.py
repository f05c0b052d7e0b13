"""What the judge counts, and when it finds a chain broken."""

from typing import Any

import msgspec
import pytest

from actors.paper.bets import Bet
from actors.settings import Amount, RiskSettings
from actors.simulation.chain import broken_chain
from actors.simulation.limits import figures, sent_too_fast
from runtime.journal import Written

BET = Bet(
    id=1,
    user="simulated",
    reference="WA-t-1",
    internal_reference="1",
    fixture=7,
    game_id=70,
    game_type="X",
    odds_name="HomeOdds",
    line=0,
    book="PIN",
    currency="EUR",
    stake=1_000,
    asked=2_000,
    price=2_000,
    accept_changed=False,
    placed_ms=0,
    shown_ms=0,
    due_ms=1_000,
    ends_ms=9_000,
)
RUNNING = BET.to("Running", 1_000)
LOST = RUNNING.to("Lost", 9_000, pnl=-1_000)


def counted(*bets: Bet, **limits: Amount) -> dict[str, int]:
    return {figure.what: figure.figure for figure in figures(bets, RiskSettings(**limits))}


def test_open_bets_count_with_their_stakes_and_final_ones_with_what_they_lost() -> None:
    other = msgspec.structs.replace(RUNNING, fixture=8)
    assert counted(RUNNING, other, LOST) == {
        "exposure": 2_000,
        "event exposure": 1_000,
        "account exposure": 2_000,
        "book exposure": 2_000,
        "market exposure": 1_000,
        "selection exposure": 1_000,
        "open bets": 2,
        "bets in flight on one selection": 0,
        "stake": 1_000,
        "worst loss": 3_000,
    }


def test_two_bets_that_the_book_has_not_decided_are_two_in_flight() -> None:
    assert counted(BET, BET)["bets in flight on one selection"] == 2
    away = msgspec.structs.replace(BET, odds_name="AwayOdds")
    assert counted(BET, away)["bets in flight on one selection"] == 1


def test_two_sides_of_a_match_count_at_their_worst_once_the_book_has_decided() -> None:
    home, away = (
        msgspec.structs.replace(
            RUNNING, game_type="H", odds_name=side, line=-50, stake=1_000, price=1_900
        )
        for side in ("HomeOdds", "AwayOdds")
    )
    assert counted(home, away)["event exposure"] == 100
    pending = msgspec.structs.replace(away, status=BET.status)
    assert counted(home, pending)["event exposure"] == 1_000


def test_an_account_without_bets_is_within_every_limit() -> None:
    assert set(counted().values()) == {0}


def test_the_pace_is_counted_in_a_minute_less_the_life_of_a_permit() -> None:
    limits = RiskSettings(orders_per_minute=2)  # a permit lives for 15 s
    assert sent_too_fast([0, 45_000, 45_001], limits).figure == 2
    assert sent_too_fast([2, 45_000, 45_001], limits).figure == 3


CONTROLS = {"intent": {}, "controls": [{"control": "max_stake", "passed": True}]}
SENDING = {"reference": "WA-t-1", "price": 2_000, "stake": 1_000}
WHOLE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("intent", CONTROLS),
    ("permitted", {}),
    ("sending", SENDING),
    ("in_doubt", {}),
    ("accepted", {}),
    ("settled", {}),
)


def faults(*steps: tuple[str, dict[str, Any]]) -> list[str]:
    entries = [
        Written(number, 0, 1, "risk", 1, f"order.{state}", "t-1", body)
        for number, (state, body) in enumerate(steps, 1)
    ]
    return broken_chain(LOST, entries)


def test_a_whole_chain_is_right() -> None:
    assert faults(*WHOLE) == []


@pytest.mark.parametrize("missing", range(len(WHOLE)))
def test_a_chain_that_lacks_a_link_is_found(missing: int) -> None:
    without = faults(*(step for place, step in enumerate(WHOLE) if place != missing))
    # A bet may be accepted without ever having been in doubt.
    assert bool(without) is (WHOLE[missing][0] != "in_doubt")


def test_a_control_that_said_no_and_another_price_than_the_books_are_found() -> None:
    denied = {"intent": {}, "controls": [{"control": "max_stake", "passed": False}]}
    assert "a control said no" in faults(("intent", denied), *WHOLE[1:])[0]
    dearer = ("sending", {**SENDING, "price": 2_001})
    assert "the book was asked for" in faults(*WHOLE[:2], dearer, *WHOLE[3:])[0]


ADOPTED = {
    "bet": {
        "reference": "WA-t-1",
        "ticket": "1",
        "book": "PIN",
        "price": 2_000,
        "stake": 1_000,
    }
}


def test_a_bet_that_was_adopted_needs_no_permit_and_is_what_the_book_has() -> None:
    assert faults(("adopted", ADOPTED), ("settled", {})) == []
    assert "has the chain adopted" in faults(("adopted", ADOPTED))[0]
    assert "has the chain" in faults(("adopted", ADOPTED), ("refused", {}))[0]
    other = {"bet": {**ADOPTED["bet"], "stake": 999}}
    assert "was adopted as" in faults(("adopted", other), ("settled", {}))[0]
