"""The boot: everything is there, in an order in which a signal finds everyone ready."""

from pathlib import Path

import msgspec
import pytest

import tictac
from actors import nodes, system
from actors.fixtures.settlement import Rules
from actors.gate import KillGate
from actors.gateway import Gateway
from actors.selections import MarketType, Phase
from actors.settings import AccountSettings, Book, MarketSettings, Mode, Settings, StrategySettings
from runtime.concealment import Secret
from runtime.configuration import Seconds
from runtime.supervision import Child

SETTINGS = Settings(
    accounts={"ao": AccountSettings(couriers=3), "bo": AccountSettings(couriers=1)},
    markets={"m": MarketSettings("ao", Phase.TODAY), "n": MarketSettings("bo", Phase.EARLY)},
    strategies={"value": StrategySettings("actors.strategies.value:Value")},
)


def addresses(child: Child) -> list[str]:
    """Return the addresses of a tree in the order of its start."""
    below = child.arguments.get("children") or []
    return [*(found for one in below for found in addresses(one)), child.address]


def children(child: Child) -> list[Child]:
    return [
        child,
        *(found for one in child.arguments.get("children") or [] for found in children(one)),
    ]


def test_the_core_has_everyone_and_markets_come_last(tmp_path: Path) -> None:
    order = addresses(system.core(SETTINGS, KillGate(tmp_path)))
    wanted = ["risk", "session/ao", "gateway/ao/1", "gateway/ao/3", "settler/ao", "session/bo"]
    wanted += ["gateway/bo/1", "settler/bo", "executors", "control", "market/m", "market/n"]
    assert set(wanted) <= set(order)
    assert [address for address in order if address in wanted] == wanted
    assert order.index("control") < order.index("market/m")
    assert not any(address.startswith("poller/") for address in order)


def test_the_feed_node_has_the_pollers_and_nothing_else() -> None:
    assert addresses(system.feed(SETTINGS)) == ["poller/m", "poller/n", "root"]


def test_nothing_of_the_core_can_place_or_log_in_at_a_source_of_prices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(nodes.PAPER_PASSWORD, "paper")
    prices = AccountSettings(
        Book.ODDS_API, key=Secret("hush"), regions=("eu",), sports=("soccer_epl",)
    )
    market = MarketSettings("toa", Phase.TODAY, strategies=())
    settings = msgspec.structs.replace(
        SETTINGS,
        accounts={**SETTINGS.accounts, "toa": prices},
        markets={**SETTINGS.markets, "others": market},
    )
    tree = children(system.core(settings, KillGate(tmp_path)))
    assert "market/others" in [child.address for child in tree]
    assert not [child for child in tree if "toa" in child.address]
    executors = next(child for child in tree if child.address == "executors")
    assert set(executors.arguments["template"].arguments["couriers"]) == {"ao", "bo"}
    assert "poller/others" in addresses(system.feed(settings))
    changed = nodes.with_paper_book(settings, 5)
    assert changed.accounts["toa"] == prices


def test_markets_know_of_other_sources_where_there_are_several(tmp_path: Path) -> None:
    rules = Rules("90 minutes")
    prices = AccountSettings(Book.ODDS_API, rules=rules)
    ages = {MarketType.ONE_X_TWO: Seconds(360.0)}
    other = MarketSettings("toa", Phase.TODAY, strategies=(), max_age=ages)
    mine = msgspec.structs.replace(SETTINGS.markets["m"], beside=("others",))
    several = msgspec.structs.replace(
        SETTINGS,
        accounts={**SETTINGS.accounts, "toa": prices},
        markets={**SETTINGS.markets, "m": mine, "others": other},
    )
    told = {
        name: (child.arguments["source"], child.arguments["beside"])
        for name in several.markets
        for child in [system.market(name, several)]
    }
    assert told == {"m": ("ao", {"others": "toa"}), "n": ("ao", {}), "others": ("toa", {})}
    assert system.market("m", several).arguments["ages"] == {"others": ages}
    assert system.market("m", SETTINGS).arguments["source"] == ""
    tree = children(system.core(several, KillGate(tmp_path)))
    fixtures = next(child for child in tree if child.address == "fixtures")
    assert fixtures.arguments["rules"] == {"ao": Rules(), "toa": rules}


def test_every_courier_shares_the_one_gate_and_the_mode(tmp_path: Path) -> None:
    gate = KillGate(tmp_path)
    tree = children(system.core(SETTINGS, gate))
    couriers = [child for child in tree if child.actor_class is Gateway]
    assert len(couriers) == 4
    assert all(child.arguments["gate"] is gate for child in couriers)
    assert all(child.arguments["mode"] is Mode.PAPER for child in couriers)


def test_clients_of_the_bus_reach_control_only() -> None:
    assert {"control"} == system.OPEN_TO_CLIENTS


def test_in_paper_mode_every_account_is_one_at_our_own_book(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No real address and no real credential may be left."""
    monkeypatch.setenv(nodes.PAPER_PASSWORD, "made up")
    changed = nodes.with_paper_book(SETTINGS, 8123)
    assert {account.url for account in changed.accounts.values()} == {
        "http://127.0.0.1:8123/AsianOddsService"
    }
    assert {account.username for account in changed.accounts.values()} == {nodes.PAPER_USER}
    assert {a.password.reveal() for a in changed.accounts.values()} == {"made up"}
    assert changed.accounts["ao"].couriers == 3


def test_what_users_import_is_there() -> None:
    assert all(hasattr(tictac, name) for name in tictac.__all__)
    assert {"Strategy", "Wish", "EventView", "Evidence", "Quote", "Selection"} <= set(
        tictac.__all__
    )
