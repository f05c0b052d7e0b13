"""What operators decide is journalled, true of the next wish, and outlives a restart."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from actors.gate import KillGate
from actors.ledger import Ledger
from actors.messages import AccountState, Denied, Granted, OrderMoved, Reserve, Steer, Steered
from actors.orders import Intent, OrderState
from actors.risk import actor as risk
from actors.risk.actor import Risk
from actors.risk.rules import READ_AT_START, limit_text
from actors.risk.steering import Resolution, resolution
from actors.settings import Mode, RiskSettings
from runtime.errors import DiskRefusesError
from runtime.journal import Entry, Journal
from tests.actors.world import (
    HOME,
    KEY,
    TO_ACCEPTED,
    TO_IN_DOUBT,
    TO_PENDING,
    Clerk,
    S,
    World,
    agreed,
    handicap,
    intent,
    limits,
)

EXECUTOR = f"executor/{HOME.key}"


class Desk:
    """Risk, an Executor that asks, and Control's place."""

    def __init__(self, folder: Path, *, clean: bool = True, **bounds: Any) -> None:
        self.world = World(EXECUTOR, "control")
        self.gate = KillGate(folder)
        self.clerk = Clerk(self.world.journal)
        self.bounds = limits(**bounds)
        self.count = 0
        self.start(clean=clean)

    def start(self, *, clean: bool = True) -> None:
        self.world.spawn(Risk, "risk", limits=self.bounds, mode=Mode.PAPER, gate=self.gate, key=KEY)
        if clean:
            self.world.tell("risk", agreed())

    def restart(self) -> None:
        self.world.kill("risk")
        self.start()

    def steer(self, command: str, /, **arguments: str) -> Steered:
        self.count += 1
        given = {"reason": "because", "by": "ada"} | arguments
        self.world.tell("risk", Steer(f"c-{self.count}", command, given), sender="control")
        reply = self.world.told("control", Steered)[-1]
        assert reply.id == f"c-{self.count}"
        return reply

    def moved(self, order: str, *states: OrderState, pnl: int = 0) -> None:
        """Tell Risk what became of an order, as whoever moved it does."""
        key = self.world.order(order).selection
        for state in states:
            self.world.tell("risk", OrderMoved(order, key, state.value, 1000, pnl))

    def ask(self, wanted: Intent) -> Granted | Denied:
        self.world.tell("risk", Reserve(wanted), sender=EXECUTOR)
        answer = self.world.heard[EXECUTOR][-1]
        assert isinstance(answer, Granted | Denied)
        return answer

    def refusal(self, wanted: Intent) -> list[str]:
        answer = self.ask(wanted)
        if isinstance(answer, Granted):
            return []
        return [f"{v.control}: {v.figure}" for v in answer.verdicts if not v.passed]

    def rules(self) -> list[Entry]:
        return [Entry(w.kind, w.key, w.body) for w in self.world.journal.entries("rules")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# Limits.


def test_a_limit_that_was_set_holds_for_the_next_wish_and_after_a_restart(desk: Desk) -> None:
    assert desk.steer("limit", name="max_stake", value="9.99").exit == 0
    refusal = ["max_stake: 10.00 of 9.99"]
    assert desk.refusal(intent("t-1")) == refusal
    desk.restart()
    assert desk.refusal(intent("t-2")) == refusal
    assert desk.steer("unlimit", name="max_stake").exit == 0
    assert desk.refusal(intent("t-3")) == []


def test_a_change_is_journalled_with_who_and_why(desk: Desk) -> None:
    desk.steer("limit", name="max_stake", value="5.00", reason="a bad day")
    body = {"name": "max_stake", "value": "5.00", "by": "ada", "reason": "a bad day"}
    assert desk.rules() == [Entry("rule.limit", "rules", body)]
    shown: Any = desk.steer("limits").body["limits"]
    assert shown["max_stake"] == {"value": "5.00", "by": "ada", "reason": "a bad day"}
    assert shown["max_open_bets"] == {"value": "1000", "by": "", "reason": ""}


def test_nobodys_name_is_made_up(desk: Desk) -> None:
    given = {"scope": "book", "name": "SBO", "reason": "cuts"}
    desk.world.tell("risk", Steer("c-1", "pause", given), sender="control")
    assert desk.rules() == [
        Entry("rule.pause", "rules", {"scope": "book SBO", "by": "", "reason": "cuts"})
    ]
    desk.clerk.want(intent("t-1"), *TO_IN_DOUBT)
    desk.restart()
    given = {"order": "t-1", "state": "refused", "reason": "I saw it"}
    desk.world.tell("risk", Steer("c-2", "resolve", given), sender="control")
    assert desk.world.order("t-1").reason == "operator : I saw it"


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("limit", {"name": "max_stake", "value": "lots"}, "risk.max_stake: holds"),
        ("limit", {"name": "max_stake", "value": "-1"}, "risk.max_stake: holds"),
        ("limit", {"name": "max_stake", "value": "1\nmax_exposure: 2"}, "max_stake"),
        ("limit", {"name": "max_stake", "value": ""}, "risk.max_stake: holds"),
        ("limit", {"name": "max_fun", "value": "1"}, "no limit 'max_fun'"),
        ("limit", {"name": "max_price_age", "value": "5s"}, "read at the start"),
        ("limit", {"name": "doubt_patience", "value": "5m"}, "read at the start"),
        ("unlimit", {"name": "doubt_patience"}, "read at the start"),
        (
            "limit",
            {"name": "league_blacklist", "value": "[1, 2]"},
            "; risk.league_blacklist[1]: holds 2",
        ),
        ("limit", {"name": "max_stake", "value": "1.00", "reason": ""}, "needs a reason"),
        ("limit", {"name": "league_blacklist"}, "risk.league_blacklist: holds"),
        ("limit", {}, "no limit ''"),
        ("unlimit", {"name": "max_fun"}, "no limit 'max_fun'"),
        ("pause", {"scope": "moon", "name": "x"}, "pause one of account, book"),
        ("pause", {"scope": "book", "name": ""}, "pause one of account, book"),
        ("dance", {}, "unknown command dance"),
    ],
)
def test_a_bad_command_changes_nothing_and_says_why(
    desk: Desk, name: str, arguments: dict[str, str], says: str
) -> None:
    reply = desk.steer(name, **arguments)
    assert reply.exit == 1
    assert says in str(reply.body["error"])
    assert desk.rules() == []
    assert desk.refusal(intent()) == []


def test_a_changed_limit_of_an_older_program_does_not_stop_risk_and_is_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    who = {"by": "ada", "reason": "x"}
    desk.clerk.write(Entry("rule.limit", "rules", {"name": "max_moon", "value": "1", **who}))
    desk.clerk.write(Entry("rule.unlimit", "rules", {"name": "max_moon", **who}))
    desk.restart()
    assert desk.refusal(intent()) == []
    assert "a changed limit is not in force" in caplog.text
    assert "no limit 'max_moon'" in caplog.text


def test_a_longer_cooldown_counts_bets_from_before_it_was_set(desk: Desk) -> None:
    desk.clerk.want(intent("t-old"), *TO_ACCEPTED)
    desk.world.host.run(60.0)
    desk.restart()
    desk.steer("limit", name="selection_cooldown", value="1h")
    (refusal,) = desk.refusal(intent("t-1", seen_at=desk.world.now))
    assert refusal == "selection_cooldown: 60 s ago, at least 3600 s"


@pytest.mark.parametrize(
    "name", [name for name in RiskSettings.__struct_fields__ if name not in READ_AT_START]
)
def test_a_limit_is_written_as_it_is_read(desk: Desk, name: str) -> None:
    text = limit_text(name, getattr(desk.bounds, name))
    assert desk.steer("limit", name=name, value=text).exit == 0
    shown: Any = desk.steer("limits").body["limits"]
    assert (shown[name]["value"], shown[name]["by"]) == (text, "ada")


def test_a_list_is_written_as_it_is_read(desk: Desk) -> None:
    value = '["*ENGLISH PREMIER LEAGUE", "SÉRIE A, B"]'
    assert desk.steer("limit", name="league_blacklist", value=value).exit == 0
    shown: Any = desk.steer("limits").body["limits"]
    assert shown["league_blacklist"]["value"] == value
    assert desk.refusal(intent()) == ["league_blacklist: *ENGLISH PREMIER LEAGUE"]


# Pauses.


def test_a_pause_whose_fate_the_journal_does_not_tell_ends_risk_and_holds_from_its_next_start(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Journal.append

    def written_and_not_acknowledged(self: Journal, *arguments: Any) -> None:
        append(self, *arguments)
        raise DiskRefusesError("the disk", undone=False)

    monkeypatch.setattr(Journal, "append", written_and_not_acknowledged)
    given = {"reason": "cuts", "by": "ada", "scope": "book", "name": "SBO"}
    desk.world.tell("risk", Steer("c-x", "pause", given), sender="control")
    monkeypatch.undo()
    assert desk.world.told("control", Steered) == []
    assert "risk" not in desk.world.host.cells
    desk.start()
    assert desk.refusal(intent("t-1")) == ["not_paused: book SBO is paused: cuts"]


def test_a_paused_book_gets_no_bets_until_it_is_resumed(desk: Desk) -> None:
    assert desk.steer("pause", scope="book", name="sbo", reason="cuts").exit == 0
    assert desk.refusal(intent("t-1")) == ["not_paused: book SBO is paused: cuts"]
    assert desk.refusal(intent("t-2", book="PIN")) == []
    desk.restart()
    assert desk.steer("limits").body["paused"] == {"book SBO": "cuts"}
    assert desk.steer("unpause", scope="book", name="SBO").exit == 0
    assert desk.refusal(intent("t-3", selection=handicap(3))) == []


@pytest.mark.parametrize(
    ("scope", "name"), [("account", "ao"), ("strategy", "value"), ("market", "today")]
)
def test_an_account_a_strategy_and_a_market_can_be_paused_by_their_names(
    desk: Desk, scope: str, name: str
) -> None:
    wanted = intent("t-1", market="today")
    assert desk.steer("pause", scope=scope, name=name).exit == 0
    assert desk.refusal(wanted) == [f"not_paused: {scope} {name} is paused: because"]
    assert desk.steer("unpause", scope=scope, name=name).exit == 0
    assert desk.refusal(msgspec.structs.replace(wanted, order="t-2")) == []


def test_a_pause_takes_unused_permits_back_before_it_is_acknowledged(desk: Desk) -> None:
    assert desk.refusal(intent("t-1")) == []
    assert desk.refusal(intent("t-2", selection=handicap(1), book="PIN")) == []
    assert desk.refusal(intent("t-3", selection=handicap(2))) == []
    desk.clerk.move("t-3", S.SENDING)  # this one has begun
    desk.steer("pause", scope="book", name="SBO")
    states = {order: desk.world.order(order).state for order in ("t-1", "t-2", "t-3")}
    assert states == {"t-1": "expired", "t-2": "permitted", "t-3": "sending"}
    assert desk.world.order("t-1").reason == "book SBO was paused"
    (moved,) = desk.world.told(EXECUTOR, OrderMoved)
    assert (moved.order, moved.state) == ("t-1", "expired")


def test_a_pause_outlives_a_restart_though_all_it_would_take_back_has_begun(desk: Desk) -> None:
    assert desk.refusal(intent("t-1")) == []
    desk.clerk.move("t-1", S.SENDING)
    desk.steer("pause", scope="book", name="SBO")
    desk.restart()
    assert "not_paused: book SBO is paused: because" in desk.refusal(intent("t-2"))


# Reconciliation before the first grant.


def test_nothing_is_granted_before_the_book_was_read(tmp_path: Path) -> None:
    desk = Desk(tmp_path, clean=False)
    unread = ["reconciled: the book's account was not read since the start"]
    assert desk.refusal(intent("t-1")) == unread
    desk.world.tell("risk", agreed("other"))
    assert desk.refusal(intent("t-2")) == unread
    desk.world.tell("risk", agreed())
    assert desk.refusal(intent("t-3")) == []


@pytest.mark.parametrize(
    ("state", "unclear"),
    [
        ({"answered": False}, "the book was not asked about every open bet yet"),
        ({"difference": 500}, "the book's account differs by 5.00: look why, then"),
        ({"difference": -500}, "the book's account differs by -5.00: look why, then"),
    ],
)
def test_an_account_that_is_unclear_gets_no_bets_until_it_is_clear(
    tmp_path: Path, state: dict[str, Any], unclear: str
) -> None:
    desk = Desk(tmp_path, clean=False)
    desk.world.tell("risk", msgspec.structs.replace(agreed(), **state))
    (refusal,) = desk.refusal(intent("t-1"))
    assert refusal.startswith(f"reconciled: {unclear}")
    desk.world.tell("risk", agreed())
    assert desk.refusal(intent("t-2")) == []


def test_once_clear_a_passing_difference_stops_nothing_until_the_next_start(desk: Desk) -> None:
    desk.world.tell("risk", AccountState("ao", 1, 0, 0, 700, desk.world.now, answered=True))
    assert desk.refusal(intent("t-1")) == []
    desk.world.kill("risk")
    desk.start(clean=False)
    assert desk.refusal(intent("t-2", selection=handicap(2))) != []


# Decisions about a bet.


@pytest.mark.parametrize(
    ("outcome", "profit", "state", "pnl"),
    [
        ("refused", "", "refused", None),
        ("accepted", "", "accepted", None),
        ("void", "", "void", 0),
        ("settled", "9.30", "settled", 930),
        ("settled", "-10.00", "settled", -1000),
    ],
)
def test_a_doubt_is_resolved_by_hand(
    desk: Desk, outcome: str, profit: str, state: str, pnl: int | None
) -> None:
    desk.clerk.want(intent("t-1"), *TO_IN_DOUBT)
    desk.restart()
    reply = desk.steer("resolve", order="t-1", state=outcome, profit=profit, reason="I saw it")
    assert reply.exit == 0
    order = desk.world.order("t-1")
    assert (order.state, order.pnl, order.reason) == (state, pnl, "operator ada: I saw it")
    told = desk.world.told(EXECUTOR, OrderMoved)
    before = (
        [OrderMoved("t-1", HOME.key, "accepted", 1000)] if outcome in ("void", "settled") else []
    )
    assert told == [*before, OrderMoved("t-1", HOME.key, state, 1000, pnl or 0)]
    refusal = desk.refusal(intent("t-2"))
    assert refusal == []  # it is in flight no more


def test_a_decision_that_comes_too_late_is_refused_and_risk_lives(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Settler writes the book's word in between."""
    desk.clerk.want(intent("t-1"), *TO_IN_DOUBT)
    desk.restart()

    def late(steer: Steer, ledger: Ledger) -> Resolution:
        found = resolution(steer, ledger)
        desk.clerk.move("t-1", S.REFUSED)
        return found

    monkeypatch.setattr(risk, "resolution", late)
    reply = desk.steer("resolve", order="t-1", state="accepted")
    assert (reply.exit, "refused cannot become accepted" in str(reply.body)) == (1, True)
    assert desk.refusal(intent("t-2")) != []  # Risk has not heard of the book's word yet
    assert desk.world.told(EXECUTOR, OrderMoved) == []


def test_what_was_lost_by_hand_counts_against_the_day(tmp_path: Path) -> None:
    desk = Desk(tmp_path, daily_loss=1500)
    desk.clerk.want(intent("t-1"), *TO_IN_DOUBT)
    desk.restart()
    desk.steer("resolve", order="t-1", state="settled", profit="-10.00")
    assert desk.refusal(intent("t-2")) == ["daily_loss: 20.00 of 15.00"]


@pytest.mark.parametrize(
    ("states", "arguments", "says"),
    [
        (TO_IN_DOUBT, {"order": "t-9", "state": "refused"}, "no bet 't-9'"),
        (TO_IN_DOUBT, {"state": "refused"}, "no bet ''"),
        (TO_IN_DOUBT, {"order": "", "state": "refused"}, "no bet ''"),
        (TO_IN_DOUBT, {"order": "t-1", "state": "lost"}, "one of accepted, refused"),
        (TO_IN_DOUBT, {"order": "t-1", "state": "settled"}, "needs its profit"),
        (TO_IN_DOUBT, {"order": "t-1", "state": "void", "profit": "1.00"}, "only a settled bet"),
        (TO_IN_DOUBT, {"order": "t-1", "state": "refused", "reason": ""}, "needs a reason"),
        (TO_ACCEPTED, {"order": "t-1", "state": "refused"}, "accepted cannot become refused"),
        (TO_ACCEPTED, {"order": "t-1", "state": "accepted"}, "accepted cannot become accepted"),
        ((*TO_ACCEPTED, S.VOID), {"order": "t-1", "state": "void"}, "void cannot become void"),
        ((), {"order": "t-1", "state": "refused"}, "abandoned cannot become refused"),
    ],
)
def test_a_decision_that_cannot_be_changes_nothing(
    desk: Desk, states: tuple[OrderState, ...], arguments: dict[str, str], says: str
) -> None:
    desk.clerk.want(intent("t-1"), *states)
    desk.restart()
    before = desk.world.steps("t-1")
    reply = desk.steer("resolve", **arguments)
    assert reply.exit == 1
    assert says in str(reply.body["error"])
    assert desk.world.steps("t-1") == before


def test_a_bet_that_hangs_in_pending_can_be_resolved(desk: Desk) -> None:
    desk.clerk.want(intent("t-1"), *TO_PENDING)
    desk.restart()
    assert desk.steer("resolve", order="t-1", state="refused").exit == 0
    assert desk.world.order("t-1").state == "refused"
