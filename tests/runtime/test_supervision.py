"""The rules by themselves: what is refused, how long restarts wait, where we differ from OTP."""

from typing import Any

import pytest

from runtime.actor import Actor
from runtime.chance import seeded
from runtime.commands import AllReady, Command, Finished, Start, StopChild, Wake
from runtime.supervision import (
    AutoShutdown,
    Backoff,
    Child,
    Intensity,
    Restart,
    State,
    Strategy,
    Supervision,
)

TRANSIENT, TEMPORARY = Restart.TRANSIENT, Restart.TEMPORARY


class Highest:
    """No jitter: always the longest that is allowed."""

    def uniform(self, low: float, high: float) -> float:  # noqa: ARG002
        return high

    def choice(self, options: Any) -> Any:
        return options[0]


class Family:
    """Rules whose commands are obeyed at once, except that children become READY when told."""

    def __init__(self, *children: Child, **flags: Any) -> None:
        strategy = flags.pop("strategy", Strategy.ONE_FOR_ONE)
        intensity = flags.pop("intensity", Intensity(5, 60.0))
        backoff = flags.pop("backoff", Backoff(1.0, 8.0))
        self.rules = Supervision(list(children), strategy, intensity, Highest(), backoff, **flags)
        self.now = 100.0
        self.seen: list[str] = []
        self.pauses: list[float] = []
        self._incarnation = 0
        self.obey(self.rules.begin(self.now))

    def obey(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Start(child):
                    self._incarnation += 1
                    self.rules.started(child.address, self._incarnation)
                    self.seen.append(f"+{child.address}")
                case StopChild(child, _):
                    self.seen.append(f"-{child.address}")
                case Wake(seconds):
                    self.pauses.append(seconds)
                case AllReady():
                    self.seen.append("READY")
                case Finished(failure):
                    self.seen.append("failed" if failure else "left")

    def ready(self, *addresses: str) -> "Family":
        for address in addresses:
            incarnation = self.rules.standings[address].incarnation
            self.obey(self.rules.ready(address, incarnation, self.now))
        return self

    def exits(self, *addresses: str, failure: str = "") -> None:
        for address in addresses:
            incarnation = self.rules.standings[address].incarnation
            self.obey(self.rules.exited(address, incarnation, failure, self.now))

    def is_refused(self, address: str) -> None:
        """Let a child fail because the disk refuses."""
        incarnation = self.rules.standings[address].incarnation
        self.obey(self.rules.exited(address, incarnation, "full", self.now, excused=True))

    def fails(self, *addresses: str) -> None:
        self.exits(*addresses, failure="boom")

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.obey(self.rules.due(self.now))

    def overdue(self, address: str, state: State) -> bool:
        return self.rules.overdue(address, self.rules.standings[address].incarnation, state)


def kids(names: str, restart: Restart = Restart.PERMANENT) -> list[Child]:
    return [Child(name, Actor, restart=restart) for name in names]


# What is refused.


def test_a_permanent_child_cannot_be_significant() -> None:
    with pytest.raises(ValueError, match=r"child a is significant and permanent: make it"):
        Child("a", Actor, significant=True)


@pytest.mark.parametrize("as_template", [False, True])
def test_a_significant_child_needs_a_supervisor_that_heeds_it(as_template: bool) -> None:
    child = Child("a", Actor, restart=TRANSIENT, significant=True)
    with pytest.raises(ValueError, match=r"child a is significant.* auto_shutdown other than"):
        Family(*([] if as_template else [child]), template=child if as_template else None)


def test_two_children_cannot_have_one_address() -> None:
    with pytest.raises(ValueError, match=r"child b is there 2 times: give each its own address"):
        Family(*kids("abcb"))


def test_a_child_cannot_lie_where_a_template_makes_children() -> None:
    with pytest.raises(ValueError, match=r"child t/1 lies under the template t: give it another"):
        Family(Child("t/1", Actor), template=Child("t", Actor))


@pytest.mark.parametrize(("restarts", "period"), [(-1, 60.0), (1, 0.0), (1, -1.0)])
def test_an_intensity_that_makes_no_sense_is_refused(restarts: int, period: float) -> None:
    with pytest.raises(ValueError, match="restarts must not be below 0"):
        Intensity(restarts, period)


# How long a restart waits.


def test_a_backoff_doubles_up_to_its_longest_and_loses_at_most_half() -> None:
    chance = seeded(1)
    for attempt, full in enumerate([1.0, 2.0, 4.0, 8.0, 8.0, 8.0], start=1):
        delays = [Backoff(1.0, 8.0).delay(attempt, chance) for _ in range(500)]
        assert full / 2 <= min(delays) < full * 0.55
        assert full * 0.95 < max(delays) <= full


def test_each_restart_in_a_row_waits_longer() -> None:
    family = Family(*kids("a"), intensity=Intensity(9, 60.0)).ready("a")
    for pause in [1.0, 2.0, 4.0, 8.0, 8.0]:
        family.fails("a")
        family.wait(pause)
    assert family.pauses == [1.0, 2.0, 4.0, 8.0, 8.0]


@pytest.mark.parametrize(("calm", "pause"), [(60.0, 2.0), (60.25, 1.0)])
def test_a_row_ends_when_a_child_was_well_for_longer_than_the_period(
    calm: float, pause: float
) -> None:
    family = Family(*kids("a")).ready("a")
    family.fails("a")
    family.wait(1.0)
    family.ready("a")
    family.wait(calm)
    family.fails("a")
    assert family.pauses == [1.0, pause]


def test_a_wake_is_the_pause_itself_so_that_rounding_cannot_make_it_early() -> None:
    family = Family(*kids("a"), backoff=Backoff(0.1, 0.1)).ready("a")
    family.now = 1 / 3
    family.fails("a")
    assert family.pauses == [0.1]
    family.wait(family.pauses[0])
    assert family.seen[-1] == "+a"


def test_all_whom_a_restart_concerns_wait_for_its_pause() -> None:
    family = Family(*kids("abc"), strategy=Strategy.ONE_FOR_ALL).ready("a", "b", "c")
    family.fails("b")
    family.exits("c", "a")
    family.wait(0.75)
    assert family.seen[-2:] == ["-c", "-a"]
    family.wait(0.25)
    family.ready("a", "b")
    assert family.seen[-3:] == ["+a", "+b", "+c"]


# How many are too many.


@pytest.mark.parametrize(("apart", "end"), [(60.0, "failed"), (60.25, "+a")])
def test_a_restart_counts_until_the_period_is_over(apart: float, end: str) -> None:
    family = Family(*kids("a"), intensity=Intensity(1, 60.0)).ready("a")
    family.fails("a")
    family.wait(1.0)
    family.ready("a")
    family.wait(apart - 1.0)
    family.fails("a")
    family.wait(8.0)
    assert family.seen[-1] == end


def test_no_restart_is_allowed_where_none_is_to_be() -> None:
    family = Family(*kids("ab"), intensity=Intensity(0, 60.0)).ready("a", "b")
    family.fails("a")
    family.exits("b")
    assert family.seen[-2:] == ["-b", "failed"]


def test_children_that_a_sibling_takes_down_do_not_count() -> None:
    family = Family(
        *kids("abc"), strategy=Strategy.ONE_FOR_ALL, intensity=Intensity(1, 60.0)
    ).ready("a", "b", "c")
    family.fails("a", "b", "c")
    family.wait(1.0)
    assert family.seen[-1] == "+a"


# An excused failure: the disk refuses.


def test_an_excused_failure_is_not_counted_however_often_and_waits_the_same_each_time() -> None:
    family = Family(*kids("a"), intensity=Intensity(1, 60.0), backoff=Backoff(0.1, 8.0, 3.0))
    for _ in range(1_000):
        family.is_refused("a")
        family.wait(3.0)
    assert family.seen == ["+a"] * 1_001
    assert set(family.pauses) == {3.0}


def test_failures_of_its_own_still_count_between_excused_ones() -> None:
    family = Family(*kids("a"), intensity=Intensity(1, 60.0), backoff=Backoff(1.0, 8.0, 1.0))
    family.fails("a")
    family.wait(1.0)
    family.is_refused("a")
    family.wait(1.0)
    family.fails("a")
    assert family.seen == ["+a", "+a", "+a", "failed"]


def test_an_excused_failure_lengthens_no_later_pause() -> None:
    family = Family(*kids("a"), backoff=Backoff(1.0, 8.0, 2.0))
    for _ in range(5):
        family.is_refused("a")
        family.wait(2.0)
    family.fails("a")
    assert family.pauses == [2.0] * 5 + [1.0]


def test_an_excused_failure_concerns_the_same_siblings() -> None:
    family = Family(*kids("abc"), strategy=Strategy.REST_FOR_ONE).ready(*"abc")
    family.is_refused("b")
    family.exits("c")
    family.wait(2.0)
    assert family.seen == ["+a", "+b", "+c", "READY", "-c", "+b"]


# The supervisor's own start: OTP gives up when a child fails there.


def test_at_its_start_a_supervisor_tries_again_before_the_next_child_starts() -> None:
    family = Family(*kids("abc")).ready("a")
    family.fails("b")
    family.wait(1.0)
    assert family.seen == ["+a", "+b", "+b"]
    family.ready("b", "c")
    assert family.seen[3:] == ["+c", "READY"]


def test_at_its_start_a_supervisor_gives_up_by_its_intensity() -> None:
    family = Family(*kids("abc"), intensity=Intensity(1, 60.0)).ready("a")
    family.fails("b")
    family.wait(1.0)
    family.fails("b")
    family.exits("a")
    assert family.seen == ["+a", "+b", "+b", "-a", "failed"]


def test_at_its_start_a_temporary_child_that_fails_is_let_go() -> None:
    family = Family(*kids("ab", TEMPORARY))
    family.fails("a")
    family.ready("b")
    assert family.seen == ["+a", "+b", "READY"]


def test_at_its_start_a_temporary_child_whose_turn_has_not_come_is_kept() -> None:
    children = [*kids("a"), *kids("b", TEMPORARY)]
    family = Family(*children, strategy=Strategy.ONE_FOR_ALL)
    family.fails("a")
    family.wait(1.0)
    family.ready("a", "b")
    assert family.seen == ["+a", "+a", "+b", "READY"]


# Hearing while starting and stopping: OTP does one thing at a time.


def test_a_failure_while_a_sibling_starts_is_dealt_with_at_once() -> None:
    family = Family(*kids("abc"), strategy=Strategy.REST_FOR_ONE).ready("a", "b", "c")
    family.fails("b")
    family.exits("c")
    family.wait(1.0)
    family.fails("a")
    assert family.seen[-3:] == ["-c", "+b", "-b"]
    family.exits("b")
    family.wait(1.0)
    assert family.seen[-1] == "+a"


def test_a_failure_while_a_sibling_stops_counts_from_when_it_is_heard() -> None:
    family = Family(
        *kids("abc"), strategy=Strategy.REST_FOR_ONE, intensity=Intensity(1, 60.0)
    ).ready("a", "b", "c")
    family.fails("b")
    family.now += 2.0
    family.fails("a")
    family.exits("c")
    assert family.seen[-2:] == ["-c", "failed"]


def test_a_child_that_is_to_be_stopped_need_not_become_ready() -> None:
    family = Family(*kids("ab"), strategy=Strategy.REST_FOR_ONE).ready("a")
    assert family.overdue("b", State.STARTING)
    family.fails("a")
    assert not family.overdue("b", State.STARTING)
    assert family.overdue("b", State.STOPPING)


# Children that leave for good.


def test_a_transient_child_that_left_comes_back_with_its_group() -> None:
    children = [*kids("a"), *kids("b", TRANSIENT), *kids("c", TEMPORARY)]
    family = Family(*children, strategy=Strategy.ONE_FOR_ALL).ready("a", "b", "c")
    family.exits("b", "c")
    family.fails("a")
    family.wait(1.0)
    family.ready("a", "b")
    assert family.seen[4:] == ["+a", "+b"]
    assert list(family.rules.standings) == ["a", "b"]


def test_a_child_of_a_template_that_left_is_forgotten() -> None:
    template = Child("t", Actor, restart=TRANSIENT)
    family = Family(template=template)
    family.obey(family.rules.add([Child("t/1", Actor, restart=TRANSIENT)], family.now))
    family.exits("t/1")
    assert family.rules.standings == {}


def test_children_of_a_template_are_stopped_together_and_before_the_others() -> None:
    template = Child("t", Actor, restart=TRANSIENT)
    family = Family(Child("a", Actor), Child("b", Actor), template=template)
    family.ready("a")
    family.ready("b")
    made = [Child(f"t/{number}", Actor, restart=TRANSIENT) for number in range(3)]
    family.obey(family.rules.add(made, family.now))
    for child in made:
        family.ready(child.address)
    family.seen.clear()
    family.obey(family.rules.leave(family.now))
    assert family.seen == ["-t/2", "-t/1", "-t/0"]
    for child in made:
        family.exits(child.address)
    assert family.seen[3:] == ["-b"]


def significant(names: str, restart: Restart = TRANSIENT) -> list[Child]:
    return [Child(name, Actor, restart=restart, significant=True) for name in names]


@pytest.mark.parametrize(
    ("auto_shutdown", "leaving", "end"),
    [
        (AutoShutdown.ANY_SIGNIFICANT, "a", ["-c", "-b", "left"]),
        (AutoShutdown.ALL_SIGNIFICANT, "a", []),
        (AutoShutdown.ALL_SIGNIFICANT, "ab", ["-c", "left"]),
        (AutoShutdown.ANY_SIGNIFICANT, "c", []),
    ],
)
def test_a_supervisor_leaves_after_its_significant_children(
    auto_shutdown: AutoShutdown, leaving: str, end: list[str]
) -> None:
    children = [*significant("ab"), *kids("c", TRANSIENT)]
    family = Family(*children, auto_shutdown=auto_shutdown).ready("a", "b", "c")
    family.exits(*leaving)
    for stopped in [name[1:] for name in end if name[0] == "-"]:
        family.exits(stopped)
    assert family.seen[4:] == end


def test_a_significant_child_that_comes_back_does_not_end_its_supervisor() -> None:
    family = Family(*significant("a"), auto_shutdown=AutoShutdown.ANY_SIGNIFICANT).ready("a")
    family.fails("a")
    family.wait(1.0)
    assert family.seen[-1] == "+a"


def test_a_significant_child_that_waits_for_its_restart_is_active() -> None:
    family = Family(*significant("ab"), auto_shutdown=AutoShutdown.ALL_SIGNIFICANT)
    family.ready("a", "b")
    family.fails("a")
    family.exits("b")
    family.wait(1.0)
    assert family.seen[-1] == "+a"


def test_a_temporary_child_that_is_about_to_be_stopped_is_not_active() -> None:
    children = [*significant("a"), *kids("b"), *significant("c", TEMPORARY), *kids("d")]
    family = Family(
        *children, strategy=Strategy.REST_FOR_ONE, auto_shutdown=AutoShutdown.ALL_SIGNIFICANT
    ).ready("a", "b", "c", "d")
    family.fails("b")
    family.exits("a", "d", "c")
    assert family.seen[-3:] == ["-d", "-c", "left"]
