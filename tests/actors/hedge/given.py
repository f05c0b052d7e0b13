"""A bundle of two legs and what the ledger may say of its orders."""

from typing import Any

from msgspec.structs import replace

from actors.hedge.bundle import Bundle, Plan, Try
from actors.hedge.course import Known
from actors.ledger import Order
from actors.messages import HedgeWanted, Signal
from actors.orders import OrderState
from actors.selections import MarketType, Period, Selection, Side
from tests.actors.world import HOME, NOW, signal

AWAY = Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, 25, Side.AWAY)

LEGS = (
    signal(selection=HOME, book="SBO", price=2100, floor=1960, stake=1000, market="m"),
    signal(selection=AWAY, book="PIN", price=2050, floor=1920, stake=1020, market="m"),
)
"""2.10 for 10.00 and 2.05 for 10.20: 21.00 or 20.91 for 20.20."""

CAP, MOST_LOSS = 1_000, 50


def wanted(**fields: Any) -> HedgeWanted:
    return replace(HedgeWanted(LEGS, CAP, MOST_LOSS, 10), **fields)


def plan(legs: tuple[Signal, ...] = LEGS, **fields: Any) -> Plan:
    return replace(Plan("h-1", legs, CAP, MOST_LOSS, 10, NOW), **fields)


def tried(leg: int, order: str, book: str = "", **fields: Any) -> Try:
    planned = LEGS[leg]
    made = Try(
        *("h-1", leg, order, book or planned.book, planned.price, planned.floor, planned.stake),
        *(NOW, NOW),
    )
    return replace(made, **fields)


def bundle(*tries: Try, **fields: Any) -> Bundle:
    return Bundle(plan(**fields), list(tries))


def order(state: OrderState, stake: int = 1000, price: int = 2100, reason: str = "") -> Order:
    fields: dict[str, Any] = dict.fromkeys(Order.__struct_fields__, "")
    return Order(
        **fields | {"state": state.value, "stake": stake, "price": price, "reason": reason}
    )


def known(**fields: Any) -> Known:
    made: dict[str, Any] = {
        "now": NOW,
        "orders": {},
        "refused": {},
        "killed": False,
        "longest_age": 30.0,
    }
    return Known(**made | fields)
