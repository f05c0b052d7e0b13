"""Hedge: a leg is in the journal before anybody hears of it, and a restart knows what was begun."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actors.gate import KillGate
from actors.hedge.actor import IDLE_FOR, LOOK_EVERY, REST_AFTER, Hedge
from actors.hedge.bundle import bundles_of_orders, in_progress
from actors.hedge.course import GIVE_UP_AFTER
from actors.messages import (
    HedgeReport,
    LegRefused,
    OrderMoved,
    QuotesTold,
    QuotesWanted,
    Signal,
)
from actors.risk.rules import KEY
from actors.selections import Quote
from runtime.errors import JournalError
from runtime.journal import Entry
from tests.actors.hedge.given import AWAY, wanted
from tests.actors.world import (
    HOME,
    NOW,
    TO_PENDING,
    TO_PERMITTED,
    Clerk,
    S,
    World,
    intent,
    limits,
    quote,
)

ADDRESS = f"hedge/{HOME.market_key}"
EXECUTORS = (f"executor/{HOME.key}", f"executor/{AWAY.key}")


class Desk:
    """A Hedge with listeners around it; the test writes what becomes of orders."""

    def __init__(self, folder: Path, **bounds: int) -> None:
        self.limits = limits(**bounds)
        self.world = World("control", "market/m", *EXECUTORS)
        self.gate = KillGate(folder)
        self.clerk = Clerk(self.world.journal)
        self.start()

    def start(self) -> None:
        self.world.spawn(Hedge, ADDRESS, gate=self.gate, limits=self.limits)

    def restart(self) -> None:
        self.world.kill(ADDRESS)
        self.start()

    def want(self, **fields: Any) -> None:
        self.world.tell(ADDRESS, wanted(**fields), sender="market/m")

    def signals(self, side: int) -> list[Signal]:
        return self.world.told(EXECUTORS[side], Signal)

    def all_signals(self) -> int:
        return len(self.signals(0)) + len(self.signals(1))

    def become(self, side: int, *states: Any, **body: Any) -> None:
        """Let the newest order of a side go this way in the journal, and its Executor say so."""
        said = self.signals(side)[-1]
        made = intent(
            said.order, selection=said.selection, book=said.book, stake=said.stake, price=said.price
        )
        self.clerk.want(made, *states, **body)
        state = states[-1].value
        moved = OrderMoved(said.order, said.selection.key, state, said.stake)
        self.world.tell(ADDRESS, moved, sender=EXECUTORS[side])

    def accept(self, side: int) -> None:
        self.become(side, *TO_PENDING, S.ACCEPTED)

    def prices(self, *quotes: Quote) -> None:
        self.world.tell(ADDRESS, QuotesTold(quotes[0].selection.key, quotes), sender="market/m")

    def asked(self) -> list[str]:
        return [asked.selection.key for asked in self.world.told("market/m", QuotesWanted)]

    def ends(self) -> list[tuple[str, int, str]]:
        return [
            (entry.body["outcome"], entry.body["remainder"], entry.body["reason"])
            for entry in self.world.journal.entries(ADDRESS)
            if entry.kind == "hedge.ended"
        ]

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.world.journal.entries(ADDRESS)]

    def reports(self) -> list[tuple[str, int]]:
        told = self.world.told("control", HedgeReport)
        return [(report.outcome, report.remainder) for report in told]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_first_leg_is_begun_as_it_was_planned(desk: Desk) -> None:
    desk.want()
    (said,) = desk.signals(0)
    assert said.bundle
    assert (said.book, said.price, said.floor, said.stake) == ("SBO", 2100, 1960, 1000)
    assert desk.signals(1) == []
    assert desk.kinds() == ["hedge.begun", "hedge.leg"]
    assert bundles_of_orders(desk.world.journal) == {said.order: said.bundle}
    assert in_progress(desk.world.journal) == [ADDRESS]


def test_the_second_leg_is_begun_when_the_first_is_a_bet_and_not_before(desk: Desk) -> None:
    desk.want()
    desk.become(0, *TO_PENDING)
    desk.world.host.run(30)
    assert desk.asked() == []
    said = desk.signals(0)[0]
    desk.clerk.move(said.order, S.ACCEPTED)
    desk.world.host.run(LOOK_EVERY)
    assert desk.asked() == [AWAY.key]
    desk.prices(quote(AWAY, "PIN", 2050))
    (second,) = desk.signals(1)
    assert (second.book, second.stake, second.floor) == ("PIN", 1020, 1932)
    assert second.order != said.order
    assert second.bundle == said.bundle


def test_when_both_are_bets_it_is_hedged_and_said(desk: Desk) -> None:
    desk.want()
    desk.accept(0)
    desk.prices(quote(AWAY, "PIN", 2050))
    desk.accept(1)
    assert desk.ends() == [("hedged", -71, "every side is bet on")]
    assert desk.reports() == [("begun", 0), ("hedged", -71)]
    assert in_progress(desk.world.journal) == []
    desk.world.host.run(LOOK_EVERY)
    assert desk.all_signals() == 2


def test_a_refused_first_leg_ends_it_with_nothing(desk: Desk) -> None:
    desk.want()
    desk.become(0, *TO_PENDING, S.REFUSED, reason="odds changed")
    assert desk.ends() == [("nothing", 0, "leg 1: odds changed")]
    assert desk.all_signals() == 1


def test_a_refused_second_leg_is_rescued_at_the_next_best_price(desk: Desk) -> None:
    desk.want()
    desk.accept(0)
    desk.prices(quote(AWAY, "PIN", 2050), quote(AWAY, "IBC", 2040))
    desk.become(1, *TO_PENDING, S.REFUSED)
    assert desk.asked()[-1] == AWAY.key
    desk.prices(quote(AWAY, "PIN", 2050), quote(AWAY, "IBC", 2000))
    assert [said.book for said in desk.signals(1)] == ["PIN", "IBC"]
    desk.accept(1)
    assert desk.ends()[0][0] == "hedged"


def test_a_price_that_moved_too_far_is_left_and_said(desk: Desk) -> None:
    desk.want()
    desk.accept(0)
    for _ in range(int(GIVE_UP_AFTER / 1000 / LOOK_EVERY) + 2):
        if not desk.ends():
            desk.prices(quote(AWAY, "PIN", 1830))
            desk.world.host.run(LOOK_EVERY)
    assert desk.ends() == [("left", 1000, "leg 2 was not begun; it took longer than 60 s")]
    assert desk.reports()[-1] == ("left", 1000)
    assert desk.all_signals() == 1


def test_a_second_leg_that_risk_denies_is_asked_for_again_after_a_pause(desk: Desk) -> None:
    desk.want()
    desk.accept(0)
    desk.prices(quote(AWAY, "PIN", 2050))
    denied = LegRefused(desk.signals(1)[0].order, "orders_per_minute: 61 of 60")
    desk.world.tell(ADDRESS, denied, sender=EXECUTORS[1])
    desk.prices(quote(AWAY, "PIN", 2050))
    assert len(desk.signals(1)) == 1
    desk.world.host.run(5.5)
    desk.prices(quote(AWAY, "PIN", 2050))
    assert len(desk.signals(1)) == 2


def test_a_cap_that_the_first_leg_exceeds_keeps_it_from_beginning(desk: Desk) -> None:
    desk.want(cap=999)
    assert (desk.all_signals(), desk.kinds()) == (0, [])
    assert desk.reports() == [("not begun", 0)]


def test_what_is_open_on_a_side_already_keeps_it_from_beginning(tmp_path: Path) -> None:
    desk = Desk(tmp_path, max_selection_exposure=1_500)
    desk.clerk.want(intent("t-old", selection=AWAY, stake=500), *TO_PENDING)
    desk.want()
    assert desk.all_signals() == 0
    desk.clerk.move("t-old", S.REFUSED)
    desk.world.host.run(REST_AFTER)
    desk.want()
    assert desk.all_signals() == 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("rule.limit", {"name": "max_stake", "value": "10.10", "by": "ada", "reason": "test"}),
        ("rule.pause", {"scope": "book PIN", "reason": "test"}),
    ],
)
def test_what_an_operator_changed_since_the_start_keeps_it_from_beginning(
    desk: Desk, kind: str, body: dict[str, str]
) -> None:
    journal = desk.world.journal
    journal.append("risk", journal.claim("risk"), [Entry(kind, KEY, body)], NOW)
    desk.want()
    assert desk.all_signals() == 0
    assert desk.reports() == [("not begun", 0)]


def test_a_closed_gate_keeps_it_from_beginning_and_from_going_on(desk: Desk) -> None:
    desk.gate.close("x", "y", 0)
    desk.want()
    assert (desk.all_signals(), desk.kinds()) == (0, [])
    desk.gate.open()
    desk.world.host.run(REST_AFTER)
    desk.want()
    desk.gate.close("x", "y", 0)
    desk.accept(0)
    desk.prices(quote(AWAY, "PIN", 2050))
    assert desk.all_signals() == 1
    assert desk.ends() == [("left", 1000, "leg 2 was not begun; the kill gate is closed")]


def test_a_gate_that_closes_between_the_question_and_the_prices_holds(desk: Desk) -> None:
    desk.want()
    desk.accept(0)
    assert desk.asked() == [AWAY.key]
    desk.gate.close("x", "y", 0)
    desk.prices(quote(AWAY, "PIN", 2050))
    assert desk.signals(1) == []


def test_prices_that_come_twice_or_of_another_leg_begin_nothing(desk: Desk) -> None:
    desk.want()
    desk.prices(quote(AWAY, "PIN", 2050))
    desk.accept(0)
    desk.prices(quote(HOME, "SBO", 2100))
    assert desk.all_signals() == 1
    desk.prices(quote(AWAY, "PIN", 2050))
    desk.prices(quote(AWAY, "PIN", 2050))
    assert len(desk.signals(1)) == 1


def test_one_bundle_of_a_market_is_on_its_way_and_then_there_is_a_rest(desk: Desk) -> None:
    desk.want()
    desk.want()
    desk.become(0, *TO_PENDING, S.REFUSED)
    desk.want()
    assert desk.all_signals() == 1
    desk.world.host.run(REST_AFTER)
    desk.want()
    assert desk.all_signals() == 2


def test_it_leaves_when_nothing_is_wanted_and_stays_while_a_bundle_is_open(desk: Desk) -> None:
    desk.want()
    desk.become(0, *TO_PENDING)
    desk.world.host.run(5 * IDLE_FOR)
    assert ADDRESS in desk.world.host.cells
    desk.clerk.move(desk.signals(0)[0].order, S.REFUSED)
    desk.world.host.run(LOOK_EVERY + IDLE_FOR)
    assert ADDRESS not in desk.world.host.cells


# What a restart knows.


def test_an_order_that_was_begun_is_waited_for_and_not_begun_again(desk: Desk) -> None:
    desk.want()
    desk.restart()
    desk.world.host.run(20)
    assert desk.all_signals() == 1
    desk.accept(0)
    desk.world.host.run(LOOK_EVERY)
    desk.prices(quote(AWAY, "PIN", 2050))
    desk.restart()
    desk.world.host.run(20)
    assert desk.all_signals() == 2
    desk.accept(1)
    desk.world.host.run(LOOK_EVERY)
    assert desk.ends() == [("hedged", -71, "every side is bet on")]


def test_an_order_that_never_got_into_the_ledger_is_given_up_when_it_surely_is_none(
    desk: Desk,
) -> None:
    desk.want()
    desk.restart()
    desk.world.host.run(34)
    assert desk.ends() == []
    desk.world.host.run(2)
    assert desk.ends() == [("nothing", 0, "leg 1: nobody answered")]


def test_a_restart_after_the_end_begins_nothing(desk: Desk) -> None:
    desk.want()
    desk.become(0, *TO_PENDING, S.REFUSED)
    desk.restart()
    desk.world.host.run(10)
    assert (desk.all_signals(), len(desk.ends())) == (1, 1)


@pytest.mark.parametrize(
    "done",
    [
        lambda desk: desk.world.host.run(1),
        lambda desk: desk.become(0, *TO_PERMITTED),
        lambda desk: desk.become(0, *TO_PENDING),
        lambda desk: desk.accept(0),
    ],
)
def test_wherever_it_dies_a_leg_has_one_order_in_the_end(
    desk: Desk, done: Callable[[Desk], None]
) -> None:
    desk.want()
    done(desk)
    desk.restart()
    desk.world.host.run(1)
    desk.prices(quote(AWAY, "PIN", 2050))
    assert len(desk.signals(0)) == 1
    assert len(desk.signals(1)) <= 1


def test_what_cannot_be_written_down_is_not_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise JournalError("disk full")

    monkeypatch.setattr(desk.world.journal, "append", full)
    desk.want()
    assert desk.all_signals() == 0
