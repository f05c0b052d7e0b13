"""A process ends when it is to end, whatever its threads do. Real processes, a second at most."""

import subprocess
import sys
import threading
from pathlib import Path

from runtime.clock import SystemClock
from runtime.ending import STUCK, standing

ROOT = Path(__file__).resolve().parent.parent.parent
FOR_EVER = "threading.Event().wait()"


def ended(body: str) -> tuple[int, str]:
    """Run this as a program; return its exit code and what it printed."""
    code = f"import ctypes, threading\nfrom runtime.ending import end_now, end_within\n{body}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_no_thread_holds_back_the_end_and_what_was_printed_gets_out() -> None:
    body = f"threading.Thread(target=lambda: {FOR_EVER}).start()\nprint('said')\nend_now(7)"
    assert ended(body) == (7, "said\n")


def test_a_closed_output_does_not_hold_back_the_end() -> None:
    assert ended("import sys\nsys.stdout.close()\nend_now(7)") == (7, "")


def test_a_close_that_never_returns_ends_within_bounds() -> None:
    assert ended(f"end_within(0.1)\n{FOR_EVER}") == (STUCK, "")


def test_code_that_keeps_the_interpreter_to_itself_ends_within_bounds() -> None:
    assert ended("end_within(0.1)\nctypes.PyDLL(None).sleep(600)") == (STUCK, "")


def test_a_process_that_ends_in_time_keeps_its_code() -> None:
    began = SystemClock().monotonic()
    assert ended("end_within(50)\nend_now(3)") == (3, "")
    assert SystemClock().monotonic() - began < 25


def test_it_is_told_where_a_thread_stands() -> None:
    on = threading.Event()

    def stand_here() -> None:
        on.wait()

    threads = [threading.Thread(target=stand_here, name="stuck") for _ in range(2)]
    for thread in threads:
        thread.start()
    told = standing(["stuck", "no thread"])
    on.set()
    (line,) = told
    assert line.startswith("stuck, stuck: wait (threading.py:")
    assert "called by stand_here (test_ending.py:" in line
    for thread in threads:
        thread.join()
