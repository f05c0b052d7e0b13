"""Whether what the actors hold in memory agrees with the journal once everything is at rest."""

from typing import Any

from actors.executor import Executor
from actors.ledger import Ledger
from actors.orders import OrderState
from runtime.sim_host import SimHost


def inside(host: SimHost, ledger: Ledger, core: set[str]) -> list[str]:
    """Return what is wrong inside; empty when all is right."""
    gone = core - {address for address in host.cells if not address.startswith("executor/")}
    if gone:
        return [f"gone for good: {sorted(gone)}"]
    faults = []
    doubts = {order.id for order in ledger.orders({OrderState.IN_DOUBT})}
    risk: Any = host.cells["risk"].actor
    if set(risk._book.held) != doubts:
        faults.append(f"Risk holds {sorted(risk._book.held)}, in doubt are {sorted(doubts)}")
    if risk._book.stakes() != ledger.open_stakes():
        faults.append(f"Risk counts {risk._book.stakes()}, {ledger.open_stakes()} open")
    waiting = {
        cell.actor._order for cell in host.cells.values() if isinstance(cell.actor, Executor)
    }
    stuck = waiting - {"", *doubts}
    if stuck:
        faults.append(f"Executors wait for {sorted(stuck)}")
    return faults
