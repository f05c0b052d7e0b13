"""How Cosmic Ray has a rewrite tried: by pytest, in a fork of a process that is warm already.

A process that starts anew for each rewrite spends most of its time on imports. Only libraries are
loaded before the fork, nothing that is rewritten: each fork reads the source as it is then.
"""

import difflib
import importlib
import multiprocessing
import os
import shlex
import signal
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from cosmic_ray.distribution.distributor import Distributor
from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

from runtime.clock import SystemClock
from runtime.errors import OurError

LOADED = (
    *("_hypothesis_pytestplugin", "hypothesis.stateful", "pytest_timeout", "xdist.plugin"),
    *("msgspec", "pykka", "requests", "structlog", "yaml", "zmq"),
)

SLOWER, SLACK = 5, 20.0
"""How much longer than without a rewrite the tests may take: so many times, and seconds more."""


class ForkingDistributor(Distributor):
    """Try the rewrites of one file one after the other.

    The test command is the words for pytest alone.
    """

    def __call__(
        self,
        pending_work: Iterable[Any],
        test_command: str,
        timeout: float,
        _distributor_config: object,
        on_task_complete: Callable[[str, WorkResult], None],
    ) -> None:
        for name in LOADED:
            importlib.import_module(name)
        words = shlex.split(test_command)
        patience = min(timeout, SLACK + SLOWER * _time(words, timeout))
        for item in pending_work:
            (change,) = item.mutations
            operator = get_operator(change.operator_name)()
            with use_mutation(change.module_path, operator, change.occurrence) as (was, now):
                noticed = passed(words, patience) is not True
            found = WorkResult(
                worker_outcome=WorkerOutcome.NORMAL,
                test_outcome=TestOutcome.KILLED if noticed else TestOutcome.SURVIVED,
                diff="\n".join(difflib.unified_diff(was.split("\n"), now.split("\n"), lineterm="")),
            )
            on_task_complete(item.job_id, found)


def _time(words: list[str], timeout: float) -> float:
    """Return the seconds that the tests take without a rewrite. Raises OurError."""
    clock = SystemClock()
    begun = clock.monotonic()
    if not passed(words, timeout):
        raise OurError("the tests fail on the source as it is")
    return clock.monotonic() - begun


def passed(words: list[str], timeout: float) -> bool | None:
    """Run pytest in a fork and tell whether all tests passed; None when time, in s, was up."""
    fork = multiprocessing.get_context("fork").Process(target=_run, args=(words,))
    fork.start()
    fork.join(timeout)
    if fork.exitcode is not None:
        return fork.exitcode == 0
    os.killpg(fork.pid or 0, signal.SIGKILL)
    fork.join()
    return None


def _run(words: list[str]) -> None:
    os.setsid()  # so that its children can be ended with it
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os._exit(pytest.main(words))
