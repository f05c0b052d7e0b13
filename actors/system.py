"""The one file that knows everyone: it reads as the story of the boot.

Signals come last: markets start when everything that handles a signal is ready.
"""

from collections.abc import Callable

from actors.books.asianodds.client import AsianOddsClient
from actors.control import Control
from actors.executor import Executor, in_flight
from actors.fixtures.actor import Fixtures
from actors.gate import KillGate
from actors.gateway import Gateway
from actors.hedge.actor import Hedge
from actors.hedge.bundle import in_progress
from actors.market import Market
from actors.narrator import Narrator
from actors.permits import PermitKey
from actors.poller import Poller
from actors.risk.actor import Risk
from actors.session import Session
from actors.settings import AccountSettings, Settings
from actors.settler import Settler
from runtime.supervision import Child, Intensity, Restart, Strategy
from runtime.supervisor import Supervisor

CORE_TO_FEED = ("poller/",)
FEED_TO_CORE = ("market/", "session/")
OPEN_TO_CLIENTS = frozenset({"control"})


Connect = Callable[[AccountSettings], AsianOddsClient]


def connect(settings: AccountSettings) -> AsianOddsClient:
    """Make a connection of one account; every actor that calls the book has its own."""
    return AsianOddsClient(settings.address, settings.connect_timeout, settings.read_timeout)


def core(settings: Settings, gate: KillGate, connect: Connect = connect) -> Child:
    """Return the tree of the core node, which never parses a feed."""
    key = PermitKey()
    return _supervisor(
        "root",
        [
            _supervisor("books", [_risk(settings, gate, key)], Strategy.ONE_FOR_ALL),
            _supervisor(
                "accounts",
                [
                    _account(name, settings, gate, key, connect)
                    for name in settings.betting_accounts
                ],
            ),
            _executors(settings),
            _hedges(settings, gate),
            _supervisor(
                "watch",
                [
                    _fixtures(settings),
                    _control(settings, gate),
                    Child("narrator", Narrator),
                ],
            ),
            _supervisor(
                "markets",
                [market(name, settings) for name in settings.markets],
            ),
        ],
        Strategy.REST_FOR_ONE,
    )


def feed(settings: Settings, connect: Connect = connect) -> Child:
    """Return the tree of the feed node: one Poller for each polled market."""
    pollers = [
        Child(
            f"poller/{name}",
            Poller,
            {
                "market": name,
                "settings": market,
                "account": settings.accounts[market.account],
                "connect": connect,
            },
        )
        for name, market in settings.markets.items()
    ]
    return _supervisor("root", pollers)


def market(name: str, settings: Settings) -> Child:
    """Return one Market; it knows of other sources where there are several."""
    mine, sources = settings.markets[name], settings.sources
    several = len(set(sources.values())) > 1
    return Child(
        f"market/{name}",
        Market,
        {
            "market": name,
            "settings": mine,
            "strategies": settings.strategies,
            "max_age": settings.risk.max_price_age,
            "source": sources[mine.account] if several else "",
            "beside": {other: sources[settings.markets[other].account] for other in mine.beside},
            "ages": {other: settings.markets[other].max_age for other in mine.beside},
        },
    )


def _risk(settings: Settings, gate: KillGate, key: PermitKey) -> Child:
    return Child(
        "risk",
        Risk,
        {"limits": settings.risk, "mode": settings.mode, "gate": gate, "key": key},
    )


def _control(settings: Settings, gate: KillGate) -> Child:
    accounts = tuple(settings.betting_accounts)
    return Child("control", Control, {"mode": settings.mode, "gate": gate, "accounts": accounts})


def _account(
    name: str, settings: Settings, gate: KillGate, key: PermitKey, connect: Connect
) -> Child:
    account = settings.accounts[name]
    shared = {"settings": account, "connect": connect}
    couriers = [
        Child(
            f"gateway/{name}/{number}",
            Gateway,
            {
                "account": name,
                "gate": gate,
                "key": key,
                "mode": settings.mode,
                "max_price_age": settings.risk.max_price_age,
                **shared,
            },
        )
        for number in range(1, account.couriers + 1)
    ]
    return _supervisor(
        f"account/{name}",
        [
            Child(f"session/{name}", Session, shared),
            *couriers,
            Child(
                f"settler/{name}",
                Settler,
                {"account": name, "doubt_patience": settings.risk.doubt_patience, **shared},
            ),
        ],
        Strategy.REST_FOR_ONE,
    )


def _executors(settings: Settings) -> Child:
    couriers = {name: account.couriers for name, account in settings.betting_accounts.items()}
    template = Child("executor", Executor, {"couriers": couriers}, Restart.TRANSIENT)
    arguments = {"template": template, "intensity": Intensity(50, 60.0), "remembered": in_flight}
    return Child("executors", Supervisor, arguments)


def _hedges(settings: Settings, gate: KillGate) -> Child:
    shared = {"gate": gate, "limits": settings.risk}
    template = Child("hedge", Hedge, shared, Restart.TRANSIENT)
    arguments = {"template": template, "intensity": Intensity(50, 60.0), "remembered": in_progress}
    return Child("hedges", Supervisor, arguments)


def _fixtures(settings: Settings) -> Child:
    rules = {source: settings.accounts[source].rules for source in settings.sources.values()}
    return Child("fixtures", Fixtures, {"rules": rules})


def _supervisor(
    address: str, children: list[Child], strategy: Strategy = Strategy.ONE_FOR_ONE
) -> Child:
    return Child(
        address,
        Supervisor,
        {"children": children, "strategy": strategy, "intensity": Intensity(10, 60.0)},
        start_deadline=120.0,
        stop_deadline=20.0,
    )
