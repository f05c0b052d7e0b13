"""Real attempts to leak a secret into the logs."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.clock import VirtualClock
from runtime.logs import conceal, configure, logger

PASSWORD = "s3cr3t-of-ann"


def ours() -> logging.Handler:
    """Return our handler among those of the test runner."""
    handlers = logging.getLogger().handlers
    return next(handler for handler in handlers if type(handler).__module__ == "runtime.logs")


class Page:
    """A log file, and what has come to stand in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    root = logging.getLogger()
    before = (root.level, sys.excepthook, threading.excepthook, sys.unraisablehook)
    conceal(PASSWORD)
    configure(tmp_path / "node.log", "debug", "core", clock=VirtualClock())
    yield Page(tmp_path / "node.log")
    root.removeHandler(ours())
    logging.captureWarnings(False)
    root.setLevel(before[0])
    sys.excepthook, threading.excepthook, sys.unraisablehook = before[1:]


def test_a_line_is_json_with_time_level_node_and_logger_first(page: Page) -> None:
    logger("actors.session").info("logged in", account="main", attempt=2)
    assert page.text().startswith('{"at": "2020-09-13T12:26:40.000Z", "level": "info", ')
    assert page.lines() == [
        {
            "at": "2020-09-13T12:26:40.000Z",
            "level": "info",
            "node": "core",
            "logger": "actors.session",
            "event": "logged in",
            "account": "main",
            "attempt": 2,
        }
    ]


def test_the_file_is_for_its_owner_only(page: Page) -> None:
    assert page.path.stat().st_mode & 0o077 == 0


def test_an_event_a_key_and_nested_values_do_not_leak(page: Page) -> None:
    leak = {"who": {"ann": [PASSWORD, PASSWORD.encode(), {PASSWORD: 1}]}, PASSWORD: PASSWORD}
    logger("a").info(f"login with {PASSWORD}", **leak)
    assert "s3cr3t" not in page.text()
    assert len(page.lines()) == 1


def test_positional_arguments_do_not_leak(page: Page) -> None:
    logger("a").info("login with %s", PASSWORD)
    assert page.lines()[0]["event"] == "login with ***"


def test_an_exception_and_its_cause_do_not_leak(page: Page) -> None:
    try:
        try:
            raise ValueError(f"bad password {PASSWORD}")
        except ValueError as error:
            raise RuntimeError("https://book/Login?apiKey=abc123") from error
    except RuntimeError:
        logger("a").exception("login failed")
    text = page.text()
    assert "s3cr3t" not in text
    assert "abc123" not in text
    assert "RuntimeError" in text
    assert "Traceback" in text


@pytest.mark.parametrize("before", [0, 19_990, 20_000, 10_000_000])
def test_a_text_that_nobody_would_read_is_cut_and_leaves_no_half_of_a_secret(
    page: Page, before: int
) -> None:
    try:
        raise ValueError(f"{PASSWORD * 300}{'x' * before}{PASSWORD}{'y' * 30_000}")
    except ValueError:
        logger("x").exception("failed", text="x" * before + PASSWORD + "y" * 30_000)
    assert len(page.text()) < 50_000
    assert PASSWORD[:3] not in page.text()
    (line,) = page.lines()
    assert str(line["text"]).endswith(f"... ({before + len(PASSWORD) + 30_000} characters)")


def test_a_telling_key_hides_a_value_nobody_registered(page: Page) -> None:
    logger("a").info("sent", AOToken="abc123", headers={"Authorization": "Basic abc123"})
    assert "abc123" not in page.text()


def test_the_loggers_of_other_packages_are_masked_too(page: Page) -> None:
    other = logging.getLogger("urllib3.connectionpool")
    other.debug('%s "GET /Login?username=ann&password=%s" 200', "http://book", PASSWORD)
    other.debug("https://book/?apiKey=abc123", extra={"token": "abc123"})
    try:
        raise OSError(PASSWORD)
    except OSError:
        logging.getLogger("pykka").exception("Unhandled exception in %r", {"key": "abc123"})
    text = page.text()
    assert "s3cr3t" not in text
    assert "abc123" not in text
    assert [line["logger"] for line in page.lines()][-1] == "pykka"


def test_a_log_call_that_fails_does_not_leak_its_arguments(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "__stderr__", stderr)
    monkeypatch.setattr(sys, "stderr", stderr)
    record = logging.LogRecord("other", logging.INFO, "file.py", 1, "%d", (PASSWORD,), None)
    ours().handle(record)
    assert page.text() == ""
    assert "was lost" in stderr.getvalue()
    assert "s3cr3t" not in stderr.getvalue()


def test_an_uncaught_exception_is_logged_masked(page: Page) -> None:
    error = RuntimeError(PASSWORD)
    sys.excepthook(RuntimeError, error, None)
    assert page.lines()[0]["level"] == "critical"
    assert "s3cr3t" not in page.text()


def test_an_exception_that_ends_a_thread_is_logged_masked(page: Page) -> None:
    def work() -> None:
        raise RuntimeError(PASSWORD)

    thread = threading.Thread(target=work, name="poller")
    hook = threading.ExceptHookArgs((RuntimeError, RuntimeError(PASSWORD), None, thread))
    threading.excepthook(hook)
    assert page.lines()[0]["thread"] == "poller"
    assert "s3cr3t" not in page.text()


def test_a_warning_is_logged_masked(page: Page) -> None:
    with warnings.catch_warnings():
        logging.captureWarnings(True)
        warnings.simplefilter("always")
        warnings.showwarning(UserWarning(f"password={PASSWORD}"), UserWarning, "file.py", 1)
    assert "py.warnings" in page.text()
    assert "s3cr3t" not in page.text()


def test_what_is_below_the_level_is_not_written(page: Page) -> None:
    configure(page.path, "warning", "core")
    logger("a").info("quiet")
    logging.getLogger("b").info("quiet")
    logger("a").warning("loud")
    assert [line["event"] for line in page.lines()] == ["loud"]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="loud"):
        configure(io.StringIO(), "loud", "core")


@pytest.mark.usefixtures("page")
def test_a_stream_gets_text_for_people_that_leaks_nothing() -> None:
    stream = io.StringIO()
    configure(stream, "info", "core")
    try:
        raise ValueError(PASSWORD)
    except ValueError:
        logger("a").exception("login failed", account="main")
    logger("a").info("again", password=PASSWORD)
    text = stream.getvalue()
    assert "login failed" in text
    assert "account=main" in text
    assert "Traceback" in text
    assert "s3cr3t" not in text


def test_lines_of_many_threads_stay_whole(page: Page) -> None:
    def write(number: int) -> None:
        for step in range(50):
            logger("a").info("step", number=number, step=step, password=PASSWORD)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(page.lines()) == 200
