"""Children that leave for good, and supervisors that leave after significant ones."""

import pytest

from runtime.actor import Actor
from runtime.supervision import (
    AutoShutdown,
    Child,
    Restart,
    Strategy,
)
from tests.runtime.family import TEMPORARY, TRANSIENT, Family, kids


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
