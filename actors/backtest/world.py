"""The world of a backtest: the real actors in one thread, and the paper bookmaker, in virtual time.

Where nothing can happen (no price changes, no match ends) the machine sleeps, as a laptop would:
the clock goes on to the next moment that matters, and every timer that came due meanwhile runs
once. Nothing goes wrong here; for that there is `tictac simulate`.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import msgspec

from actors import paper, system
from actors.backtest.calendar import Calendar
from actors.bet_text import clock_text
from actors.books.asianodds.connection import Answer
from actors.books.asianodds.direct import DirectClient
from actors.control import Control
from actors.gate import KillGate
from actors.ledger import Ledger, OrderTable
from actors.market import Market
from actors.orders import IN_FLIGHT, OPEN, OrderState
from actors.settings import AccountSettings, Settings
from runtime.errors import OurError
from runtime.identity import CountedIdentity
from runtime.journal import Journal
from runtime.sim_host import SimHost
from runtime.supervision import Child
from runtime.supervisor import Supervisor

BASE = "http://paper.backtest/AsianOddsService"
USER, PASSWORD = "backtest", "of the backtest's account"
LATENCY = 0.02
"""Seconds of a call to the bookmaker."""

STEP = 1.0
LATEST_POLL = 15.0
"""Seconds after waking in which the prices are surely there: a lost session, then an interval."""

LONGEST_BURST = 600.0
"""Seconds of virtual time in which whatever a moment starts has come to its end."""


class Client(DirectClient):
    """The real client, whose calls reach the book of this world."""

    def __init__(self, world: "World", settings: AccountSettings) -> None:
        super().__init__(settings.address, settings.connect_timeout, settings.read_timeout)
        self._world = world

    def carry(
        self,
        method: str,
        params: dict[str, str],
        headers: dict[str, str],
        document: bytes | None,
    ) -> Answer:
        """Carry one call, which takes its time."""
        clock = self._world.host.clock
        clock.advance_to(clock.monotonic() + LATENCY)
        body = None if document is None else msgspec.json.decode(document)
        answer = self._world.book.handle(method, params, headers, body, clock.now())
        return Answer(answer.status, msgspec.json.encode(answer.payload))


class World:
    """One account at one bookmaker that plays a calendar, with the markets of `settings`.

    `folder` is for the kill gate, which nobody closes.
    """

    def __init__(
        self, settings: Settings, calendar: Calendar, folder: Path, balance: int, seed: int = 0
    ) -> None:
        self.calendar = calendar
        self.settings = settings
        self._deposit = balance
        made = paper.PaperSettings(
            user=USER,
            password=PASSWORD,
            balance=balance,
            reject_permille=0,
            transit_ms=0,
            delay_from_ms=200,
            delay_to_ms=400,
            repeat="refuse",
            # How the API counts calls for several sports is not known.
            throttle=len(settings.markets) == 1,
        )
        self.book = paper.PaperBook(made, calendar)
        self.book.url = BASE
        self.journal = Journal(None, [OrderTable()])
        self.ledger = Ledger(self.journal)
        self.gate = KillGate(folder)
        self._confirmed_after = _confirmed_after(settings)
        self.host = SimHost(seed, self.journal, calendar.origin_ms)
        self.host.ports = replace(self.host.ports, identity=CountedIdentity())
        self.journal.begin_term(calendar.origin_ms)
        self._spawn(system.core(settings, self.gate, self._connect), "root")
        self._spawn(system.feed(settings, self._connect), "feed")
        self._until(self._looked, "the account was read")

    def _connect(self, account: AccountSettings) -> Client:
        return Client(self, account)

    def _spawn(self, tree: Child, address: str) -> None:
        assert issubclass(tree.actor_class, Supervisor)
        self.host.spawn(tree.actor_class, address, **_without_printer(tree).arguments)

    @property
    def now(self) -> int:
        """Return the time, in ms since 1970 UTC."""
        return self.host.clock.now()

    def sleep_until(self, moment: int) -> None:
        """Let time pass without anybody noticing."""
        clock = self.host.clock
        clock.advance_to(clock.monotonic() + max(0, moment - self.now) / 1000)

    def live_through(self, moment: int) -> None:
        """Wake at a moment and go on until prices were read and every bet was dealt with.

        And for as long as a wish has to last before it is confirmed.
        """
        self.sleep_until(moment)
        awake_until = moment + self._confirmed_after
        self._until(
            lambda: self.has_read(moment) and self.now > awake_until and self._all_dealt_with(),
            "prices were read and every bet was dealt with",
        )

    def has_open(self, match_ids: Collection[int], moment: int) -> bool:
        """Tell whether a bet on one of these matches gets its result by a moment."""
        return any(
            int(order.event.rpartition("-")[2]) in match_ids
            and self.calendar.is_over(order, moment)
            for order in self.ledger.orders(OPEN)
        )

    @property
    def difference(self) -> int:
        """Return what the book's account has more than our journal says, in minor units."""
        held = self.book.ledger.credit(USER) + self.book.ledger.outstanding(USER)
        return held - self._deposit - self.ledger.profit()

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        until = self.host.clock.monotonic() + LONGEST_BURST + self._confirmed_after / 1000
        while True:
            self.host.run(STEP)
            if not {"root", "feed"} <= self.host.cells.keys():
                raise OurError("the actors gave up: see the errors above")
            self._check_strategies()
            if condition():
                return
            if self.host.clock.monotonic() > until:
                raise OurError(f"not within {LONGEST_BURST:.0f} s of virtual time: {what}")

    def _check_strategies(self) -> None:
        """A strategy that fails is stopped, as in life; here that is worth nothing to anybody."""
        for market in self.settings.markets:
            cell = self.host.cells.get(f"market/{market}")
            actor = cell.actor if cell is not None else None
            stopped = actor.stopped if isinstance(actor, Market) else {}
            for name, reason in stopped.items():
                raise OurError(f"strategy {name} failed at {clock_text(self.now)}: {reason}")

    def _looked(self) -> bool:
        return bool(self._control().reported.accounts)

    def has_read(self, moment: int) -> bool:
        """Tell whether every market was polled at a moment or since."""
        feeds = self._control().reported.feeds
        reports = [feeds.get(name) for name in self.settings.markets]
        return all(report is not None and report.polled_at >= moment for report in reports)

    def _all_dealt_with(self) -> bool:
        """Tell whether no order is on its way and no match has ended with a bet open."""
        if self.ledger.orders(IN_FLIGHT | {OrderState.INTENT}):
            return False
        return not any(self.calendar.is_over(order, self.now) for order in self.ledger.orders(OPEN))

    def _control(self) -> Control:
        actor = self.host.cells["control"].actor
        assert isinstance(actor, Control)
        return actor


def _confirmed_after(settings: Settings) -> int:
    """Return the longest time that a strategy wants a wish to last, in ms and the latest poll."""
    names = {name for market in settings.markets.values() for name in market.strategies}
    longest = max(settings.strategies[name].stages.confirmation or 0.0 for name in names)
    return round((longest + LATEST_POLL) * 1000) if longest else 0


def _without_printer(tree: Child) -> Child:
    below = tree.arguments.get("children")
    if below is None:
        return tree
    kept = [_without_printer(one) for one in below if one.address != "narrator"]
    return replace(tree, arguments={**tree.arguments, "children": kept})
