"""What may not be rewritten unnoticed: the door, Risk, and what they decide by.

Every small change of these sources has to make one of their tests fail. What changes nothing is
in `accepted_rewrites.yaml`, each with its reason.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue

import msgspec
import yaml

from actors.prove.cosmic import Rewrite, Survivor, copy_of, survivors
from actors.prove.disk import NotRunError
from runtime.clock import SystemClock

CHECKOUT = Path(__file__).resolve().parents[2]
ACCEPTED = Path(__file__).with_name("accepted_rewrites.yaml")

_DOOR = "tests/actors/test_door.py"
_RISK = "tests/actors/risk"
_ACTOR = (f"{_RISK}/test_actor.py", f"{_RISK}/test_actor_restarts.py")
_CONTROLS = (f"{_RISK}/test_controls.py", f"{_RISK}/test_controls_scopes.py")

REWRITTEN: Mapping[str, tuple[str, ...]] = {
    "actors/risk/actor.py": (
        *(*_ACTOR, f"{_RISK}/test_steering.py", f"{_RISK}/test_reservations.py"),
        *(
            f"{_RISK}/test_risk_over_time.py",
            f"{_RISK}/test_adopted.py",
            f"{_RISK}/test_full_disk.py",
        ),
    ),
    "actors/risk/reservations.py": (
        *(*_CONTROLS, *_ACTOR, f"{_RISK}/test_reservations.py", f"{_RISK}/test_steering.py"),
        *(f"{_RISK}/test_risk_over_time.py", f"{_RISK}/test_adopted.py"),
    ),
    "actors/door.py": (
        *(_DOOR, "tests/actors/test_gateway_door.py", "tests/actors/test_gateway.py"),
    ),
    "actors/risk/controls.py": (*_CONTROLS, *_ACTOR),
    "actors/reconciliation.py": (
        *("tests/actors/test_reconciliation.py", "tests/actors/test_settler.py"),
        f"{_RISK}/test_steering.py",
    ),
    "actors/gate.py": ("tests/actors/test_gate.py",),
    "actors/risk/exposure.py": _CONTROLS,
    "actors/risk/steering.py": (f"{_RISK}/test_steering.py",),
    "actors/risk/rules.py": (f"{_RISK}/test_steering.py",),
    "actors/risk/worst_case.py": (f"{_RISK}/test_worst_case.py",),
    "actors/odds/exposure.py": (
        *("tests/actors/odds/test_odds_exposure.py", f"{_RISK}/test_worst_case.py"),
    ),
    "actors/risk/scene.py": (*_CONTROLS, *_ACTOR),
    "actors/absence.py": ("tests/actors/test_absence.py", "tests/actors/test_settler.py"),
    "actors/risk/results.py": (f"{_RISK}/test_results.py", *_CONTROLS),
    "actors/books/asianodds/last_look.py": ("tests/actors/books/test_asianodds_last_look.py",),
    "actors/permits.py": ("tests/actors/test_permits.py", _DOOR),
}
"""The sources, with most to rewrite first, and the tests that have to notice, fastest first."""


class Acceptance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rewrite that changes no behaviour, and why it does not."""

    file: str
    within: str
    was: str
    now: str
    why: str

    @property
    def rewrite(self) -> Rewrite:
        return Rewrite(self.file, self.within, self.was, self.now)


class Tried(msgspec.Struct, frozen=True):
    """What became of the rewrites of one file.

    `gone`: accepted, but no test failed to notice it, or there is no such rewrite any more.
    """

    file: str
    rewrites: int
    caught: int
    accepted: int
    survivors: list[Survivor]
    gone: list[Acceptance]
    not_run: str
    seconds: float

    @property
    def whole(self) -> bool:
        return not (self.survivors or self.gone or self.not_run)


def accepted() -> list[Acceptance]:
    """Return the rewrites that may survive."""
    found = yaml.safe_load(ACCEPTED.read_text(encoding="utf-8")) or []
    return msgspec.convert(found, list[Acceptance])


def tried(files: Sequence[str], jobs: int = os.cpu_count() or 1) -> Iterator[Tried]:
    """Rewrite these files, each job in a copy of the checkout of its own; yield as they end."""
    known = accepted()
    copies: SimpleQueue[Path] = SimpleQueue()

    def one(file: str) -> Tried:
        copy = copies.get()
        try:
            return _tried(copy, file, [entry for entry in known if entry.file == file])
        finally:
            copies.put(copy)

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as pool:
        for number in range(min(jobs, len(files))):
            copies.put(copy_of(CHECKOUT, Path(folder) / f"copy-{number}"))
        for done in as_completed([pool.submit(one, file) for file in files]):
            yield done.result()


def _tried(copy: Path, file: str, known: list[Acceptance]) -> Tried:
    clock = SystemClock()
    begun = clock.monotonic()
    try:
        count, found = survivors(copy, file, REWRITTEN[file])
    except NotRunError as error:
        return Tried(file, 0, 0, 0, [], [], str(error), clock.monotonic() - begun)
    left, gone = judged(found, known)
    seconds = round(clock.monotonic() - begun, 1)
    return Tried(file, count, count - len(found), len(found) - len(left), left, gone, "", seconds)


def judged(
    found: Sequence[Survivor], known: Sequence[Acceptance]
) -> tuple[list[Survivor], list[Acceptance]]:
    """Return the survivors that are not accepted, and the acceptances without a survivor.

    Each acceptance is for one survivor: what stands twice in a function needs two.
    """
    open_still = Counter(entry.rewrite for entry in known)
    left = []
    for survivor in found:
        if open_still[survivor.rewrite]:
            open_still[survivor.rewrite] -= 1
        else:
            left.append(survivor)
    gone = []
    for entry in known:
        if open_still[entry.rewrite]:
            open_still[entry.rewrite] -= 1
            gone.append(entry)
    return left, gone
