"""The betting figures for Prometheus; money in major units of the accounts' currency."""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from actors.gate import KillGate
from actors.ledger import Ledger
from actors.settings import Mode
from actors.status import Reported, figures, trading
from runtime.cell import Keeper

TRADING = ("open", "killed", "unwritable", "dry", "disarmed")
MINOR = 100


class BettingCollector(Collector):
    """Read the ledger, the gate and what feeds and accounts have told last.

    `reported` returns the latter, or None while nobody keeps it.
    """

    def __init__(
        self,
        host: Keeper,
        ledger: Ledger,
        mode: Mode,
        gate: KillGate,
        reported: Callable[[], Reported | None],
    ) -> None:
        self._host = host
        self._ledger = ledger
        self._mode = mode
        self._gate = gate
        self._reported = reported

    def collect(self) -> Iterator[Metric]:
        now = self._host.ports.clock.now()
        book = figures(self._ledger, now)
        yield _gauge("tictac_exposure", "Stakes of open bets, money.", book.exposure / MINOR)
        yield _gauge("tictac_open_bets", "Open bets, those in doubt included.", book.open_bets)
        yield _gauge("tictac_bets_in_doubt", "May or may not exist.", book.in_doubt)
        yield _gauge("tictac_profit_today", "Settled this UTC day, money.", book.pnl_today / MINOR)
        yield _gauge("tictac_kill_gate_closed", "1 while it is.", float(self._gate.closed()))
        yield _gauge("tictac_journal_refused", "1 while its disk refuses it.", float(self._refused))
        yield _gauge("tictac_term", "Which start of the core it is.", self._ledger.journal.term)
        reported = self._reported()
        if reported is not None:
            yield self._trading(reported, now)
            yield from _feeds(reported)
            yield from _accounts(reported)

    @property
    def _refused(self) -> bool:
        return self._ledger.journal.refusals.now is not None

    def _trading(self, reported: Reported, now: int) -> Metric:
        until = reported.armed_until
        word = trading(self._mode, self._gate, until, now, refused=self._refused)
        found = GaugeMetricFamily("tictac_trading", "1 at the state it is in.", labels=["state"])
        for state in TRADING:
            found.add_metric([state], float(state == word))
        return found


def _feeds(reported: Reported) -> Iterator[Metric]:
    polled = GaugeMetricFamily(
        "tictac_feed_polled_timestamp_seconds", "When prices came last.", labels=["market"]
    )
    quotes = GaugeMetricFamily("tictac_feed_quotes", "Prices known.", labels=["market"])
    answers = CounterMetricFamily("tictac_feed_answers", "Polls answered.", labels=["market"])
    faults = CounterMetricFamily("tictac_feed_faults", "Polls failed.", labels=["market"])
    signals = CounterMetricFamily("tictac_signals", "Bets wanted.", labels=["market"])
    turned_down = CounterMetricFamily(
        "tictac_turned_down",
        "Wishes that a decision stage refused.",
        labels=["market", "strategy", "stage"],
    )
    stopped = GaugeMetricFamily(
        "tictac_strategy_stopped",
        "1: it failed and is asked no more.",
        labels=["market", "strategy"],
    )
    for name, feed in reported.feeds.copy().items():
        polled.add_metric([name], feed.polled_at / 1000)
        quotes.add_metric([name], feed.quotes)
        answers.add_metric([name], feed.answers)
        faults.add_metric([name], feed.faults)
        signals.add_metric([name], feed.signals)
        for row in feed.turned_down:
            turned_down.add_metric([name, row.strategy, row.stage], row.count)
        for strategy in feed.stopped:
            stopped.add_metric([name, strategy], 1)
    yield from (polled, quotes, answers, faults, signals, turned_down, stopped)


def _accounts(reported: Reported) -> Iterator[Metric]:
    credit = GaugeMetricFamily("tictac_account_credit", "Money to bet with.", labels=["account"])
    difference = GaugeMetricFamily(
        "tictac_account_difference", "The book's total less ours, money.", labels=["account"]
    )
    logged_in = GaugeMetricFamily("tictac_session_logged_in", "1 while it is.", labels=["account"])
    for name, account in reported.accounts.copy().items():
        credit.add_metric([name], account.credit / MINOR)
        difference.add_metric([name], account.difference / MINOR)
    for name, session in reported.sessions.copy().items():
        logged_in.add_metric([name], float(session.state == "logged in"))
    yield from (credit, difference, logged_in)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
