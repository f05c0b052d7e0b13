"""Structured logs that cannot print a secret, whoever writes them and however it got there.

Everything passes one mask: our own events, the standard library's loggers of other packages,
warnings, uncaught exceptions, and the complaint about a log call that itself fails.
"""

import contextlib
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, TypeGuard

import structlog
from structlog.typing import EventDict, Processor

from runtime.clock import Clock, SystemClock
from runtime.concealment import conceal, masked, masked_text

__all__ = ["conceal", "configure", "logger"]

LONGEST_TEXT = 20_000
LONGEST_SECRET = 1_000
"""What is cut off behind, so that no half of a secret, which nothing would mask, is left over."""

_FIRST = ("at", "level", "node", "logger", "event")


def configure(
    destination: TextIO | Path | str,
    level: str,
    node: str,
    *,
    errors_to: TextIO | None = None,
    clock: Clock | None = None,
) -> None:
    """Send all logs to a file as JSON lines, or to a stream as text for people.

    Errors also go to `errors_to`, for whoever sits in front of it. Replaces what an earlier call
    set up. Raises ValueError for an unknown level and OSError for a file that cannot be opened; a
    new file is readable by its owner only.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"level {level!r} is none of debug, info, warning, error, critical")
    stamp = _Stamp(node, clock or SystemClock())
    handlers = [_handler(destination, stamp)]
    if errors_to is not None:
        handlers.append(_handler(errors_to, stamp))
        handlers[-1].setLevel(logging.ERROR)
    root = logging.getLogger()
    for earlier in [old for old in root.handlers if isinstance(old, _Handler)]:
        root.removeHandler(earlier)
        earlier.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(number)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def logger(name: str) -> Any:
    """Return the logger of that name, with structlog's methods; safe before `configure`, too."""
    return structlog.get_logger(name)


class _Stamp:
    """Add when and where, and put what people read first in front."""

    def __init__(self, node: str, clock: Clock) -> None:
        self._node = node
        self._clock = clock

    def __call__(self, _: Any, __: str, event: EventDict) -> EventDict:
        at = datetime.fromtimestamp(self._clock.now() / 1000, UTC)
        event["at"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event["node"] = self._node
        return {**{key: event[key] for key in _FIRST if key in event}, **event}


class _Handler(logging.StreamHandler[TextIO]):
    """Write whole lines; what goes wrong on the way is reported without its arguments."""

    def __init__(self, stream: TextIO, *, owned: bool) -> None:
        super().__init__(stream)
        self._owned = owned

    def close(self) -> None:
        super().close()
        if self._owned:
            self.stream.close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        # The one of the standard library prints message and arguments as they are.
        error = sys.exc_info()[1]
        place = f"{record.name} ({Path(record.pathname).name}:{record.lineno})"
        text = f"a log line of {place} was lost: {type(error).__name__}"
        with contextlib.suppress(OSError):  # stderr may end on the same full disk
            print(masked_text(text), file=sys.__stderr__)


def _handler(destination: TextIO | Path | str, stamp: _Stamp) -> _Handler:
    handler = _Handler(_opened(destination), owned=not _is_stream(destination))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_shared()],
            processors=[
                stamp,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(destination),
            ],
        )
    )
    return handler


def _mask(_: Any, __: str, event: EventDict) -> EventDict:
    kept = {key: event.pop(key) for key in ("_record", "_from_structlog") if key in event}
    long: dict[str, str] = {key: value for key, value in event.items() if _is_long(value)}
    cut = {key: value[:LONGEST_TEXT] for key, value in long.items()}
    found: dict[str, Any] = {**masked({**event, **cut})}  # type: ignore[dict-item]
    for key, value in long.items():
        found[key] = f"{found[key][:-LONGEST_SECRET]}... ({len(value)} characters)"
    return {**found, **kept}


def _is_long(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) > LONGEST_TEXT


def _shared() -> list[Processor]:
    return [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _mask,
    ]


def _is_stream(destination: TextIO | Path | str) -> bool:
    return not isinstance(destination, Path | str)


def _renderer(destination: TextIO | Path | str) -> Processor:
    if isinstance(destination, Path | str):
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(
        colors=destination.isatty(),
        timestamp_key="at",
        exception_formatter=structlog.dev.plain_traceback,
    )


def _opened(destination: TextIO | Path | str) -> TextIO:
    if not isinstance(destination, Path | str):
        return destination
    path = Path(destination)
    path.touch(mode=0o600)
    return path.open("a", encoding="utf-8", errors="backslashreplace")


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logger("uncaught").critical("uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(hook: threading.ExceptHookArgs) -> None:
    if hook.exc_value is None or issubclass(hook.exc_type, SystemExit):
        return
    thread = hook.thread.name if hook.thread else "unknown"
    information = (hook.exc_type, hook.exc_value, hook.exc_traceback)
    logger("uncaught").critical("uncaught exception", thread=thread, exc_info=information)


def _unraisable(hook: "sys.UnraisableHookArgs") -> None:
    lines = traceback.format_exception(hook.exc_type, hook.exc_value, hook.exc_traceback)
    logger("uncaught").error("exception that nobody can catch", exception="".join(lines))


structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.contextvars.merge_contextvars,
        *_shared(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
