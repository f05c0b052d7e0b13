"""The betting figures for Prometheus: those of the status, in major units."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from actors.gate import KillGate
from actors.messages import AccountState, FeedReport, SessionReport, TurnedDown
from actors.metrics import TRADING, BettingCollector
from actors.settings import Mode
from actors.status import Reported
from actors.units import Millis
from runtime.metrics import exposition
from tests.actors.world import NOW, TO_ACCEPTED, TO_IN_DOUBT, Clerk, S, World, intent


class Desk:
    def __init__(self, folder: Path) -> None:
        self.world = World()
        self.gate = KillGate(folder)
        self.reported: Reported | None = Reported({}, {}, {})

    def figures(self, mode: Mode = Mode.PAPER) -> dict[str, float]:
        """Return the samples by name and label values."""
        world = self.world
        collector = BettingCollector(
            world.host, world.ledger, mode, self.gate, lambda: self.reported
        )
        return {
            " ".join([sample.name, *sample.labels.values()]): sample.value
            for family in text_string_to_metric_families(exposition(collector))
            for sample in family.samples
        }


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_is_at_risk_and_what_was_won_is_told_in_major_units(desk: Desk) -> None:
    clerk = Clerk(desk.world.journal)
    clerk.want(intent("t-1"), *TO_ACCEPTED)
    clerk.want(intent("t-2", stake=250), *TO_IN_DOUBT)
    clerk.want(intent("t-3"), *TO_ACCEPTED)
    clerk.move("t-3", S.SETTLED, pnl=-1_050)
    found = desk.figures()
    assert (found["tictac_exposure"], found["tictac_profit_today"]) == (12.5, -10.5)
    assert (found["tictac_open_bets"], found["tictac_bets_in_doubt"]) == (2, 1)
    assert found["tictac_term"] == 1


@pytest.mark.parametrize(
    ("mode", "closed", "word"),
    [
        (Mode.PAPER, False, "open"),
        (Mode.PAPER, True, "killed"),
        (Mode.DRY, False, "dry"),
        (Mode.LIVE, False, "disarmed"),
    ],
)
def test_one_state_of_trading_is_1_and_the_others_are_0(
    desk: Desk, mode: Mode, closed: bool, word: str
) -> None:
    if closed:
        desk.gate.close("x", "y", NOW)
    found = desk.figures(mode)
    words = {name.split()[1]: value for name, value in found.items() if "tictac_trading" in name}
    assert words == {**dict.fromkeys(TRADING, 0.0), word: 1.0}
    assert found["tictac_kill_gate_closed"] == float(closed)


def test_feeds_sessions_and_accounts_are_told_by_their_names(desk: Desk) -> None:
    assert desk.reported is not None
    desk.reported.feeds["m"] = FeedReport("m", Millis(NOW + 500), 3, 40, 5, 1, 2)
    desk.reported.accounts["ao"] = AccountState("ao", 99_000, 1_000, 250, -5, Millis(NOW))
    desk.reported.sessions["ao"] = SessionReport("ao", "logged in", "")
    desk.reported.sessions["b"] = SessionReport("b", "failed", "wrong password")
    found = desk.figures()
    assert found["tictac_feed_polled_timestamp_seconds m"] == NOW / 1000 + 0.5
    assert (found["tictac_feed_answers_total m"], found["tictac_feed_faults_total m"]) == (5, 1)
    assert (found["tictac_feed_quotes m"], found["tictac_signals_total m"]) == (40, 2)
    assert found["tictac_account_credit ao"] == 990
    assert found["tictac_account_difference ao"] == -0.05
    assert (found["tictac_session_logged_in ao"], found["tictac_session_logged_in b"]) == (1, 0)


def test_what_was_turned_down_and_who_stopped_is_told(desk: Desk) -> None:
    assert desk.reported is not None
    turned_down = (TurnedDown("value", "edge", 7, "0.1 % of at least 1 %", Millis(NOW)),)
    desk.reported.feeds["m"] = FeedReport(
        "m", Millis(NOW), 3, 40, 5, 1, 2, turned_down, {"steam": "KeyError: 'x'"}
    )
    found = desk.figures()
    assert found["tictac_turned_down_total m edge value"] == 7
    assert found["tictac_strategy_stopped m steam"] == 1


def test_while_nobody_keeps_reports_the_ledger_is_told_all_the_same(desk: Desk) -> None:
    desk.reported = None
    found = desk.figures()
    assert found["tictac_open_bets"] == 0
    assert not any("feed" in name for name in found)
