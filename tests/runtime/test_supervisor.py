"""Supervision as OTP has it, on every host."""

from runtime.actor import Actor
from runtime.supervision import AutoShutdown, Backoff, Child, Intensity, Restart, Strategy
from runtime.supervisor import Supervisor
from tests.runtime.hosts import Crash, Drive, Echo, Say

QUICK = Backoff(first=0.001, longest=0.002)


def family(
    drive: Drive,
    strategy: Strategy,
    heard: list[str],
    restart: Restart = Restart.PERMANENT,
    restarts: int = 5,
) -> None:
    children = [Child(name, Echo, {"heard": heard, "name": f"{name} "}, restart) for name in "abc"]
    drive.host.spawn(
        Supervisor,
        "top",
        children=children,
        strategy=strategy,
        intensity=Intensity(restarts, 60),
        backoff=QUICK,
    )
    drive.until(lambda: len(heard) == 3)


def test_children_start_in_order_and_stop_in_reverse(drive: Drive) -> None:
    heard: list[str] = []
    family(drive, Strategy.ONE_FOR_ONE, heard)
    drive.host.stop("top")
    drive.until(lambda: "top" not in drive.host.cells)
    assert heard == ["a start", "b start", "c start", "c stop", "b stop", "a stop"]
    assert not drive.host.cells


def test_one_for_one_restarts_the_one_that_failed(drive: Drive) -> None:
    heard: list[str] = []
    family(drive, Strategy.ONE_FOR_ONE, heard)
    drive.host.tell("b", Crash())
    drive.until(lambda: len(heard) == 4)
    drive.host.tell("b", Say("back at the same address"))
    drive.until(lambda: len(heard) == 5)
    assert heard[3:] == ["b start", "back at the same address"]


def test_rest_for_one_restarts_the_later_ones_too(drive: Drive) -> None:
    heard: list[str] = []
    family(drive, Strategy.REST_FOR_ONE, heard)
    drive.host.tell("b", Crash())
    drive.until(lambda: len(heard) == 6)
    assert heard[3:] == ["c stop", "b start", "c start"]


def test_one_for_all_restarts_everybody(drive: Drive) -> None:
    heard: list[str] = []
    family(drive, Strategy.ONE_FOR_ALL, heard)
    drive.host.tell("b", Crash())
    drive.until(lambda: len(heard) == 8)
    assert heard[3:] == ["c stop", "a stop", "a start", "b start", "c start"]


def test_too_many_restarts_stop_the_children_and_escalate(drive: Drive) -> None:
    heard: list[str] = []
    family(drive, Strategy.ONE_FOR_ONE, heard, restarts=1)
    top = drive.host.cells["top"].actor
    drive.host.tell("b", Crash())
    drive.until(lambda: heard[3:] == ["b start"])
    drive.host.tell("b", Crash())
    drive.until(lambda: "top" not in drive.host.cells)
    assert heard[4:] == ["c stop", "a stop"]
    assert top is not None
    assert "too many restarts" in top.failure


def test_a_transient_child_comes_back_only_after_a_failure(drive: Drive) -> None:
    heard: list[str] = []
    family(drive, Strategy.ONE_FOR_ONE, heard, Restart.TRANSIENT)
    drive.host.stop("a")
    drive.until(lambda: len(heard) == 4)
    drive.host.tell("c", Crash())
    drive.until(lambda: len(heard) == 5)
    assert heard[3:] == ["a stop", "c start"]


class Stillborn(Actor):
    def __init__(self, tries: list[str], fatal: int) -> None:
        super().__init__()
        self.tries, self.fatal = tries, fatal

    def on_start(self) -> None:
        self.tries.append("try")
        if len(self.tries) <= self.fatal:
            raise ValueError("not yet")


def test_a_child_that_fails_in_on_start_is_tried_again(drive: Drive) -> None:
    tries: list[str] = []
    heard: list[str] = []
    children = [
        Child("s", Stillborn, {"tries": tries, "fatal": 2}),
        Child("after", Echo, {"heard": heard}),
    ]
    drive.host.spawn(Supervisor, "top", children=children, backoff=QUICK)
    drive.until(lambda: heard == ["start"])
    assert tries == ["try"] * 3


def test_a_message_brings_a_template_child_to_life_and_none_is_lost(drive: Drive) -> None:
    heard: list[str] = []
    template = Child("echo", Echo, {"heard": heard}, Restart.TRANSIENT)
    drive.host.spawn(Supervisor, "echoes", template=template)
    drive.until(lambda: "echoes" in drive.host.cells)
    drive.until(lambda: "echo/" in drive.host.post._owners)
    for number in range(5):
        drive.host.tell("echo/1", Say(str(number)))
    drive.until(lambda: len(heard) == 6)
    assert heard == ["start", "0", "1", "2", "3", "4"]
    drive.host.stop("echo/1")
    drive.until(lambda: "echo/1" not in drive.host.cells)
    drive.host.tell("echo/1", Say("again"))
    drive.until(lambda: heard[-1] == "again")
    assert heard[6:] == ["stop", "start", "again"]


def test_a_transient_child_that_left_comes_back_with_its_group(drive: Drive) -> None:
    heard: list[str] = []
    family(drive, Strategy.ONE_FOR_ALL, heard, Restart.TRANSIENT)
    drive.host.stop("b")
    drive.until(lambda: "b" not in drive.host.cells)
    drive.host.tell("c", Crash())
    drive.until(lambda: len(heard) == 8)
    assert heard[3:] == ["b stop", "a stop", "a start", "b start", "c start"]


def test_temporary_children_stay_away_when_a_sibling_takes_them_down(drive: Drive) -> None:
    heard: list[str] = []
    children = [
        Child("a", Echo, {"heard": heard, "name": "a "}, Restart.TEMPORARY),
        Child("b", Echo, {"heard": heard, "name": "b "}),
    ]
    drive.host.spawn(
        Supervisor, "top", children=children, strategy=Strategy.ONE_FOR_ALL, backoff=QUICK
    )
    drive.until(lambda: len(heard) == 2)
    drive.host.tell("b", Crash())
    drive.until(lambda: len(heard) == 4)
    assert heard[2:] == ["a stop", "b start"]
    assert "a" not in drive.host.cells


def pair(drive: Drive, heard: list[str], restart: Restart) -> None:
    """Put a supervisor that ends with its significant child under another one."""
    below = [
        Child("a", Echo, {"heard": heard, "name": "a "}),
        Child("b", Echo, {"heard": heard, "name": "b "}, Restart.TEMPORARY, significant=True),
    ]
    arguments = {"children": below, "auto_shutdown": AutoShutdown.ANY_SIGNIFICANT}
    top = [Child("mid", Supervisor, arguments, restart)]
    drive.host.spawn(Supervisor, "top", children=top, backoff=QUICK)
    drive.until(lambda: len(heard) == 2)


def test_a_supervisor_leaves_with_its_significant_child_and_without_a_failure(
    drive: Drive,
) -> None:
    heard: list[str] = []
    pair(drive, heard, Restart.TRANSIENT)
    mid = drive.host.cells["mid"].actor
    drive.host.tell("b", Crash())
    drive.until(lambda: "mid" not in drive.host.cells)
    assert heard[2:] == ["a stop"]
    assert mid is not None
    assert mid.failure == ""
    assert list(drive.host.cells) == ["top"]


def test_a_permanent_supervisor_that_ended_with_its_children_comes_back(drive: Drive) -> None:
    heard: list[str] = []
    pair(drive, heard, Restart.PERMANENT)
    drive.host.stop("b")
    drive.until(lambda: len(heard) == 6)
    assert heard[2:] == ["b stop", "a stop", "a start", "b start"]


def test_a_transient_supervisor_that_gave_up_has_failed_and_comes_back(drive: Drive) -> None:
    heard: list[str] = []
    below = [Child("a", Echo, {"heard": heard})]
    arguments = {"children": below, "intensity": Intensity(0, 60)}
    top = [Child("mid", Supervisor, arguments, Restart.TRANSIENT)]
    drive.host.spawn(Supervisor, "top", children=top, backoff=QUICK)
    drive.until(lambda: heard == ["start"])
    drive.host.tell("a", Crash())
    drive.until(lambda: heard == ["start", "start"])


def test_a_message_that_no_supervisor_knows_does_not_take_its_children_down(drive: Drive) -> None:
    heard: list[str] = []
    family(drive, Strategy.ONE_FOR_ALL, heard)
    drive.host.tell("top", Say("to whom it may concern"))
    drive.host.tell("top", Say("and again"))
    drive.until(lambda: drive.host.cells["top"].mailbox.depth() == 0)
    drive.host.stop("top")
    drive.until(lambda: not drive.host.cells)
    assert heard[3:] == ["c stop", "b stop", "a stop"]
