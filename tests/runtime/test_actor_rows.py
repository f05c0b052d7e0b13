"""Rows: many alike are one with their sums, and each stands below its parent."""

import msgspec
import pytest

from runtime.actor_rows import TOLD_APART, ActorRow, in_order, summed
from runtime.introspection import look
from runtime.sim_host import SimHost
from runtime.supervision import Child, Restart
from runtime.supervisor import Supervisor
from tests.runtime.hosts import Crash, Echo, Say


def test_a_templates_actors_are_one_row_with_their_sums() -> None:
    host = SimHost()
    template = Child("echo", Echo, {"heard": []}, Restart.TRANSIENT)
    host.spawn(Supervisor, "echoes", template=template)
    host.run(0)
    for number in range(3):
        host.tell(f"echo/{number}", Say("x"))
    host.run(1)
    host.tell("echo/1", Say("x"))
    host.tell("echo/1", Say("x"))
    host.tell("echo/2", Say("x"))
    supervisor, many = summed(look(host).actors)
    assert (supervisor.address, supervisor.template) == ("echoes", "echo")
    assert (many.address, many.parent, many.count) == ("echo/*", "echoes", 3)
    assert (many.mailbox, many.deepest, many.turns, many.state) == (3, 2, 3, "running")


def test_states_of_many_are_told_with_their_numbers() -> None:
    host = SimHost()
    template = Child("echo", Echo, {"heard": []}, Restart.TRANSIENT)
    host.spawn(Supervisor, "echoes", template=template)
    host.run(0)
    for number in range(3):
        host.tell(f"echo/{number}", Say("x"))
    host.run(1)
    host.tell("echo/1", Crash())
    host.run(0)
    many = summed(look(host).actors)[1]
    assert (many.state, many.restarts) == ("running 2, waiting 1", 1)


@pytest.mark.parametrize(("count", "told"), [(TOLD_APART, TOLD_APART), (TOLD_APART + 1, 1)])
def test_siblings_are_told_one_by_one_up_to_a_number(count: int, told: int) -> None:
    row = ActorRow("x", "root", "Echo", "running")
    many = [msgspec.structs.replace(row, address=f"x/{n}") for n in range(count)]
    found = summed(many)
    assert len(found) == told
    assert sum(one.count for one in found) == count


def test_a_row_without_its_parent_stands_at_the_root() -> None:
    orphan = ActorRow("x", "gone", "Echo", "running")
    assert list(in_order([orphan])) == [(0, orphan)]
