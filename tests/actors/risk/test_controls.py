"""Each control: at its limit it passes, one beyond it refuses, and it always says its figure."""

import pytest

from actors.orders import Verdict
from actors.risk.controls import CONTROLS, verdicts
from actors.risk.reservations import DAY, Reservations
from actors.risk.scene import Scene
from actors.selections import MarketType, Phase
from actors.settings import Mode, RiskSettings
from actors.units import Millis
from tests.actors.risk.judging import OVER, book, held, judged
from tests.actors.world import KICK_OFF, NOW, event, handicap, intent, limits


def test_every_control_answers_also_when_one_refuses() -> None:
    made = Scene(intent(), book(), limits(max_stake=1), NOW, Mode.PAPER, True, 0)
    found = verdicts(made)
    assert [verdict.control for verdict in found] == [control.__name__ for control in CONTROLS]
    assert len(found) == 26
    assert [v.control for v in found if not v.passed] == ["kill_gate", "max_stake"]
    assert all(verdict.figure for verdict in found)


def test_nothing_stands_against_a_plain_bet() -> None:
    found = verdicts(Scene(intent(), book(), RiskSettings(), NOW, Mode.PAPER, False, 0))
    assert [verdict.control for verdict in found if not verdict.passed] == []


def test_a_closed_gate_refuses() -> None:
    assert judged("kill_gate") == Verdict("kill_gate", True, "open")
    assert judged("kill_gate", gate_closed=True) == Verdict("kill_gate", False, "closed")


@pytest.mark.parametrize("mode", [Mode.PAPER, Mode.DRY])
def test_only_live_needs_an_arm(mode: Mode) -> None:
    assert judged("armed", mode=mode) == Verdict("armed", True, f"not needed in {mode.value}")


@pytest.mark.parametrize(
    ("until", "passed", "figure"),
    [
        (0, False, "not armed"),
        (NOW - 1, False, "not armed"),
        (NOW, False, "not armed"),
        (NOW + 999, False, "not armed"),
        (NOW + 1000, True, "1 s left"),
        (NOW + 60_000, True, "60 s left"),
    ],
)
def test_live_refuses_without_an_arm_that_still_runs(until: int, passed: bool, figure: str) -> None:
    assert judged("armed", mode=Mode.LIVE, armed_until=until) == Verdict("armed", passed, figure)


def test_a_stake_may_reach_its_limit() -> None:
    bounds = limits(max_stake=1000)
    assert judged("max_stake", bounds=bounds) == Verdict("max_stake", True, "10.00 of 10.00")
    assert judged("max_stake", intent(stake=1001), bounds=bounds) == Verdict(
        "max_stake", False, "10.01 of 10.00"
    )


def test_the_smallest_stake_there_is_may_be_bet() -> None:
    assert judged("max_stake", intent(stake=1)).passed


@pytest.mark.parametrize("stake", [0, -1000])
def test_a_stake_of_nothing_or_less_is_refused(stake: int) -> None:
    assert not judged("max_stake", intent(stake=stake)).passed


def test_the_exposure_may_reach_its_limit_over_all_events() -> None:
    known = book(held(1), held(2, 500, of="ao-2"))
    assert judged("max_exposure", known=known, bounds=limits(max_exposure=2500)) == Verdict(
        "max_exposure", True, "25.00 of 25.00"
    )
    assert not judged("max_exposure", known=known, bounds=limits(max_exposure=2499)).passed


def test_bets_that_are_not_ours_count_as_exposure() -> None:
    known = book(held(1), foreign_stakes={"ao": 700, "other": 300})
    verdict = judged("max_exposure", known=known, bounds=limits(max_exposure=3000))
    assert verdict == Verdict("max_exposure", True, "30.00 of 30.00")
    assert not judged("max_exposure", known=known, bounds=limits(max_exposure=2999)).passed


def test_the_exposure_of_an_event_may_reach_its_limit() -> None:
    known = book(held(1), held(2), held(3, 9999, of="ao-2"))
    bounds = limits(max_event_exposure=3000)
    assert judged("max_event_exposure", known=known, bounds=bounds) == Verdict(
        "max_event_exposure", True, "30.00 of 30.00"
    )
    assert not judged("max_event_exposure", intent(stake=1001), known, bounds).passed


def test_the_exposure_of_a_selection_may_reach_its_limit() -> None:
    wanted = intent(selection=handicap(1))
    known = book(held(1, 500), held(2, 9999))
    bounds = limits(max_selection_exposure=1500)
    assert judged("max_selection_exposure", wanted, known, bounds) == Verdict(
        "max_selection_exposure", True, "15.00 of 15.00"
    )
    bounds = limits(max_selection_exposure=1499)
    assert not judged("max_selection_exposure", wanted, known, bounds).passed


def test_the_daily_loss_counts_every_open_bet_as_lost() -> None:
    known = book(held(1), held(2), settled_today=-500)
    assert judged("daily_loss", known=known, bounds=limits(daily_loss=3500)) == Verdict(
        "daily_loss", True, "35.00 of 35.00"
    )
    assert not judged("daily_loss", known=known, bounds=limits(daily_loss=3499)).passed


def test_what_was_won_today_may_be_lost_again() -> None:
    known = book(held(1), settled_today=1500)
    assert judged("daily_loss", known=known, bounds=limits(daily_loss=500)) == Verdict(
        "daily_loss", True, "5.00 of 5.00"
    )
    assert not judged("daily_loss", known=known, bounds=limits(daily_loss=499)).passed


@pytest.mark.parametrize("won", [1000, 1001, 1_000_000])
def test_a_good_day_is_no_reason_to_stop(won: int) -> None:
    assert judged("daily_loss", known=book(settled_today=won), bounds=limits(daily_loss=0)).passed


def test_yesterdays_loss_is_not_todays() -> None:
    known = book(settled_today=-100_000)
    midnight = (NOW // DAY + 1) * DAY
    bounds = limits(daily_loss=1000)
    assert not judged("daily_loss", known=known, bounds=bounds, now=midnight - 1).passed
    assert judged("daily_loss", known=known, bounds=bounds, now=midnight).passed


def test_the_number_of_open_bets_may_reach_its_limit() -> None:
    known = book(held(1), held(2))
    assert judged("max_open_bets", known=known, bounds=limits(max_open_bets=3)) == Verdict(
        "max_open_bets", True, "3 of 3"
    )
    assert not judged("max_open_bets", known=known, bounds=limits(max_open_bets=2)).passed


def test_one_order_of_a_selection_is_in_flight_and_no_more() -> None:
    wanted = intent(selection=handicap(1))
    assert judged("one_in_flight", wanted, book(held(1))).passed
    assert judged("one_in_flight", wanted, book(held(2, in_flight=True))).passed
    verdict = judged("one_in_flight", wanted, book(held(1, in_flight=True)))
    assert verdict == Verdict("one_in_flight", False, "2 of 1")


def test_the_orders_of_a_minute_may_reach_their_limit() -> None:
    bounds = limits(orders_per_minute=3)

    def known() -> Reservations:
        made = book()
        made.granted_at.extend([NOW - 60_000, NOW - 59_999, NOW - 1])
        return made

    assert judged("orders_per_minute", known=known(), bounds=bounds) == Verdict(
        "orders_per_minute", True, "3 of 3"
    )
    assert not judged("orders_per_minute", known=known(), bounds=limits(orders_per_minute=2)).passed


def test_a_selection_rests_until_its_cooldown_is_over() -> None:
    known = book(last_by_selection={handicap(1).key: NOW - 60_000})
    wanted = intent(selection=handicap(1))
    assert judged("selection_cooldown", wanted, known, limits(selection_cooldown=60.0)) == Verdict(
        "selection_cooldown", True, "60 s ago, at least 60 s"
    )
    assert not judged("selection_cooldown", wanted, known, limits(selection_cooldown=60.1)).passed
    known = book(last_by_selection={handicap(1).key: NOW - 59_999})
    assert not judged("selection_cooldown", wanted, known, limits(selection_cooldown=60.0)).passed
    assert judged("selection_cooldown", bounds=limits(selection_cooldown=60.0)) == Verdict(
        "selection_cooldown", True, "first bet"
    )


@pytest.mark.parametrize("control", ["selection_cooldown", "event_cooldown"])
def test_the_legs_of_one_bundle_need_no_rest_between_them(control: str) -> None:
    selection, now = handicap(1), {"last_by_event": {"ao-1": NOW}}
    bounds = limits(selection_cooldown=60.0, event_cooldown=60.0)
    for bundle, last, passed in (
        ("h-1", "h-1", True),
        ("h-1", "h-2", False),
        ("h-1", "", False),
        ("", "", False),
    ):
        known = book(
            last_by_selection={selection.key: NOW},
            last_bundle={selection.key: last, "ao-1": last},
            **now,
        )
        verdict = judged(control, intent(selection=selection, bundle=bundle), known, bounds)
        assert verdict.passed is passed
        assert not passed or verdict.figure == "a leg of h-1"


def test_an_event_rests_until_its_cooldown_is_over() -> None:
    known = book(last_by_event={"ao-1": NOW - 5_000})
    assert judged("event_cooldown", known=known, bounds=limits(event_cooldown=5.0)).passed
    assert not judged("event_cooldown", known=known, bounds=limits(event_cooldown=5.1)).passed
    assert judged("event_cooldown", bounds=limits(event_cooldown=5.0)).figure == "first bet"


@pytest.mark.parametrize(
    "listed", ["*ENGLISH PREMIER LEAGUE", "english premier league", " English Premier League "]
)
def test_a_blacklisted_league_is_refused_however_it_is_written(listed: str) -> None:
    verdict = judged("league_blacklist", bounds=limits(league_blacklist=("Serie A", listed)))
    assert verdict == Verdict("league_blacklist", False, "*ENGLISH PREMIER LEAGUE")


def test_a_league_that_only_resembles_a_blacklisted_one_is_not_refused() -> None:
    assert judged("league_blacklist", bounds=limits(league_blacklist=("PREMIER LEAGUE",))).passed


def test_a_blacklisted_market_type_is_refused() -> None:
    bounds = limits(market_blacklist=(MarketType.HANDICAP,))
    assert judged("market_blacklist", bounds=bounds) == Verdict("market_blacklist", False, "ah")
    assert judged("market_blacklist", intent(selection=OVER), bounds=bounds).passed


@pytest.mark.parametrize(
    ("seen_at", "passed"), [(NOW, True), (NOW - 30_000, True), (NOW - 30_001, False)]
)
def test_a_price_may_be_as_old_as_allowed(seen_at: int, passed: bool) -> None:
    verdict = judged(
        "price_age", intent(seen_at=Millis(seen_at)), bounds=limits(max_price_age=30.0)
    )
    assert verdict.passed is passed
    assert "of at most 30 s" in verdict.figure


def test_a_price_from_the_future_is_none() -> None:
    assert not judged("price_age", intent(seen_at=Millis(NOW + 1))).passed


def test_a_match_that_has_begun_is_refused_unless_it_is_bet_on_live() -> None:
    assert judged("not_started", now=KICK_OFF - 1).passed
    assert judged("not_started", now=KICK_OFF) == Verdict("not_started", False, "starts in 0 s")
    live = intent(event=event(phase=Phase.LIVE))
    assert judged("not_started", live, now=KICK_OFF + 1000).passed


def test_an_early_market_may_not_be_bet_on_after_kick_off() -> None:
    early = intent(event=event(phase=Phase.EARLY))
    assert not judged("not_started", early, now=KICK_OFF + 1).passed
