"""A server on a free loopback port that answers what a test has laid ready."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import msgspec

CUT = -1
SILENT = -2


class Asked(msgspec.Struct, frozen=True):
    """One request as it came in."""

    verb: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Loopback:
    """Hold the answers laid ready, in order, and the requests that took them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.ready: list[tuple[int, bytes]] = []
        self.released = threading.Event()

    def answer(self, body: bytes, status: int = 200) -> None:
        """Lay one answer ready; the status may also be CUT or SILENT."""
        self.ready.append((status, body))


@contextmanager
def listening() -> Iterator[Loopback]:
    """Serve until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        loopback = Loopback(f"http://127.0.0.1:{server.server_address[1]}/Service")
        server.loopback = loopback  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield loopback
        finally:
            loopback.released.set()
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        loopback: Loopback = self.server.loopback  # type: ignore[attr-defined]
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, url.path, query, dict(self.headers.items()), body)
        loopback.asked.append(asked)
        status, answer = loopback.ready.pop(0)
        if status == SILENT:
            loopback.released.wait(30)
        if status in (CUT, SILENT):
            self.close_connection = True
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{loopback.url}/Elsewhere")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass
