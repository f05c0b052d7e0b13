"""Controls beyond the event: wider scopes, drawdown, streaks, pauses, blacklists."""

from typing import Any

import pytest

from actors.orders import Verdict
from actors.risk.results import Results
from actors.selections import MarketType, Period, Selection, Side
from tests.actors.risk.judging import OVER, book, held, judged
from tests.actors.world import NOW, handicap, intent, limits

OTHER_EVENTS = [{"selection": handicap(1, "ao-2")}, {"selection": handicap(1, "ao-0")}]


@pytest.mark.parametrize(
    ("control", "same", "others"),
    [
        ("max_account_exposure", {}, [{"account": "b"}, {"account": "a"}]),
        ("max_book_exposure", {"book": "sbo"}, [{"book": "PIN"}, {"book": "SIN"}]),
        ("max_league_exposure", {}, [{"league": "SERIE A"}, {"league": "*ALLSVENSKAN"}]),
        ("max_market_exposure", {}, [{"selection": OVER}, *OTHER_EVENTS]),
        ("max_event_exposure", {}, OTHER_EVENTS),
    ],
)
def test_an_exposure_may_reach_its_limit_within_its_scope_and_nothing_else_counts(
    control: str, same: dict[str, Any], others: list[dict[str, Any]]
) -> None:
    away = [held(number, 9999, **other) for number, other in enumerate(others, 2)]
    known = book(held(1, **same), *away)
    assert judged(control, known=known, bounds=limits(**{control: 2000})).passed
    refused = judged(control, known=known, bounds=limits(**{control: 1999}))
    assert refused == Verdict(control, False, "20.00 of 19.99")


def test_stakes_that_are_not_ours_count_in_their_account() -> None:
    known = book(foreign_stakes={"ao": 700, "other": 300})
    assert judged(
        "max_account_exposure", known=known, bounds=limits(max_account_exposure=1700)
    ) == Verdict("max_account_exposure", True, "17.00 of 17.00")


def test_a_confirmed_bet_on_the_other_side_makes_up_for_one_and_a_doubtful_does_not() -> None:
    away = Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, 25, Side.AWAY)
    known = book(held(1, selection=away, firm=True, price=2000))
    bounds = limits(max_event_exposure=2000)
    assert judged("max_event_exposure", intent(stake=3000), known, bounds).passed
    known = book(held(1, selection=away, firm=False, price=2000))
    assert not judged("max_event_exposure", intent(stake=3000), known, bounds).passed


def test_a_drawdown_counts_what_is_open_at_its_worst() -> None:
    results = Results()
    for pnl in (5_000, -2_000):
        results.add(pnl, NOW)
    known = book(held(1), results=results)
    assert judged("max_drawdown", known=known, bounds=limits(max_drawdown=4_000)) == Verdict(
        "max_drawdown", True, "40.00 of 40.00"
    )
    assert not judged("max_drawdown", known=known, bounds=limits(max_drawdown=3_999)).passed


@pytest.mark.parametrize(
    ("losses", "ago", "passed", "figure"),
    [
        (2, 0, True, "2 of 3"),
        (3, 0, False, "3 losses, rest 60 s"),
        (3, 59_999, False, "3 losses, rest 0 s"),
        (3, 60_000, True, "3 of 3"),
        (3, 60_001, True, "3 of 3"),
        (4, 1_000, False, "4 losses, rest 59 s"),
    ],
)
def test_after_a_losing_streak_there_is_a_rest(
    losses: int, ago: int, passed: bool, figure: str
) -> None:
    results = Results()
    for _ in range(losses):
        results.add(-1, NOW - ago)
    bounds = limits(losing_streak=3, losing_streak_rest=60.0)
    verdict = judged("losing_streak", known=book(results=results), bounds=bounds)
    assert verdict == Verdict("losing_streak", passed, figure)


@pytest.mark.parametrize("scope", ["account ao", "book SBO", "strategy value", "market today"])
def test_whatever_is_paused_refuses(scope: str) -> None:
    wanted = intent(market="today", book="sbo")
    assert judged("not_paused", wanted, paused={scope: "why"}) == Verdict(
        "not_paused", False, f"{scope} is paused: why"
    )
    others = {"account b": "", "book PIN": "", "strategy steam": "", "market early": ""}
    assert judged("not_paused", wanted, paused=others).passed


def test_an_account_that_is_not_reconciled_refuses_and_says_what_is_unclear() -> None:
    assert judged("reconciled").passed
    assert judged("reconciled", unreconciled="not read") == Verdict("reconciled", False, "not read")


@pytest.mark.parametrize(
    ("control", "listed"),
    [("team_blacklist", "* everton"), ("team_blacklist", "ARSENAL"), ("book_blacklist", "sbo")],
)
def test_a_blacklisted_name_is_refused_however_it_is_written(control: str, listed: str) -> None:
    assert not judged(control, bounds=limits(**{control: ("x", listed)})).passed
    assert judged(control, bounds=limits(**{control: ("x",)})).passed


def test_the_time_to_the_start_is_told_in_seconds() -> None:
    assert judged("not_started") == Verdict("not_started", True, "starts in 7200 s")
