"""What many runs came to, for programs and for people."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from actors.simulation.run import Outcome
from actors.simulation.sometimes import SOMETIMES

ENOUGH = 200
"""From so many runs on each name of `sometimes` must have been seen: fewer may miss a rare one."""

MOST_SHOWN = 20


@dataclass
class Report:
    """Sums over runs in the order of their seeds."""

    runs: int = 0
    virtual_seconds: float = 0.0
    placements: int = 0
    in_doubt: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[int, str]] = field(default_factory=list)
    _trace: Any = field(default_factory=hashlib.sha256)

    def add(self, outcome: Outcome) -> None:
        """Count one more run."""
        self.runs += 1
        self.virtual_seconds += outcome.virtual_seconds
        self.placements += outcome.placements
        self.in_doubt += outcome.in_doubt
        self.faults.update(outcome.faults)
        self.seen.update(outcome.seen)
        self.violations += [(outcome.seed, what) for what in outcome.violations]
        self._trace.update(f"{outcome.seed} {outcome.trace}\n".encode())

    @property
    def never(self) -> list[str]:
        """Return what no run has seen."""
        return [name for name in SOMETIMES if not self.seen[name]]

    @property
    def good(self) -> bool:
        """Tell whether nothing was violated and, in enough runs, everything was seen."""
        return not self.violations and not (self.runs >= ENOUGH and self.never)

    def body(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "runs": self.runs,
            "virtual_hours": round(self.virtual_seconds / 3600, 2),
            "faults": self.faults.total(),
            "placements": self.placements,
            "in_doubt": self.in_doubt,
            "violations": len(self.violations),
            "trace_hash": self._trace.hexdigest(),
            "violated": [
                {"seed": seed, "what": what, "replay": replay(seed)}
                for seed, what in self.violations
            ],
            "by_fault": dict(self.faults.most_common()),
            "sometimes": {name: self.seen[name] for name in SOMETIMES},
            "never": self.never,
        }

    def lines(self) -> Iterable[str]:
        """Return it in a few lines."""
        hours = self.virtual_seconds / 3600
        yield f"{self.runs} runs, {hours:.1f} virtual hours, {self.faults.total()} faults"
        yield f"{self.placements} placements, {self.in_doubt} of them in doubt for a time"
        width = max(map(len, self.faults), default=0)
        for name, count in self.faults.most_common():
            yield f"  {name:<{width}}  {count:>9}"
        yield from self._about_never()
        yield from self._about_violations()
        yield f"trace {self._trace.hexdigest()}"

    def _about_never(self) -> Iterable[str]:
        if self.never:
            few = "" if self.runs >= ENOUGH else f" (no failure below {ENOUGH} runs)"
            yield f"{len(self.never)} of {len(SOMETIMES)} situations never seen{few}:"
            yield from (f"  {name}" for name in self.never)
        else:
            yield f"each of {len(SOMETIMES)} situations seen"

    def _about_violations(self) -> Iterable[str]:
        if not self.violations:
            yield "no violation"
            return
        seeds = sorted({seed for seed, _ in self.violations})
        yield f"{len(self.violations)} VIOLATIONS in {len(seeds)} runs"
        for seed, what in self.violations[:MOST_SHOWN]:
            yield f"  seed {seed}: {what}"
            yield f"    again: {replay(seed)}"
        if len(self.violations) > MOST_SHOWN:
            yield f"  and {len(self.violations) - MOST_SHOWN} more; --json has them all"


def replay(seed: int) -> str:
    """Return the command that runs exactly this seed again."""
    return f"tictac simulate --seed {seed} --runs 1"
