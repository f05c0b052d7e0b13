"""A book that shows, when it is asked, another price or limit than it is usually good for."""

from actors.paper.answers import Payload
from actors.paper.faults import Kind

CUT_TO = 7
"""In whole units of the currency: above the lowest stake, so that a part of a bet fits."""

MISQUOTED = {Kind.PRICE_FELL: 0.95, Kind.RE_QUOTED: 1.01}


def misquote(payload: Payload, kind: Kind) -> None:
    """Let GetPlacementInfo show what is not the book's usual limit, or not its price."""
    entries = (payload.get("Result") or {}).get("OddsPlacementData") or []
    for entry in entries:
        if kind is Kind.STAKE_CUT:
            entry["MaximumAmount"] = min(entry["MaximumAmount"], CUT_TO)
        elif entry["OddsFormat"] == "00" and entry["Odds"]:
            entry["Odds"] = entry["Price"] = max(1.01, round(entry["Odds"] * MISQUOTED[kind], 3))
