"""`tictac bets` and `why`: what the journal says, also while nothing runs."""

from pathlib import Path

import msgspec
import pytest

from actors.cli.read import summary
from actors.ledger import open_journal
from actors.risk.controls import verdicts
from actors.risk.reservations import Reservations
from actors.risk.scene import Scene
from actors.settings import Mode, RiskSettings
from actors.units import Millis
from runtime.journal import Entry
from tests.actors.cli.commands import Commands
from tests.actors.world import (
    NOW,
    TO_IN_DOUBT,
    TO_PERMITTED,
    Clerk,
    S,
    adopted,
    intent,
    selection,
)

BET_KEYS = {
    *("id", "event", "market", "selection", "line", "book", "price", "stake", "status", "pnl"),
    *("placed_at", "settled_at"),
}


@pytest.fixture
def filled(tictac: Commands) -> Commands:
    """Return a state directory with a settled bet, one in doubt and one that was denied."""
    tictac.state.prepare()
    journal = open_journal(tictac.state.path)
    journal.begin_term(NOW)
    clerk = Clerk(journal, "risk")
    found = verdicts(Scene(intent(), Reservations(), RiskSettings(), NOW, Mode.PAPER, False, 0))
    body = {
        "intent": msgspec.to_builtins(intent("t-settled")),
        "controls": msgspec.to_builtins(found),
    }
    clerk.write(Entry("order.intent", "t-settled", body))
    clerk.move("t-settled", *TO_PERMITTED)
    clerk.move("t-settled", S.SENDING, at=NOW + 1_500, price=1960, stake=800, reference="WA-1")
    clerk.move("t-settled", S.PENDING, S.ACCEPTED, at=NOW + 2_000, ticket="77", reason="taken")
    clerk.move("t-settled", S.SETTLED, at=NOW + 9_000, pnl=768, reason="final score 2-1")
    clerk.want(intent("t-doubt", selection=selection(10)), *TO_IN_DOUBT, reason="time-out")
    clerk.want(intent("t-denied"), S.DENIED, reason="max_stake: 10.00 of 1.00")
    return tictac


def test_bets_are_an_array_of_what_was_or_may_have_been_sent(filled: Commands) -> None:
    done = filled("bets", "--json")
    assert (done.code, done.err) == (0, "")
    assert [bet["id"] for bet in done.json] == ["t-settled", "t-doubt"]
    assert all(set(bet) >= BET_KEYS for bet in done.json)
    settled, doubt = done.json
    assert (settled["event"], settled["market"]) == ("Arsenal v Everton", "ah")
    assert (settled["selection"], settled["line"], settled["book"]) == ("home", -0.25, "SBO")
    assert (settled["price"], settled["wanted_price"]) == ("1.960", "1.950")
    assert (settled["stake"], settled["pnl"], settled["status"]) == ("8.00", "7.68", "settled")
    assert settled["placed_at"] == "2020-09-13T12:26:41.500Z"
    assert settled["settled_at"] == "2020-09-13T12:26:49.000Z"
    assert (doubt["status"], doubt["pnl"], doubt["settled_at"]) == ("in_doubt", None, None)
    assert (doubt["selection"], doubt["line"]) == ("over", 2.5)


def test_all_shows_also_what_never_left(filled: Commands) -> None:
    listed = filled("bets", "--json", "--all").json
    assert [bet["status"] for bet in listed] == ["settled", "in_doubt", "denied"]


def test_bets_for_people_are_a_table(filled: Commands) -> None:
    out = filled("bets").out
    assert "Arsenal v Everton" in out
    assert "7.68" in out
    assert "in_doubt" in out


def test_a_state_without_bets_says_so(tictac: Commands) -> None:
    tictac.state.prepare()
    open_journal(tictac.state.path)
    assert tictac("bets").out == "no bets\n"
    assert tictac("bets", "--json").json == []


@pytest.mark.parametrize("name", ["t-settled", "t-s", "settled"])
def test_why_tells_the_whole_chain(filled: Commands, name: str) -> None:
    found = filled("why", name, "--json").json
    assert found["bet"]["id"] == "t-settled"
    assert (found["fair_price"], found["edge_percent"], found["floor"]) == ("1.900", 2.63, "1.920")
    assert found["reason"] == "SBO pays more"
    assert found["prices"] == [
        {"book": "PIN", "side": "home", "price": "1.930", "age_seconds": 0.0}
    ]
    controls = {control["control"]: control for control in found["controls"]}
    assert len(controls) == 26
    assert controls["max_stake"] == {
        "control": "max_stake",
        "passed": True,
        "figure": "10.00 of 10.00",
    }
    steps = [(step["state"], step["by"]) for step in found["steps"]]
    assert [state for state, _ in steps] == [
        *("permitted", "sending", "pending", "accepted", "settled")
    ]
    assert {by for _, by in steps} == {"risk"}
    assert found["steps"][1]["price"] == "1.960"
    assert found["steps"][1]["stake"] == "8.00"
    assert found["steps"][-1]["reason"] == "final score 2-1"
    assert found["steps"][-1]["pnl"] == "7.68"


def test_why_for_people_says_the_same(filled: Commands) -> None:
    out = filled("why", "t-settled").out
    for said in (
        "Arsenal v Everton",
        "fair price 1.900, edge 2.63 %",
        "PIN home 1.930 (0.0 s old)",
        "pass max_stake: 10.00 of 10.00",
        "sending by risk",
        "price 1.960",
        "final score 2-1",
        "profit 7.68",
    ):
        assert said in out


def test_why_explains_a_refusal(filled: Commands) -> None:
    found = filled("why", "t-denied", "--json").json
    assert found["bet"]["status"] == "denied"
    assert found["steps"][0]["reason"] == "max_stake: 10.00 of 1.00"


@pytest.mark.parametrize("name", ["nobody", "t-", "%", "d"])
def test_why_of_none_or_of_several_fails_and_says_so(filled: Commands, name: str) -> None:
    done = filled("why", name)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("tictac: no ")
    assert f" {name}" in done.err


@pytest.mark.parametrize("command", [["bets"], ["bets", "--json"], ["why", "t-1"]])
def test_where_no_journal_is_a_command_fails_and_makes_none(
    tictac: Commands, command: list[str]
) -> None:
    done = tictac(*command)
    assert (done.code, done.out) == (1, "")
    assert "has no journal" in done.err
    assert not tictac.state.path.exists()


@pytest.mark.parametrize("command", [["bets"], ["why", "t-1"]])
def test_a_journal_that_is_none_is_told_in_words(tictac: Commands, command: list[str]) -> None:
    tictac.state.prepare()
    tictac.state.journal.write_bytes(b"this is no database, whatever its name says" * 100)
    done = tictac(*command)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("tictac: ")
    assert "journal.sqlite" in done.err


def test_a_bet_is_read_while_somebody_writes(filled: Commands) -> None:
    writer = open_journal(filled.state.path)
    writer.connection.execute("BEGIN IMMEDIATE")
    try:
        assert len(filled("bets", "--json").json) == 2
    finally:
        writer.connection.execute("ROLLBACK")


def test_the_journal_lies_in_the_state_directory(filled: Commands) -> None:
    assert Path(filled.state.path / "journal.sqlite").stat().st_mode & 0o077 == 0


# What was adopted.


def test_an_adopted_bet_is_listed_and_its_whole_chain_told(filled: Commands) -> None:
    clerk = Clerk(open_journal(filled.state.path), "settler/ao")
    clerk.journal.begin_term(NOW)
    clerk.adopt(adopted(start=Millis(0)), reason="the old journal is lost")
    clerk.move("a-77", S.SETTLED, at=NOW + 9_000, pnl=950, ticket="77", reason="Won")
    bet = filled("bets", "--json").json[-1]
    assert (bet["id"], bet["strategy"], bet["status"], bet["pnl"]) == (
        "a-77",
        "",
        "settled",
        "9.50",
    )
    assert (bet["ticket"], bet["reference"], bet["start"]) == ("77", "WA-77", None)
    told = filled("why", "a-77")
    assert "starts unknown" in told.out
    assert "why: found at the book and adopted by ada: the old journal is lost" in told.out
    assert "adopted by settler/ao: the old journal is lost, operator ada, price 1.950" in told.out
    assert "settled by settler/ao: Won, pnl 9.50, ticket 77" in told.out
    assert "risk controls" not in told.out
    found = filled("why", "a-77", "--json").json
    assert [step["state"] for step in found["steps"]] == ["adopted", "settled"]
    assert (found["floor"], found["controls"], found["prices"]) == (None, [], [])


def entry(kind: str, **body: int) -> Entry:
    return Entry(kind, "account/ao", body)


@pytest.mark.parametrize(
    ("entries", "line", "equal"),
    [
        ([], "100.00 then, 109.50 now, that is 9.50: equal", True),
        (
            [entry("account.adjusted", amount=5_000), entry("account.adjusted", amount=-1_000)],
            "100.00 then, 109.50 now, of which 40.00 is explained, that is -30.50: DIFFERENT",
            False,
        ),
    ],
)
def test_the_end_tells_what_was_adopted_and_what_was_explained(
    tictac: Commands, entries: list[Entry], line: str, equal: bool
) -> None:
    tictac.state.prepare()
    journal = open_journal(tictac.state.path)
    journal.begin_term(NOW)
    clerk = Clerk(journal)
    clerk.write(entry("account.opened", opening=10_000), *entries)
    clerk.adopt(adopted())
    clerk.move("a-77", S.SETTLED, pnl=950)
    clerk.want(intent("t-1"), *TO_IN_DOUBT)
    clerk.write(entry("account.closed", credit=9_950, outstanding=1_000, difference=0))
    assert summary(tictac.state) == (
        "1 bets sent, 1 adopted, 1 settled, profit and loss 9.50\n"
        f"the bookmaker's account ao: {line}",
        equal,
    )
