"""The door of a courier: gate, permit and age are looked at last, and nothing gets around them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actors.gateway import Gateway
from actors.settings import Mode
from tests.actors.gateway_desk import COURIER, Desk, desk
from tests.actors.world import (
    Clerk,
    S,
)

__all__ = ["desk"]


def test_a_dry_run_does_everything_but_the_placement(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Mode.DRY)
    desk.start()
    desk.place()
    assert [call for _, call, _ in desk.book.calls] == ["GetPlacementInfo"]
    assert desk.steps() == ["intent", "permitted", "expired"]
    assert desk.reason() == "dry run: nothing is placed"


def test_a_gate_that_is_closed_lets_nothing_out(desk: Desk) -> None:
    desk.gate.close("test", "ada", 5)
    desk.place()
    assert desk.book.sent == []
    assert desk.reason() == "kill gate closed"


def test_a_gate_that_closes_while_the_book_makes_its_offer_lets_nothing_out(desk: Desk) -> None:
    desk.book.when_asked = lambda: desk.gate.close("test", "ada", 5)
    desk.place()
    assert desk.book.sent == []
    assert desk.steps() == ["intent", "permitted", "expired"]


def at_commit(desk: Desk, act: Callable[[], None]) -> None:
    """Let something happen after SENDING is durable and before the first byte."""
    gateway = desk.world.host.cells[COURIER].actor
    assert isinstance(gateway, Gateway)
    original = gateway._begin_sending

    def begin(ready: Any) -> bool:
        begun = original(ready)
        act()
        return begun

    gateway._begin_sending = begin  # type: ignore[method-assign]


def test_a_gate_that_closes_at_the_very_last_lets_nothing_out(desk: Desk) -> None:
    at_commit(desk, lambda: desk.gate.close("test", "ada", 5))
    desk.place()
    assert desk.book.sent == []
    assert desk.steps() == ["intent", "permitted", "sending", "not_sent"]
    assert desk.reason() == "kill gate closed"
    assert desk.moved() == [("not_sent", 1000)]


def test_a_permit_that_runs_out_at_the_very_last_lets_nothing_out(desk: Desk) -> None:
    at_commit(desk, lambda: desk.world.host.clock.advance_to(15.0))
    desk.place()
    assert desk.book.sent == []
    assert desk.steps() == ["intent", "permitted", "sending", "not_sent"]
    assert desk.reason() == "permit ran out"


def test_an_offer_that_takes_longer_than_the_permit_comes_to_nothing(desk: Desk) -> None:
    desk.book.when_asked = lambda: desk.world.host.clock.advance_to(15.0)
    desk.place()
    assert desk.book.sent == []
    assert desk.reason() == "permit ran out"


def test_the_age_of_an_offer_counts_from_when_it_was_asked_for(desk: Desk) -> None:
    desk.book.when_asked = lambda: desk.world.host.clock.advance_to(31.0)
    desk.place(expires=1_000.0)
    assert desk.book.sent == []
    assert desk.state() == S.EXPIRED.value
    assert desk.reason() == "price is 31.0 s old"


def test_an_order_whose_permit_ran_out_in_the_mailbox_asks_the_book_nothing(desk: Desk) -> None:
    wanted = desk.permitted()
    desk.world.host.run(14.5)
    desk.place(wanted)
    assert desk.book.calls == []
    assert desk.reason() == "permit ran out"


def test_the_book_gets_no_longer_to_answer_than_the_permit_lasts(desk: Desk) -> None:
    wanted = desk.permitted()
    desk.world.host.run(11.0)
    desk.place(wanted)
    assert desk.book.asked[0]["Timeout"] == 4


@pytest.mark.parametrize("permit", [{"term": 0}, {"order": "t-9"}, {"book": "PIN"}, {"stake": 0}])
def test_a_permit_that_does_not_fit_lets_nothing_out(desk: Desk, permit: dict[str, Any]) -> None:
    desk.place(**permit)
    assert desk.book.sent == []
    assert desk.state() == "expired"


def test_a_permit_of_a_courier_that_is_of_another_term_is_none(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.world.journal.begin_term(5)
    desk.start()
    desk.clerk = Clerk(desk.world.journal, "risk")
    desk.place()
    assert desk.book.sent == []
    assert desk.reason() == "permit of term 1, this is 2"
