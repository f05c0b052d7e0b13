"""`tictac adopt`, with a core that has its Control and a Settler over a book's lists."""

from collections.abc import Iterator

import pytest

from actors.ledger import Ledger
from actors.messages import Token
from actors.settler import Settler
from runtime.thread_host import ThreadHost
from tests.actors.cli.commands import Commands, running_core
from tests.actors.test_settler import Book, ticket
from tests.actors.world import ACCOUNT, Listener, agreed


@pytest.fixture
def book() -> Book:
    made = Book()
    made.running = [ticket("WA-1"), ticket("WA-2")]
    made.outstanding = 2_000
    return made


@pytest.fixture
def core(tictac: Commands, book: Book) -> Iterator[ThreadHost]:
    with running_core(tictac.state) as host:
        for address in ("risk", "session/ao"):
            host.spawn(Listener, address, heard=[])
        given = {"account": "ao", "settings": ACCOUNT, "doubt_patience": 60.0}
        host.spawn(Settler, "settler/ao", connect=book.connect, **given)
        host.tell("settler/ao", Token("t", "http://book"))
        host.tell("control", agreed())
        assert host.ports.journal is not None
        while not list(host.ports.journal.entries("account/ao")):
            assert not host.ended.wait(0.005)
        yield host


def states(core: ThreadHost) -> dict[str, str]:
    assert core.ports.journal is not None
    return {order.id: order.state for order in Ledger(core.ports.journal).everything()}


def test_a_look_says_what_would_be_adopted_and_an_adoption_what_was(
    tictac: Commands, core: ThreadHost
) -> None:
    done = tictac("adopt", "ao", "--look")
    line = "T-WA-1  Arsenal v Everton: ah home -0.25  1.950 x 10.00 at SBO\n"
    assert (done.code, done.err) == (0, "")
    assert f"would be adopted {line}" in done.out
    assert "ao: 2 of 2 bets would be adopted; not ours 20.00, difference 0.00\n" in done.out
    assert states(core) == {}
    done = tictac("adopt", "ao", "--reason", "lost")
    assert (done.code, done.err) == (0, "")
    assert f"adopted   {line}" in done.out
    assert "ao: 2 of 2 bets adopted; not ours 0.00, difference 0.00\n" in done.out
    assert states(core) == {"a-T-WA-1": "accepted", "a-T-WA-2": "accepted"}
    done = tictac("adopt", "ao", "--reason", "again")
    assert done.code == 0
    assert done.out == "ao: every open bet that the bookmaker shows is ours already\n"


def test_tickets_are_named_and_what_stays_fails_with_its_reason(
    tictac: Commands, core: ThreadHost
) -> None:
    done = tictac("adopt", "ao", "--ticket", "T-WA-2", "--ticket", "T-9", "--reason", "lost")
    assert done.code == 1
    assert "left      T-9 (the book's lists do not show it)\n" in done.out
    assert "ao: 1 of 2 bets adopted; not ours 10.00" in done.out
    assert states(core) == {"a-T-WA-2": "accepted"}


@pytest.mark.usefixtures("core")
def test_the_answer_for_programs_has_each_bet(tictac: Commands) -> None:
    found = tictac("adopt", "ao", "--reason", "lost", "--json").json
    assert found["bets"][0] == {
        "ticket": "T-WA-1",
        "becomes": "adopted",
        "why": "",
        "order": "a-T-WA-1",
        "reference": "WA-1",
        "event": "Arsenal v Everton",
        "bet": "ah home -0.25",
        "period": "ft",
        "book": "SBO",
        "price": "1.950",
        "stake": "10.00",
    }
    assert (found["account"], found["only_looked"], len(found["bets"])) == ("ao", False, 2)
    assert (found["foreign_stakes"], found["difference"]) == ("0.00", "0.00")


@pytest.mark.usefixtures("core")
def test_a_wrong_account_and_a_missing_reason_say_what_to_do(tictac: Commands) -> None:
    done = tictac("adopt", "b", "--reason", "lost")
    assert done.code == 1
    assert "no account 'b' was read yet; see `tictac status`" in done.out
    done = tictac("adopt", "ao")
    assert done.code == 1
    assert "adopt needs --reason TEXT, or --look" in done.err
