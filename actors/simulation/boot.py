"""How a simulated process begins: the trees of `actors/system.py`, on the host of one thread."""

from dataclasses import replace

import msgspec

from actors.settings import RiskSettings, Settings
from actors.simulation.carriage import BASE
from actors.simulation.given import PASSWORD, USER
from runtime.configuration import Secret
from runtime.sim_host import SimHost
from runtime.supervision import Child


def start(host: SimHost, tree: Child, address: str, without: frozenset[str]) -> set[str]:
    """Start a tree, but for some of its addresses; return those that are to live now."""
    pruned = _pruned(tree, without)
    host.spawn(pruned.actor_class, address, **pruned.arguments)
    return _addresses(pruned)


def at_the_simulated_book(settings: Settings, limits: RiskSettings) -> Settings:
    """Return a configuration with its accounts at the simulated book."""
    accounts = {
        name: msgspec.structs.replace(account, url=BASE, username=USER, password=Secret(PASSWORD))
        for name, account in settings.accounts.items()
    }
    return msgspec.structs.replace(settings, accounts=accounts, risk=limits)


def _pruned(child: Child, without: frozenset[str]) -> Child:
    below = child.arguments.get("children")
    if below is None:
        return child
    kept = [_pruned(one, without) for one in below if one.address not in without]
    return replace(child, arguments={**child.arguments, "children": kept})


def _addresses(child: Child) -> set[str]:
    below = [_addresses(one) for one in child.arguments.get("children", [])]
    return {child.address}.union(*below)
