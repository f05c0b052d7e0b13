"""What can go wrong between a request and its answer, as plain data."""

from collections import Counter
from enum import Enum

import msgspec

from actors.paper.seeding import chance


class Kind(Enum):
    """A fault. The first three strike before the request takes effect, the rest after.

    The last four strike while the book handles the one method that they can strike.
    """

    ERROR_BEFORE = "503 before taking effect"
    TOO_MANY = "429"
    SESSION_LOST = "401, and the session is gone"
    ANSWER_LOST = "connection closed after taking effect"
    ERROR_AFTER = "500 after taking effect"
    MALFORMED = "JSON cut short after taking effect"
    SLOW = "the answer comes late"
    STUCK = "the bet stays pending"
    STAKE_CUT = "the book takes less than usual"
    PRICE_FELL = "the book shows a lower price than its feed"
    RE_QUOTED = "the book shows a higher price than it stands by"


ONLY_METHOD = {
    Kind.STUCK: "placebet",
    Kind.STAKE_CUT: "getplacementinfo",
    Kind.PRICE_FELL: "getplacementinfo",
    Kind.RE_QUOTED: "getplacementinfo",
}
BEFORE = {Kind.ERROR_BEFORE: 503, Kind.TOO_MANY: 429, Kind.SESSION_LOST: 401}


class Fault(msgspec.Struct, frozen=True):
    """When one kind strikes: the n-th calls of a method (from 1), or `permille` of all calls.

    `method` is in lower case; "*" is every method, counted together.
    """

    kind: Kind
    method: str = "*"
    calls: tuple[int, ...] = ()
    permille: int = 0
    delay_ms: int = 0


class Faults:
    """Count calls and say which fault strikes this one. The same seed strikes the same calls."""

    def __init__(self, faults: tuple[Fault, ...] = (), seed: int = 0) -> None:
        self._faults, self._seed = faults, seed
        self._calls: Counter[str] = Counter()
        self.struck: Counter[Kind] = Counter()

    def calm(self) -> None:
        """Let no fault strike any more."""
        self._faults = ()

    def strike(self, method: str) -> Fault | None:
        """Count one call and return the first fault that strikes it."""
        self._calls[method] += 1
        self._calls["*"] += 1
        for place, fault in enumerate(self._faults):
            if fault.method in ("*", method) and ONLY_METHOD.get(fault.kind, method) == method:
                call = self._calls[fault.method]
                name = (self._seed, place, fault.method, call)
                if call in fault.calls or chance(fault.permille, *name):
                    self.struck[fault.kind] += 1
                    return fault
        return None
