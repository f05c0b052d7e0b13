"""From a feed answer in hand to the first byte of the placement, by stage.

The real actors on their shards and threads, the real bus over ipc between the feed's post
office and the core's, the real journal, and offers over real HTTP. Beside it, in the same
run, what the same number of ZeroMQ hops and durable commits cost by themselves. Every tick
is the first signal of a new selection, so the birth of its Executor is in the figures.
"""

import queue
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import zmq

from actors.bench.stub_book import StubBook, StubClient, feed_answer
from actors.executor import Executor
from actors.gate import KillGate
from actors.gateway import Gateway
from actors.ledger import open_journal
from actors.market import Market
from actors.messages import AccountState, FeedTurn
from actors.permits import PermitKey
from actors.poller import Poller
from actors.risk.actor import Risk
from actors.selections import MarketType, Phase
from actors.session import Session
from actors.settings import (
    AccountSettings,
    MarketSettings,
    Mode,
    RiskSettings,
    StrategySettings,
)
from actors.units import Millis
from runtime import collector
from runtime.bus import Bus, ipc_address
from runtime.cell import Ports
from runtime.clock import SystemClock
from runtime.codec import Sealed
from runtime.configuration import Seconds
from runtime.journal import Journal
from runtime.logs import configure
from runtime.shard_host import ShardHost
from runtime.supervision import Child, Restart
from runtime.supervisor import Supervisor
from runtime.thread_host import ThreadHost

STAGES = (
    ("parse", "answer", "MarketUpdate"),
    ("market", "MarketUpdate", "Signal"),
    ("executor", "Signal", "Reserve"),
    ("risk", "Reserve", "Granted"),
    ("permit", "Granted", "Place"),
    ("offer", "Place", "offer"),
    ("door", "offer", "first byte"),
)
HOPS, COMMITS = 5, 2
BIG = 10**9
EXPOSURES = (
    "max_exposure",
    "max_account_exposure",
    "max_book_exposure",
    "max_league_exposure",
    "daily_loss",
    "max_drawdown",
)


class _Stamps:
    """When each stage of the tick under way was reached, in nanoseconds."""

    def __init__(self) -> None:
        self.reached: dict[str, int] = {}
        self.done = threading.Event()

    def begin(self) -> None:
        self.reached = {}
        self.done.clear()

    def stamp(self, stage: str) -> None:
        self.reached.setdefault(stage, time.perf_counter_ns())
        if stage == "first byte":
            self.done.set()

    def tap(self, letter: Sealed) -> None:
        self.stamp(letter.kind.__name__)


def bench_tick(ticks: int, state: Path, filler: int = 20, warm_up: int = 20) -> dict[str, Any]:
    """Measure `ticks` ticks one after the other, on the disk of `state`; milliseconds."""
    stamps = _Stamps()
    answers: queue.Queue[bytes] = queue.Queue()

    def next_answer() -> bytes:
        answer = answers.get()
        stamps.stamp("answer")
        return answer

    StubClient.next_answer = staticmethod(next_answer)
    StubClient.stamp = staticmethod(stamps.stamp)
    with (
        StubBook() as url,
        tempfile.TemporaryDirectory(dir=state) as folder,
        tempfile.TemporaryDirectory() as sockets,  # whose path may not be long
    ):
        collector.calm()
        configure(Path(folder) / "bench.log", "error", "bench")
        core, feed, close = _system(Path(folder), Path(sockets), url)
        core.post.add_tap(stamps.tap)
        feed.post.add_tap(stamps.tap)
        rows = []
        try:
            for number in range(1, warm_up + ticks + 1):
                rows.append(_one_tick(number, filler, stamps, answers, feed))
            raw = _raw(Path(folder), ticks)
        finally:
            answers.put(feed_answer(0, BIG, 1, 0))
            close()
    return _report(rows[warm_up:], raw, filler)


def _one_tick(
    number: int, filler: int, stamps: _Stamps, answers: "queue.Queue[bytes]", feed: ThreadHost
) -> dict[str, int]:
    start = SystemClock().now() + 3_600_000
    answer = feed_answer(number, start, number, filler)
    stamps.begin()
    feed.tell("poller/bench", FeedTurn("bench"))
    answers.put(answer)
    if not stamps.done.wait(10):
        raise TimeoutError(f"tick {number} placed nothing; reached {sorted(stamps.reached)}")
    _pause(0.02)  # let the answer to the placement settle before the next tick
    return dict(stamps.reached)


def _system(folder: Path, sockets: Path, url: str) -> tuple[ThreadHost, ThreadHost, Any]:
    account = AccountSettings(url=url, username="bench")
    market = MarketSettings("bench", Phase.TODAY, types=(MarketType.ONE_X_TWO,))
    limits = RiskSettings(
        **dict.fromkeys(EXPOSURES, BIG),  # type: ignore[arg-type]
        max_open_bets=BIG,
        orders_per_minute=BIG,
        event_cooldown=Seconds(0.0),
    )
    strategies = {"value": StrategySettings("actors.strategies.value:Value", {"max_edge": 50.0})}
    journal = open_journal(folder)
    journal.begin_term(0)
    gate = KillGate(folder)
    core, feed = ShardHost(Ports(journal=journal)), ThreadHost(Ports())
    address = ipc_address(sockets, "core")
    hub = Bus(core.post, "core", address, True)
    spoke = Bus(feed.post, "feed", address, False)
    hub.route("poller/", "feed")
    for prefix in ("market/", "session/"):
        spoke.route(prefix, "core")
    hub.start()
    spoke.start()
    key = PermitKey()
    core.spawn(Risk, "risk", limits=limits, mode=Mode.PAPER, gate=gate, key=key)
    core.tell("risk", AccountState("bench", 0, 0, 0, 0, Millis(0), answered=True))
    core.spawn(Session, "session/bench", settings=account, connect=_connect)
    core.spawn(
        Gateway,
        "gateway/bench/1",
        account="bench",
        settings=account,
        gate=gate,
        key=key,
        mode=Mode.PAPER,
        max_price_age=30.0,
        connect=_connect,
    )
    template = Child("executor", Executor, {"couriers": {"bench": 1}}, Restart.TRANSIENT)
    core.spawn(Supervisor, "executors", template=template)
    core.spawn(
        Market, "market/bench", market="bench", settings=market, strategies=strategies, max_age=30.0
    )
    feed.spawn(
        Poller, "poller/bench", market="bench", settings=market, account=account, connect=_connect
    )
    _pause(2.0)  # logged in, credit given

    def close() -> None:
        for host in (feed, core):
            host.close(5.0)
        spoke.close()
        hub.close()

    return core, feed, close


def _connect(settings: AccountSettings) -> StubClient:
    return StubClient(settings.url)


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def _raw(folder: Path, rounds: int) -> dict[str, list[float]]:
    return {
        "hops": _raw_hops(rounds),
        "commits": _raw_commits(Journal(folder / "raw.sqlite").connection, rounds),
    }


def _raw_hops(rounds: int) -> list[float]:
    """Time HOPS hops round a ring of threads over inproc, in milliseconds."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    pulls = [context.socket(zmq.PULL) for _ in range(HOPS)]
    for number, pull in enumerate(pulls):
        pull.bind(f"inproc://ring-{number}")
    pushes = [context.socket(zmq.PUSH) for _ in range(HOPS)]
    for number, push in enumerate(pushes):
        push.connect(f"inproc://ring-{number}")

    def pass_on(number: int) -> None:
        while frame := pulls[number].recv():
            pushes[number + 1].send(frame)
        pushes[number + 1].send(b"")

    threads = [threading.Thread(target=pass_on, args=(number,)) for number in range(HOPS - 1)]
    for thread in threads:
        thread.start()
    taken = []
    frame = b"x" * 300
    for _ in range(rounds):
        began = time.perf_counter_ns()
        pushes[0].send(frame)
        pulls[-1].recv()
        taken.append((time.perf_counter_ns() - began) / 1e6)
        _pause(0.002)
    pushes[0].send(b"")
    for thread in threads:
        thread.join()
    context.destroy(linger=0)
    return taken


def _raw_commits(connection: sqlite.Connection, rounds: int) -> list[float]:
    """Time COMMITS durable transactions of one bare row each, in milliseconds."""
    connection.execute("CREATE TABLE raw (text TEXT) STRICT")
    taken = []
    for _ in range(rounds):
        began = time.perf_counter_ns()
        for _ in range(COMMITS):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO raw VALUES (?)", ("x" * 300,))
            connection.execute("COMMIT")
        taken.append((time.perf_counter_ns() - began) / 1e6)
    return taken


def _report(rows: list[dict[str, int]], raw: dict[str, list[float]], filler: int) -> dict[str, Any]:
    stages = {
        name: _spread([(row[to] - row[since]) / 1e6 for row in rows]) for name, since, to in STAGES
    }
    total = _spread([(row["first byte"] - row["answer"]) / 1e6 for row in rows])
    return {
        "unit": "milliseconds",
        "ticks": len(rows),
        "rows_per_answer": filler + 1,
        "total": total,
        "stages": stages,
        "raw": {
            f"{HOPS} ZeroMQ hops": _spread(raw["hops"]),
            f"{COMMITS} durable commits": _spread(raw["commits"]),
        },
    }


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "p50": round(ordered[len(ordered) // 2], 3),
        "p99": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 3),
    }
