"""Cosmic Ray at work: rewrites one source in every small way, in a copy of the checkout.

A copy belongs to one file at a time, since a rewrite lies in it while the tests run.
"""

import compileall
import importlib.util
import json
import os
import py_compile
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from actors.prove.disk import NotRunError

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "var")

ARITHMETIC = ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul")
COMPARISONS = (
    *("Eq_NotEq", "Eq_LtE", "Eq_GtE", "NotEq_Eq", "NotEq_Lt", "NotEq_Gt"),
    *("Lt_LtE", "Lt_GtE", "Lt_NotEq", "LtE_Lt", "LtE_Gt", "LtE_Eq"),
    *("Gt_GtE", "Gt_LtE", "Gt_NotEq", "GtE_Gt", "GtE_Lt", "GtE_Eq"),
    *("Is_IsNot", "IsNot_Is", "In_NotIn", "NotIn_In"),
)
"""Of each comparison its opposite, and its neighbours: a wider and a narrower one."""

EXCLUDED = (
    f"core/ReplaceBinaryOperator_(?!({'|'.join(ARITHMETIC)})$)",
    f"core/ReplaceComparisonOperator_(?!({'|'.join(COMPARISONS)})$)",
)
SLOW = (
    "tests/actors/risk/test_actor.py"
    "::test_an_order_in_doubt_keeps_its_whole_stake_however_long_it_takes"
)
"""A day of virtual time, which is too long for each rewrite."""

PYTEST = (
    *("-q", "-x", "--assert=plain", "-p", "no:cacheprovider"),
    "--hypothesis-seed=1",
    f"--deselect={SLOW}",
)
RISK_STEPS = "400"
"""Of Hypothesis through Risk; the tests of the checkout take eight times as many."""

PATIENCE = 600.0
"""Seconds that the tests of one file may take; a rewrite gets a small multiple of what they do."""


class Rewrite(msgspec.Struct, frozen=True):
    """One small change: in which file and function, what stood there, what stands there now."""

    file: str
    within: str
    was: str
    now: str


class Survivor(msgspec.Struct, frozen=True):
    """A rewrite that no test noticed."""

    rewrite: Rewrite
    line: int


def copy_of(checkout: Path, folder: Path) -> Path:
    """Copy a checkout, ready to be rewritten, and return the copy's path."""
    shutil.copytree(checkout, folder, ignore=LEFT_OUT)
    # Two rewrites of one second and one size look the same by the clock.
    by_content = py_compile.PycInvalidationMode.CHECKED_HASH
    for name in ("runtime", "actors", "tests"):
        compileall.compile_dir(folder / name, quiet=2, invalidation_mode=by_content)
    return folder


def survivors(copy: Path, file: str, tests: Sequence[str]) -> tuple[int, list[Survivor]]:
    """Rewrite a file of a copy in every way; return how many, and those that no test noticed.

    Raises NotRunError without Cosmic Ray, and when the tests fail on the file as it is.
    """
    if importlib.util.find_spec("cosmic_ray") is None:
        raise NotRunError("Cosmic Ray is not installed: pip install 'tictac[mutation]'")
    plan, session = str(copy / "rewrites.toml"), str(copy / "rewrites.sqlite")
    Path(plan).write_text(_plan(file, tests), encoding="utf-8")
    _run(copy, "-m", "cosmic_ray.cli", "init", "--force", plan, session)
    _run(copy, "-m", "cosmic_ray.tools.filters.operators_filter", session, plan)
    _run(copy, "-m", "cosmic_ray.cli", "exec", plan, session)
    dumped = _run(copy, "-m", "cosmic_ray.cli", "dump", session)
    tried = list(_tried(dumped.splitlines()))
    if not any(change["operator_name"].startswith("tictac/") for change, _ in tried):
        raise NotRunError("Cosmic Ray does not see our own operators: install Tictac again")
    return len(tried), [
        _survivor(change, result)
        for change, result in tried
        if result["test_outcome"] == "survived"
    ]


def _plan(file: str, tests: Sequence[str]) -> str:
    """Return the settings of one session of Cosmic Ray (TOML)."""
    command = shlex.join((*PYTEST, *tests))
    return "\n".join(
        (
            "[cosmic-ray]",
            f"module-path = {json.dumps(file)}",
            f"timeout = {PATIENCE}",
            "excluded-modules = []",
            f"test-command = {json.dumps(command)}",
            "[cosmic-ray.distributor]",
            'name = "tictac"',
            "[cosmic-ray.filters.operators-filter]",
            f"exclude-operators = {json.dumps(EXCLUDED)}",
            "",
        )
    )


def _run(copy: Path, *words: str) -> str:
    left_out = ("TICTAC_", "PYTHONDONTWRITE")  # a planted bug; tests that are compiled each time
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=copy,
        env=kept | {"PYTHONPATH": str(copy), "TICTAC_RISK_STEPS": RISK_STEPS},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().splitlines()[-3:]
        raise NotRunError(f"{' '.join(words[:4])} in a copy: {' | '.join(said)}")
    return done.stdout


def _tried(dumped: Sequence[str]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each change that was tried, and what became of it."""
    for line in dumped:
        item, result = json.loads(line)
        outcome = result and result["worker_outcome"]
        if outcome == "skipped":
            continue
        if outcome != "normal" or result["test_outcome"] not in ("survived", "killed"):
            raise NotRunError(f"a rewrite could not be tried: {item} {result}")
        yield item["mutations"][0], result


def _survivor(change: dict[str, Any], result: dict[str, Any]) -> Survivor:
    lines = result["diff"].splitlines()[3:]
    was, now = (
        "\n".join(line[1:].strip() for line in lines if line.startswith(sign)).strip()
        for sign in "-+"
    )
    within = change["definition_name"] or ""
    return Survivor(Rewrite(change["module_path"], within, was, now), change["start_pos"][0])
