"""The census: what actors did is counted once and for all, also when they are gone."""

from collections.abc import Callable

import pytest

from runtime.census import MOST_GROUPS, OTHERS, Tally
from runtime.messages import Stop
from runtime.sim_host import SimHost
from runtime.supervision import Child, Restart
from runtime.supervisor import Supervisor
from tests.runtime.hosts import Crash, Echo, Say, SimDrive, ThreadDrive

Drive = SimDrive | ThreadDrive
GROUP = ("echoes", "Echo")


def total(drive: Drive) -> Tally:
    """Return the sums over the living and the gone."""
    cells, tallies = drive.host.census.taken()
    found = tallies.get(GROUP, Tally())
    found.turns += sum(cell.mailbox.work.turns for cell in cells if cell.group == GROUP)
    return found


@pytest.fixture
def said(drive: Drive) -> Callable[[str, int], None]:
    """Let a child hear so many words."""
    heard: list[str] = []
    template = Child("echo", Echo, {"heard": heard}, Restart.TRANSIENT)
    drive.host.spawn(Supervisor, "echoes", template=template)
    drive.until(lambda: drive.host.cells["echoes"].ready_said)

    def say(address: str, times: int) -> None:
        before = heard.count("x")
        for _ in range(times):
            drive.host.tell(address, Say("x"))
        drive.until(lambda: heard.count("x") == before + times)

    return say


def test_turns_are_counted_over_the_ends_of_their_actors(
    drive: Drive, said: Callable[[str, int], None]
) -> None:
    said("echo/1", 3)
    drive.host.tell("echo/1", Stop())
    drive.until(lambda: "echo/1" not in drive.host.cells)
    assert total(drive) == Tally(starts=1, turns=4, busy=total(drive).busy)
    said("echo/1", 2)
    said("echo/2", 1)
    drive.until(lambda: total(drive).turns == 7)
    assert total(drive).starts == 3


def test_a_failure_is_counted_and_an_end_is_none(
    drive: Drive, said: Callable[[str, int], None]
) -> None:
    said("echo/1", 1)
    drive.host.tell("echo/1", Crash())
    drive.until(lambda: total(drive).starts == 2)
    assert (total(drive).failures, total(drive).given_up) == (1, 0)


def test_one_that_is_given_up_is_a_failure_and_hands_its_figures_over() -> None:
    host = SimHost()
    host.spawn(Echo, "echo/1", "echoes", heard=[])
    host.tell("echo/1", Say("x"))
    host.run(1)
    host.wedge("echo/1")
    cell = host.cells["echo/1"]
    host.abandon("echo/1")
    cell.mailbox.work.end(host.clock.monotonic())
    host.loop_ended(cell)
    _, tallies = host.census.taken()
    assert tallies[GROUP] == Tally(starts=1, failures=1, given_up=1, turns=1)


def test_time_in_turns_is_counted_in_nanoseconds() -> None:
    host = SimHost()
    host.spawn(Echo, "echo/1", "echoes", heard=[])
    work = host.cells["echo/1"].mailbox.work
    work.begin(1.0)
    work.end(1.25)
    host.loop_ended(host.cells["echo/1"])
    assert host.census.taken()[1][GROUP].busy == 250_000_000


def test_groups_are_bounded() -> None:
    host = SimHost()
    for number in range(MOST_GROUPS + 5):
        host.spawn(Echo, f"echo/{number}", f"supervisor-{number}", heard=[])
    cells, tallies = host.census.taken()
    assert len(tallies) == MOST_GROUPS + 1
    assert tallies[OTHERS].starts == 5
    assert {cell.group for cell in cells} == set(tallies)
