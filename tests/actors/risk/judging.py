"""Scenes for the controls to judge."""

from dataclasses import replace
from typing import Any

from actors.orders import Intent, Verdict
from actors.risk.controls import verdicts
from actors.risk.reservations import DAY, Reservation, Reservations
from actors.risk.scene import Scene
from actors.selections import MarketType, Period, Selection, Side
from actors.settings import Mode, RiskSettings
from tests.actors.world import NOW, event, handicap, intent, limits

OVER = Selection("ao-1", MarketType.TOTAL, Period.FULL_TIME, 250, Side.OVER)


def held(
    number: int, stake: int = 1000, *, of: str = "ao-1", in_flight: bool = False, **fields: Any
) -> Reservation:
    made = Reservation(
        order=f"t-h{number}",
        selection=handicap(number, of),
        league=event().league,
        account="ao",
        book="SBO",
        strategy="value",
        market="today",
        stake=stake,
        price=1900,
        in_flight=in_flight,
    )
    return replace(made, **fields)


def book(*open_orders: Reservation, **fields: Any) -> Reservations:
    made = Reservations(day=NOW // DAY, **fields)
    made.held = {order.order: order for order in open_orders}
    return made


def judged(
    control: str,
    wanted: Intent | None = None,
    known: Reservations | None = None,
    bounds: RiskSettings | None = None,
    **scene: Any,
) -> Verdict:
    """Return what one control says; the limits are wide where the test does not set them."""
    made = Scene(
        intent=wanted or intent(),
        book=known or book(),
        limits=bounds or limits(),
        now=scene.pop("now", NOW),
        mode=scene.pop("mode", Mode.PAPER),
        gate_closed=scene.pop("gate_closed", False),
        armed_until=scene.pop("armed_until", 0),
        paused=scene.pop("paused", {}),
        unreconciled=scene.pop("unreconciled", ""),
    )
    assert not scene
    (found,) = [verdict for verdict in verdicts(made) if verdict.control == control]
    return found
