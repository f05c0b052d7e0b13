"""The child processes of `run`: what each does between its start and its end."""

import contextlib
import os
import resource
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import msgspec
from prometheus_client.registry import Collector

from actors import paper, system
from actors.control import Control
from actors.gate import KillGate
from actors.ledger import Ledger, open_journal
from actors.metrics import BettingCollector
from actors.recording.price_table import PriceTable
from actors.settings import Mode, RecordingSettings, Settings, load
from actors.state_folder import StateFolder
from actors.status import Reported
from actors.strategies.loading import load_all
from actors.units import Money
from runtime import collector, metrics
from runtime.bus import Bus
from runtime.cell import Ports
from runtime.clock import SystemClock
from runtime.configuration import Secret
from runtime.ending import end_within, standing
from runtime.errors import DiskRefusesError, OurError
from runtime.journal import Journal
from runtime.journal_refusals import Refusals
from runtime.lifeline import announce_ready, hold_lifeline
from runtime.logs import conceal, configure, logger
from runtime.metrics import HostCollector
from runtime.recorder import FILE_BYTES, Recorder
from runtime.shard_host import ShardHost
from runtime.structs import learn_all
from runtime.supervision import Child
from runtime.thread_host import ThreadHost

PAPER_USER = "paper"
PAPER_PASSWORD = "TICTAC_PAPER_PASSWORD"
"""The environment variable in which `run` gives its children the paper account's password."""

LOOK_EVERY = 0.2
DISK_WITHIN = 40.0
"""Less than the parent waits for READY. A core that ends after that does not end too often."""
CLOSE_WITHIN = 15.0
CLOSE_FAILED_WITHIN = 5.0
"""When a tree has failed, what is left of it can hardly end; a placement may."""
END_WITHIN = 25.0
"""From the wish to end to the end; the parent waits for a heartbeat, or the end, a bit longer."""


def run_core(
    config: Path, state: StateFolder, paper_port: int, mode: str, record: bool = False
) -> int:
    """Run the node that decides and places; it never parses a feed."""
    settings = _begin("core", config, state, paper_port, mode)
    gate = KillGate(state.path)
    close_at_signal(gate)
    journal = _journal(state)
    host = ShardHost(Ports(journal=journal))
    beside = contextlib.ExitStack()
    if record:
        _record(beside, host, state, settings.recording)
    bus = Bus(host.post, "core", state.bus_address(), True, system.OPEN_TO_CLIENTS)
    for prefix in system.CORE_TO_FEED:
        bus.route(prefix, "feed")
    bus.start()
    betting = BettingCollector(host, Ledger(journal), settings.mode, gate, lambda: _reported(host))
    _measure(beside, settings.metrics.core_port, HostCollector(host), betting)
    with beside:
        return _serve(host, bus, system.core(settings, gate))


def run_feed(config: Path, state: StateFolder, paper_port: int, mode: str) -> int:
    """Run the node that polls and parses, so that the core's interpreter never has to."""
    settings = _begin("feed", config, state, paper_port, mode)
    host = ThreadHost(Ports())
    bus = Bus(host.post, "feed", state.bus_address(), False)
    for prefix in system.FEED_TO_CORE:
        bus.route(prefix, "core")
    bus.start()
    with contextlib.ExitStack() as beside:
        _measure(beside, settings.metrics.feed_port, HostCollector(host))
        return _serve(host, bus, system.feed(settings))


def run_paper(
    config: Path,
    state: StateFolder,
    port: int,
    mode: str,
    *,
    faults: paper.Faults | None = None,
    throttle: bool = True,
) -> int:
    """Run the paper bookmaker on the state directory's own book.

    A proof lets it have faults, and lets it be asked as often as one likes.
    """
    settings = _begin("paper", config, state, port, mode)
    made = paper.PaperSettings(
        port=port,
        user=PAPER_USER,
        password=os.environ[PAPER_PASSWORD],
        currency=settings.paper.currency,
        balance=Money(settings.paper.balance),
        speed=settings.paper.speed,
        seed=settings.paper.seed,
        state_path=str(state.paper),
        throttle=throttle,
    )
    server = paper.open_server(made, faults=faults)
    stop = _StopAsked()
    server.start()
    heart = announce_ready()
    while not stop.yes:
        threading.Event().wait(LOOK_EVERY)
        heart.beat(server.rounds)
    end_within(END_WITHIN)
    server.stop()
    return 0


def close_at_signal(gate: KillGate) -> None:
    """Let SIGUSR1 close the gate, whatever the disk says; from the main thread."""

    def close(_number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(OSError):  # else the process would end, and forget it
            gate.close("SIGUSR1", "signal", SystemClock().now())

    signal.signal(signal.SIGUSR1, close)


def with_paper_book(settings: Settings, port: int) -> Settings:
    """Let every account that takes bets be one at the paper bookmaker on this port."""
    url = f"http://127.0.0.1:{port}/AsianOddsService"
    accounts = {
        name: msgspec.structs.replace(
            account, url=url, username=PAPER_USER, password=Secret(os.environ[PAPER_PASSWORD])
        )
        for name, account in settings.betting_accounts.items()
    }
    return msgspec.structs.replace(settings, accounts=settings.accounts | accounts)


def _begin(node: str, config: Path, state: StateFolder, paper_port: int, mode: str) -> Settings:
    hold_lifeline()
    configure(state.log, "info", node, errors_to=sys.stderr)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    os.umask(0o077)
    settings = load(config, mode=mode)
    load_all(settings, config)
    learn_all()
    for account in settings.accounts.values():
        if account.password.reveal():
            conceal(account.password)
    return with_paper_book(settings, paper_port) if settings.mode is Mode.PAPER else settings


def _journal(state: StateFolder) -> Journal:
    """Open the journal in a new term; a disk that refuses gets some time.

    Raises DiskRefusesError after that: the parent starts another core, as often as it takes.
    """
    until, refusals = SystemClock().monotonic() + DISK_WITHIN, Refusals()
    while True:
        try:
            with refusals.noting(SystemClock()):
                journal = open_journal(state.path)
                journal.begin_term(SystemClock().now())
                return journal
        except DiskRefusesError:
            if SystemClock().monotonic() > until:
                raise
        threading.Event().wait(LOOK_EVERY)


def _record(
    beside: contextlib.ExitStack, host: ThreadHost, state: StateFolder, limit: RecordingSettings
) -> None:
    """Record what is sent; betting goes on without when there is no room for it."""
    kept = limit.most_megabytes * 2**20 // FILE_BYTES
    try:
        recorder = Recorder(
            state.recording, "core", host.ports.clock, keep=kept, contents=[PriceTable()]
        )
    except (OSError, OurError) as error:
        logger("node").error("nothing is recorded", reason=str(error))
        return
    recorder.attach(host)
    recorder.start()
    beside.callback(recorder.close)


def _measure(beside: contextlib.ExitStack, port: int, *collectors: Collector) -> None:
    """Serve metrics if a port is set; betting goes on without when it cannot be had."""
    if not port:
        return
    try:
        beside.callback(metrics.serve(port, *collectors))
    except OurError as error:
        logger("node").error("no metrics are served", reason=str(error))


def _reported(host: ThreadHost) -> Reported | None:
    cell = host.cells.get("control")
    return cell.actor.reported if cell is not None and isinstance(cell.actor, Control) else None


def _serve(host: ThreadHost, bus: Bus, root: Child) -> int:
    """Start the tree, say ready, wait for SIGTERM or the tree's end, stop in reverse."""
    log = logger("node")
    stop = _StopAsked()
    host.spawn(root.actor_class, root.address, **root.arguments)
    while not (host.ready.wait(LOOK_EVERY) or host.ended.is_set() or stop.yes):
        pass
    collector.calm()
    heart = announce_ready()
    while bus.alive and not (host.ended.wait(LOOK_EVERY) or stop.yes):
        heart.beat(host.looks)
    end_within(END_WITHIN)
    failed = host.root_failure or ("" if bus.alive else "the bus has ended")
    if failed:
        log.error("the tree gave up", failure=failed)
    left = host.close(CLOSE_FAILED_WITHIN if failed else CLOSE_WITHIN)
    bus.close()
    if left:
        log.error("threads did not end", left=left, standing=standing(left))
    return 1 if failed or left else 0


class _StopAsked:
    """SIGTERM as a flag: a handler may not touch a lock that the main thread could hold."""

    def __init__(self) -> None:
        self.yes = False
        signal.signal(signal.SIGTERM, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.yes = True
