"""One run of ours: a request in JSON on stdin, what it took and filled on stdout."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actors.bench.replay.plan import Placer, settings
from actors.exchange.orders import Order
from actors.exchange.replay import replay
from actors.exchange.strategy import ExchangeStrategy, ExchangeView, ExchangeWish
from actors.exchange.stream import decode_lines
from runtime.collector import calm


class Nothing(ExchangeStrategy):
    """Look at nothing and want nothing."""

    def on_update(self, _view: ExchangeView) -> Sequence[ExchangeWish]:
        return ()


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Replay the file with the orders of the request; seconds are the processor's."""
    if request.get("decode"):
        return _decode(Path(request["file"]))
    strategy = Placer(request["orders"]) if request["orders"] else Nothing()
    calm()
    began = time.process_time()
    found = replay([Path(request["file"])], strategy, settings(request))
    seconds = time.process_time() - began
    return {
        "seconds": seconds,
        "delivered": found.updates,
        "markets": len(found.books),
        "orders": [_told(order) for order in found.orders],
        "faults": found.fault_count,
    }


def _decode(file: Path) -> dict[str, Any]:
    """Decode every line and do nothing with it: what no replay can be faster than."""
    lines = file.read_bytes().splitlines(keepends=True)
    blocks = [b"".join(lines[at : at + 50]) for at in range(0, len(lines), 50)]
    calm()
    began = time.process_time()
    for block in blocks:
        decode_lines(block)
    return {"seconds": time.process_time() - began}


def _told(order: Order) -> dict[str, Any]:
    return {
        "fills": [[fill.at, fill.price, fill.size, fill.rule.value] for fill in order.fills],
        "prices": order.prices,
        "matched": order.matched,
        "lapsed": order.lapsed,
        "voided": order.voided,
        "why": order.reason.value if order.reason is not None else "",
    }


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
