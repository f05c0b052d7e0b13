"""Both sides on the same files, a process for each run, by turns; fills side by side."""

import bz2
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from actors.bench.actors.environment import ROOT, BenchEnvironmentError, prepare
from actors.bench.replay.differences import RULES, counted, differences
from actors.bench.replay.goals import goals
from actors.bench.replay.plan import Planned, plan
from actors.exchange.recording import RecordingError
from runtime.errors import OurError

REQUIREMENTS = ("flumine[speed]>=2.13,<3",)
SHIPPED = Path(__file__).resolve().parents[2] / "exchange" / "data"
ORDERS = (200, 1_000, 2_900)
COMPARED = 40
LATENCY = 120
LIMIT_SECONDS = 900
METHOD = (
    "One update is one market change of a file (an element of mc), for both sides: the changes of "
    "a file over the seconds for the whole file.",
    "Seconds are the processor's for the process that replays, not those of the clock: the machine "
    "may have other work. Of several takes the least counts; both sides take turns.",
    "Both read the same files, unpacked before, from the first line to the last. The collector is "
    "the same for both.",
    "The strategy that does nothing is called at each update and returns at once. The one that "
    "places has its orders noted beforehand: the same moments, runners, sides, prices and stakes.",
    "A file of several markets is replayed by ours alone: flumine makes the books of all its "
    "markets anew at each line, which would say little of its speed on files of one.",
    "flumine runs with its fast decoders, without logging, exposure controls or transaction limit.",
)

Say = Callable[[str], None]
Told = dict[str, Any]


class BenchReplayError(OurError):
    """A side has not answered."""


def bench_replay(
    state: Path,
    data: Path | None = None,
    takes: int = 3,
    say: Say = lambda _: None,
    install: Callable[[Path, Say], Path] | None = None,
) -> Told:
    """Measure every recording in a folder. Raises BenchReplayError, RecordingError.

    Without flumine, whose environment lies in the state directory, ours is measured alone. Where
    flumine fails, the answer says so and goes on.
    """
    refused = ""
    flumine: Path | None = None
    try:
        flumine = (install or _install)((state / "bench-env-flumine").resolve(), say)
    except BenchEnvironmentError as error:
        refused = str(error)
    with _unpacked(data or SHIPPED) as files:
        sides = Sides(flumine, takes, say)
        found = [sides.nothing(file) for file in files]
        single = [one for one in found if one["markets"] == 1]
        orders = {one["file"]: plan(one["path"], COMPARED) for one in single}
        betting = [one for one in single if orders[one["file"]]]
        placing = sides.placing(max(betting, key=lambda one: one["changes"])) if betting else None
        compared = [sides.compared(one, orders[one["file"]]) for one in betting] if flumine else []
    for one in found:
        del one["path"]
    result = {
        "method": METHOD,
        "versions": sides.versions,
        "not_measured": "; ".join(filter(None, [refused, *sides.failures])),
        "files": found,
        "placing": placing,
        "fills": compared,
        "rules": RULES,
    }
    return {**result, "goals": goals(result)}


class Sides:
    """Run both sides by turns and sum up."""

    def __init__(self, flumine: Path | None, takes: int, say: Say) -> None:
        self._flumine = flumine
        self._takes = takes
        self._say = say
        self.versions: dict[str, str] = {}
        self.failures: list[str] = []

    def nothing(self, file: Path) -> Told:
        """Measure the strategy that does nothing, and decoding alone."""
        self._say(f"{file.name} ...")
        decoding = [_ask(_ours(), {"file": str(file), "decode": True}) for _ in range(self._takes)]
        runs = self._runs(file, [])
        first = runs["ours"][0]
        return {
            "file": file.name,
            "path": file,
            "changes": first["delivered"],
            "markets": first["markets"],
            "faults": first["faults"],
            "decoding": rates(decoding, first["delivered"]),
            **_rated(runs, first["delivered"]),
        }

    def placing(self, one: Told) -> Told:
        """Measure the strategy that places, with more and more orders."""
        counts = sorted({min(count, one["changes"]) for count in ORDERS})
        if len(counts) == 1:
            counts = [max(1, counts[0] // 4), *counts]
        measured = []
        for count in counts:
            self._say(f"{one['file']}, {count} orders ...")
            orders = plan(one["path"], count)
            runs = self._runs(one["path"], orders)
            measured.append({"orders": len(orders), **_rated(runs, one["changes"])})
        return {"file": one["file"], "changes": one["changes"], "counts": measured}

    def compared(self, one: Told, orders: Sequence[Planned]) -> Told:
        """Return the fills of both for the same orders, with the rules by which they differ."""
        self._say(f"{one['file']}, fills ...")
        request = {"file": str(one["path"]), "orders": orders, "latency": LATENCY}
        ours = _ask(_ours(), request)
        rows: list[Told] = []
        for theirs in self._asked_theirs(request):
            rows = differences(orders, ours["orders"], theirs["orders"], LATENCY)
        return {"file": one["file"], "counted": counted(rows), "orders": rows}

    def _runs(self, file: Path, orders: Sequence[Planned]) -> dict[str, list[Told]]:
        request = {"file": str(file), "orders": orders, "latency": LATENCY}
        runs: dict[str, list[Told]] = {"ours": [], "theirs": []}
        for _ in range(self._takes):
            runs["ours"].append(_ask(_ours(), request))
            if runs["ours"][0]["markets"] == 1:
                runs["theirs"] += self._asked_theirs(request)
        return runs

    def _asked_theirs(self, request: Told) -> list[Told]:
        """Return flumine's answer, none when it has none; then why is kept."""
        if self._flumine is None:
            return []
        try:
            answer = _ask(_theirs(self._flumine), request)
        except BenchReplayError as error:
            self.failures.append(str(error))
            return []
        self.versions |= answer["versions"]
        return [answer]


def rates(runs: Sequence[Told], changes: int) -> Told:
    """Return updates a second, of the fastest take and of the median, and the least seconds."""
    seconds = [run["seconds"] for run in runs]
    return {
        "per_second": round(changes / min(seconds)),
        "per_second_median": round(changes / statistics.median(seconds)),
        "seconds": round(min(seconds), 6),
        "takes": len(seconds),
    }


def _rated(runs: dict[str, list[Told]], changes: int) -> Told:
    """Return the rates of both sides; flumine's with what it delivered to its strategy."""
    found: Told = {"ours": rates(runs["ours"], changes), "theirs": None, "times": None}
    if runs["theirs"]:
        found["theirs"] = rates(runs["theirs"], changes)
        found["theirs"]["delivered"] = runs["theirs"][0]["delivered"]
        found["times"] = round(found["theirs"]["seconds"] / found["ours"]["seconds"], 2)
    return found


def _install(folder: Path, say: Say) -> Path:
    return prepare(folder, say, REQUIREMENTS)


@contextmanager
def _unpacked(data: Path) -> Iterator[list[Path]]:
    """Give plain copies of the recordings of a folder, for as long as they are needed."""
    packed = sorted(data.glob("*.bz2"))
    if not packed:
        raise RecordingError(f"{data}: holds no recording; give a folder with *.bz2 files")
    with tempfile.TemporaryDirectory(prefix="tictac-bench-") as folder:
        files = []
        for path in packed:
            plain = Path(folder) / path.stem
            try:
                plain.write_bytes(bz2.decompress(path.read_bytes()))
            except (OSError, ValueError) as error:
                raise RecordingError(f"{path}: cannot be read ({error})") from None
            files.append(plain)
        yield files


def _ours() -> list[str]:
    return [sys.executable, "-P", "-m", "actors.bench.replay.ours"]


def _theirs(python: Path) -> list[str]:
    return [str(python), "-P", "-m", "actors.bench.replay.theirs"]


def _ask(command: Sequence[str], request: Told) -> Told:
    """Return what a run answers. Raises BenchReplayError when it does not."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if command[0] == sys.executable:
        environment["PYTHONPATH"] = str(ROOT)
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request),
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_SECONDS,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise BenchReplayError(f"{command[-1]}: more than {LIMIT_SECONDS} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BenchReplayError(f"{command[-1]}: ended with code {done.returncode}: {last}")
    answer: Told = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
