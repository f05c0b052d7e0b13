"""A trial: recorded prices told again to the Markets of a configuration, and what they want now.

They live their recorded turns again first. Those that tell something else then have changed, and
hear the prices anew, with timers of their own.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from actors.messages import Signal
from actors.settings import Settings
from actors.system import market
from actors.units import money_text, price_text
from runtime.codec import decode_one, join
from runtime.rehearsal import Rehearsal
from runtime.replay import Replay
from runtime.tape_records import AnyRecord

PREFIX = "market/"


def trial(records: Iterable[AnyRecord], settings: Settings) -> dict[str, Any]:
    """Return, by market, how many signals there were then and are now, and which differ.

    `same` says that what a market told is the same, byte for byte, as it is when neither it nor
    its strategies changed.
    """
    known = list(records)
    cast = {f"{PREFIX}{name}": market(name, settings) for name in settings.markets}
    replay = Replay(known, cast.get)
    replay.run()
    others = {address: cast[address] for address in replay.different()}
    rehearsal = Rehearsal(known, others.get)
    rehearsal.run()
    now = replay.replayed | {address: rehearsal.replayed.get(address, []) for address in others}
    return {
        "turns": replay.turns,
        "lost": replay.lost,
        "markets": {
            address.removeprefix(PREFIX): {
                "same": address not in others,
                **_compared(replay.recorded.get(address, []), now.get(address, [])),
            }
            for address in cast
        },
    }


def _compared(then: list[bytes], now: list[bytes]) -> dict[str, Any]:
    before, after = _signals(then), _signals(now)
    return {
        "then": before.total(),
        "now": after.total(),
        "only_then": sorted((before - after).elements()),
        "only_now": sorted((after - before).elements()),
    }


def _signals(told: list[bytes]) -> Counter[str]:
    """Count what was wanted, in words."""
    found: Counter[str] = Counter()
    for data in told:
        signal = decode_one(join([data])).message
        if isinstance(signal, Signal):
            found[
                f"{signal.strategy}: {signal.event.name}, {signal.selection.key} at {signal.book},"
                f" {price_text(signal.price)} x {money_text(signal.stake)}"
            ] += 1
    return found
