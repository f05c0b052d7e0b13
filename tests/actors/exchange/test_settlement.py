"""What orders came to: win, place, dead heats, Asian lines, commission."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.exchange.orders import LimitOrder, Order, Rule, Side
from actors.exchange.settlement import Outcome, outcomes, profit, settle
from actors.exchange.stream import MarketDefinition, decode
from actors.odds.settlement import Result, result
from actors.selections import MarketType
from actors.selections import Side as Team
from tests.actors.exchange.scene import A, B, Scene, definition

BACK, LAY = Side.BACK, Side.LAY
DATA = Path(__file__).with_name("data")


def filled(side: Side, *fills: tuple[int, int], runner: tuple[int, int] = A) -> Order:
    order = Order(1, "1.1", LimitOrder(runner, side, 2_000, sum(size for _, size in fills)), 0)
    for price, size in fills:
        order.fill(0, price, size, Rule.TAKEN, False)
    return order


def closed(statuses: dict[tuple[int, int], str], **more: Any) -> MarketDefinition:
    runners = {key: {"status": status} for key, status in statuses.items()}
    whole = definition("CLOSED", {**runners}, **more)
    whole["runners"] = [
        runner
        for runner in whole["runners"]
        if (runner["id"], round(runner["hc"] * 100)) in runners
    ]
    return msgspec.convert(whole, MarketDefinition)


WON = closed({A: "WINNER", B: "LOSER"})


@pytest.mark.parametrize(
    ("side", "runner", "expected"), [(BACK, A, 950), (LAY, A, -950), (BACK, B, -500), (LAY, B, 500)]
)
def test_win_and_lose_back_and_lay(side: Side, runner: tuple[int, int], expected: int) -> None:
    order = filled(side, (3_000, 400), (2_500, 100), runner=runner)
    assert settle(WON, "1.1", [order]).gross == expected


def test_in_a_place_market_each_that_is_placed_has_won() -> None:
    three = {(1, 0): "WINNER", (2, 0): "WINNER", (3, 0): "LOSER"}
    found = outcomes(closed(three, numberOfWinners=2, marketType="PLACE"), BACK)
    assert found == {(1, 0): Outcome(1, 0), (2, 0): Outcome(1, 0), (3, 0): Outcome(0, 1)}


def test_a_dead_heat_of_two_pays_half_the_stake_and_loses_the_other() -> None:
    order = filled(BACK, (3_000, 1_000))
    heat = closed({A: "WINNER", B: "WINNER"})
    assert settle(heat, "1.1", [order]).gross == 500  # 5.00 at 3.0 wins 10.00, 5.00 are lost
    assert settle(heat, "1.1", [filled(LAY, (3_000, 1_000))]).gross == -500
    assert not settle(heat, "1.1", [order]).doubts


def test_a_dead_heat_for_a_place_is_taken_at_its_worst_and_said() -> None:
    three = closed({(n, 0): "WINNER" for n in (1, 2, 3)}, numberOfWinners=2, marketType="PLACE")
    back = settle(three, "1.1", [filled(BACK, (3_000, 1_000))])
    lay = settle(three, "1.1", [filled(LAY, (3_000, 1_000))])
    assert (back.gross, lay.gross) == (500, -2_000)
    assert "which of them share is not recorded" in back.doubts[0]
    assert lay.doubts == back.doubts


@pytest.mark.parametrize("status", ["REMOVED", "REMOVED_VACANT"])
def test_a_removed_runner_is_void_and_not_lost(status: str) -> None:
    for side in Side:
        assert outcomes(closed({A: status, B: "WINNER"}), side)[A] == Outcome(0, 0)


def test_a_number_of_winners_that_was_not_known_makes_no_dead_heat() -> None:
    many = closed({A: "WINNER", B: "WINNER"}, numberOfWinners=0)
    assert settle(many, "1.1", [filled(BACK, (3_000, 1_000))]).gross == 2_000


def test_a_market_that_closes_without_a_result_gives_the_stake_back_and_says_so() -> None:
    found = settle(closed({A: "ACTIVE", B: "LOSER"}), "1.1", [filled(BACK, (3_000, 1_000))])
    assert found.gross == 0
    assert found.doubts == ("closed as ACTIVE: stake back",)


def test_commission_is_taken_from_what_the_market_has_won_in_all() -> None:
    won, lost = filled(BACK, (3_000, 1_000)), filled(BACK, (2_000, 500), runner=B)
    lost.id = 2
    found = settle(WON, "1.1", [won, lost])
    assert found.profits == {1: 2_000, 2: -500}
    assert (found.gross, found.commission, found.net) == (1_500, 75, 1_425)


def test_a_loss_costs_no_commission() -> None:
    found = settle(WON, "1.1", [filled(LAY, (3_000, 1_000))])
    assert (found.gross, found.commission, found.net) == (-2_000, 0, -2_000)


def test_commission_is_the_markets_own_rate() -> None:
    seven = closed({A: "WINNER", B: "LOSER"}, marketBaseRate=7.0)
    assert settle(seven, "1.1", [filled(BACK, (3_000, 1_000))]).commission == 140


def recorded(name: str) -> MarketDefinition:
    last = (DATA / name).read_bytes().splitlines()[-1]
    found = decode(last).mc[0].market_definition
    assert found is not None
    return found


HOME_TEAM = 63907
ASIAN = {
    Result.WON: Outcome(1, 0),
    Result.HALF_WON: Outcome(1, 0, 2),
    Result.PUSH: Outcome(0, 0),
    Result.HALF_LOST: Outcome(0, 1, 2),
    Result.LOST: Outcome(0, 1),
}


def test_a_recorded_asian_handicap_is_settled_by_the_score_its_lines_tell() -> None:
    """It ended 2-2; the stream calls both sides of the level line LOSER."""
    found = outcomes(recorded("football_asian_handicap_2-2_1.131162758.jsonl"), BACK)
    assert len(found) == 66
    for (team, line), outcome in found.items():
        side = Team.HOME if team == HOME_TEAM else Team.AWAY
        assert outcome == ASIAN[result(MarketType.HANDICAP, side, line, 2, 2)]
    halves = {key: outcome for key, outcome in found.items() if outcome.parts == 2}
    assert len(halves) == 4


def test_recorded_total_goals_push_at_the_number_of_goals() -> None:
    found = outcomes(recorded("football_total_goals_2-2_1.131162807.jsonl"), BACK)
    by_line = {line: outcome for (_, line), outcome in found.items()}
    assert by_line[-300] == Outcome(1, 0)
    assert by_line[-400] == Outcome(0, 0)
    assert by_line[-500] == Outcome(0, 1)


@given(st.integers(-6, 6), st.sets(st.integers(-16, 16), min_size=1))
def test_any_complete_asian_market_is_settled_as_its_score_says(
    lead: int, quarters: set[int]
) -> None:
    """All lines from -4 to 4 are there; the stream's word is WINNER above the margin only."""
    statuses = {
        (team, 25 * quarter): "WINNER" if 100 * own + 25 * quarter > 0 else "LOSER"
        for team, own in ((1, lead), (2, -lead))
        for quarter in range(-16, 17)
    }
    market = closed(statuses, bettingType="ASIAN_HANDICAP_DOUBLE_LINE", numberOfWinners=0)
    found = outcomes(market, BACK)
    for quarter in quarters:
        expected = ASIAN[result(MarketType.HANDICAP, Team.HOME, 25 * quarter, lead, 0)]
        assert found[1, 25 * quarter] == expected


def test_a_line_whose_margin_cannot_be_told_is_taken_by_its_status_and_said() -> None:
    lone = closed({A: "LOSER"}, bettingType="ASIAN_HANDICAP_DOUBLE_LINE", numberOfWinners=0)
    found = outcomes(lone, BACK)[A]
    assert (found.won, found.lost) == (0, 1)
    assert "margin is not recorded" in found.doubt


def test_lines_that_contradict_each_other_give_the_stake_back_and_say_so() -> None:
    odd = closed(
        {(1, 100): "LOSER", (1, -100): "WINNER"},
        bettingType="ASIAN_HANDICAP_DOUBLE_LINE",
        numberOfWinners=0,
    )
    assert "contradict" in outcomes(odd, BACK)[1, 100].doubt


FILLS = st.lists(
    st.tuples(st.integers(101, 100_000).map(lambda n: 10 * n), st.integers(1, 10**7)),
    min_size=1,
    max_size=6,
)
OUTCOMES = st.sampled_from([*ASIAN.values(), Outcome(1, 1, 2), Outcome(1, 2, 3), Outcome(1, 3, 4)])


@given(FILLS, OUTCOMES)
def test_what_a_back_wins_its_lay_loses_to_the_unit(
    fills: list[tuple[int, int]], outcome: Outcome
) -> None:
    back = profit(filled(BACK, *fills), outcome)
    assert back == -profit(filled(LAY, *fills), outcome)
    exact = (
        sum(
            Fraction(size * (price - 1_000), 1_000) * outcome.won - size * outcome.lost
            for price, size in fills
        )
        / outcome.parts
    )
    assert back == round(exact)


def test_a_market_is_settled_once_when_it_closes() -> None:
    scene = Scene()
    scene.shows(back=[(3.0, 10)])
    scene.places(BACK, 3_000, 1_000)
    done = {A: {"status": "WINNER"}, B: {"status": "LOSER"}}
    scene.becomes("CLOSED", runners=done)
    scene.becomes("CLOSED", runners={A: {"status": "LOSER"}, B: {"status": "WINNER"}})
    [found] = scene.exchange.results
    assert (found.gross, found.net) == (2_000, 1_900)
