"""The HTTP coat over the bookmaker: JSON on loopback, one lock, stored before answered."""

import contextlib
import json
import logging
import signal
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pysqlite3.dbapi2 as sqlite

from actors.paper.answers import Answer, Refusal, refused
from actors.paper.book import PaperBook, paper_book
from actors.paper.faults import Faults
from actors.paper.settings import PaperSettings
from actors.paper.store import Mapping, Store
from runtime.clock import SystemClock

BASE = "/AsianOddsService"
LONGEST_BODY = 64 * 1024
IDLE_CONNECTION_S = 330
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

log = logging.getLogger("tictac.paper")

Clock = Callable[[], int]


class PaperServer:
    """Serve one book. `clock` returns wall-clock milliseconds; port 0 takes any free port."""

    def __init__(
        self,
        book: PaperBook,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        store: Store | None = None,
    ) -> None:
        self.book, self.host, self.port = book, host, port
        self.rounds = 0
        self._clock = clock or wall_ms
        self._store = store
        self._lock = threading.Lock()
        self._unsaved: tuple[object, ...] = ()
        self._refused = False
        self._http: _Http | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> int:
        """Listen and return the port. Raises OSError when the port is taken."""
        self._http = _Http((self.host, self.port), self)
        self.port = self._http.server_address[1]
        self.book.url = f"http://{self.host}:{self.port}{BASE}"
        self._thread = threading.Thread(target=self._http.serve_forever, name="paper", daemon=True)
        self._thread.start()
        log.info("paper bookmaker listens on %s", self.book.url)
        return self.port

    def stop(self) -> None:
        """Stop listening, cut all connections, decide what is due and close the store.

        Safe to call twice.
        """
        if self._http is None:
            return
        self._http.shutdown()
        self._http.server_close()
        self._http = None
        self.tick()
        if self._store is not None:
            self._store.close()

    def tick(self) -> None:
        """Decide and settle what is due, even when nobody asks."""
        with self._lock:
            self._save(self.book.advance(self._clock()))

    def answer(
        self, method: str, params: dict[str, str], headers: dict[str, str], body: Any
    ) -> Answer:
        """Answer one request, its changes on disk. Raises what the store raises."""
        with self._lock:
            answer = self.book.handle(method, params, headers, body, self._clock())
            self._save(answer.changes)
            return answer

    def _save(self, changes: tuple[object, ...]) -> None:
        # What could not be written stays first in line: no later answer may overtake it.
        self._unsaved += changes
        if self._store is not None and self._unsaved:
            try:
                self._store.save(self._unsaved)
            except sqlite.Error as error:
                if not self._refused:  # once, and not at every tick
                    log.error("the disk refuses the bets: %s", error)
                self._refused = True
                raise
            self._refused = False
        self._unsaved = ()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], paper: PaperServer) -> None:
        self.paper = paper
        self._connections: set[Any] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        # Kept-alive connections have threads of their own: a stopped book must not answer there.
        for connection in tuple(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def service_actions(self) -> None:
        try:
            self.paper.tick()
        except sqlite.Error:
            pass  # said already; a disk that is full now may be writable at the next tick
        except Exception:
            log.exception("the tick failed")
        self.paper.rounds += 1

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        log.debug("connection from %s broke", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "PaperBookmaker"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = IDLE_CONNECTION_S
    server: _Http

    def do_GET(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        try:
            body = self._body()
        except Refusal as refusal:
            # The rest of the body is unread, so the connection cannot go on.
            self.close_connection = True
            self._send(Answer(refusal.status, refused(refusal)))
            return
        self._serve(body)

    def _body(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            raise Refusal("Content-Length is required.", status=411)
        if int(length) > LONGEST_BODY:
            raise Refusal(f"The body is longer than {LONGEST_BODY} bytes.", status=413)
        try:
            body = json.loads(self.rfile.read(int(length)).decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise Refusal("The body is not JSON.", status=400) from None
        if not isinstance(body, dict):
            raise Refusal("The body is not a JSON object.", status=400)
        return body

    def _serve(self, body: dict[str, Any] | None) -> None:
        url = urlsplit(self.path)
        base, _, method = url.path.rstrip("/").rpartition("/")
        params = {name.lower(): value for name, value in parse_qsl(url.query)}
        headers = {name.lower(): value for name, value in self.headers.items()}
        wants = f"{headers.get('accept', '')} {params.get('accept', '')}".lower()
        if base.lower() != BASE.lower():
            refusal = Refusal(f"Methods live under {BASE}/.", status=404)
            self._send(Answer(404, refused(refusal)))
        elif "xml" in wants and "json" not in wants and "*/*" not in wants:
            refusal = Refusal("Send Accept: application/json; XML is not offered.", status=406)
            self._send(Answer(406, refused(refusal)))
        else:
            self._send(self._ask(method, params, headers, body))

    def _ask(
        self, method: str, params: dict[str, str], headers: dict[str, str], body: Any
    ) -> Answer:
        try:
            return self.server.paper.answer(method, params, headers, body)
        except sqlite.Error:
            pass  # said already
        except Exception:
            log.exception("%s failed", method[:40])
        return Answer(500, refused(Refusal("The bookmaker failed; the outcome is unknown.")))

    def _send(self, answer: Answer) -> None:
        if answer.delay_ms:
            threading.Event().wait(answer.delay_ms / 1000)
        if answer.cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        content = (answer.raw or json.dumps(answer.payload)).encode()
        if answer.mark:
            content = BYTE_ORDER_MARK + content
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        self.close_connection = True
        self._send(Answer(code, refused(Refusal(message or "The request cannot be read."))))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ARG002
        # The path carries the password's hash at Login and may carry a token: method name only.
        method = urlsplit(getattr(self, "path", "")).path.rpartition("/")[2]
        log.debug("%s %s", self.command, method[:40])


def wall_ms() -> int:
    """Return the wall clock in milliseconds."""
    return SystemClock().now()


def open_server(
    settings: PaperSettings, clock: Clock | None = None, faults: Faults | None = None
) -> PaperServer:
    """Make a server on the state file the settings name, or in memory; it does not listen yet.

    Raises ValueError for settings that cannot be served, sqlite Error for a bad state file.
    """
    clock = clock or wall_ms
    given = Mapping(clock(), settings.speed, settings.seed, settings.balance)
    store = None if settings.state_path is None else Store(settings.state_path)
    mapping = given if store is None else store.mapping(given)
    if (mapping.speed, mapping.seed, mapping.deposit) != (given.speed, given.seed, given.deposit):
        log.warning("the state file's own speed, seed and deposit are used: %s", mapping)
    settings = msgspec.structs.replace(
        settings, speed=mapping.speed, seed=mapping.seed, balance=mapping.deposit
    )
    bets = [] if store is None else store.bets()
    book = paper_book(settings, mapping.origin_ms, bets, faults)
    return PaperServer(book, settings.host, settings.port, clock, store)


def serve(settings: PaperSettings) -> None:
    """Run a bookmaker until SIGTERM or SIGINT. Raises as `open_server`, and OSError."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    server = open_server(settings)
    server.start()
    ended.wait()
    server.stop()
