"""Risk over time: what was confirmed, won and lost counts from then on, also after a restart."""

from pathlib import Path

import pytest

from actors.messages import OrderMoved
from actors.orders import OrderState
from actors.risk.actor import LOOK_EVERY
from actors.selections import MarketType, Period, Selection, Side
from tests.actors.risk.test_steering import EXECUTOR, Desk
from tests.actors.world import HOME, NOW, TO_ACCEPTED, TO_PENDING, S, handicap, intent

AWAY = Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, 25, Side.AWAY)


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize(
    ("states", "allowed"), [((*TO_PENDING, S.ACCEPTED), True), (TO_PENDING, False)]
)
def test_a_bet_makes_up_for_another_once_the_book_has_confirmed_it(
    tmp_path: Path, states: tuple[OrderState, ...], allowed: bool, restart: bool
) -> None:
    """10.00 on the away side at 1.95: if home is backed with 30.00, 20.50 can be lost, or 30.00."""
    desk = Desk(tmp_path, max_event_exposure=2100)
    assert desk.refusal(intent("t-1", selection=AWAY)) == []
    for state in states[1:]:
        desk.clerk.move("t-1", state, price=1950, stake=1000)
        if state is not S.SENDING and not restart:
            desk.moved("t-1", state)
    if restart:
        desk.restart()
    refusal = desk.refusal(intent("t-2", stake=3000))
    assert refusal == ([] if allowed else ["max_event_exposure: 30.00 of 21.00"])


def test_a_bet_makes_up_for_another_only_once_risk_has_heard_that_it_was_accepted(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path, max_event_exposure=2100)
    assert desk.refusal(intent("t-1", selection=AWAY)) == []
    desk.clerk.move("t-1", *TO_PENDING[1:], S.ACCEPTED, price=1950, stake=1000)
    desk.moved("t-1", S.PENDING)
    assert desk.refusal(intent("t-2", stake=3000)) == ["max_event_exposure: 30.00 of 21.00"]
    desk.moved("t-1", S.ACCEPTED)
    assert desk.refusal(intent("t-3", stake=3000)) == []


@pytest.mark.parametrize("restart", [False, True])
def test_a_drawdown_and_a_streak_outlive_a_restart(tmp_path: Path, restart: bool) -> None:
    desk = Desk(tmp_path, max_drawdown=3000, losing_streak=2, losing_streak_rest=600.0)
    for number, pnl in enumerate((2000, -1000, -1500)):
        order = f"t-{number}"
        desk.ask(intent(order, selection=handicap(number)))
        desk.clerk.move(order, *TO_ACCEPTED[1:], stake=1000)
        desk.clerk.move(order, S.SETTLED, pnl=pnl)
        desk.moved(order, S.SETTLED, pnl=pnl)
    if restart:
        desk.restart()
    assert desk.refusal(intent("t-9", selection=HOME)) == [
        "max_drawdown: 35.00 of 30.00",
        "losing_streak: 2 losses, rest 600 s",
    ]


def test_an_executor_that_waits_hears_what_a_new_risk_closed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.ask(intent("t-1"))
    desk.ask(intent("t-2", selection=handicap(1)))
    desk.clerk.move("t-2", S.SENDING)
    desk.restart()
    moved = desk.world.told(EXECUTOR, OrderMoved)
    assert [(m.order, m.state) for m in moved] == [("t-1", "abandoned")]  # t-2 has another


def test_an_executor_whose_order_was_being_sent_hears_that_it_is_in_doubt(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.ask(intent("t-1"))
    desk.clerk.move("t-1", S.SENDING)
    desk.restart()
    moved = desk.world.told(EXECUTOR, OrderMoved)
    assert [(m.order, m.state) for m in moved] == [("t-1", "in_doubt")]


def test_orders_of_a_dead_process_wake_nobody(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.clerk.want(intent("t-old"), S.PERMITTED)
    desk.world.journal.begin_term(NOW)
    desk.restart()
    assert desk.world.order("t-old").state == "abandoned"
    assert desk.world.told(EXECUTOR, OrderMoved) == []


def test_a_settlement_that_nobody_told_counts_once_risk_has_looked(tmp_path: Path) -> None:
    """Who settled it may have failed right after it was durable, as on a disk that refuses."""
    desk = Desk(tmp_path, daily_loss=1500, max_open_bets=1)
    desk.ask(intent("t-1"))
    desk.clerk.move("t-1", *TO_ACCEPTED[1:], stake=1000)
    desk.world.host.run(LOOK_EVERY)
    desk.clerk.move("t-1", S.SETTLED, pnl=-1000)
    desk.world.host.run(LOOK_EVERY)
    for _ in range(2):  # told after all, it counts no more
        assert desk.refusal(intent("t-2", selection=handicap(1))) == ["daily_loss: 20.00 of 15.00"]
        desk.moved("t-1", S.SETTLED, pnl=-1000)


def test_a_settlement_without_a_profit_that_nobody_told_counts_as_none(tmp_path: Path) -> None:
    desk = Desk(tmp_path, daily_loss=1000)
    desk.ask(intent("t-1"))
    desk.clerk.move("t-1", *TO_ACCEPTED[1:], stake=1000)
    desk.clerk.move("t-1", S.SETTLED, pnl=0)
    desk.world.host.run(LOOK_EVERY)
    more = intent("t-2", selection=handicap(1), stake=1001)
    assert desk.refusal(more) == ["daily_loss: 10.01 of 10.00"]


def test_a_stake_that_was_cut_and_never_told_counts_as_it_is_once_risk_has_looked(
    tmp_path: Path,
) -> None:
    """Found by the simulation: Risk went on counting the whole stake until the bet was settled."""
    desk = Desk(tmp_path, max_exposure=1000)
    desk.ask(intent("t-1"))
    desk.clerk.move("t-1", *TO_PENDING[1:], stake=1000)
    desk.clerk.move("t-1", S.ACCEPTED, stake=700)
    small = [intent(order, selection=handicap(1), stake=300) for order in ("t-2", "t-4")]
    assert desk.refusal(small[0]) == ["max_exposure: 13.00 of 10.00"]
    desk.world.host.run(LOOK_EVERY)
    more = intent("t-3", selection=handicap(1), stake=301)
    assert desk.refusal(more) == ["max_exposure: 10.01 of 10.00"]
    assert desk.refusal(small[1]) == []


def test_a_confirmation_that_was_never_told_counts_once_risk_has_looked(tmp_path: Path) -> None:
    desk = Desk(tmp_path, max_event_exposure=2100)
    assert desk.refusal(intent("t-1", selection=AWAY)) == []
    desk.clerk.move("t-1", *TO_PENDING[1:], S.ACCEPTED, price=1950, stake=1000)
    assert desk.refusal(intent("t-2", stake=3000)) == ["max_event_exposure: 30.00 of 21.00"]
    desk.world.host.run(LOOK_EVERY)
    assert desk.refusal(intent("t-3", stake=3000)) == []


def test_a_permit_that_is_not_used_yet_is_left_alone_when_risk_looks(tmp_path: Path) -> None:
    desk = Desk(tmp_path, max_open_bets=1)
    desk.ask(intent("t-1"))
    desk.world.host.run(LOOK_EVERY)
    assert desk.refusal(intent("t-2", selection=handicap(1))) == ["max_open_bets: 2 of 1"]
    assert desk.world.order("t-1").state == "permitted"


def test_an_order_that_is_open_in_the_journal_is_held_however_often_risk_looks(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path, max_open_bets=1)
    desk.ask(intent("t-1"))
    desk.clerk.move("t-1", *TO_PENDING[1:], stake=1000)
    desk.world.host.run(3 * LOOK_EVERY)
    assert desk.refusal(intent("t-2", selection=handicap(1))) == ["max_open_bets: 2 of 1"]
