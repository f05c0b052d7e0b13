"""`tictac limits`, `pause`, `resume`, `resolve` and `adjust`, with a core that has its Risk."""

from collections.abc import Iterator

import msgspec
import pytest

from actors.gate import KillGate
from actors.ledger import Ledger
from actors.risk.actor import Risk
from actors.settings import Mode, RiskSettings
from runtime.thread_host import ThreadHost
from tests.actors.cli.commands import Commands, running_core
from tests.actors.world import KEY, TO_IN_DOUBT, Clerk, agreed, intent


@pytest.fixture
def core(tictac: Commands) -> Iterator[ThreadHost]:
    with running_core(tictac.state) as host:
        assert host.ports.journal is not None
        Clerk(host.ports.journal).want(intent("t-1"), *TO_IN_DOUBT)
        gate = KillGate(tictac.state.path)
        host.spawn(Risk, "risk", limits=RiskSettings(), mode=Mode.PAPER, gate=gate, key=KEY)
        host.tell("risk", agreed())
        yield host


def ledger(core: ThreadHost) -> Ledger:
    assert core.ports.journal is not None
    return Ledger(core.ports.journal)


@pytest.mark.usefixtures("core")
def test_a_limit_is_shown_set_and_reset(tictac: Commands) -> None:
    assert "max_stake               10.00\n" in tictac("limits").out
    done = tictac("limits", "set", "max_stake", "5.00", "--reason", "a bad day")
    assert (done.code, done.out) == (0, "max_stake is 5.00 from now on\n")
    assert ": a bad day)" in tictac("limits").out
    assert tictac("limits", "--json").json["limits"]["max_stake"]["value"] == "5.00"
    done = tictac("limits", "reset", "max_stake", "--reason", "over")
    assert (done.code, done.out) == (0, "max_stake is as configured\n")
    assert "max_stake               10.00\n" in tictac("limits").out


@pytest.mark.usefixtures("core")
def test_a_bad_limit_fails_with_the_cure(tictac: Commands) -> None:
    done = tictac("limits", "set", "max_stake", "lots", "--reason", "x")
    assert done.code == 1
    assert 'holds "lots"; allowed: an amount such as 25.00' in done.out + done.err


@pytest.mark.usefixtures("core")
def test_a_book_is_paused_and_resumed(tictac: Commands) -> None:
    done = tictac("pause", "--book", "B365", "--reason", "cuts")
    assert (done.code, done.out) == (0, "book B365: no new bets\n")
    assert "book B365 is paused: cuts" in tictac("limits").out
    done = tictac("resume", "--book", "B365", "--reason", "fine")
    assert (done.code, done.out) == (0, "book B365: bets again\n")
    assert "is paused" not in tictac("limits").out


@pytest.mark.parametrize("scopes", [[], ["--book", "a", "--account", "b"]])
def test_a_pause_names_one_thing(tictac: Commands, scopes: list[str]) -> None:
    done = tictac("pause", *scopes, "--reason", "x")
    assert done.code == 1
    assert "name one of --account, --book, --strategy, --market" in done.err


def test_a_doubt_is_resolved(tictac: Commands, core: ThreadHost) -> None:
    done = tictac("resolve", "t-1", "--as", "refused", "--reason", "support says none")
    assert (done.code, done.out) == (0, "t-1 is refused\n")
    (order,) = ledger(core).everything()
    assert order.state == "refused"
    assert order.reason.endswith(": support says none")
    again = tictac("resolve", "t-1", "--as", "accepted", "--reason", "x")
    assert again.code == 1
    assert "refused cannot become accepted" in again.out + again.err


def test_a_difference_is_adjusted(tictac: Commands, core: ThreadHost) -> None:
    done = tictac("adjust", "ao", "--amount", "5.00", "--reason", "paid in")
    assert done.code == 1
    assert "no account 'ao' was read yet" in done.out + done.err
    core.tell("control", msgspec.structs.replace(agreed(), difference=500))
    done = tictac("adjust", "ao", "--amount", "5.00", "--reason", "paid in")
    assert (done.code, done.out) == (0, "ao: 5.00 is explained\n")


@pytest.mark.parametrize(
    "command",
    [
        ["limits"],
        ["limits", "set", "max_stake", "1", "--reason", "x"],
        ["pause", "--book", "x", "--reason", "x"],
        ["resolve", "t-1", "--as", "refused", "--reason", "x"],
        ["adjust", "ao", "--amount", "1", "--reason", "x"],
        ["adopt", "ao", "--reason", "x"],
    ],
)
def test_without_a_core_they_say_what_to_do(tictac: Commands, command: list[str]) -> None:
    done = tictac(*command)
    assert done.code == 1
    assert "no core runs on" in done.err
