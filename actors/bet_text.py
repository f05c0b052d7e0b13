"""Orders in words and in plain data: what commands print of the ledger."""

import datetime
from typing import Any

import msgspec

from actors.ledger import Order
from actors.orders import ADOPTED, Intent
from actors.selections import MarketType, Period, Selection, Side
from actors.units import money_text, price_text
from runtime.journal import Written


def clock_text(at: int | None) -> str | None:
    """Write ms since 1970 as ISO 8601 in UTC."""
    if at is None:
        return None
    moment = datetime.datetime.fromtimestamp(at / 1000, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def selection_text(order: Order) -> str:
    """Write what was backed: "home -0.25"."""
    return Selection(
        order.event,
        MarketType(order.market),
        Period(order.period),
        order.line,
        Side(order.side),
    ).text


def bet_row(order: Order) -> dict[str, Any]:
    """Return one bet as plain data; money and prices as decimal text, times in ISO 8601."""
    return {
        "id": order.id,
        "event": order.event_name,
        "league": order.league,
        "start": clock_text(order.start or None),
        "market": order.market,
        "period": order.period,
        "selection": order.side,
        "text": selection_text(order),
        "line": None if order.market == MarketType.ONE_X_TWO.value else order.line / 100,
        "book": order.book,
        "account": order.account,
        "strategy": order.strategy,
        "wanted_price": price_text(order.wanted_price),
        "price": price_text(order.price),
        "stake": money_text(order.stake),
        "status": order.state,
        "reason": order.reason,
        "pnl": None if order.pnl is None else money_text(order.pnl),
        "reference": order.reference,
        "ticket": order.ticket,
        "placed_at": clock_text(order.placed_at),
        "settled_at": clock_text(order.settled_at),
    }


def story(order: Order, entries: list[Written]) -> dict[str, Any]:
    """Return the whole chain of one order: evidence, controls, and every step."""
    first = entries[0]
    return {
        "bet": bet_row(order),
        "decided_at": clock_text(first.at),
        **(_why_adopted(first) if order.adopted else _why_wanted(first)),
        "steps": [_step(entry) for entry in entries if "intent" not in entry.body],
    }


def _why_adopted(first: Written) -> dict[str, Any]:
    """Nobody here wanted it, so that nothing is known of what was seen and weighed."""
    return {
        "reason": f"found at the book and adopted by {first.body['by']}: {first.body['reason']}",
        "fair_price": None,
        "edge_percent": None,
        "floor": None,
        "prices": [],
        "controls": [],
    }


def _why_wanted(first: Written) -> dict[str, Any]:
    intent = msgspec.convert(first.body["intent"], Intent)
    evidence = intent.evidence
    return {
        "reason": evidence.reason,
        "fair_price": price_text(evidence.fair),
        "edge_percent": evidence.edge / 100,
        "floor": price_text(intent.floor),
        "prices": [
            {
                "book": seen.book,
                "side": seen.side,
                "price": price_text(seen.price),
                "age_seconds": seen.age / 1000,
            }
            for seen in evidence.prices
        ],
        "controls": first.body["controls"],
    }


def _step(entry: Written) -> dict[str, Any]:
    step = entry.kind.removeprefix("order.")
    told = _adopted_step(entry.body) if step == ADOPTED else entry.body
    return {
        "at": clock_text(entry.at),
        "state": step,
        "by": entry.writer,
        "incarnation": entry.pen,
        "term": entry.term,
        **{key: _readable(key, value) for key, value in told.items()},
    }


def _adopted_step(body: dict[str, Any]) -> dict[str, Any]:
    told = {"operator": body["by"], "reason": body["reason"]}
    told |= {name: body["bet"][name] for name in ("price", "stake", "reference", "ticket")}
    return told | ({"earlier": body["earlier"]} if body["earlier"] else {})


def story_lines(found: dict[str, Any]) -> list[str]:
    """Write the chain for people."""
    bet = found["bet"]
    lines = [
        f"{bet['id']}  {bet['event']} ({bet['league']}), starts {bet['start'] or 'unknown'}",
        f"  back {bet['market']} {bet['text']} at {bet['book']}:"
        f" {bet['price']} for {bet['stake']} - {bet['status']}"
        + (f", profit {bet['pnl']}" if bet["pnl"] is not None else ""),
        f"  why: {found['reason']}",
        *(_weighed_lines(found) if found["floor"] is not None else ()),
        "  what happened:",
    ]
    return lines + [_step_line(step) for step in found["steps"]]


def _weighed_lines(found: dict[str, Any]) -> list[str]:
    lines = [
        f"  fair price {found['fair_price']}, edge {found['edge_percent']:.2f} %,"
        f" not below {found['floor']}",
        "  prices seen:",
    ]
    lines += [
        f"    {seen['book']} {seen['side']} {seen['price']} ({seen['age_seconds']:.1f} s old)"
        for seen in found["prices"]
    ]
    lines.append("  risk controls:")
    return lines + [
        f"    {'pass' if verdict['passed'] else 'NO  '} {verdict['control']}: {verdict['figure']}"
        for verdict in found["controls"]
    ]


def _step_line(step: dict[str, Any]) -> str:
    known = ("at", "state", "by", "incarnation", "term", "courier", "reason", "lifetime")
    told = [step["reason"]] if step.get("reason") else []
    told += [f"for {step['lifetime']:g} s"] if "lifetime" in step else []
    told += [f"{key} {value}" for key, value in step.items() if key not in known]
    tail = f": {', '.join(told)}" if told else ""
    return f"    {step['at']}  {step['state']} by {step['by']}{tail}"


def _readable(key: str, value: Any) -> Any:
    if key == "price":
        return price_text(value)
    return money_text(value) if key in ("stake", "pnl") else value
